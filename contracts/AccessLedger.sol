// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {allow, Allowance} from "./types/Allowance.sol";
import {CONSUMER, NO_KIND, PROVIDER} from "./types/Kinds.sol";
import {GrantId, OrganisationId, ResourceId} from "./types/Ids.sol";
import {IAccessLedger} from "./interfaces/IAccessLedger.sol";
import {ICatalogue} from "./interfaces/ICatalogue.sol";
import {IOrganisations} from "./interfaces/IOrganisations.sol";
import {Scope, wholeScope} from "./types/Scope.sol";

/// @title AccessLedger: who may take which data, what for, and what they took
/// @notice Promises and words: IAccessLedger.
contract AccessLedger is IAccessLedger {
    /// What the delivery before it in the same batch found out about other contracts, so that a batch sorted by resource
    /// and consumer asks once. Nothing can change between two deliveries of one transaction: neither contract calls out.
    struct Seen {
        ResourceId resource; // may be shared,
        OrganisationId provider; // and this is its provider
        OrganisationId active; // the other side, which is active
    }

    /// What acts are checked against; the rest of what was said stands in the events.
    struct Terms {
        // slot 0: resource 64 | consumer 64 | from 40 | until 40 | state 8 | free 40
        ResourceId resource;
        OrganisationId consumer;
        uint40 from;
        uint40 until;
        State state; // as decided: never Expired or Exhausted
        // slot 1: bytes left 64 | rows left 64 | scope 128
        Allowance left;
    }

    IOrganisations public immutable ORGANISATIONS;
    ICatalogue public immutable CATALOGUE;

    uint64 private _count;
    mapping(GrantId id => Terms) private _grants;

    constructor(IOrganisations organisations, ICatalogue catalogue) {
        ORGANISATIONS = organisations;
        CATALOGUE = catalogue;
    }

    /// @inheritdoc IAccessLedger
    function request(Request calldata terms) external returns (GrantId id) {
        OrganisationId consumer = ORGANISATIONS.checkActor(msg.sender, CONSUMER);
        (
            OrganisationId provider,
            uint32 resourceVersion,
            ICatalogue.ShareType shareType,
            uint16 fieldCount
        ) = CATALOGUE.checkSharable(terms.resource);
        _checkTerms(terms, fieldCount);

        id = GrantId.wrap(++_count);
        Terms storage g = _grants[id];
        g.resource = terms.resource;
        g.consumer = consumer;
        g.from = terms.from;
        g.until = terms.until;
        g.state = State.Requested;
        g.left = allow(terms.quota.byteCount, terms.quota.rowCount, terms.scope);
        emit AccessRequested(id, terms.resource, consumer, resourceVersion, terms);

        if (shareType == ICatalogue.ShareType.Unconditional) {
            ORGANISATIONS.checkActive(provider);
            _grant(id, provider, true, terms.until, terms.quota, 0);
        }
    }

    /// @inheritdoc IAccessLedger
    function grant(GrantId id, uint40 until, Quota calldata quota, bytes32 reasonDigest) external {
        Terms storage g = _inState(id, State.Requested);
        (OrganisationId provider, , , ) = CATALOGUE.checkSharable(g.resource);
        _checkProvider(id, provider);
        ORGANISATIONS.checkActive(g.consumer);
        if (_now() >= g.until) revert RequestLapsed(id, g.until, _now());
        if (until > g.until) revert PeriodWidened(id, until, g.until);
        _checkQuota(quota);
        Allowance asked = g.left;
        if (quota.byteCount > asked.bytesLeft() || quota.rowCount > asked.rowsLeft()) {
            revert QuotaWidened(id, quota, Quota(asked.bytesLeft(), asked.rowsLeft()));
        }

        g.until = until;
        g.left = allow(quota.byteCount, quota.rowCount, asked.scopeOf());
        _grant(id, provider, false, until, quota, reasonDigest);
    }

    /// @inheritdoc IAccessLedger
    function refuse(GrantId id, bytes32 reasonDigest) external {
        Terms storage g = _inState(id, State.Requested);
        OrganisationId provider = CATALOGUE.resource(g.resource).provider;
        _checkProvider(id, provider);
        if (reasonDigest == 0) revert ReasonMissing(id);

        g.state = State.Refused;
        emit AccessRefused(id, g.resource, g.consumer, provider, reasonDigest);
    }

    /// @inheritdoc IAccessLedger
    function revoke(GrantId id, bytes32 reasonDigest) external {
        Terms storage g = _inState(id, State.Granted);
        OrganisationId provider = CATALOGUE.resource(g.resource).provider;
        _checkProvider(id, provider);
        if (reasonDigest == 0) revert ReasonMissing(id);
        if (_now() >= g.until) revert GrantExpired(id, g.until, _now());

        g.state = State.Revoked;
        emit GrantRevoked(id, g.resource, g.consumer, provider, reasonDigest);
    }

    /// @inheritdoc IAccessLedger
    function share(GrantId id, Handover calldata handover) external {
        Seen memory seen;
        _deliver(_actor(), id, DeliveryKind.Share, handover, seen);
    }

    /// @inheritdoc IAccessLedger
    function download(GrantId id, Handover calldata handover) external {
        Seen memory seen;
        _deliver(_actor(), id, DeliveryKind.Download, handover, seen);
    }

    /// @inheritdoc IAccessLedger
    function deliver(Delivery[] calldata deliveries) external {
        if (deliveries.length == 0) revert BatchEmpty();
        OrganisationId actor = _actor();
        Seen memory seen;
        for (uint256 i = 0; i < deliveries.length; ++i) {
            _deliver(actor, deliveries[i].grant, deliveries[i].kind, deliveries[i].handover, seen);
        }
    }

    /// @inheritdoc IAccessLedger
    function stateOf(GrantId id) public view returns (State) {
        Terms storage g = _grants[id];
        if (g.state != State.Granted) return g.state;
        if (_now() >= g.until) return State.Expired;
        return g.left.bytesLeft() == 0 || g.left.rowsLeft() == 0 ? State.Exhausted : State.Granted;
    }

    /// @inheritdoc IAccessLedger
    function grantOf(GrantId id) external view returns (Grant memory) {
        Terms storage g = _grants[id];
        if (g.state == State.None) revert GrantUnknown(id);
        return
            Grant({
                resource: g.resource,
                consumer: g.consumer,
                from: g.from,
                until: g.until,
                state: stateOf(id),
                bytesLeft: g.left.bytesLeft(),
                rowsLeft: g.left.rowsLeft(),
                scope: g.left.scopeOf()
            });
    }

    /// @inheritdoc IAccessLedger
    function grantCount() external view returns (uint64) {
        return _count;
    }

    function _now() private view returns (uint40) {
        return uint40(block.timestamp);
    }

    function _inState(GrantId id, State needed) private view returns (Terms storage g) {
        g = _grants[id];
        _checkState(id, g.state, needed);
    }

    function _checkState(GrantId id, State current, State needed) private pure {
        if (current == State.None) revert GrantUnknown(id);
        if (current != needed) revert GrantStateWrong(id, current, needed);
    }

    /// The organisation that records a delivery; which side it must be is checked against each grant.
    function _actor() private view returns (OrganisationId) {
        return ORGANISATIONS.checkActor(msg.sender, NO_KIND);
    }

    function _checkProvider(GrantId id, OrganisationId provider) private view {
        OrganisationId caller = ORGANISATIONS.checkActor(msg.sender, PROVIDER);
        if (caller != provider) revert NotTheProvider(id, caller, provider);
    }

    function _checkTerms(Request calldata terms, uint16 fieldCount) private view {
        if (!terms.purpose.isWellFormed()) revert PurposeInvalid(terms.purpose);
        if (terms.purposeTextDigest == 0) revert PurposeTextMissing();
        if (terms.legalBasisDigest == 0) revert LegalBasisMissing();
        Scope whole = wholeScope(fieldCount);
        if (terms.scope.isEmpty()) revert ScopeEmpty();
        if (!terms.scope.isWithin(whole)) revert ScopeTooWide(terms.scope, whole);
        if (terms.from >= terms.until || terms.until <= _now()) {
            revert PeriodInvalid(terms.from, terms.until, _now());
        }
        _checkQuota(terms.quota);
    }

    function _checkQuota(Quota calldata quota) private pure {
        if (quota.byteCount == 0 || quota.rowCount == 0) revert QuotaEmpty(quota.byteCount, quota.rowCount);
    }

    /// A grant never starts before the block that gives it: otherwise a late request could cover an access that had
    /// no authority when it happened.
    function _grant(
        GrantId id,
        OrganisationId provider,
        bool automatic,
        uint40 until,
        Quota calldata quota,
        bytes32 reasonDigest
    ) private {
        Terms storage g = _grants[id];
        uint40 from = g.from < _now() ? _now() : g.from;
        if (from >= until) revert PeriodInvalid(from, until, _now());

        g.from = from;
        g.state = State.Granted;
        emit AccessGranted(id, g.resource, g.consumer, provider, automatic, from, until, quota, reasonDigest);
    }

    function _deliver(
        OrganisationId actor,
        GrantId id,
        DeliveryKind kind,
        Handover memory h,
        Seen memory seen
    ) private {
        Terms storage g = _inState(id, State.Granted);
        (ResourceId resource, OrganisationId consumer) = (g.resource, g.consumer);
        if (_now() < g.from) revert GrantNotStarted(id, g.from, _now());
        if (_now() >= g.until) revert GrantExpired(id, g.until, _now());
        _checkParties(actor, id, kind, resource, consumer, seen);
        Allowance left = g.left;
        _checkHandover(id, h, left);

        g.left = left.minus(h.byteCount, h.rowCount);
        emit Delivered(id, resource, consumer, actor, kind, h);
    }

    /// The resource must still be shared, the actor must be the right side, and the other side must be active, as the
    /// actor was found to be.
    function _checkParties(
        OrganisationId actor,
        GrantId id,
        DeliveryKind kind,
        ResourceId resource,
        OrganisationId consumer,
        Seen memory seen
    ) private view {
        if (!(resource == seen.resource)) {
            (seen.provider, , , ) = CATALOGUE.checkSharable(resource);
            seen.resource = resource;
        }
        OrganisationId provider = seen.provider;
        if (actor != provider) {
            if (kind == DeliveryKind.Share) revert NotTheProvider(id, actor, provider);
            if (actor != consumer) revert NotAParty(id, actor, provider, consumer);
        }
        OrganisationId other = actor == provider ? consumer : provider;
        if (other != seen.active) {
            ORGANISATIONS.checkActive(other);
            seen.active = other;
        }
    }

    function _checkHandover(GrantId id, Handover memory h, Allowance left) private pure {
        if (h.scope.isEmpty()) revert DeliveryScopeEmpty(id);
        if (!h.scope.isWithin(left.scopeOf())) revert DeliveryScopeTooWide(id, h.scope, left.scopeOf());
        if (h.rowCount == 0 && h.byteCount == 0) revert DeliveryEmpty(id);
        if (h.byteCount > left.bytesLeft()) revert ByteQuotaExceeded(id, h.byteCount, left.bytesLeft());
        if (h.rowCount > left.rowsLeft()) revert RowQuotaExceeded(id, h.rowCount, left.rowsLeft());
        if (h.logFirst > h.logEnd) revert LogRangeInvalid(id, h.logFirst, h.logEnd);
        if (h.contentDigest == 0 && h.logFirst == h.logEnd) revert DeliveryUnidentified(id);
    }
}
