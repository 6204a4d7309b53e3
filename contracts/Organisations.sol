// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Context} from "@openzeppelin/contracts/utils/Context.sol";
import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {CreditCode} from "./libraries/CreditCode.sol";
import {IOrganisations} from "./interfaces/IOrganisations.sol";
import {OrganisationId} from "./types/Ids.sol";
import {Relayed} from "./Relayed.sol";
import {Text} from "./libraries/Text.sol";
import {IMPOSED, Veto} from "./types/Veto.sol";
import {
    ALL_KINDS,
    APPLICANT,
    AUTHORISED_OPERATOR,
    CONSUMER,
    DEVELOPER,
    IMPLEMENTING_AGENCY,
    INSPECTOR,
    Kinds,
    NO_KIND,
    OPERATOR,
    PROVIDER,
    REGULATOR
} from "./types/Kinds.sol";

/// @title Organisations: who takes part
/// @notice Promises and words: IOrganisations.
contract Organisations is IOrganisations, Relayed, AccessManaged {
    uint256 private constant MAX_NAME_BYTES = 200;
    // The status, and of the veto beside it whether it stands: not its round.
    uint256 private constant STATUS_AND_VETO = 0xff | (uint256(IMPOSED) << 8);

    /// For whom an account speaks, and in which of the two roles.
    struct Bearer {
        // slot 0: organisation 64 | officer 8 | free 184
        OrganisationId organisation;
        bool officer;
    }

    uint64 private _count;
    mapping(OrganisationId id => Organisation) private _organisations;
    mapping(bytes32 codeHash => OrganisationId) private _idOfCode;
    // Never cleared: an account that spoke for one organisation, or was its officer, can never do anything else, so that
    // the sender of an old transaction names one organisation in one role without knowing when accounts were changed.
    mapping(address account => Bearer) private _bearers;

    constructor(address relay, address roles) Relayed(relay) AccessManaged(roles) {}

    /// @inheritdoc IOrganisations
    function register(
        string calldata code,
        string calldata name,
        Kinds kinds,
        address account
    ) external restricted returns (OrganisationId id) {
        if (!CreditCode.isWellFormed(code)) revert CreditCodeInvalid(code);
        Text.checkLength(bytes(name), MAX_NAME_BYTES);
        _checkKinds(kinds);
        if (account == address(0)) revert AccountInvalid();
        bytes32 codeHash = keccak256(bytes(code));
        OrganisationId holder = _idOfCode[codeHash];
        if (OrganisationId.unwrap(holder) != 0) revert CreditCodeTaken(codeHash, holder);

        id = OrganisationId.wrap(++_count);
        _bind(account, id, false);
        Organisation storage o = _organisations[id];
        (o.account, o.kinds, o.codeHash) = (account, kinds, codeHash);
        _idOfCode[codeHash] = id;
        emit OrganisationRegistered(id, codeHash, account, kinds, code, name);
    }

    /// @inheritdoc IOrganisations
    function update(OrganisationId id, string calldata name, Kinds kinds) external restricted {
        Organisation storage o = _existing(id);
        Text.checkLength(bytes(name), MAX_NAME_BYTES);
        _checkKinds(kinds);

        o.kinds = kinds;
        emit OrganisationUpdated(id, kinds, name);
    }

    /// @inheritdoc IOrganisations
    function changeAccount(OrganisationId id, address account) external restricted {
        Organisation storage o = _existing(id);
        address previousAccount = o.account;
        if (account == address(0)) revert AccountInvalid();
        if (account == previousAccount) revert AccountTaken(account, id);

        _bind(account, id, false);
        o.account = account;
        emit OrganisationAccountChanged(id, previousAccount, account);
    }

    /// @inheritdoc IOrganisations
    function setStatus(OrganisationId id, Status status, bytes32 reasonDigest) external restricted {
        Organisation storage o = _existing(id);
        if (reasonDigest == 0) revert OrganisationReasonMissing(id);
        Status previousStatus = o.status;
        if (status == previousStatus) revert OrganisationStatusUnchanged(id, status);

        o.status = status;
        emit OrganisationStatusChanged(id, status, previousStatus, reasonDigest);
    }

    /// @inheritdoc IOrganisations
    function appointOfficer(OrganisationId id, address officer) external restricted {
        Organisation storage o = _existing(id);
        address previousOfficer = o.officer;
        if (officer == previousOfficer) revert OfficerUnchanged(id, officer);

        if (officer != address(0)) _bind(officer, id, true);
        o.officer = officer;
        emit OfficerAppointed(id, previousOfficer, officer);
    }

    /// @inheritdoc IOrganisations
    function vetoOrganisation(OrganisationId id, bytes32 reasonDigest, bytes32 referenceDigest) external {
        OrganisationId inspector = checkActor(_msgSender(), INSPECTOR);
        Organisation storage o = _existing(id);
        if (reasonDigest == 0) revert OrganisationReasonMissing(id);
        if (o.kinds.overlaps(INSPECTOR | REGULATOR)) revert OrganisationVetoExempt(id, o.kinds);
        if (o.veto.isUncontested()) revert OrganisationIsVetoed(id);

        o.veto = o.veto.imposedAnew();
        emit OrganisationVetoed(id, inspector, reasonDigest, referenceDigest);
    }

    /// @inheritdoc IOrganisations
    function liftOrganisationVeto(OrganisationId id, uint8 round, bytes32 reasonDigest) external {
        (OrganisationId caller, Kinds kinds) = actorOf(_msgSender());
        if (!kinds.overlaps(INSPECTOR | REGULATOR)) revert LiftNotYours(id, caller);
        Organisation storage o = _existing(id);
        if (reasonDigest == 0) revert OrganisationReasonMissing(id);
        Veto veto = o.veto;
        if (!veto.isImposed()) revert OrganisationNotVetoed(id);
        if (round != veto.round()) revert OrganisationVetoDiffers(id, round, veto.round());
        Veto left = veto.agreedBy(kinds.includes(INSPECTOR));
        if (left == veto) revert LiftNotYours(id, caller);

        o.veto = left;
        emit OrganisationVetoLiftAgreed(id, caller, reasonDigest);
        if (!left.isImposed()) emit OrganisationVetoLifted(id);
    }

    /// @inheritdoc IOrganisations
    function checkActor(address account, Kinds needed) public view returns (OrganisationId id) {
        Kinds held;
        (id, held) = actorOf(account);
        if (!held.includes(needed)) revert KindMissing(id, held, needed);
    }

    /// @inheritdoc IOrganisations
    function actorOf(address account) public view returns (OrganisationId id, Kinds kinds) {
        id = _bearers[account].organisation;
        uint256 head = _headOf(id);
        // As in `idOfAccount`.
        if (OrganisationId.unwrap(id) == 0 || address(uint160(head)) != account) revert AccountUnknown(account);
        _checkMoves(id, head);
        kinds = Kinds.wrap(uint16(head >> 160));
    }

    /// @inheritdoc IOrganisations
    function checkParties(
        address account,
        OrganisationId other
    ) external view returns (OrganisationId id, Kinds kinds) {
        (id, kinds) = actorOf(account);
        checkActive(other);
    }

    /// @inheritdoc IOrganisations
    function checkOfficer(address account) external view returns (OrganisationId id) {
        id = _bearers[account].organisation;
        // The first half refuses account zero, which nobody bears; the second, an officer who was replaced.
        if (OrganisationId.unwrap(id) == 0 || _organisations[id].officer != account) revert OfficerUnknown(account);
        _checkMoves(id, _headOf(id));
    }

    /// @inheritdoc IOrganisations
    function checkActive(OrganisationId id) public view {
        uint256 head = _headOf(id);
        if (address(uint160(head)) == address(0)) revert OrganisationUnknown(id);
        _checkMoves(id, head);
    }

    /// @inheritdoc IOrganisations
    function checkNotVetoed(OrganisationId[] calldata ids) external view {
        for (uint256 i = 0; i < ids.length; ++i) {
            if (_organisations[ids[i]].veto.isImposed()) revert OrganisationIsVetoed(ids[i]);
        }
    }

    /// @inheritdoc IOrganisations
    function kindsOf(OrganisationId id) external view returns (Kinds) {
        return _existing(id).kinds;
    }

    /// @inheritdoc IOrganisations
    function organisation(OrganisationId id) external view returns (Organisation memory) {
        return _existing(id);
    }

    /// @inheritdoc IOrganisations
    function idOfAccount(address account) public view returns (OrganisationId id) {
        id = _bearers[account].organisation;
        // Replaced accounts and officers are bound to an organisation too, and are not its account. Account zero, which
        // nobody bears, is the account of organisation 0, which is nobody.
        if (_organisations[id].account != account) return OrganisationId.wrap(0);
    }

    /// @inheritdoc IOrganisations
    function idOfCode(bytes32 codeHash) external view returns (OrganisationId) {
        return _idOfCode[codeHash];
    }

    /// @inheritdoc IOrganisations
    function organisationCount() external view returns (uint64) {
        return _count;
    }

    function _existing(OrganisationId id) private view returns (Organisation storage o) {
        o = _organisations[id];
        if (o.account == address(0)) revert OrganisationUnknown(id);
    }

    /// Slot 0 of an organisation, read once: the compiler would read it anew for each field, 100 gas a time, and every
    /// act asks.
    function _headOf(OrganisationId id) private view returns (uint256 head) {
        Organisation storage o = _organisations[id];
        assembly ("memory-safe") {
            head := sload(o.slot)
        }
    }

    /// An organisation may be party to an act: its status is zero, and so is the bit of a veto that stands, which lies
    /// right above; status and veto lie above account and kinds.
    function _checkMoves(OrganisationId id, uint256 head) private view {
        if ((head >> 176) & STATUS_AND_VETO == 0) return;
        Status status = _organisations[id].status;
        if (status != Status.Active) revert OrganisationNotActive(id, status);
        revert OrganisationIsVetoed(id);
    }

    function _bind(address account, OrganisationId id, bool officer) private {
        Bearer memory bearer = _bearers[account];
        if (OrganisationId.unwrap(bearer.organisation) == 0) {
            _bearers[account] = Bearer({organisation: id, officer: officer});
        } else if (bearer.organisation != id || bearer.officer != officer) {
            revert AccountTaken(account, bearer.organisation);
        }
    }

    function _checkKinds(Kinds kinds) private pure {
        if (Kinds.unwrap(kinds) == Kinds.unwrap(NO_KIND) || !ALL_KINDS.includes(kinds)) {
            revert KindsInvalid(kinds, ALL_KINDS);
        }
        _checkExclusive(kinds, INSPECTOR, Kinds.wrap(Kinds.unwrap(ALL_KINDS) ^ Kinds.unwrap(INSPECTOR)));
        _checkExclusive(
            kinds,
            DEVELOPER,
            PROVIDER | CONSUMER | AUTHORISED_OPERATOR | IMPLEMENTING_AGENCY | REGULATOR
        );
        // As a provider its products would be plain entries, and go out without a review.
        _checkExclusive(kinds, AUTHORISED_OPERATOR, PROVIDER);
        _checkExclusive(kinds, REGULATOR, OPERATOR | AUTHORISED_OPERATOR | DEVELOPER | APPLICANT);
    }

    function _checkExclusive(Kinds given, Kinds kind, Kinds excluded) private pure {
        if (given.includes(kind) && given.overlaps(excluded)) revert KindsExclusive(given, kind, excluded);
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
