// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {APPLICANT, CONSUMER, DEVELOPER} from "../../contracts/types/Kinds.sol";
import {IAccessLedger} from "../../contracts/interfaces/IAccessLedger.sol";
import {kindsOfParty} from "./LifeParties.sol";
import {LifeMemory} from "./LifeMemory.sol";

/// @title What must be so
/// @notice The rules once more, from the words of the interfaces, in the plainest way: every question is asked anew.
/// The handlers ask here, before an act, what must become of it.
abstract contract LifeModel is LifeMemory {
    uint256 private constant PRODUCT_STEPS = 4;

    function _active(uint64 party) internal view returns (bool) {
        return !_parties[party].suspended && _parties[party].veto == 0;
    }

    /// Under no veto: the entry, what it is made from, and who provides either.
    function _clean(uint64 entry) internal view returns (bool) {
        Entry storage e = _entries[entry];
        if (e.veto != 0 || _parties[e.provider].veto != 0) return false;
        for (uint256 i = 0; i < e.ancestors.length; ++i) {
            Entry storage above = _entries[e.ancestors[i]];
            if (above.veto != 0 || _parties[above.provider].veto != 0) return false;
        }
        return true;
    }

    function _stands(uint64 pact) internal view returns (bool) {
        Pact storage p = _pacts[pact];
        return !p.ended && p.veto == 0 && p.from <= _time && _time < p.until;
    }

    function _inForce(uint64 pact) internal view returns (bool) {
        Pact storage p = _pacts[pact];
        if (!_stands(pact) || !_active(p.first) || !_active(p.second)) return false;
        if (p.third != 0) return _active(p.third);
        return p.parent == 0 || (!_studioBarred && _stands(p.parent) && _active(_pacts[p.parent].first));
    }

    /// Whether an agreement lets this consumer take this entry, beyond what it holds already.
    function _opens(uint64 pact, uint64 entry, uint64 consumer) internal view returns (bool) {
        Pact storage p = _pacts[pact];
        bool theirs = consumer == (p.third != 0 ? p.third : p.second);
        bool reached = pact == 1 ? entry == 1 || entry == 3 : pact == 2 ? entry == 4 : entry == 2 || entry == 3;
        return theirs && reached && _inForce(pact) && !p.failed && !_pacts[p.parent].failed;
    }

    /// The entry may be taken at all: not by whom, or under what.
    function _takeable(uint64 entry) internal view returns (bool) {
        Entry storage e = _entries[entry];
        if (e.withdrawn || e.share == 2 || !_clean(entry) || !_active(e.provider)) return false;
        if (!e.product) return true;
        bool theirs = e.releasedExtra == 0 || _isTheirs(e.releasedExtra, e.agreement);
        return e.released == e.version && _inForce(e.agreement) && theirs && _sourcesMove(entry, PRODUCT_STEPS);
    }

    /// Granted once: to the developer whose agreement this is, or under the operation agreement of this scene.
    function _isTheirs(uint64 id, uint64 pact) private view returns (bool) {
        Kept storage k = _kept[id];
        bool granted = k.state == IAccessLedger.State.Granted || k.state == IAccessLedger.State.Revoked;
        bool developers = _pacts[pact].parent != 0 && k.consumer == _pacts[pact].second;
        return granted && (developers || k.agreement == 1);
    }

    /// No veto on the grants by which a product's data came, or that of the products it is made from: as they were
    /// released last, whatever was registered since; nor on that data, however many products lie between.
    function _sourcesMove(uint64 product, uint256 steps) private view returns (bool) {
        if (!_sourceMoves(_entries[product].source, steps)) return false;
        if (!_sourceMoves(_entries[product].releasedExtra, steps)) return false;
        uint64[] storage ancestors = _entries[product].ancestors;
        for (uint256 i = 0; i < ancestors.length; ++i) {
            if (_entries[ancestors[i]].product && !_sourcesMove(ancestors[i], steps)) return false;
        }
        return true;
    }

    /// @param steps Products made from products are followed so far; beyond that nothing is known, so nothing moves.
    function _sourceMoves(uint64 id, uint256 steps) private view returns (bool) {
        Kept storage source = _kept[id];
        if (source.state == IAccessLedger.State.None) return true; // nothing came by what nobody asked for
        bool vetoed = source.veto != 0 || _pacts[source.agreement].veto != 0;
        if (vetoed || _pacts[_pacts[source.agreement].parent].veto != 0 || !_clean(source.entry)) return false;
        return !_entries[source.entry].product || (steps > 1 && _sourcesMove(source.entry, steps - 1));
    }

    function _usable(uint64 id) internal view returns (bool) {
        Kept storage k = _kept[id];
        return
            k.state == IAccessLedger.State.Granted &&
            k.veto == 0 &&
            k.from <= _time &&
            _time < k.until &&
            _takeable(k.entry) &&
            _active(k.consumer) &&
            (k.agreement == 0 || _inForce(k.agreement));
    }

    function _usedUp(uint64 id) internal view returns (bool) {
        return _kept[id].takenBytes == _kept[id].bytes_ || _kept[id].takenRows == _kept[id].rows;
    }

    /// Whether this consumer may ask for this entry in this way.
    function _mayAsk(uint64 consumer, uint64 entry, uint64 pact) internal view returns (bool) {
        Entry storage e = _entries[entry];
        if (consumer == e.provider || !_active(consumer) || !_takeable(entry)) return false;
        if (pact == 1 || pact == 2) return _opens(pact, entry, consumer);
        if (pact == 3) return _opens(pact, entry, consumer) && e.open != 2;
        return _isConsumer(consumer) || (kindsOfParty(consumer).overlaps(APPLICANT | DEVELOPER) && e.open != 2);
    }

    function _isConsumer(uint64 party) internal pure returns (bool) {
        return kindsOfParty(party).overlaps(CONSUMER);
    }

    /// By which rule it is decided, beside that of level 0 for authorised operation.
    function _levelOf(uint64 id) internal view returns (uint8) {
        return _entries[_kept[id].entry].level;
    }

    /// Whether a rule asks for this role. A rule that asks for nobody names nobody.
    function _names(uint64 id, uint8 role) internal view returns (bool) {
        bool ofOperation = _kept[id].agreement == 1 && (_named[0] >> role) & 1 == 1;
        return ofOperation || (_named[_levelOf(id)] >> role) & 1 == 1;
    }

    /// Whether nobody is asked but the provider.
    function _isProvidersAlone(uint64 id) internal view returns (bool) {
        return !_names(id, 0) && !_names(id, 1) && !_names(id, 2);
    }

    /// A request on which a decision may be taken now.
    function _decidable(uint64 id) internal view returns (bool) {
        Kept storage k = _kept[id];
        Entry storage e = _entries[k.entry];
        if (k.state != IAccessLedger.State.Requested || k.veto != 0 || _time >= k.askedUntil) return false;
        if (!_takeable(k.entry) || !_active(e.provider) || !_active(k.consumer)) return false;
        return k.agreement == 0 || _opens(k.agreement, k.entry, k.consumer);
    }

    function _askedDigest(uint64 id) internal view returns (bytes32) {
        Kept storage k = _kept[id];
        return
            keccak256(
                abi.encode(
                    k.entry,
                    k.consumer,
                    k.agreement,
                    k.purpose,
                    k.scope,
                    k.askedFrom,
                    k.askedUntil,
                    k.askedBytes,
                    k.askedRows,
                    k.withdrawals
                )
            );
    }

    function _noteGrant(uint64 id, uint40 until, uint64 bytes_, uint64 rows) internal {
        Kept storage k = _kept[id];
        k.state = IAccessLedger.State.Granted;
        k.grantedAt = _time;
        k.from = k.askedFrom < _time ? _time : k.askedFrom;
        (k.until, k.bytes_, k.rows) = (until, bytes_, rows);
    }
}
