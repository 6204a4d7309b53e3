// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AUTHORITY, keyOf, officerKeyOf, PARTIES} from "./LifeParties.sol";
import {between, check} from "./SolidityTest.sol";
import {GrantId} from "../../contracts/types/Ids.sol";
import {IAccessLedger} from "../../contracts/interfaces/IAccessLedger.sol";
import {LifeAsking} from "./LifeAsking.sol";

/// @title Decisions: by the provider, by several, and taken back
abstract contract LifeDeciding is LifeAsking {
    /// The keeper of the rules: from a level on, so many of these.
    function setRule(uint256 anyLevel, uint256 anyNeeded, uint256 anyRoles) external onTime {
        uint8 level = uint8(anyLevel % 4);
        uint8 roles = uint8(anyRoles % 8);
        uint8 named = (roles & 1) + ((roles >> 1) & 1) + (roles >> 2);
        uint8 needed = named == 0 ? 0 : uint8(between(anyNeeded, 1, named));
        _ledger.setApprovalRule(level, IAccessLedger.ApprovalRule(needed, roles));
        for (uint8 l = level; l < (level == 0 ? 1 : 16); ++l) (_needed[l], _named[l]) = (needed, roles);
    }

    /// The provider grants, as asked, less, or a little more; or somebody else does, or for another request.
    function grant(uint256 which, uint256 seed, uint256 how) external onTime {
        if (_count == 0) return;
        _decide(_pick(which), seed, how);
    }

    function approve(uint256 which, uint256 anyRole, uint256 seed, uint256 how) external onTime {
        if (_count == 0) return;
        uint64 id = _pick(which);
        Kept storage k = _kept[id];
        (uint8 role, uint40 until) = (uint8(anyRole % 3), _time + uint40(between(_draw(seed, 1), 0, 10 days)));
        (uint256 key, bool theirs) = _approver(id, role, seed);
        bytes32 about = _draw(seed, 2) % 8 == 0 ? _askedDigest(_pick(seed)) : _askedDigest(id);
        bool open = _names(id, role) && k.approvedUntil[role] <= _time && until > _time;
        bool allowed = theirs && open && _decidable(id) && about == _askedDigest(id);
        bytes memory data = abi.encodeCall(
            IAccessLedger.approve,
            (GrantId.wrap(id), about, IAccessLedger.Approver(role), until, DIGEST)
        );
        check(_act(key, address(_ledger), data, how) == allowed, "approve");
        if (!allowed) return;
        k.approvedUntil[role] = until;
        bool met = _isMet(id, _levelOf(id)) && (k.agreement != 1 || _isMet(id, 0));
        if (met) _noteGrant(id, k.askedUntil, k.askedBytes, k.askedRows);
    }

    function withdrawApproval(uint256 which, uint256 anyRole, uint256 seed, uint256 how) external onTime {
        if (_count == 0) return;
        uint64 id = _pick(which);
        uint8 role = uint8(anyRole % 3);
        (uint256 key, bool theirs) = _approver(id, role, seed);
        bool given = _kept[id].state == IAccessLedger.State.Requested && _kept[id].approvedUntil[role] > _time;
        bytes memory data = abi.encodeCall(
            IAccessLedger.withdrawApproval,
            (GrantId.wrap(id), IAccessLedger.Approver(role), DIGEST)
        );
        check(_act(key, address(_ledger), data, how) == (theirs && given), "withdrawApproval");
        if (!theirs || !given) return;
        _kept[id].approvedUntil[role] = 0;
        ++_kept[id].withdrawals;
    }

    function refuse(uint256 which, uint256 seed, uint256 how) external onTime {
        if (_count == 0 || seed % 3 == 0) return; // a refusal is for ever
        uint64 id = _pick(which);
        uint64 party = _ownerOrAny(_kept[id].entry, seed);
        bool allowed = _kept[id].state == IAccessLedger.State.Requested && _provides(party, id);
        bytes memory data = abi.encodeCall(IAccessLedger.refuse, (GrantId.wrap(id), DIGEST));
        check(_act(keyOf(party), address(_ledger), data, how) == allowed, "refuse");
        if (allowed) _kept[id].state = IAccessLedger.State.Refused;
    }

    function revoke(uint256 which, uint256 seed, uint256 how) external onTime {
        if (_count == 0 || seed % 3 == 0) return; // so is a revocation
        uint64 id = _pick(which);
        uint64 party = _ownerOrAny(_kept[id].entry, seed);
        bool running = _kept[id].state == IAccessLedger.State.Granted && _time < _kept[id].until;
        bool allowed = running && _provides(party, id);
        bytes memory data = abi.encodeCall(IAccessLedger.revoke, (GrantId.wrap(id), DIGEST));
        check(_act(keyOf(party), address(_ledger), data, how) == allowed, "revoke");
        if (allowed) _kept[id].state = IAccessLedger.State.Revoked;
    }

    /// Any request or grant that there is.
    function _pick(uint256 any) internal view returns (uint64) {
        return uint64(between(any, 1, _count));
    }

    function _decide(uint64 id, uint256 seed, uint256 how) internal {
        Kept storage k = _kept[id];
        uint40 until = k.askedUntil - uint40(between(_draw(seed, 1), 0, 5 days));
        if (_draw(seed, 5) % 16 == 0) until += 5 days;
        IAccessLedger.Quota memory quota = IAccessLedger.Quota(
            uint64(between(_draw(seed, 2), 0, k.askedBytes + 50)),
            uint64(between(_draw(seed, 3), 0, k.askedRows + 5))
        );
        bytes32 about = _draw(seed, 4) % 8 == 0 ? _askedDigest(_pick(seed)) : _askedDigest(id);
        _grantAs(_ownerOrAny(k.entry, seed), id, about, until, quota, how);
    }

    function _grantAs(
        uint64 party,
        uint64 id,
        bytes32 about,
        uint40 until,
        IAccessLedger.Quota memory quota,
        uint256 how
    ) internal {
        Kept storage k = _kept[id];
        uint40 from = k.askedFrom < _time ? _time : k.askedFrom;
        bool narrower = until <= k.askedUntil && quota.byteCount <= k.askedBytes && quota.rowCount <= k.askedRows;
        bool something = from < until && quota.byteCount != 0 && quota.rowCount != 0;
        bool theirs = _provides(party, id) && about == _askedDigest(id);
        bool allowed = theirs && narrower && something && _isProvidersAlone(id) && _decidable(id);
        bytes memory data = abi.encodeCall(IAccessLedger.grant, (GrantId.wrap(id), about, until, quota, DIGEST));
        check(_act(keyOf(party), address(_ledger), data, how) == allowed, "grant");
        if (allowed) _noteGrant(id, until, quota.byteCount, quota.rowCount);
    }

    function _provides(uint64 party, uint64 id) private view returns (bool) {
        return party == _entries[_kept[id].entry].provider && _active(party);
    }

    /// Whether as many as a rule asks for, of whom it names, approve now.
    function _isMet(uint64 id, uint8 rule) private view returns (bool) {
        uint8 count = 0;
        for (uint8 role = 0; role < 3; ++role) {
            if ((_named[rule] >> role) & 1 == 1 && _kept[id].approvedUntil[role] > _time) ++count;
        }
        return count >= _needed[rule];
    }

    /// The key that may approve in this role; or another: an organisation's own, or some officer's.
    function _approver(uint64 id, uint8 role, uint256 seed) private view returns (uint256 key, bool theirs) {
        uint64 party = role == 0 ? _entries[_kept[id].entry].provider : role == 1 ? _kept[id].consumer : AUTHORITY;
        key = role == 2 ? keyOf(party) : officerKeyOf(party);
        uint64 other = uint64(between(_draw(seed, 101), 1, PARTIES));
        uint256 false_ = _draw(seed, 102) % 2 == 0 ? keyOf(other) : officerKeyOf(other);
        if (_draw(seed, 103) % 5 == 0) return (false_, false_ == key && _active(party));
        return (key, _active(party));
    }
}
