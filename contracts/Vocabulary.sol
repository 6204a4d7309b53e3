// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Context} from "@openzeppelin/contracts/utils/Context.sol";
import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {IVocabulary} from "./interfaces/IVocabulary.sol";
import {Purpose} from "./types/Purpose.sol";
import {Relayed} from "./Relayed.sol";
import {Text} from "./libraries/Text.sol";

/// @title Vocabulary: what data may be asked for
/// @notice Promises and words: IVocabulary.
contract Vocabulary is IVocabulary, Relayed, AccessManaged {
    uint256 private constant MAX_TEXT_BYTES = 200;
    uint16 private constant MAX_PURPOSES = 256; // a set of them is one word

    struct Term {
        // slot 0: registered 8 | retired 8 | number 8 | free 232
        bool registered;
        bool retired;
        uint8 number;
    }

    uint16 private _count;
    mapping(Purpose code => Term) private _terms;
    mapping(uint8 number => Purpose) private _codes;

    constructor(address relay, address roles) Relayed(relay) AccessManaged(roles) {}

    /// @inheritdoc IVocabulary
    function registerPurposes(Entry[] calldata entries) external restricted {
        if (entries.length == 0) revert PurposesEmpty();
        for (uint256 i = 0; i < entries.length; ++i) {
            _register(entries[i]);
        }
    }

    /// @inheritdoc IVocabulary
    function retirePurpose(Purpose code, bytes32 reasonDigest) external restricted {
        (Term storage term, ) = _standing(code);
        if (reasonDigest == 0) revert PurposeReasonMissing(code);

        term.retired = true;
        emit PurposeRetired(code, reasonDigest);
    }

    /// @inheritdoc IVocabulary
    function checkPurpose(Purpose code) external view returns (uint8 number) {
        (, number) = _standing(code);
    }

    /// @inheritdoc IVocabulary
    function purposeAt(uint8 number) external view returns (Purpose code, bool retired) {
        code = _codes[number];
        retired = _terms[code].retired;
    }

    /// @inheritdoc IVocabulary
    function purposeCount() external view returns (uint16) {
        return _count;
    }

    function _register(Entry calldata entry) private {
        Purpose code = entry.code;
        if (!code.isWellFormed()) revert PurposeInvalid(code);
        Term storage term = _terms[code];
        if (term.registered) revert PurposeTaken(code, term.number);
        if (_count == MAX_PURPOSES) revert VocabularyFull(MAX_PURPOSES);
        Text.checkLength(bytes(entry.zh), MAX_TEXT_BYTES);
        Text.checkLength(bytes(entry.en), MAX_TEXT_BYTES);
        Text.checkLength(bytes(entry.basis), MAX_TEXT_BYTES);

        uint8 number = uint8(_count++);
        _terms[code] = Term({registered: true, retired: false, number: number});
        _codes[number] = code;
        emit PurposeRegistered(code, number, entry.zh, entry.en, entry.basis);
    }

    /// A purpose that is registered and not retired. Its number is read here, because the slot is then read once.
    function _standing(Purpose code) private view returns (Term storage term, uint8 number) {
        term = _terms[code];
        number = term.number;
        if (!term.registered) revert PurposeUnknown(code);
        if (term.retired) revert PurposeIsRetired(code);
    }

    function _msgSender() internal view override(Context, ERC2771Context) returns (address) {
        return ERC2771Context._msgSender();
    }

    function _msgData() internal view override(Context, ERC2771Context) returns (bytes calldata) {
        return ERC2771Context._msgData();
    }

    function _contextSuffixLength() internal view override(Context, ERC2771Context) returns (uint256) {
        return ERC2771Context._contextSuffixLength();
    }
}
