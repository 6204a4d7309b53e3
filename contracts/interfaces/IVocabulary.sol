// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Purpose} from "../types/Purpose.sol";

/// @title Vocabulary: what data may be asked for (用途词表)
/// @notice Purposes are registered codes, never free text: a term of the W3C Data Privacy Vocabulary, or a local one with
/// its basis. A code means the same for ever; it can be retired, never redefined or removed. Each has a number from 0,
/// so that a set of purposes is one word.
interface IVocabulary {
    struct Entry {
        Purpose code;
        string zh; // label, UTF-8, at most 200 bytes
        string en;
        string basis; // where the term comes from: an IRI, or an article of a rule; at most 200 bytes
    }

    event PurposeRegistered(Purpose indexed code, uint8 number, string zh, string en, string basis);
    event PurposeRetired(Purpose indexed code, bytes32 reasonDigest);

    error PurposeInvalid(Purpose purpose);
    error PurposeTaken(Purpose purpose, uint8 number);
    error PurposeUnknown(Purpose purpose);
    error PurposeIsRetired(Purpose purpose);
    error PurposeReasonMissing(Purpose purpose);
    /// @notice A set of purposes is 256 bits: no more can be registered.
    error VocabularyFull(uint256 most);
    error PurposesEmpty();

    /// @notice Registers purposes, in order. For the vocabulary's keeper.
    function registerPurposes(Entry[] calldata entries) external;

    /// @notice Nothing more may be requested for this purpose. Grants for it stay. For the vocabulary's keeper.
    function retirePurpose(Purpose code, bytes32 reasonDigest) external;

    /// @notice The purpose's number, if it may be requested; reverts otherwise.
    function checkPurpose(Purpose code) external view returns (uint8 number);

    /// @notice The purpose with this number; zero if none.
    function purposeAt(uint8 number) external view returns (Purpose code, bool retired);

    function purposeCount() external view returns (uint16);
}
