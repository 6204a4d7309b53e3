// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {ICatalogue} from "./interfaces/ICatalogue.sol";
import {IOrganisations} from "./interfaces/IOrganisations.sol";
import {IPolicies} from "./interfaces/IPolicies.sol";
import {NO_KIND} from "./types/Kinds.sol";
import {OrganisationId, ResourceId} from "./types/Ids.sol";
import {Relayed} from "./Relayed.sol";
import {Scope, wholeScope} from "./types/Scope.sol";

/// @title Policies: what a provider grants without being asked
/// @notice Promises and words: IPolicies.
contract Policies is IPolicies, Relayed {
    using BitMaps for BitMaps.BitMap;

    uint256 private constant MAX_CONSUMERS = 128;

    IOrganisations public immutable ORGANISATIONS;
    ICatalogue public immutable CATALOGUE;

    mapping(ResourceId resource => Policy) private _policies;
    /// Whom a version names, by organisation id. A new version starts with an empty set, so that none has to be emptied.
    mapping(ResourceId resource => mapping(uint32 version => BitMaps.BitMap)) private _named;

    constructor(address relay, IOrganisations organisations, ICatalogue catalogue) Relayed(relay) {
        ORGANISATIONS = organisations;
        CATALOGUE = catalogue;
    }

    /// @inheritdoc IPolicies
    function setPolicy(ResourceId resource, Terms calldata terms, OrganisationId[] calldata consumers) external {
        ICatalogue.Standing memory standing = CATALOGUE.checkSharable(resource);
        _checkProvider(resource, standing.provider);
        _checkTerms(terms, standing.fieldCount);
        if (consumers.length > MAX_CONSUMERS) revert PolicyConsumersTooMany(consumers.length, MAX_CONSUMERS);

        uint32 version = _policies[resource].version + 1;
        _policies[resource] = Policy({
            version: version,
            longestPeriod: terms.longestPeriod,
            validUntil: terms.validUntil,
            everyone: consumers.length == 0,
            mostBytes: terms.mostBytes,
            mostRows: terms.mostRows,
            scope: terms.scope,
            purposes: terms.purposes
        });
        _name(_named[resource][version], consumers);
        emit PolicySet(resource, version, standing.provider, terms, consumers);
    }

    /// @inheritdoc IPolicies
    function endPolicy(ResourceId resource, bytes32 reasonDigest) external {
        OrganisationId provider = CATALOGUE.resource(resource).provider;
        _checkProvider(resource, provider);
        Policy storage policy = _policies[resource];
        if (policy.validUntil == 0) revert PolicyNone(resource);
        if (reasonDigest == 0) revert PolicyReasonMissing(resource);

        policy.validUntil = 0;
        emit PolicyEnded(resource, policy.version, provider, reasonDigest);
    }

    /// @inheritdoc IPolicies
    function versionFor(Asked calldata asked) external view returns (uint32) {
        Policy storage policy = _policies[asked.resource];
        if (block.timestamp >= policy.validUntil) return 0; // so is a policy that never was, or was ended
        bool within = asked.period <= policy.longestPeriod &&
            asked.byteCount <= policy.mostBytes &&
            asked.rowCount <= policy.mostRows &&
            asked.scope.isWithin(policy.scope) &&
            (policy.purposes >> asked.purpose) & 1 != 0 &&
            (policy.everyone || names(asked.resource, asked.consumer));
        return within ? policy.version : 0;
    }

    /// @inheritdoc IPolicies
    function policyOf(ResourceId resource) external view returns (Policy memory) {
        return _policies[resource];
    }

    /// @inheritdoc IPolicies
    function names(ResourceId resource, OrganisationId consumer) public view returns (bool) {
        return _named[resource][_policies[resource].version].get(OrganisationId.unwrap(consumer));
    }

    /// Of whatever kind: the provider of a product is its maker.
    function _checkProvider(ResourceId resource, OrganisationId provider) private view {
        OrganisationId caller = ORGANISATIONS.checkActor(_msgSender(), NO_KIND);
        if (caller != provider) revert NotThePolicysProvider(resource, caller, provider);
    }

    function _checkTerms(Terms calldata terms, uint16 fieldCount) private view {
        if (terms.longestPeriod == 0 || terms.validUntil <= block.timestamp) {
            revert PolicyPeriodInvalid(terms.longestPeriod, terms.validUntil, uint40(block.timestamp));
        }
        if (terms.mostBytes == 0 || terms.mostRows == 0) revert PolicyQuotaEmpty(terms.mostBytes, terms.mostRows);
        Scope whole = wholeScope(fieldCount);
        if (terms.scope.isEmpty() || !terms.scope.isWithin(whole)) revert PolicyScopeInvalid(terms.scope, whole);
        if (terms.purposes == 0) revert PolicyPurposesEmpty();
    }

    function _name(BitMaps.BitMap storage named, OrganisationId[] calldata consumers) private {
        OrganisationId last = OrganisationId.wrap(0);
        for (uint256 i = 0; i < consumers.length; ++i) {
            OrganisationId consumer = consumers[i];
            if (OrganisationId.unwrap(consumer) <= OrganisationId.unwrap(last)) revert PolicyConsumersInvalid(consumer);
            ORGANISATIONS.kindsOf(consumer); // reverts for one that is not registered
            named.set(OrganisationId.unwrap(consumer));
            last = consumer;
        }
    }
}
