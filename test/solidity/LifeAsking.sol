// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementId, OrganisationId, ResourceId} from "../../contracts/types/Ids.sol";
import {between, check} from "./SolidityTest.sol";
import {COMPANY, FIRM, keyOf, PARTIES, STATISTICS, STUDIO, TAX, TRAFFIC} from "./LifeParties.sol";
import {IAccessLedger} from "../../contracts/interfaces/IAccessLedger.sol";
import {IPolicies} from "../../contracts/interfaces/IPolicies.sol";
import {LifeModel} from "./LifeModel.sol";
import {Purpose} from "../../contracts/types/Purpose.sol";
import {Scope} from "../../contracts/types/Scope.sol";

/// @title Requests, and what is granted without anybody being asked
abstract contract LifeAsking is LifeModel {
    /// Anybody asks for anything, mostly under the agreement that is theirs, mostly within bounds.
    function ask(uint256 who, uint256 what, uint256 under, uint256 seed, uint256 how) external onTime {
        uint64 consumer = _consumer(who);
        uint64 pact = consumer == COMPANY ? 1 : consumer == STUDIO ? 2 : consumer == FIRM ? 3 : 0;
        if (under % 4 == 0) pact = uint64(between(under / 4, 0, AGREEMENTS));
        else if (under % 4 == 1) pact = 0;
        uint40 from = uint40(between(_draw(seed, 1), _time - 3 days, _time + 5 days));
        IAccessLedger.Request memory terms = IAccessLedger.Request({
            resource: ResourceId.wrap(uint64(between(what, 1, ENTRIES))),
            agreement: AgreementId.wrap(pact),
            purpose: _draw(seed, 2) % 2 == 0 ? Purpose.wrap("First") : Purpose.wrap("Second"),
            purposeTextDigest: DIGEST,
            legalBasisDigest: DIGEST,
            scope: Scope.wrap(uint128(between(_draw(seed, 3), 0, 17))),
            from: from,
            until: from + uint40(between(_draw(seed, 4), 0, 30 days)),
            quota: IAccessLedger.Quota(
                uint64(between(_draw(seed, 5), 0, 1_000)),
                uint64(between(_draw(seed, 6), 0, 100))
            )
        });
        _ask(consumer, terms, how);
    }

    /// A provider says what it grants without being asked; or somebody who is not the provider does.
    function setPolicy(uint256 what, uint256 seed, uint256 how) external onTime {
        uint64 entry = uint64(between(what, 1, ENTRIES));
        uint64 party = _ownerOrAny(entry, seed);
        uint64 only = _draw(seed, 1) % 3 == 0 ? STATISTICS : 0;
        IPolicies.Terms memory terms = IPolicies.Terms({
            longestPeriod: uint40(between(_draw(seed, 2), 1, 40 days)),
            validUntil: _time + uint40(between(_draw(seed, 3), 1, 60 days)),
            mostBytes: uint64(between(_draw(seed, 4), 1, 1_500)),
            mostRows: uint64(between(_draw(seed, 5), 1, 150)),
            scope: Scope.wrap(uint128(between(_draw(seed, 6), 7, 15))),
            purposes: between(_draw(seed, 7), 1, 3)
        });
        OrganisationId[] memory consumers = new OrganisationId[](only == 0 ? 0 : 1);
        if (only != 0) consumers[0] = OrganisationId.wrap(only);
        Entry storage e = _entries[entry];
        bool allowed = party == e.provider && _active(party) && !e.withdrawn && e.share != 2 && _clean(entry);
        bytes memory data = abi.encodeCall(IPolicies.setPolicy, (ResourceId.wrap(entry), terms, consumers));
        check(_act(keyOf(party), address(_policies), data, how) == allowed, "setPolicy");
        if (!allowed) return;
        _policyOf[entry] = Policy({
            longest: terms.longestPeriod,
            until: terms.validUntil,
            bytes_: terms.mostBytes,
            rows: terms.mostRows,
            scope: Scope.unwrap(terms.scope),
            purposes: terms.purposes,
            only: only
        });
    }

    function endPolicy(uint256 what, uint256 seed, uint256 how) external onTime {
        uint64 entry = uint64(between(what, 1, ENTRIES));
        uint64 party = _ownerOrAny(entry, seed);
        bool allowed = party == _entries[entry].provider && _active(party) && _policyOf[entry].until != 0;
        bytes memory data = abi.encodeCall(IPolicies.endPolicy, (ResourceId.wrap(entry), DIGEST));
        check(_act(keyOf(party), address(_policies), data, how) == allowed, "endPolicy");
        if (allowed) _policyOf[entry].until = 0;
    }

    function _ask(uint64 consumer, IAccessLedger.Request memory terms, uint256 how) internal returns (uint64 id) {
        (uint64 entry, uint64 pact) = (ResourceId.unwrap(terms.resource), AgreementId.unwrap(terms.agreement));
        bool allowed = _inOrder(terms) && _mayAsk(consumer, entry, pact);
        bytes memory data = abi.encodeCall(IAccessLedger.request, (terms));
        check(_act(keyOf(consumer), address(_ledger), data, how) == allowed, "request");
        if (!allowed) return 0;
        id = ++_count;
        Kept storage k = _kept[id];
        (k.entry, k.consumer, k.agreement) = (entry, consumer, pact);
        (k.askedFrom, k.askedUntil, k.scope) = (terms.from, terms.until, Scope.unwrap(terms.scope));
        (k.askedBytes, k.askedRows) = (terms.quota.byteCount, terms.quota.rowCount);
        k.purpose = Purpose.unwrap(terms.purpose) == "First" ? 0 : 1;
        k.state = IAccessLedger.State.Requested;
        if (_isFree(id)) _noteGrant(id, terms.until, k.askedBytes, k.askedRows);
    }

    /// Granted by the contract at once: it is there for all, or within the provider's policy; and nobody need approve.
    function _isFree(uint64 id) private view returns (bool) {
        Kept storage k = _kept[id];
        Entry storage e = _entries[k.entry];
        if (!_isProvidersAlone(id) || k.agreement != 0) return false;
        if (!_isConsumer(k.consumer)) return e.open == 0;
        Policy storage p = _policyOf[k.entry];
        uint40 begin = k.askedFrom < _time ? _time : k.askedFrom;
        bool covered = _time < p.until &&
            k.askedUntil - begin <= p.longest &&
            k.askedBytes <= p.bytes_ &&
            k.askedRows <= p.rows &&
            k.scope & ~p.scope == 0 &&
            (p.purposes >> k.purpose) & 1 == 1 &&
            (p.only == 0 || p.only == k.consumer);
        return e.share == 0 || covered;
    }

    function _inOrder(IAccessLedger.Request memory terms) private view returns (bool) {
        uint128 scope = Scope.unwrap(terms.scope);
        bool sized = terms.quota.byteCount != 0 && terms.quota.rowCount != 0;
        return sized && scope != 0 && scope < 1 << FIELDS && terms.from < terms.until && terms.until > _time;
    }

    /// Of ten who ask, nine may.
    function _consumer(uint256 who) private pure returns (uint64) {
        uint64[6] memory usual = [STATISTICS, TRAFFIC, COMPANY, STUDIO, FIRM, TAX];
        return who % 10 == 0 ? uint64(between(who / 10, 1, PARTIES)) : usual[(who / 10) % 6];
    }

    function _ownerOrAny(uint64 entry, uint256 seed) internal view returns (uint64) {
        return _draw(seed, 0) % 5 == 0 ? uint64(between(_draw(seed, 100), 1, PARTIES)) : _entries[entry].provider;
    }

    /// One of many numbers from one.
    function _draw(uint256 seed, uint256 which) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, which)));
    }
}
