// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {between, check} from "./SolidityTest.sol";
import {GrantId} from "../../contracts/types/Ids.sol";
import {IAccessLedger} from "../../contracts/interfaces/IAccessLedger.sol";
import {keyOf, PARTIES, PLATFORM, TAX} from "./LifeParties.sol";
import {LifeUnsettling} from "./LifeUnsettling.sol";
import {Scope} from "../../contracts/types/Scope.sol";

/// @title What is taken: deliveries of all kinds, alone and in batches, and computations
abstract contract LifeTaking is LifeUnsettling {
    /// One delivery; a share or download by the function of that name.
    function take(uint256 which, uint256 anyKind, uint256 seed, uint256 how) external onTime {
        if (_count == 0) return;
        uint64 id = _pickUsable(which);
        IAccessLedger.DeliveryKind kind = _kind(anyKind);
        (IAccessLedger.Handover memory h, bool inOrder) = _handover(kind, seed);
        uint64 party = _recorder(id, kind, seed);
        bool allowed = inOrder && _active(party) && _deliverable(party, id, kind, h);
        bytes memory data;
        if (kind == IAccessLedger.DeliveryKind.Share) {
            data = abi.encodeCall(IAccessLedger.share, (GrantId.wrap(id), h));
        } else if (kind == IAccessLedger.DeliveryKind.Download) {
            data = abi.encodeCall(IAccessLedger.download, (GrantId.wrap(id), h));
        } else {
            IAccessLedger.Delivery[] memory one = new IAccessLedger.Delivery[](1);
            one[0] = IAccessLedger.Delivery(GrantId.wrap(id), kind, h);
            data = abi.encodeCall(IAccessLedger.deliver, (one));
        }
        check(_act(keyOf(party), address(_ledger), data, how) == allowed, "delivery");
        if (allowed) _take(id, h.byteCount, h.rowCount);
    }

    /// All or none: each is allowed only after the ones before it.
    function takeSeveral(uint256 which, uint256 anyKind, uint256 seed, uint256 how) external onTime {
        if (_count == 0) return;
        IAccessLedger.Delivery[] memory all = new IAccessLedger.Delivery[](between(seed, 2, 6));
        uint64 party = _recorder(_pickUsable(which), _kind(anyKind), seed);
        bool allowed = _active(party);
        uint256 taken = 0;
        for (uint256 i = 0; i < all.length; ++i) {
            uint64 id = _pickUsable(i % 2 == 0 ? which : _draw(seed, i));
            IAccessLedger.DeliveryKind kind = _kind(anyKind);
            (IAccessLedger.Handover memory h, bool inOrder) = _handover(kind, _draw(seed, 50 + i));
            all[i] = IAccessLedger.Delivery(GrantId.wrap(id), kind, h);
            allowed = allowed && inOrder && _deliverable(party, id, kind, h);
            if (!allowed) continue;
            _take(id, h.byteCount, h.rowCount);
            ++taken;
        }
        bytes memory data = abi.encodeCall(IAccessLedger.deliver, (all));
        check(_act(keyOf(party), address(_ledger), data, how) == allowed, "deliveries");
        if (!allowed) {
            for (uint256 i = 0; i < taken; ++i) {
                Kept storage k = _kept[GrantId.unwrap(all[i].grant)];
                k.takenBytes -= all[i].handover.byteCount;
                k.takenRows -= all[i].handover.rowCount;
            }
        }
    }

    /// Two grants of one consumer, ascending; or not.
    function compute(uint256 which, uint256 other, uint256 seed, uint256 how) external onTime {
        if (_count < 2) return;
        (uint64 a, uint64 b) = (_pickUsable(which), _pickUsable(other));
        if (a > b && seed % 8 != 0) (a, b) = (b, a);
        IAccessLedger.Input[] memory inputs = new IAccessLedger.Input[](2);
        IAccessLedger.DeliveryKind kind = IAccessLedger.DeliveryKind.Computation;
        uint64 party = _recorder(a, kind, seed);
        bool allowed = _active(party) && a < b && _kept[a].consumer == _kept[b].consumer;
        for (uint256 i = 0; i < 2; ++i) {
            uint64 id = i == 0 ? a : b;
            (IAccessLedger.Handover memory h, ) = _handover(IAccessLedger.DeliveryKind.Share, _draw(seed, 60 + i));
            inputs[i] = IAccessLedger.Input(GrantId.wrap(id), h.rowCount, h.byteCount, h.scope);
            allowed = allowed && _deliverable(party, id, kind, h);
        }
        bytes memory data = abi.encodeCall(IAccessLedger.compute, (inputs, DIGEST, DIGEST));
        check(_act(keyOf(party), address(_ledger), data, how) == allowed, "compute");
        if (!allowed) return;
        for (uint256 i = 0; i < 2; ++i) {
            _take(GrantId.unwrap(inputs[i].grant), inputs[i].byteCount, inputs[i].rowCount);
        }
    }

    /// What arrived is countersigned by whom it reached, whenever.
    function confirm(uint256 which, uint256 seed, uint256 how) external onTime {
        if (_count == 0) return;
        uint64 id = _pick(which);
        Kept storage k = _kept[id];
        uint64 party = seed % 4 == 0 ? uint64(between(_draw(seed, 1), 1, PARTIES)) : k.consumer;
        bool was = k.state == IAccessLedger.State.Granted || k.state == IAccessLedger.State.Revoked;
        bool allowed = was && party == k.consumer && _active(party);
        bytes memory data = abi.encodeCall(IAccessLedger.confirmReceipt, (GrantId.wrap(id), DIGEST));
        check(_act(keyOf(party), address(_ledger), data, how) == allowed, "confirmReceipt");
    }

    function _deliverable(
        uint64 party,
        uint64 id,
        IAccessLedger.DeliveryKind kind,
        IAccessLedger.Handover memory h
    ) private view returns (bool) {
        Kept storage k = _kept[id];
        uint128 scope = Scope.unwrap(h.scope);
        bool within = scope != 0 && scope & ~k.scope == 0 && (h.byteCount != 0 || h.rowCount != 0);
        bool left = h.byteCount <= k.bytes_ - k.takenBytes && h.rowCount <= k.rows - k.takenRows;
        return within && left && _mayRecord(party, id, kind) && _usable(id);
    }

    function _mayRecord(uint64 party, uint64 id, IAccessLedger.DeliveryKind kind) private view returns (bool) {
        uint64 provider = _entries[_kept[id].entry].provider;
        if (party == provider) return true;
        if (party == _kept[id].consumer) {
            return kind == IAccessLedger.DeliveryKind.Download || kind == IAccessLedger.DeliveryKind.Computation;
        }
        // Entrusted once, when the scene was set.
        return kind == IAccessLedger.DeliveryKind.Statement && party == PLATFORM && provider == TAX;
    }

    function _take(uint64 id, uint64 bytes_, uint64 rows) private {
        _kept[id].takenBytes += bytes_;
        _kept[id].takenRows += rows;
    }

    /// Of four grants three are looked for until one is found that can be used.
    function _pickUsable(uint256 any) private view returns (uint64 id) {
        id = _pick(any);
        if (any % 4 == 0) return id;
        for (uint64 i = 0; i < _count; ++i) {
            uint64 next = ((id + i - 1) % _count) + 1;
            if (_usable(next) && !_usedUp(next)) return next;
        }
    }

    function _recorder(uint64 id, IAccessLedger.DeliveryKind kind, uint256 seed) private view returns (uint64) {
        if (_draw(seed, 9) % 6 == 0) return uint64(between(_draw(seed, 10), 1, PARTIES));
        uint64 provider = _entries[_kept[id].entry].provider;
        if (kind == IAccessLedger.DeliveryKind.Share || _draw(seed, 11) % 3 == 0) return provider;
        return kind == IAccessLedger.DeliveryKind.Statement ? PLATFORM : _kept[id].consumer;
    }

    /// Seldom one that only `compute` may record.
    function _kind(uint256 any) private pure returns (IAccessLedger.DeliveryKind) {
        return IAccessLedger.DeliveryKind(any % 16 == 0 ? 3 : (any / 16) % 3);
    }

    /// What passed, and whether it says of itself what it must.
    function _handover(
        IAccessLedger.DeliveryKind kind,
        uint256 seed
    ) private pure returns (IAccessLedger.Handover memory h, bool inOrder) {
        h.channel = IAccessLedger.Channel(seed % 5);
        h.byteCount = uint64(between(_draw(seed, 1), 0, 200));
        h.rowCount = uint64(between(_draw(seed, 2), 0, 20));
        uint256 scope = _draw(seed, 3) % 4 == 0 ? between(_draw(seed, 4), 0, 17) : 1 << (_draw(seed, 4) % 2);
        h.scope = Scope.wrap(uint128(scope));
        (h.logFirst, h.logEnd) = (100, 140);
        bool statement = kind == IAccessLedger.DeliveryKind.Statement;
        if (statement) h.accessCount = 40;
        else h.contentDigest = DIGEST;
        uint256 wrong = _draw(seed, 6) % 24;
        if (wrong == 0) h.accessCount = statement ? 41 : 1;
        if (wrong == 1) (h.logFirst, h.logEnd) = (140, 100);
        if (wrong == 2) h.accessCount = 0;
        if (wrong == 3) (h.contentDigest, h.logFirst) = (0, 140);
        bool meant = wrong == 2 ? !statement : wrong > 3;
        inOrder = meant && kind != IAccessLedger.DeliveryKind.Computation;
    }
}
