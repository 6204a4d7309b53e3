// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementId, GrantId, OrganisationId, ResourceId} from "./types/Ids.sol";
import {Kinds, NO_KIND, REGULATOR} from "./types/Kinds.sol";
import {IAgreements} from "./interfaces/IAgreements.sol";
import {ICatalogue} from "./interfaces/ICatalogue.sol";
import {IOrganisations} from "./interfaces/IOrganisations.sol";
import {IProducts} from "./interfaces/IProducts.sol";
import {Relayed} from "./Relayed.sol";

/// @title Products: what is made from granted data, and whether it may go out
/// @notice Promises and words: IProducts.
contract Products is IProducts, Relayed {
    uint256 private constant MAX_SOURCES = 16;
    uint8 private constant ALL_CHECKS = (1 << 6) - 1;

    /// What is stored of a product. Of each list those count that the product's own counts say; what stands behind them
    /// is left over from an earlier registration. A registration has a list of its own until it is released: what nobody
    /// released neither carries a veto to what is made from the product, nor has to be kept.
    struct Registration {
        Product product; // slot 0
        GrantId[MAX_SOURCES] sources; // slots 1 to 4
        GrantId[MAX_SOURCES] released; // slots 5 to 8
    }

    IOrganisations public immutable ORGANISATIONS;
    ICatalogue public immutable CATALOGUE;
    IAgreements public immutable AGREEMENTS;

    mapping(ResourceId resource => Registration) private _registrations;

    constructor(
        address relay,
        IOrganisations organisations,
        ICatalogue catalogue,
        IAgreements agreements
    ) Relayed(relay) {
        ORGANISATIONS = organisations;
        CATALOGUE = catalogue;
        AGREEMENTS = agreements;
    }

    /// @inheritdoc IProducts
    function registerProduct(
        ResourceId resource,
        AgreementId agreement,
        PriceClass price,
        GrantId[] calldata sources,
        bytes32 useDigest
    ) external {
        OrganisationId maker = _actor();
        ICatalogue.Resource memory entry = _checkEntry(resource);
        if (maker != entry.provider) revert NotItsMaker(resource, maker, entry.provider);
        _checkMakersAgreement(agreement, maker);
        Registration storage r = _registrations[resource];
        // One registration per version: a review that names the version then names sources, agreement and price too, so
        // that the maker cannot exchange them under a review that is already signed and on its way.
        if (entry.version <= r.product.registeredVersion) revert ProductStateWrong(resource, r.product.state);
        _checkSources(sources);
        _checkKept(resource, r, sources);
        if (useDigest == 0) revert ProductUseMissing(resource);

        r.product = Product({
            agreement: agreement,
            releasedVersion: 0,
            state: ProductState.Registered,
            price: price,
            checks: 0,
            sourceCount: uint8(sources.length),
            registeredVersion: entry.version,
            releasedCount: r.product.releasedCount
        });
        for (uint256 i = 0; i < sources.length; ++i) r.sources[i] = sources[i];
        emit ProductRegistered(resource, agreement, maker, price, sources, useDigest);
    }

    /// @inheritdoc IProducts
    function reviewProduct(
        ResourceId resource,
        uint32 version,
        uint8 checks,
        bool release,
        bytes32 reviewDigest
    ) external {
        OrganisationId caller = _actor();
        Registration storage r = _registrations[resource];
        Product storage p = r.product;
        if (p.state != ProductState.Registered) revert ProductStateWrong(resource, p.state);
        AgreementId agreement = p.agreement;
        OrganisationId reviewer = AGREEMENTS.checkInForce(agreement).first;
        if (caller != reviewer) revert NotItsReviewer(resource, caller, reviewer);
        uint32 current = _checkEntry(resource).version;
        if (version != current) revert ReviewOfAnotherVersion(resource, version, current);
        if (version != p.registeredVersion) revert ReviewOfAnotherVersion(resource, version, p.registeredVersion);
        if (release && checks != ALL_CHECKS) revert ChecksMissing(resource, checks ^ ALL_CHECKS);
        if (reviewDigest == 0) revert ProductReasonMissing(resource);

        p.checks = checks;
        if (release) {
            p.state = ProductState.Released;
            p.releasedVersion = version;
            p.releasedCount = p.sourceCount;
            r.released = r.sources;
            emit ProductReleased(resource, agreement, caller, version, reviewDigest);
        } else {
            p.state = ProductState.Refused;
            emit ProductRefused(resource, agreement, caller, checks, reviewDigest);
        }
    }

    /// @inheritdoc IProducts
    function withdrawProduct(ResourceId resource, bytes32 reasonDigest) external {
        (OrganisationId caller, Kinds kinds) = ORGANISATIONS.actorOf(_msgSender());
        Product storage p = _registrations[resource].product;
        if (p.state != ProductState.Registered && p.state != ProductState.Released) {
            revert ProductStateWrong(resource, p.state);
        }
        if (!kinds.includes(REGULATOR)) _checkMayWithdraw(resource, p.agreement, caller);
        if (reasonDigest == 0) revert ProductReasonMissing(resource);

        p.state = ProductState.Withdrawn;
        emit ProductWithdrawn(resource, caller, reasonDigest);
    }

    /// @inheritdoc IProducts
    function checkReleased(
        ResourceId resource,
        uint32 version
    ) external view returns (AgreementId agreement, GrantId[] memory sources) {
        Registration storage r = _registrations[resource];
        Product memory p = r.product;
        if (p.state != ProductState.Released || p.releasedVersion != version) {
            revert ProductNotReleased(resource, p.state, version, p.releasedVersion);
        }
        return (p.agreement, _firstOf(r.released, p.releasedCount));
    }

    /// @inheritdoc IProducts
    function sourcesBehind(ResourceId resource) external view returns (GrantId[] memory behind) {
        // What was never released nobody took: so it is with all entries that are no products, at the cost of one slot.
        if (_registrations[resource].product.releasedCount == 0) return behind;
        ResourceId[] memory ancestors = CATALOGUE.ancestorsOf(resource);
        behind = new GrantId[](MAX_SOURCES * (ancestors.length + 1));
        uint256 count = _gather(behind, 0, resource);
        for (uint256 i = 0; i < ancestors.length; ++i) count = _gather(behind, count, ancestors[i]);
        assembly ("memory-safe") {
            mstore(behind, count) // only ever shortened
        }
    }

    /// @inheritdoc IProducts
    function productOf(
        ResourceId resource
    ) external view returns (Product memory p, GrantId[] memory sources, GrantId[] memory released) {
        Registration storage r = _registrations[resource];
        p = r.product;
        sources = _firstOf(r.sources, p.sourceCount);
        released = _firstOf(r.released, p.releasedCount);
    }

    function _actor() private view returns (OrganisationId) {
        return ORGANISATIONS.checkActor(_msgSender(), NO_KIND);
    }

    /// A product's entry that stands and that no veto covers: nothing moves under a veto but its withdrawal.
    function _checkEntry(ResourceId resource) private view returns (ICatalogue.Resource memory entry) {
        entry = CATALOGUE.resource(resource);
        if (!entry.product) revert NotAProduct(resource);
        if (entry.withdrawn) revert ICatalogue.ResourceIsWithdrawn(resource);
        CATALOGUE.checkNotVetoed(resource);
    }

    /// Products come of operation and of development; under an opening agreement nobody reviews them.
    function _checkMakersAgreement(AgreementId agreement, OrganisationId maker) private view {
        IAgreements.Agreement memory a = AGREEMENTS.checkInForce(agreement);
        if (a.second != maker || a.kind == IAgreements.AgreementKind.Opening) {
            revert NotTheMakersAgreement(agreement, maker);
        }
    }

    function _checkSources(GrantId[] calldata sources) private pure {
        if (sources.length == 0 || sources.length > MAX_SOURCES) revert SourcesInvalid(sources.length, MAX_SOURCES);
        uint64 last = 0;
        for (uint256 i = 0; i < sources.length; ++i) {
            uint64 source = GrantId.unwrap(sources[i]);
            if (source <= last) revert SourceOutOfOrder(sources[i]);
            last = source;
        }
    }

    /// What was taken once was made from these: a product that could drop a source would drop the veto on it, for all that
    /// was made from the product in turn. Both lists ascend.
    function _checkKept(ResourceId resource, Registration storage r, GrantId[] calldata sources) private view {
        uint256 count = r.product.releasedCount;
        uint256 kept = 0;
        for (uint256 i = 0; i < sources.length && kept < count; ++i) {
            if (GrantId.unwrap(sources[i]) == GrantId.unwrap(r.released[kept])) ++kept;
        }
        if (kept < count) revert SourceDropped(resource, r.released[kept]);
    }

    function _checkMayWithdraw(ResourceId resource, AgreementId agreement, OrganisationId caller) private view {
        OrganisationId maker = CATALOGUE.resource(resource).provider;
        if (caller == maker || caller == AGREEMENTS.agreementOf(agreement).first) return;
        revert NotItsMaker(resource, caller, maker);
    }

    /// Puts the sources of what was released of a product behind those that are there.
    /// @return end How many there are now.
    function _gather(GrantId[] memory behind, uint256 count, ResourceId resource) private view returns (uint256 end) {
        Registration storage r = _registrations[resource];
        end = count + r.product.releasedCount;
        for (uint256 i = count; i < end; ++i) behind[i] = r.released[i - count];
    }

    function _firstOf(
        GrantId[MAX_SOURCES] storage list,
        uint256 count
    ) private view returns (GrantId[] memory sources) {
        sources = new GrantId[](count);
        for (uint256 i = 0; i < count; ++i) sources[i] = list[i];
    }
}
