// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementId, GrantId, OrganisationId, ResourceId} from "../types/Ids.sol";
import {allow, Allowance} from "../types/Allowance.sol";
import {Approvals} from "../types/Approvals.sol";
import {Claim} from "../types/Claim.sol";
import {Grants} from "./Grants.sol";
import {countRoles, HIGHEST_LEVEL, OPERATION_LEVEL, RulePair} from "../types/ApprovalRules.sol";
import {IAccessLedger} from "../interfaces/IAccessLedger.sol";
import {IAgreements} from "../interfaces/IAgreements.sol";
import {ICatalogue} from "../interfaces/ICatalogue.sol";
import {NO_KIND, REGULATOR} from "../types/Kinds.sol";

/// @title Decisions: granting and refusing, by the provider or by several (审批、多方会签), and taking back (撤销)
abstract contract Decisions is Grants {
    uint8 private constant ALL_ROLES = uint8((1 << (uint256(type(Approver).max) + 1)) - 1);

    /// Written only where somebody approves: 40 bits for each role.
    mapping(GrantId id => Approvals) private _approvals;

    /// @inheritdoc IAccessLedger
    function grant(
        GrantId id,
        bytes32 asked,
        uint40 until,
        Quota calldata quota,
        bytes32 reasonDigest
    ) external {
        (Claim claim, OrganisationId provider, RulePair rules) = _checkDecidable(id, asked);
        _checkProvider(id, provider);
        if (!rules.isNone()) revert ApprovalsNeeded(id, rules.missing(0), rules.roles());
        if (until > claim.end()) revert PeriodWidened(id, until, claim.end());
        if (quota.byteCount == 0 || quota.rowCount == 0) revert QuotaEmpty(quota.byteCount, quota.rowCount);
        Allowance left = _grants[id].left;
        if (quota.byteCount > left.bytesLeft() || quota.rowCount > left.rowsLeft()) {
            revert QuotaWidened(id, quota, Quota(left.bytesLeft(), left.rowsLeft()));
        }

        _grants[id].left = allow(quota.byteCount, quota.rowCount, left.scopeOf());
        _grant(id, claim, provider, Basis.Provider, until, quota, reasonDigest);
    }

    /// @inheritdoc IAccessLedger
    function approve(GrantId id, bytes32 asked, Approver role, uint40 validUntil, bytes32 reasonDigest) external {
        (Claim claim, OrganisationId provider, RulePair rules) = _checkDecidable(id, asked);
        if (rules.isNone()) revert ApprovalsNotNeeded(id);
        if ((rules.roles() >> uint8(role)) & 1 == 0) revert ApproverNotNamed(id, role, rules.roles());
        OrganisationId by = _checkApprover(id, role, provider, claim.consumer());
        if (role != Approver.ProviderOfficer) ORGANISATIONS.checkActive(provider);
        if (validUntil <= _now()) revert ApprovalPeriodInvalid(id, validUntil, _now());
        Approvals approvals = _approvals[id];
        if (approvals.validUntil(role) > _now()) revert ApprovalStands(id, role, approvals.validUntil(role));

        approvals = approvals.given(role, validUntil);
        _approvals[id] = approvals;
        uint8 standing = approvals.standingAt(_now()) & rules.roles();
        uint8 missing = rules.missing(standing);
        emit ApprovalGiven(id, by, role, _msgSender(), validUntil, countRoles(standing), missing, reasonDigest);

        if (missing != 0) return;
        Allowance left = _grants[id].left;
        _grant(id, claim, provider, Basis.Approvals, claim.end(), Quota(left.bytesLeft(), left.rowsLeft()), 0);
    }

    /// @inheritdoc IAccessLedger
    function withdrawApproval(GrantId id, Approver role, bytes32 reasonDigest) external {
        Claim claim = _inState(id, State.Requested);
        OrganisationId by = _checkApprover(id, role, _providerOf(claim.resource()), claim.consumer());
        Approvals approvals = _approvals[id];
        if (approvals.validUntil(role) <= _now()) revert ApprovalNone(id, role);

        _approvals[id] = approvals.given(role, 0);
        _grants[id].claim = claim.withdrawing();
        emit ApprovalWithdrawn(id, by, role, _msgSender(), reasonDigest);
    }

    /// @inheritdoc IAccessLedger
    function refuse(GrantId id, bytes32 reasonDigest) external {
        Claim claim = _inState(id, State.Requested);
        OrganisationId provider = _providerOf(claim.resource());
        _checkProvider(id, provider);
        if (reasonDigest == 0) revert ReasonMissing(id);

        _grants[id].claim = claim.inState(State.Refused);
        emit AccessRefused(id, claim.resource(), claim.consumer(), provider, reasonDigest);
    }

    /// @inheritdoc IAccessLedger
    function revoke(GrantId id, bytes32 reasonDigest) external {
        Claim claim = _inState(id, State.Granted);
        OrganisationId provider = _providerOf(claim.resource());
        _checkProvider(id, provider);
        if (reasonDigest == 0) revert ReasonMissing(id);
        if (_now() >= claim.end()) revert GrantExpired(id, claim.end(), _now());

        _grants[id].claim = claim.inState(State.Revoked);
        emit GrantRevoked(id, claim.resource(), claim.consumer(), provider, reasonDigest);
    }

    /// @inheritdoc IAccessLedger
    function setApprovalRule(uint8 fromLevel, ApprovalRule calldata rule) external restricted {
        uint8 named = countRoles(rule.roles & ALL_ROLES);
        bool complete = rule.needed <= named && (rule.needed == 0) == (named == 0);
        if (fromLevel > HIGHEST_LEVEL || rule.roles > ALL_ROLES || !complete) {
            revert ApprovalRuleInvalid(fromLevel, rule.needed, rule.roles);
        }

        uint8 last = fromLevel == OPERATION_LEVEL ? OPERATION_LEVEL : HIGHEST_LEVEL;
        for (uint8 level = fromLevel; level <= last; ++level) _rules = _rules.withRuleAt(level, rule);
        emit ApprovalRuleSet(fromLevel, rule);
    }

    /// @inheritdoc IAccessLedger
    function askedDigest(GrantId id) external view returns (bytes32) {
        return _digestOf(_inState(id, State.Requested), _grants[id].left);
    }

    /// @inheritdoc IAccessLedger
    function approvalsOf(GrantId id) external view returns (uint40[3] memory validUntil) {
        Approvals approvals = _approvals[id];
        for (uint8 role = 0; role < 3; ++role) validUntil[role] = approvals.validUntil(Approver(role));
    }

    /// A request that may be granted now, whoever decides: under no veto, not over, its consumer active, its resource
    /// still shared, its agreement still one that lets this consumer take this resource. A decision names what it is
    /// about, so that one signed for a request that a reorganisation took away fits no other that came by its number,
    /// and one signed before an approval was taken back does not bring it back.
    function _checkDecidable(
        GrantId id,
        bytes32 asked
    ) private view returns (Claim claim, OrganisationId provider, RulePair rules) {
        claim = _moving(id, State.Requested);
        bytes32 current = _digestOf(claim, _grants[id].left);
        if (asked != current) revert AskedDiffers(id, asked, current);
        if (_now() >= claim.end()) revert RequestLapsed(id, claim.end(), _now());
        ICatalogue.Standing memory standing = CATALOGUE.checkSharable(claim.resource());
        if (standing.product) _checkProduct(id, claim.resource(), standing.version);
        ORGANISATIONS.checkActive(claim.consumer());
        return (claim, standing.provider, _rulesFor(standing.level, _checkAgreement(claim)));
    }

    /// @return operation Whether the request stands under an operation agreement.
    function _checkAgreement(Claim claim) private view returns (bool operation) {
        AgreementId id = claim.agreement();
        if (AgreementId.unwrap(id) == 0) return false;
        IAgreements.Agreement memory a = AGREEMENTS.checkMayTake(id, claim.resource(), claim.consumer());
        return a.kind == IAgreements.AgreementKind.Operation;
    }

    function _checkProvider(GrantId id, OrganisationId provider) private view {
        // Of whatever kind: the provider of a product is its maker.
        OrganisationId caller = ORGANISATIONS.checkActor(_msgSender(), NO_KIND);
        if (caller != provider) revert NotTheProvider(id, caller, provider);
    }

    /// The organisation for which the caller may approve in this role.
    function _checkApprover(
        GrantId id,
        Approver role,
        OrganisationId provider,
        OrganisationId consumer
    ) private view returns (OrganisationId by) {
        if (role == Approver.Regulator) return ORGANISATIONS.checkActor(_msgSender(), REGULATOR);
        by = ORGANISATIONS.checkOfficer(_msgSender());
        OrganisationId needed = role == Approver.ProviderOfficer ? provider : consumer;
        if (by != needed) revert ApproverWrong(id, role, by, needed);
    }

    /// Also of a resource that is withdrawn, withheld or under veto: refusing and taking back stay possible.
    function _providerOf(ResourceId resource) private view returns (OrganisationId) {
        return CATALOGUE.resource(resource).provider;
    }

    function _digestOf(Claim claim, Allowance left) private pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    claim.resource(),
                    claim.consumer(),
                    claim.agreement(),
                    claim.purpose(),
                    left.scopeOf(),
                    claim.begin(),
                    claim.end(),
                    left.bytesLeft(),
                    left.rowsLeft(),
                    claim.withdrawals()
                )
            );
    }

    /// A grant never starts before the block that gives it: otherwise a late decision could cover an access that had no
    /// authority when it happened.
    function _grant(
        GrantId id,
        Claim claim,
        OrganisationId provider,
        Basis basis,
        uint40 until,
        Quota memory quota,
        bytes32 reasonDigest
    ) private {
        uint40 from = claim.begin() < _now() ? _now() : claim.begin();
        if (from >= until) revert PeriodInvalid(from, until, _now());

        _grants[id].claim = claim.lasting(from, until).inState(State.Granted);
        emit AccessGranted(
            id,
            claim.resource(),
            claim.consumer(),
            provider,
            basis,
            0,
            from,
            until,
            quota,
            reasonDigest
        );
    }
}
