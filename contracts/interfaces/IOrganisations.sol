// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Kinds} from "../types/Kinds.sol";
import {OrganisationId} from "../types/Ids.sol";

/// @title Organisations: who takes part (参与方)
/// @notice One organisation per unified social credit code, one account per organisation at a time, and an account
/// speaks for one organisation for ever. Codes and names are public register data, so they stand in the events in full;
/// a natural person is never registered here.
interface IOrganisations {
    enum Status {
        Active, // 正常
        Suspended, // 暂停
        Blacklisted // 黑名单
    }

    struct Organisation {
        // slot 0: account 160 | kinds 16 | status 8 | free 72
        address account; // signs its acts: a key or a contract
        Kinds kinds;
        Status status;
        // slot 1
        bytes32 codeHash; // keccak256 of the credit code
    }

    event OrganisationRegistered(
        OrganisationId indexed id,
        bytes32 indexed codeHash,
        address indexed account,
        Kinds kinds,
        string code,
        string name
    );
    event OrganisationUpdated(OrganisationId indexed id, Kinds kinds, string name);
    event OrganisationAccountChanged(
        OrganisationId indexed id,
        address indexed previousAccount,
        address indexed account
    );
    event OrganisationStatusChanged(
        OrganisationId indexed id,
        Status indexed status,
        Status previousStatus,
        bytes32 reasonDigest
    );

    /// @notice The code is not 18 digits and capital letters.
    error CreditCodeInvalid(string code);
    error CreditCodeTaken(bytes32 codeHash, OrganisationId holder);
    /// @notice The account is zero.
    error AccountInvalid();
    /// @notice The account speaks, or once spoke, for `holder`.
    error AccountTaken(address account, OrganisationId holder);
    /// @notice `given` is empty or holds a kind that is not among `known`.
    error KindsInvalid(Kinds given, Kinds known);
    error OrganisationUnknown(OrganisationId id);
    error OrganisationStatusUnchanged(OrganisationId id, Status status);
    error OrganisationReasonMissing(OrganisationId id);
    /// @notice The account speaks for no organisation.
    error AccountUnknown(address account);
    error OrganisationNotActive(OrganisationId id, Status status);
    error KindMissing(OrganisationId id, Kinds held, Kinds needed);

    /// @notice Registers an organisation. For the registrar.
    /// @param code Unified social credit code, 18 characters.
    /// @param name Name in UTF-8, at most 200 bytes.
    /// @param kinds What it may be; at least one kind.
    /// @param account The account that signs its acts.
    function register(
        string calldata code,
        string calldata name,
        Kinds kinds,
        address account
    ) external returns (OrganisationId id);

    /// @notice Changes name and kinds. For the registrar.
    function update(OrganisationId id, string calldata name, Kinds kinds) external;

    /// @notice Gives the organisation another account, for instance after a lost key. For the registrar. The old
    /// account can come back to the same organisation, and to no other.
    function changeAccount(OrganisationId id, address account) external;

    /// @notice Suspends, blacklists or restores an organisation, with the digest of the reason. For the registrar.
    function setStatus(OrganisationId id, Status status, bytes32 reasonDigest) external;

    /// @notice The organisation for which an account may act now, if it is active and of every kind in `needed`;
    /// reverts with the reason otherwise.
    function checkActor(address account, Kinds needed) external view returns (OrganisationId id);

    /// @notice Reverts unless the organisation exists and is active.
    function checkActive(OrganisationId id) external view;

    function organisation(OrganisationId id) external view returns (Organisation memory);

    /// @notice The organisation whose account this is now; 0 if none.
    function idOfAccount(address account) external view returns (OrganisationId);

    /// @notice The organisation with this code; 0 if none.
    /// @param codeHash keccak256 of the code's 18 bytes.
    function idOfCode(bytes32 codeHash) external view returns (OrganisationId);

    /// @notice How many are registered, which is also the highest id.
    function organisationCount() external view returns (uint64);
}
