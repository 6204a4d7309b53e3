// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementId, GrantId, OrganisationId, ResourceId} from "../../contracts/types/Ids.sol";
import {AGENCY, COMPANY, STATISTICS, STUDIO, TAX} from "./LifeParties.sol";
import {check, checkEqual} from "./SolidityTest.sol";
import {IAccessLedger} from "../../contracts/interfaces/IAccessLedger.sol";
import {LifeTaking} from "./LifeTaking.sol";
import {Purpose} from "../../contracts/types/Purpose.sol";
import {Scope} from "../../contracts/types/Scope.sol";

/// @title The life of grants: everything that can happen to them, honestly and not
/// @notice The pattern of a handler: each public function of its parts is one act, made of any numbers the runner
/// thinks up. Before an act it is asked of the model (LifeModel) whether the act must go through; it must go through
/// then, and be refused otherwise. What went through is written down. The functions here compare, for the invariants.
contract LifeHandler is LifeTaking {
    /// Grants 1 to 3 lead from the tax bureau's entry 1 to the company's product, from there to the studio's, and from
    /// there to the bureau of statistics: a product of a product.
    constructor() {
        _begin(COMPANY, TAX, 1, 1);
        _released(COMPANY, AGENCY, 4, 1, 1);
        _begin(STUDIO, COMPANY, 4, 2);
        _released(STUDIO, COMPANY, 5, 2, 2);
        _begin(STATISTICS, STUDIO, 5, 0);
    }

    /// When the next act happens: the checks are to be asked at this time.
    function time() external view returns (uint40) {
        return _time;
    }

    /// Every number that the ledger keeps of a grant is what was asked for, granted and taken.
    function checkKept() external view {
        for (uint64 id = 1; id <= _count; ++id) _checkKept(id);
    }

    /// What was granted was asked for, starts in its own block or later, and no more was taken.
    function checkBounds() external view {
        for (uint64 id = 1; id <= _count; ++id) _checkBounds(_kept[id]);
    }

    /// Each can be used now if the model says so, and not otherwise.
    function checkUse() external view {
        for (uint64 id = 1; id <= _count; ++id) {
            checkEqual(_isUsable(id) ? 1 : 0, _usable(id) && !_usedUp(id) ? 1 : 0, "whether it can be used");
        }
    }

    /// Asked without the model's rules of use: is there a veto anywhere on the way, or an agreement that ended?
    function checkStill() external view {
        for (uint64 id = 1; id <= _count; ++id) {
            if (_vetoed(id) || _endedUnder(id)) check(!_isUsable(id), "what is vetoed or ended moves");
        }
    }

    function _checkKept(uint64 id) private view {
        Kept storage k = _kept[id];
        IAccessLedger.Grant memory g = _ledger.grantOf(GrantId.wrap(id));
        bool decided = k.state == IAccessLedger.State.Granted || k.state == IAccessLedger.State.Revoked;
        checkEqual(ResourceId.unwrap(g.resource), k.entry, "resource");
        checkEqual(OrganisationId.unwrap(g.consumer), k.consumer, "consumer");
        checkEqual(AgreementId.unwrap(g.agreement), k.agreement, "agreement");
        checkEqual(g.purpose, k.purpose, "purpose");
        checkEqual(Scope.unwrap(g.scope), k.scope, "scope");
        checkEqual(g.from, decided ? k.from : k.askedFrom, "from");
        checkEqual(g.until, decided ? k.until : k.askedUntil, "until");
        checkEqual(g.bytesLeft, decided ? k.bytes_ - k.takenBytes : k.askedBytes, "bytes left");
        checkEqual(g.rowsLeft, decided ? k.rows - k.takenRows : k.askedRows, "rows left");
        checkEqual(uint256(g.state), uint256(_stateOf(id)), "state");
    }

    function _checkBounds(Kept storage k) private view {
        if (k.grantedAt == 0) return;
        check(k.until <= k.askedUntil && k.from >= k.askedFrom, "a longer period than asked for");
        check(k.from >= k.grantedAt, "a grant that starts before its block");
        check(k.bytes_ <= k.askedBytes && k.rows <= k.askedRows, "a larger quota than asked for");
        check(k.takenBytes <= k.bytes_ && k.takenRows <= k.rows, "more taken than granted");
    }

    function _isUsable(uint64 id) private view returns (bool usable) {
        (usable, ) = address(_ledger).staticcall(abi.encodeCall(IAccessLedger.checkUsable, (GrantId.wrap(id))));
    }

    function _vetoed(uint64 id) private view returns (bool) {
        Kept storage k = _kept[id];
        Entry storage e = _entries[k.entry];
        if (k.veto != 0 || !_clean(k.entry) || _parties[k.consumer].veto != 0 || _pactVetoed(k.agreement)) return true;
        return e.product && (_pactVetoed(e.agreement) || _vetoed(e.source));
    }

    function _pactVetoed(uint64 pact) private view returns (bool) {
        if (pact == 0) return false;
        Pact storage p = _pacts[pact];
        bool parties = _parties[p.first].veto != 0 || _parties[p.second].veto != 0 || _parties[p.third].veto != 0;
        return p.veto != 0 || parties || _pactVetoed(p.parent);
    }

    function _endedUnder(uint64 id) private view returns (bool) {
        Kept storage k = _kept[id];
        return _pactEnded(k.agreement) || _pactEnded(_entries[k.entry].agreement);
    }

    function _pactEnded(uint64 pact) private view returns (bool) {
        return pact != 0 && (_pacts[pact].ended || _pactEnded(_pacts[pact].parent));
    }

    function _stateOf(uint64 id) private view returns (IAccessLedger.State) {
        Kept storage k = _kept[id];
        if (k.state == IAccessLedger.State.Requested && k.veto != 0) return IAccessLedger.State.Held;
        if (k.state != IAccessLedger.State.Granted) return k.state;
        if (_time >= k.until) return IAccessLedger.State.Expired;
        if (k.veto != 0) return IAccessLedger.State.Suspended;
        return _usedUp(id) ? IAccessLedger.State.Exhausted : IAccessLedger.State.Granted;
    }

    function _begin(uint64 consumer, uint64 provider, uint64 entry, uint64 pact) private {
        IAccessLedger.Quota memory quota = IAccessLedger.Quota(1_000, 100);
        IAccessLedger.Request memory terms = IAccessLedger.Request({
            resource: ResourceId.wrap(entry),
            agreement: AgreementId.wrap(pact),
            purpose: Purpose.wrap("First"),
            purposeTextDigest: DIGEST,
            legalBasisDigest: DIGEST,
            scope: Scope.wrap(15),
            from: _time,
            until: _time + 60 days,
            quota: quota
        });
        uint64 id = _ask(consumer, terms, 1);
        _grantAs(provider, id, _askedDigest(id), terms.until, quota, 1);
        check(_kept[id].state == IAccessLedger.State.Granted, "the scene's own grants are given");
    }

    function _released(uint64 maker, uint64 reviewer, uint64 entry, uint64 pact, uint64 source) private {
        _release(maker, reviewer, entry, pact, source);
        Entry storage e = _entries[entry];
        (e.registered, e.released, e.agreement, e.source) = (1, 1, pact, source);
    }
}
