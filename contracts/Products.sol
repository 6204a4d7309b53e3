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

    /// What is stored of a product. Of `sources` the first `sourceCount` count; those behind them are left over from an
    /// earlier registration.
    struct Registration {
        Product product; // slot 0
        GrantId[MAX_SOURCES] sources; // slots 1 to 4
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
        bool everReleased = r.product.everReleased;
        if (everReleased) _checkKept(resource, r, sources);
        if (useDigest == 0) revert ProductUseMissing(resource);

        r.product = Product({
            agreement: agreement,
            releasedVersion: 0,
            state: ProductState.Registered,
            price: price,
            checks: 0,
            sourceCount: uint8(sources.length),
            registeredVersion: entry.version,
            everReleased: everReleased
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
        Product storage p = _registrations[resource].product;
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
            p.everReleased = true;
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
        return (p.agreement, _sourcesOf(r, p.sourceCount));
    }

    /// @inheritdoc IProducts
    function productOf(ResourceId resource) external view returns (Product memory p, GrantId[] memory sources) {
        Registration storage r = _registrations[resource];
        p = r.product;
        sources = _sourcesOf(r, p.sourceCount);
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
        uint256 count = r.product.sourceCount;
        uint256 kept = 0;
        for (uint256 i = 0; i < sources.length && kept < count; ++i) {
            if (GrantId.unwrap(sources[i]) == GrantId.unwrap(r.sources[kept])) ++kept;
        }
        if (kept < count) revert SourceDropped(resource, r.sources[kept]);
    }

    function _checkMayWithdraw(ResourceId resource, AgreementId agreement, OrganisationId caller) private view {
        OrganisationId maker = CATALOGUE.resource(resource).provider;
        if (caller == maker || caller == AGREEMENTS.agreementOf(agreement).first) return;
        revert NotItsMaker(resource, caller, maker);
    }

    function _sourcesOf(Registration storage r, uint256 count) private view returns (GrantId[] memory sources) {
        sources = new GrantId[](count);
        for (uint256 i = 0; i < count; ++i) sources[i] = r.sources[i];
    }
}
