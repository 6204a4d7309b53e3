// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Kinds} from "../types/Kinds.sol";
import {OrganisationId} from "../types/Ids.sol";
import {Veto} from "../types/Veto.sol";

/// @title Organisations: who takes part (参与方)
/// @notice One organisation per unified social credit code, one account per organisation at a time, and an account
/// speaks for one organisation for ever. Codes and names are public register data, so they stand in the events in full;
/// a natural person is never registered here. Beside its account an organisation may have an officer (首席数据官), whose
/// own account approves requests for sensitive data: another key than the one that asks or grants.
/// Some kinds exclude each other: an inspector is nothing else (外部检验 is independent of whom it checks); who runs
/// authorised operation may not redevelop (运营机构不得参与再开发); who supervises is not supervised.
/// While an inspector's veto stands on an organisation it can neither act nor be party to an act (冻结).
interface IOrganisations {
    enum Status {
        Active, // 正常
        Suspended, // 暂停
        Blacklisted // 黑名单
    }

    struct Organisation {
        // slot 0: account 160 | kinds 16 | status 8 | veto 8 | free 64
        address account; // signs its acts: a key or a contract
        Kinds kinds;
        Status status;
        Veto veto;
        // slot 1
        bytes32 codeHash; // keccak256 of the credit code
        // slot 2
        address officer; // chief data officer's account; zero if none
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
    /// @notice `officer` is zero where the office fell vacant.
    event OfficerAppointed(OrganisationId indexed id, address indexed previousOfficer, address indexed officer);
    event OrganisationVetoed(
        OrganisationId indexed id,
        OrganisationId indexed inspector,
        bytes32 reasonDigest,
        bytes32 referenceDigest
    );
    event OrganisationVetoLiftAgreed(OrganisationId indexed id, OrganisationId indexed by, bytes32 reasonDigest);
    event OrganisationVetoLifted(OrganisationId indexed id);

    /// @notice The code is not 18 digits and capital letters.
    error CreditCodeInvalid(string code);
    error CreditCodeTaken(bytes32 codeHash, OrganisationId holder);
    /// @notice The account is zero.
    error AccountInvalid();
    /// @notice The account speaks, or once spoke, for `holder`.
    error AccountTaken(address account, OrganisationId holder);
    /// @notice `given` is empty or holds a kind that is not among `known`.
    error KindsInvalid(Kinds given, Kinds known);
    /// @notice One organisation cannot be both `kind` and any of `excluded`.
    error KindsExclusive(Kinds given, Kinds kind, Kinds excluded);
    error OrganisationUnknown(OrganisationId id);
    error OrganisationStatusUnchanged(OrganisationId id, Status status);
    error OrganisationReasonMissing(OrganisationId id);
    /// @notice The account speaks for no organisation.
    error AccountUnknown(address account);
    error OrganisationNotActive(OrganisationId id, Status status);
    error KindMissing(OrganisationId id, Kinds held, Kinds needed);
    /// @notice An inspector's veto stands on the organisation: nothing that it is party to moves.
    error OrganisationIsVetoed(OrganisationId id);
    error OrganisationNotVetoed(OrganisationId id);
    /// @notice A consent was signed for another veto than the one that stands.
    error OrganisationVetoDiffers(OrganisationId id, uint8 given, uint8 current);
    /// @notice Inspectors and regulators cannot be vetoed: nobody could lift it.
    error OrganisationVetoExempt(OrganisationId id, Kinds kinds);
    /// @notice The account is the officer of no organisation.
    error OfficerUnknown(address account);
    error OfficerUnchanged(OrganisationId id, address officer);
    /// @notice Lifting takes an inspector and a regulator, and this one has agreed already, or is neither.
    error LiftNotYours(OrganisationId id, OrganisationId caller);

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

    /// @notice Appoints the organisation's officer (首席数据官), or with zero leaves the office vacant. For the registrar:
    /// an organisation that could appoint its own officer would hold both keys. An account that is or was an
    /// organisation's own, or another's officer, cannot be one.
    function appointOfficer(OrganisationId id, address officer) external;

    /// @notice Freezes an organisation from this block on (冻结). For an active inspector, who owes a reason.
    /// Imposed again while one side alone has agreed to lift it, both have to agree anew.
    /// @param referenceDigest Digest of the case file; zero if none.
    function vetoOrganisation(OrganisationId id, bytes32 reasonDigest, bytes32 referenceDigest) external;

    /// @notice Agrees to lift the veto; it is lifted when an inspector and a regulator have. For both, who owe a reason.
    /// @param round Which veto this consent is for, of all ever imposed on it: the fourth is 4, the 32nd 0 (Veto.sol).
    /// Refused for any but the one that stands, so that a consent signed for one veto lifts no later one.
    function liftOrganisationVeto(OrganisationId id, uint8 round, bytes32 reasonDigest) external;

    /// @notice The organisation for which an account may act now, if it is active, not vetoed and of every kind in
    /// `needed`; reverts with the reason otherwise.
    function checkActor(address account, Kinds needed) external view returns (OrganisationId id);

    /// @notice As `checkActor`, for whom several kinds may do; tells which it has.
    function actorOf(address account) external view returns (OrganisationId id, Kinds kinds);

    /// @notice Both parties to an act: who acts by this account, as `actorOf` tells, and another, as `checkActive` does.
    function checkParties(
        address account,
        OrganisationId other
    ) external view returns (OrganisationId id, Kinds kinds);

    /// @notice The active organisation whose officer this account is; reverts otherwise.
    function checkOfficer(address account) external view returns (OrganisationId id);

    /// @notice Reverts unless the organisation exists, is active and not vetoed.
    function checkActive(OrganisationId id) external view;

    /// @notice Reverts if a veto stands on any of these organisations; nothing else is checked. For lineage: a source
    /// whose provider was merely suspended does not take its products with it.
    function checkNotVetoed(OrganisationId[] calldata ids) external view;

    /// @notice The kinds of an organisation; reverts if unknown.
    function kindsOf(OrganisationId id) external view returns (Kinds);

    function organisation(OrganisationId id) external view returns (Organisation memory);

    /// @notice The organisation whose account this is now; 0 if none.
    function idOfAccount(address account) external view returns (OrganisationId);

    /// @notice The organisation with this code; 0 if none.
    /// @param codeHash keccak256 of the code's 18 bytes.
    function idOfCode(bytes32 codeHash) external view returns (OrganisationId);

    /// @notice How many are registered, which is also the highest id.
    function organisationCount() external view returns (uint64);
}
