// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AUTHORITY, INSPECTORATE, keyOf, PARTIES} from "./LifeParties.sol";
import {between, check} from "./SolidityTest.sol";
import {AgreementId, GrantId, OrganisationId, ResourceId} from "../../contracts/types/Ids.sol";
import {IAccessLedger} from "../../contracts/interfaces/IAccessLedger.sol";
import {IAgreements} from "../../contracts/interfaces/IAgreements.sol";
import {ICatalogue} from "../../contracts/interfaces/ICatalogue.sol";
import {IOrganisations} from "../../contracts/interfaces/IOrganisations.sol";
import {LifeDeciding} from "./LifeDeciding.sol";

/// @title Vetoes on all four kinds of things, and their lifting
abstract contract LifeVetoing is LifeDeciding {
    enum Kind {
        Grant,
        Organisation,
        Entry,
        Agreement
    }

    /// How many vetoes there were on each thing: a consent names the newest, and starts over after 32.
    mapping(Kind kind => mapping(uint64 id => uint256)) private _vetoes;

    function veto(uint256 anyKind, uint256 which, uint256 who, uint256 how) external onTime {
        (Kind kind, uint64 id) = _thing(anyKind, which);
        if (id == 0) return;
        uint64 party = who % 4 == 0 ? uint64(between(who / 4, 1, PARTIES)) : INSPECTORATE;
        bool allowed = party == INSPECTORATE && _active(party) && _vetoOf(kind, id) != 1 && _mayBeVetoed(kind, id);
        (address to, bytes memory data) = _vetoCall(kind, id);
        check(_act(keyOf(party), to, data, how) == allowed, "veto");
        if (!allowed) return;
        _setVeto(kind, id, 1);
        ++_vetoes[kind][id];
    }

    /// Mostly by inspector and regulator, so that vetoes do not pile up.
    function lift(uint256 anyKind, uint256 which, uint256 who, uint256 how) external onTime {
        (Kind kind, uint64 id) = _thing(anyKind, which);
        if (id != 0) _lift(kind, id, who, how);
    }

    /// Both agree, in either order.
    function settle(uint256 anyKind, uint256 which, uint256 who, uint256 how) external onTime {
        (Kind kind, uint64 id) = _thing(anyKind, which);
        if (id == 0) return;
        _lift(kind, id, who % 2 == 0 ? 1 : 2, how);
        _lift(kind, id, who % 2 == 0 ? 2 : 1, how / 27);
    }

    function _lift(Kind kind, uint64 id, uint256 who, uint256 how) private {
        uint64 party = who % 3 == 0 ? uint64(between(who / 3, 1, PARTIES)) : who % 3 == 1 ? INSPECTORATE : AUTHORITY;
        uint8 bit = party == INSPECTORATE ? 2 : party == AUTHORITY ? 4 : 0;
        uint8 now_ = _vetoOf(kind, id);
        uint8 round = who % 5 == 0 ? uint8(who / 5) : uint8(_vetoes[kind][id] % 32);
        bool allowed = bit != 0 && _active(party) && now_ != 0 && now_ & bit == 0 && round == _vetoes[kind][id] % 32;
        (address to, bytes memory data) = _liftCall(kind, id, round);
        check(_act(keyOf(party), to, data, how) == allowed, "lift");
        if (allowed) _setVeto(kind, id, now_ | bit == 7 ? 0 : now_ | bit);
    }

    /// What was granted once, or still can be; nobody who vetoes or lifts; any entry; any agreement, over or not.
    function _mayBeVetoed(Kind kind, uint64 id) private view returns (bool) {
        if (kind == Kind.Entry) return true;
        if (kind == Kind.Organisation) return id != INSPECTORATE && id != AUTHORITY;
        if (kind == Kind.Agreement) return true; // those of this scene were all signed
        Kept storage k = _kept[id];
        if (k.state == IAccessLedger.State.Requested) return _time < k.askedUntil;
        return k.state != IAccessLedger.State.Refused;
    }

    /// The id is 0 where there is none.
    function _thing(uint256 anyKind, uint256 which) private view returns (Kind kind, uint64 id) {
        kind = Kind(anyKind % 4);
        uint64 most = kind == Kind.Grant
            ? _count
            : kind == Kind.Organisation
                ? PARTIES
                : kind == Kind.Entry
                    ? ENTRIES
                    : AGREEMENTS;
        id = most == 0 ? 0 : uint64(between(which, 1, most));
    }

    function _vetoOf(Kind kind, uint64 id) private view returns (uint8) {
        if (kind == Kind.Grant) return _kept[id].veto;
        if (kind == Kind.Organisation) return _parties[id].veto;
        return kind == Kind.Entry ? _entries[id].veto : _pacts[id].veto;
    }

    function _setVeto(Kind kind, uint64 id, uint8 to) private {
        if (kind == Kind.Grant) _kept[id].veto = to;
        else if (kind == Kind.Organisation) _parties[id].veto = to;
        else if (kind == Kind.Entry) _entries[id].veto = to;
        else _pacts[id].veto = to;
    }

    function _vetoCall(Kind kind, uint64 id) private view returns (address to, bytes memory data) {
        if (kind == Kind.Grant) {
            return (address(_ledger), abi.encodeCall(IAccessLedger.vetoGrant, (GrantId.wrap(id), DIGEST, 0)));
        }
        if (kind == Kind.Organisation) {
            data = abi.encodeCall(IOrganisations.vetoOrganisation, (OrganisationId.wrap(id), DIGEST, 0));
            return (address(_organisations), data);
        }
        if (kind == Kind.Entry) {
            return (address(_catalogue), abi.encodeCall(ICatalogue.vetoResource, (ResourceId.wrap(id), DIGEST, 0)));
        }
        return (address(_agreements), abi.encodeCall(IAgreements.vetoAgreement, (AgreementId.wrap(id), DIGEST, 0)));
    }

    function _liftCall(Kind kind, uint64 id, uint8 round) private view returns (address to, bytes memory data) {
        if (kind == Kind.Grant) {
            return (address(_ledger), abi.encodeCall(IAccessLedger.liftGrantVeto, (GrantId.wrap(id), round, DIGEST)));
        }
        if (kind == Kind.Organisation) {
            data = abi.encodeCall(IOrganisations.liftOrganisationVeto, (OrganisationId.wrap(id), round, DIGEST));
            return (address(_organisations), data);
        }
        if (kind == Kind.Entry) {
            return (address(_catalogue), abi.encodeCall(ICatalogue.liftResourceVeto, (ResourceId.wrap(id), round, DIGEST)));
        }
        return (address(_agreements), abi.encodeCall(IAgreements.liftAgreementVeto, (AgreementId.wrap(id), round, DIGEST)));
    }
}
