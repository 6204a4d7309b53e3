// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ALL_KINDS, Kinds, NO_KIND} from "./types/Kinds.sol";
import {CreditCode} from "./libraries/CreditCode.sol";
import {IOrganisations} from "./interfaces/IOrganisations.sol";
import {OrganisationId} from "./types/Ids.sol";
import {Text} from "./libraries/Text.sol";

/// @title Organisations: who takes part
/// @notice Promises and words: IOrganisations.
contract Organisations is IOrganisations, AccessManaged {
    uint256 private constant MAX_NAME_BYTES = 200;

    uint64 private _count;
    mapping(OrganisationId id => Organisation) private _organisations;
    mapping(bytes32 codeHash => OrganisationId) private _idOfCode;
    // Never cleared: an account that spoke for one organisation can never speak for another, so that the sender of an
    // old transaction names one organisation without knowing when accounts were changed.
    mapping(address account => OrganisationId) private _bearer;

    constructor(address roles) AccessManaged(roles) {}

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
        bytes32 codeHash = keccak256(bytes(code));
        OrganisationId holder = _idOfCode[codeHash];
        if (OrganisationId.unwrap(holder) != 0) revert CreditCodeTaken(codeHash, holder);

        id = OrganisationId.wrap(++_count);
        _organisations[id] = Organisation({account: account, kinds: kinds, status: Status.Active, codeHash: codeHash});
        _idOfCode[codeHash] = id;
        _bind(account, id);
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
        if (account == previousAccount) revert AccountTaken(account, id);

        _bind(account, id);
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
    function checkActor(address account, Kinds needed) external view returns (OrganisationId id) {
        id = _bearer[account];
        Organisation storage o = _organisations[id];
        // The second half refuses an account that was replaced; the first, account zero, which nobody bears.
        if (OrganisationId.unwrap(id) == 0 || o.account != account) revert AccountUnknown(account);
        if (o.status != Status.Active) revert OrganisationNotActive(id, o.status);
        if (!o.kinds.includes(needed)) revert KindMissing(id, o.kinds, needed);
    }

    /// @inheritdoc IOrganisations
    function checkActive(OrganisationId id) external view {
        Status status = _existing(id).status;
        if (status != Status.Active) revert OrganisationNotActive(id, status);
    }

    /// @inheritdoc IOrganisations
    function organisation(OrganisationId id) external view returns (Organisation memory) {
        return _existing(id);
    }

    /// @inheritdoc IOrganisations
    function idOfAccount(address account) external view returns (OrganisationId id) {
        id = _bearer[account];
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

    function _bind(address account, OrganisationId id) private {
        if (account == address(0)) revert AccountInvalid();
        OrganisationId bearer = _bearer[account];
        if (OrganisationId.unwrap(bearer) != 0 && bearer != id) revert AccountTaken(account, bearer);
        _bearer[account] = id;
    }

    function _checkKinds(Kinds kinds) private pure {
        if (Kinds.unwrap(kinds) == Kinds.unwrap(NO_KIND) || !ALL_KINDS.includes(kinds)) {
            revert KindsInvalid(kinds, ALL_KINDS);
        }
    }
}
