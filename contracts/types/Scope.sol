// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Which fields (信息项) of a resource: bit i stands for field i, so a resource has at most 128 of them. Not 256, because
/// with 128 bits the scope shares a storage slot with the quota: that saves 22,000 gas of a request and 2,100 of a
/// delivery. The rare table with more fields counts groups of them.
type Scope is uint128;

uint16 constant MAX_FIELDS = 128;

using {isEmpty, isWithin} for Scope global;

/// All fields of a resource that has `fieldCount` of them, 1 to 128.
function wholeScope(uint16 fieldCount) pure returns (Scope) {
    return Scope.wrap(type(uint128).max >> (MAX_FIELDS - fieldCount));
}

function isEmpty(Scope scope) pure returns (bool) {
    return Scope.unwrap(scope) == 0;
}

function isWithin(Scope part, Scope allowed) pure returns (bool) {
    return Scope.unwrap(part) & ~Scope.unwrap(allowed) == 0;
}
