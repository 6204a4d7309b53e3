// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Scope} from "./Scope.sol";

/// What a grant still allows, in one word: bytes left 64 | rows left 64 | scope 128. A delivery reads it once and writes
/// it once; the compiler would write a struct field by field, which was measured to cost 1,000 gas more.
type Allowance is uint256;

using {bytesLeft, rowsLeft, scopeOf, minus} for Allowance global;

function allow(uint64 byteCount, uint64 rowCount, Scope scope) pure returns (Allowance) {
    return Allowance.wrap((uint256(byteCount) << 192) | (uint256(rowCount) << 128) | Scope.unwrap(scope));
}

function bytesLeft(Allowance allowance) pure returns (uint64) {
    return uint64(Allowance.unwrap(allowance) >> 192);
}

function rowsLeft(Allowance allowance) pure returns (uint64) {
    return uint64(Allowance.unwrap(allowance) >> 128);
}

function scopeOf(Allowance allowance) pure returns (Scope) {
    return Scope.wrap(uint128(Allowance.unwrap(allowance)));
}

/// What is left after a delivery. Reverts where it would be less than nothing.
function minus(Allowance allowance, uint64 byteCount, uint64 rowCount) pure returns (Allowance) {
    return allow(allowance.bytesLeft() - byteCount, allowance.rowsLeft() - rowCount, allowance.scopeOf());
}
