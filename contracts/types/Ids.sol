// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// The ledger's numbers, each a type of its own so that one is never passed for another. All are given out in
// sequence from 1; 0 means "none". 64 bits, so that four of them share a storage slot.

/// An organisation that takes part (参与方): department, platform operator, developer, inspector, regulator.
type OrganisationId is uint64;

/// A data resource in the catalogue (信息资源).
type ResourceId is uint64;

/// A request for access and the grant it may become (申请与授权): one number for its whole life, in the contracts,
/// in the log and on every page.
type GrantId is uint64;

/// An agreement (协议): authorised operation, development, contractual opening.
type AgreementId is uint64;

/// A correction (校核).
type CorrectionId is uint64;

using {sameOrganisation as ==, differentOrganisation as !=} for OrganisationId global;
using {resourceBefore as <} for ResourceId global;

function sameOrganisation(OrganisationId a, OrganisationId b) pure returns (bool) {
    return OrganisationId.unwrap(a) == OrganisationId.unwrap(b);
}

function differentOrganisation(OrganisationId a, OrganisationId b) pure returns (bool) {
    return OrganisationId.unwrap(a) != OrganisationId.unwrap(b);
}

function resourceBefore(ResourceId a, ResourceId b) pure returns (bool) {
    return ResourceId.unwrap(a) < ResourceId.unwrap(b);
}
