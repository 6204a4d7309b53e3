// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AGENCY, AUTHORITY, COMPANY, keyOf, PARTIES, STUDIO} from "./LifeParties.sol";
import {AgreementId, GrantId, OrganisationId, ResourceId} from "../../contracts/types/Ids.sol";
import {between, check} from "./SolidityTest.sol";
import {IAgreements} from "../../contracts/interfaces/IAgreements.sol";
import {ICatalogue} from "../../contracts/interfaces/ICatalogue.sol";
import {IOrganisations} from "../../contracts/interfaces/IOrganisations.sol";
import {IProducts} from "../../contracts/interfaces/IProducts.sol";
import {LifeVetoing} from "./LifeVetoing.sol";

/// @title What else can pull the ground from under a grant: time, suspensions, entries, products and agreements
abstract contract LifeUnsettling is LifeVetoing {
    function pass(uint256 anySeconds) external onTime {
        _time += uint40(between(anySeconds, 1, 6 days));
    }

    /// Suspended and forgiven again, whoever it is.
    function suspend(uint256 who, uint256 again) external onTime {
        uint64 party = uint64(between(who, 1, PARTIES));
        bool suspended = again % 3 == 0;
        if (_parties[party].suspended == suspended) return;
        _organisations.setStatus(
            OrganisationId.wrap(party),
            suspended ? IOrganisations.Status.Suspended : IOrganisations.Status.Active,
            DIGEST
        );
        _parties[party].suspended = suspended;
    }

    /// A new version of an entry, shared, opened and classified otherwise. Of a product: to be reviewed anew.
    function change(uint256 what, uint256 seed, uint256 how) external onTime {
        uint64 entry = uint64(between(what, 1, ENTRIES));
        Entry storage e = _entries[entry];
        (uint8 share, uint8 open) = (uint8([0, 1, 1, 1, 1, 2][_draw(seed, 1) % 6]), uint8(_draw(seed, 2) % 3));
        uint8 level = uint8(between(_draw(seed, 3), 1, 4));
        uint64 party = _ownerOrAny(entry, seed);
        bool allowed = party == e.provider && _active(party) && !e.withdrawn;
        ICatalogue.Description memory d = _describe(share, open, level, entry == 3 ? 1 : entry == 5 ? 4 : 0);
        bytes memory data = abi.encodeCall(ICatalogue.update, (ResourceId.wrap(entry), d));
        check(_act(keyOf(party), address(_catalogue), data, how) == allowed, "update");
        if (!allowed) return;
        (e.share, e.open) = (share, open);
        if (level > e.level) e.level = level; // approvals go by the highest that it ever had
        e.version += 1;
    }

    /// Rarely, since it is for ever.
    function withdraw(uint256 what, uint256 seed, uint256 how) external onTime {
        if (seed % 8 != 0) return;
        uint64 entry = uint64(between(what, 1, ENTRIES));
        uint64 party = _ownerOrAny(entry, seed);
        Entry storage e = _entries[entry];
        bool allowed = party == e.provider && _active(party) && !e.withdrawn && _clean(entry);
        bytes memory data = abi.encodeCall(ICatalogue.withdraw, (ResourceId.wrap(entry), DIGEST));
        check(_act(keyOf(party), address(_catalogue), data, how) == allowed, "withdraw");
        if (allowed) e.withdrawn = true;
    }

    /// Registered again, reviewed and let out again or not, taken off: by who may, mostly.
    function tend(uint256 which, uint256 step, uint256 seed, uint256 how) external onTime {
        uint64 entry = which % 2 == 0 ? 4 : 5;
        Entry storage e = _entries[entry];
        (uint64 maker, uint64 reviewer) = which % 2 == 0 ? (COMPANY, AGENCY) : (STUDIO, COMPANY);
        uint64 any = uint64(between(_draw(seed, 5), 1, PARTIES));
        uint64 party = seed % 5 == 0 ? any : step % 5 < 2 ? maker : reviewer;
        bool stands = _active(party) && !e.withdrawn && _clean(entry) && _inForce(e.agreement);
        if (step % 5 < 2) {
            uint64 extra = _extraSource(entry, seed);
            bool kept = e.releasedExtra == 0 || extra == e.releasedExtra;
            bool allowed = stands && party == maker && e.version > e.registered && kept;
            bytes memory data = _registration(entry, extra);
            check(_act(keyOf(party), address(_products), data, how) == allowed, "registerProduct");
            if (allowed) (e.registered, e.released, e.reviewable, e.extra) = (e.version, 0, true, extra);
        } else if (step % 5 < 4) {
            bool allowed = stands && party == reviewer && e.reviewable && e.version == e.registered;
            bool release = seed % 4 != 1;
            bytes memory data = abi.encodeCall(
                IProducts.reviewProduct,
                (ResourceId.wrap(entry), e.version, release ? 0x3f : 0x1f, release, DIGEST)
            );
            check(_act(keyOf(party), address(_products), data, how) == allowed, "reviewProduct");
            if (!allowed) return;
            (e.reviewable, e.released) = (false, release ? e.version : 0);
            if (release) e.releasedExtra = e.extra;
        } else if (seed % 3 == 0) {
            bool theirs = party == maker || party == reviewer || party == AUTHORITY;
            bool allowed = theirs && _active(party) && (e.reviewable || e.released != 0);
            bytes memory data = abi.encodeCall(IProducts.withdrawProduct, (ResourceId.wrap(entry), DIGEST));
            check(_act(keyOf(party), address(_products), data, how) == allowed, "withdrawProduct");
            if (allowed) (e.reviewable, e.released) = (false, 0);
        }
    }

    /// Rarely, since it is for ever.
    function endAgreement(uint256 which, uint256 seed, uint256 how) external onTime {
        if (seed % 6 != 0) return;
        uint64 pact = uint64(between(which, 1, AGREEMENTS));
        Pact storage p = _pacts[pact];
        uint64 party = seed % 4 == 0 ? uint64(between(_draw(seed, 1), 1, PARTIES)) : p.second;
        bool theirs = party == p.first || party == p.second || party == p.third || party == AUTHORITY;
        bool allowed = theirs && _active(party) && !p.ended && _time < p.until;
        bytes memory data = abi.encodeCall(IAgreements.endAgreement, (AgreementId.wrap(pact), DIGEST));
        check(_act(keyOf(party), address(_agreements), data, how) == allowed, "endAgreement");
        if (allowed) p.ended = true;
    }

    /// Passed or failed: who failed gets nothing new.
    function evaluate(uint256 which, uint256 seed, uint256 how) external onTime {
        uint64 pact = uint64(between(which, 1, AGREEMENTS));
        Pact storage p = _pacts[pact];
        uint64 party = seed % 4 == 0 ? uint64(between(_draw(seed, 1), 1, PARTIES)) : p.first;
        bool failed = seed % 3 == 0;
        bool allowed = party == p.first && _active(party) && !p.ended && _time < p.until;
        bytes memory data = abi.encodeCall(
            IAgreements.evaluate,
            (AgreementId.wrap(pact), failed ? IAgreements.Outcome.Fail : IAgreements.Outcome.Pass, DIGEST)
        );
        check(_act(keyOf(party), address(_agreements), data, how) == allowed, "evaluate");
        if (allowed) p.failed = failed;
    }

    /// The company bars the studio, and lets it in again.
    function bar(uint256 seed, uint256 how) external onTime {
        IAgreements.Measure measure = _studioBarred ? IAgreements.Measure.None : IAgreements.Measure.Barred;
        uint64 party = seed % 4 == 0 ? uint64(between(_draw(seed, 1), 1, PARTIES)) : COMPANY;
        bool allowed = party == COMPANY && _active(party);
        bytes memory data = abi.encodeCall(IAgreements.takeMeasure, (OrganisationId.wrap(STUDIO), measure, DIGEST));
        check(_act(keyOf(party), address(_agreements), data, how) == allowed, "takeMeasure");
        if (allowed) _studioBarred = !_studioBarred;
    }

    /// A second source beside the one that a product always has: mostly what was released with it, or none; else any
    /// grant, or one that nobody asked for.
    function _extraSource(uint64 entry, uint256 seed) private view returns (uint64 extra) {
        if (_draw(seed, 6) % 3 != 0) return _entries[entry].releasedExtra;
        extra = uint64(between(_draw(seed, 7), 1, _count + 1));
        if (extra == _entries[entry].source) return 0;
    }

    function _registration(uint64 entry, uint64 extra) private view returns (bytes memory) {
        uint64 source = _entries[entry].source;
        GrantId[] memory sources = new GrantId[](extra == 0 ? 1 : 2);
        sources[0] = GrantId.wrap(extra != 0 && extra < source ? extra : source);
        if (extra != 0) sources[1] = GrantId.wrap(extra < source ? source : extra);
        return
            abi.encodeCall(
                IProducts.registerProduct,
                (
                    ResourceId.wrap(entry),
                    AgreementId.wrap(_entries[entry].agreement),
                    IProducts.PriceClass.Free,
                    sources,
                    DIGEST
                )
            );
    }
}
