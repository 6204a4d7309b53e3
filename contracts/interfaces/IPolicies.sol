// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OrganisationId, ResourceId} from "../types/Ids.sol";
import {Scope} from "../types/Scope.sol";

/// @title Policies: what a provider grants without being asked (自动共享策略)
/// @notice A provider states per resource who may have it, for which purposes, how long, how much; the ledger grants a
/// request within it in the same transaction, and sends any other to the provider (基于智能合约的自动数据共享). A resource
/// has one policy at a time; each change is a new version, and a grant names the version that gave it.
interface IPolicies {
    struct Policy {
        // slot 0: version 32 | longest period 40 | valid until 40 | everyone 8 | free 136
        uint32 version; // counts all versions the resource ever had, ended ones too
        uint40 longestPeriod; // seconds that a grant may last
        uint40 validUntil; // first second at which it grants nothing more; 0 once ended
        bool everyone; // any consumer, or only those named
        // slot 1: bytes 64 | rows 64 | scope 128
        uint64 mostBytes; // of the quota of one grant
        uint64 mostRows;
        Scope scope; // fields that it covers
        // slot 2
        uint256 purposes; // bit n: the purpose with number n (IVocabulary)
    }

    /// What a provider states; the rest of `Policy` follows.
    struct Terms {
        uint40 longestPeriod;
        uint40 validUntil;
        uint64 mostBytes;
        uint64 mostRows;
        Scope scope;
        uint256 purposes;
    }

    /// What a request asks for, as far as a policy looks at it.
    struct Asked {
        ResourceId resource;
        OrganisationId consumer;
        uint8 purpose;
        uint40 period; // seconds from the grant's start to its end
        uint64 byteCount;
        uint64 rowCount;
        Scope scope;
    }

    /// @param consumers Who may have it; empty for every consumer.
    event PolicySet(
        ResourceId indexed resource,
        uint32 indexed version,
        OrganisationId indexed provider,
        Terms terms,
        OrganisationId[] consumers
    );
    event PolicyEnded(
        ResourceId indexed resource,
        uint32 indexed version,
        OrganisationId indexed provider,
        bytes32 reasonDigest
    );

    error NotThePolicysProvider(ResourceId resource, OrganisationId caller, OrganisationId provider);
    error PolicyPeriodInvalid(uint40 longestPeriod, uint40 validUntil, uint40 time);
    error PolicyQuotaEmpty(uint64 mostBytes, uint64 mostRows);
    error PolicyScopeInvalid(Scope given, Scope whole);
    error PolicyPurposesEmpty();
    /// @notice Consumers must ascend and be registered; `consumer` is not after the one before it.
    error PolicyConsumersInvalid(OrganisationId consumer);
    error PolicyConsumersTooMany(uint256 given, uint256 most);
    error PolicyNone(ResourceId resource);
    error PolicyReasonMissing(ResourceId resource);

    /// @notice States the policy of a resource, in place of the one before. For its provider, an active one.
    function setPolicy(ResourceId resource, Terms calldata terms, OrganisationId[] calldata consumers) external;

    /// @notice Ends the policy: what it granted stays. For the resource's provider.
    function endPolicy(ResourceId resource, bytes32 reasonDigest) external;

    /// @notice The version of the policy within which this falls at this block's time; 0 if it does not.
    function versionFor(Asked calldata asked) external view returns (uint32 version);

    /// @notice The current policy of a resource; all zero if it never had one.
    function policyOf(ResourceId resource) external view returns (Policy memory);

    /// @notice Whether the current policy of a resource names this consumer.
    function names(ResourceId resource, OrganisationId consumer) external view returns (bool);
}
