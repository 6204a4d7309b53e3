// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementId, GrantId, OrganisationId, ResourceId} from "../types/Ids.sol";
import {Allowance} from "../types/Allowance.sol";
import {Claim} from "../types/Claim.sol";
import {Grants} from "./Grants.sol";
import {IAccessLedger} from "../interfaces/IAccessLedger.sol";
import {ICatalogue} from "../interfaces/ICatalogue.sol";
import {IOrganisations} from "../interfaces/IOrganisations.sol";
import {Kinds, NO_KIND, OPERATOR} from "../types/Kinds.sol";
import {Scope} from "../types/Scope.sol";

/// @title Deliveries: what was taken under a grant (共享、下载、用量结算、域内计算)
/// @notice Deliveries are the many acts of the ledger, so their way through a batch is written for cost: each test is
/// one comparison that only says yes or no, and a function named `_refuse…` or `_check…` then says why, in plain Solidity.
abstract contract Deliveries is Grants {
    uint256 private constant MAX_INPUTS = 32;
    /// Bytes of calldata that a delivery, and the grant and kind before its handover, take: all its members are words.
    uint256 private constant DELIVERY_BYTES = 0x140;

    // Sets of kinds of delivery, one bit each.
    uint256 private constant BY_PROVIDER = 15; // all
    uint256 private constant BY_CONSUMER =
        (1 << uint256(DeliveryKind.Download)) | (1 << uint256(DeliveryKind.Computation));
    uint256 private constant BY_OPERATOR = 1 << uint256(DeliveryKind.Statement);

    /// Who records, and what the deliveries before in the same batch found out about other contracts, so that a batch
    /// sorted by resource and consumer asks once. Nothing can change between two deliveries of one transaction: none of
    /// the contracts asked calls out.
    struct Seen {
        OrganisationId actor; // active
        Kinds kinds; // of the actor
        uint256 ties; // of the claim before: its resource may be taken, its consumer is active, its agreement in force
        OrganisationId provider; // of that resource; active
        uint256 mayRecord; // kinds of delivery that it is for the actor to record there
    }

    /// The access log that an operator's statements for a provider refer to.
    mapping(OrganisationId provider => mapping(OrganisationId operator => bytes32 log)) private _entrusted;

    /// @inheritdoc IAccessLedger
    function share(GrantId id, Handover calldata handover) external {
        _record(GrantId.unwrap(id), uint256(DeliveryKind.Share), handover, _seen());
    }

    /// @inheritdoc IAccessLedger
    function download(GrantId id, Handover calldata handover) external {
        _record(GrantId.unwrap(id), uint256(DeliveryKind.Download), handover, _seen());
    }

    /// @inheritdoc IAccessLedger
    function deliver(Delivery[] calldata deliveries) external {
        if (deliveries.length == 0) revert BatchEmpty();
        Seen memory seen = _seen();
        uint256 place;
        uint256 end;
        // In Solidity: for each d of deliveries, _record(d.grant, d.kind, d.handover, seen). That the whole array lies
        // within the calldata was checked when it was decoded; the ranges of its members are checked by `_isInOrder`.
        assembly ("memory-safe") {
            place := deliveries.offset
            end := add(place, mul(deliveries.length, DELIVERY_BYTES))
        }
        while (place != end) {
            uint256 id;
            uint256 kind;
            Handover calldata handover;
            assembly ("memory-safe") {
                id := calldataload(place)
                kind := calldataload(add(place, 0x20))
                handover := add(place, 0x40)
                place := add(place, DELIVERY_BYTES)
            }
            _record(id, kind, handover, seen);
        }
    }

    /// @inheritdoc IAccessLedger
    function compute(Input[] calldata inputs, bytes32 algorithmDigest, bytes32 outputDigest) external {
        if (inputs.length == 0) revert BatchEmpty();
        if (inputs.length > MAX_INPUTS) revert InputInvalid(inputs[MAX_INPUTS].grant);
        if (algorithmDigest == 0 || outputDigest == 0) revert ComputationDigestMissing();
        Seen memory seen = _seen();
        GrantId[] memory ids = new GrantId[](inputs.length);
        OrganisationId consumer = _grants[inputs[0].grant].claim.consumer();
        Handover memory handover;
        handover.channel = Channel.InPlace;
        handover.contentDigest = outputDigest;
        for (uint256 i = 0; i < inputs.length; ++i) {
            Input calldata input = inputs[i];
            GrantId id = input.grant;
            if (i != 0 && GrantId.unwrap(id) <= GrantId.unwrap(ids[i - 1])) revert InputInvalid(id);
            ids[i] = id;
            (handover.rowCount, handover.byteCount, handover.scope) = (input.rowCount, input.byteCount, input.scope);
            Claim claim = _take(
                id,
                uint256(DeliveryKind.Computation),
                handover.byteCount,
                handover.rowCount,
                Scope.unwrap(handover.scope),
                seen
            );
            if (claim.consumer() != consumer) revert InputInvalid(id);
            emit Delivered(id, claim.resource(), consumer, seen.actor, DeliveryKind.Computation, handover);
        }
        emit Computed(outputDigest, consumer, seen.actor, algorithmDigest, ids);
    }

    /// @inheritdoc IAccessLedger
    function confirmReceipt(GrantId id, bytes32 contentDigest) external {
        OrganisationId caller = ORGANISATIONS.checkActor(_msgSender(), NO_KIND);
        Claim claim = _known(id);
        if (claim.state() != State.Revoked) _inState(id, State.Granted);
        if (caller != claim.consumer()) revert NotTheConsumer(id, caller, claim.consumer());
        if (contentDigest == 0) revert ContentDigestMissing(id);

        emit ReceiptConfirmed(id, claim.resource(), caller, contentDigest);
    }

    /// @inheritdoc IAccessLedger
    function entrust(OrganisationId operator, bytes32 log) external {
        OrganisationId provider = ORGANISATIONS.checkActor(_msgSender(), NO_KIND);
        Kinds kinds = ORGANISATIONS.kindsOf(operator);
        if (log != 0 && !kinds.overlaps(OPERATOR)) revert IOrganisations.KindMissing(operator, kinds, OPERATOR);
        if (_entrusted[provider][operator] == log) revert EntrustedUnchanged(provider, operator, log);

        _entrusted[provider][operator] = log;
        emit OperatorEntrusted(provider, operator, log);
    }

    /// @inheritdoc IAccessLedger
    function checkUsable(GrantId id) external view {
        Seen memory seen; // by nobody, so that both sides are asked about
        Claim claim = _grants[id].claim;
        _checkRuns(id, claim);
        _checkSource(id, claim, seen);
        if (_grants[id].left.isUsedUp()) revert GrantStateWrong(id, State.Exhausted, State.Granted);
    }

    /// @inheritdoc IAccessLedger
    function entrustedLog(OrganisationId provider, OrganisationId operator) external view returns (bytes32) {
        return _entrusted[provider][operator];
    }

    function _seen() private view returns (Seen memory seen) {
        (seen.actor, seen.kinds) = ORGANISATIONS.actorOf(_msgSender());
    }

    /// Records what passed. Grant and kind come as words whose range `_isInOrder` checks.
    function _record(uint256 grant, uint256 kind, Handover calldata h, Seen memory seen) private {
        if (!_isInOrder(grant, kind, h)) _refuseHandover(grant, kind, h);
        GrantId id;
        uint256 rowCount;
        uint256 byteCount;
        uint256 scope;
        // In Solidity: (id, rowCount, byteCount, scope) = (GrantId.wrap(grant), h.rowCount, h.byteCount, h.scope).
        assembly ("memory-safe") {
            id := grant
            rowCount := calldataload(add(h, 0x20))
            byteCount := calldataload(add(h, 0x40))
            scope := calldataload(add(h, 0x60))
        }
        Claim claim = _take(id, kind, byteCount, rowCount, scope, seen);
        uint256 resource = ResourceId.unwrap(claim.resource());
        uint256 consumer = OrganisationId.unwrap(claim.consumer());
        OrganisationId actor = seen.actor;
        bytes32 topic = Delivered.selector;
        // In Solidity: emit Delivered(id, resource, consumer, actor, kind, h). The handover is copied as it came, all
        // its members being in range; so a batch of 100 costs 75,000 gas less.
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, actor)
            mstore(add(data, 0x20), kind)
            calldatacopy(add(data, 0x40), h, 0x100)
            log4(data, 0x140, topic, grant, resource, consumer)
        }
    }

    /// Takes an amount from what the grant allows, if all that the grant hangs on allows it, and it is for the actor to
    /// say so.
    function _take(
        GrantId id,
        uint256 kind,
        uint256 byteCount,
        uint256 rowCount,
        uint256 scope,
        Seen memory seen
    ) private returns (Claim claim) {
        Terms storage terms = _grants[id];
        claim = terms.claim;
        if (!claim.runsAt(block.timestamp)) _checkRuns(id, claim);
        if (claim.ties() != seen.ties) _checkSource(id, claim, seen);
        if ((seen.mayRecord >> kind) & 1 == 0) _refuseSide(id, DeliveryKind(kind), claim.consumer(), seen);
        Allowance left = terms.left;
        if (!left.covers(byteCount, rowCount, scope)) {
            _refuseAmount(id, left, uint64(byteCount), uint64(rowCount), Scope.wrap(uint128(scope)));
        }

        terms.left = left.minus(byteCount, rowCount);
    }

    /// A grant that runs now: granted, begun, not over, under no veto.
    function _checkRuns(GrantId id, Claim claim) private view {
        _moving(id, State.Granted);
        if (_now() < claim.begin()) revert GrantNotStarted(id, claim.begin(), _now());
        if (_now() >= claim.end()) revert GrantExpired(id, claim.end(), _now());
    }

    /// The resource may still be taken, the agreement holds, both sides are active.
    function _checkSource(GrantId id, Claim claim, Seen memory seen) private view {
        ICatalogue.Standing memory standing = CATALOGUE.checkSharable(claim.resource());
        if (standing.product) _checkProduct(id, claim.resource(), standing.version);
        (OrganisationId provider, OrganisationId consumer) = (standing.provider, claim.consumer());
        if (provider != seen.actor) ORGANISATIONS.checkActive(provider);
        if (consumer != seen.actor) ORGANISATIONS.checkActive(consumer);
        if (AgreementId.unwrap(claim.agreement()) != 0) AGREEMENTS.checkInForce(claim.agreement());
        seen.ties = claim.ties();
        seen.provider = provider;
        seen.mayRecord = _mayRecord(provider, consumer, seen);
    }

    /// All kinds of delivery for the provider; what it took itself for the consumer; statements for the platform
    /// operator that the provider entrusted.
    function _mayRecord(
        OrganisationId provider,
        OrganisationId consumer,
        Seen memory seen
    ) private view returns (uint256) {
        if (seen.actor == provider) return BY_PROVIDER;
        if (seen.actor == consumer) return BY_CONSUMER;
        return seen.kinds.overlaps(OPERATOR) && _entrusted[provider][seen.actor] != 0 ? BY_OPERATOR : 0;
    }

    function _refuseSide(GrantId id, DeliveryKind kind, OrganisationId consumer, Seen memory seen) private pure {
        if (kind == DeliveryKind.Share) revert NotTheProvider(id, seen.actor, seen.provider);
        revert NotAParty(id, seen.actor, seen.provider, consumer);
    }

    function _refuseAmount(GrantId id, Allowance left, uint64 byteCount, uint64 rowCount, Scope scope) private pure {
        if (scope.isEmpty()) revert DeliveryScopeEmpty(id);
        if (!scope.isWithin(left.scopeOf())) revert DeliveryScopeTooWide(id, scope, left.scopeOf());
        if (rowCount == 0 && byteCount == 0) revert DeliveryEmpty(id);
        if (byteCount > left.bytesLeft()) revert ByteQuotaExceeded(id, byteCount, left.bytesLeft());
        revert RowQuotaExceeded(id, rowCount, left.rowsLeft());
    }

    /// Whether every number is within its type, which calldata read word by word is not by itself; the kind one that is
    /// recorded this way; access lines summed up in statements and nowhere else, and never more than the range of the log
    /// holds; and something says what was delivered. `_refuseHandover` is the same in Solidity, and says what is wrong.
    function _isInOrder(uint256 grant, uint256 kind, Handover calldata h) private pure returns (bool inOrder) {
        uint256 lastChannel = uint256(type(Channel).max);
        uint256 statement = uint256(DeliveryKind.Statement); // the last kind that is recorded this way
        assembly ("memory-safe") {
            let count := calldataload(add(h, 0xa0))
            let first := calldataload(add(h, 0xc0))
            let end := calldataload(add(h, 0xe0))
            let channel := calldataload(h)
            let counts := or(calldataload(add(h, 0x20)), or(calldataload(add(h, 0x40)), count))
            let wide := or(
                shr(64, or(or(or(grant, kind), or(channel, counts)), or(first, end))),
                shr(128, calldataload(add(h, 0x60)))
            )
            let lines := sub(end, first)
            // Of numbers that are not wide, a difference below zero wraps round to one whose highest bit is set.
            let wrapped := shr(255, or(or(sub(lastChannel, channel), sub(statement, kind)), sub(lines, count)))
            let notSummed := xor(iszero(count), iszero(eq(kind, statement)))
            let unidentified := iszero(or(lines, calldataload(add(h, 0x80))))
            inOrder := iszero(or(or(wide, wrapped), or(notSummed, unidentified)))
        }
    }

    /// @param h Copied to memory, which refuses a number that is not within its type.
    function _refuseHandover(uint256 grant, uint256 kindNumber, Handover memory h) private pure {
        if (grant > type(uint64).max || kindNumber > uint256(type(DeliveryKind).max)) revert();
        (GrantId id, DeliveryKind kind) = (GrantId.wrap(uint64(grant)), DeliveryKind(kindNumber));
        if (h.logFirst > h.logEnd) revert LogRangeInvalid(id, h.logFirst, h.logEnd);
        if (kind == DeliveryKind.Statement) revert StatementInvalid(id, h.accessCount, h.logFirst, h.logEnd);
        if (kind == DeliveryKind.Computation || h.accessCount != 0) revert DeliveryKindWrong(id, kind);
        revert DeliveryUnidentified(id);
    }
}
