// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Scope} from "./Scope.sol";

/// What a grant still allows, in one word: bytes left 64 | rows left 64 | scope 128. A delivery reads it once and writes
/// it once; the compiler would write a struct field by field, which was measured to cost 1,000 gas more.
type Allowance is uint256;

using {bytesLeft, rowsLeft, scopeOf, covers, minus, isUsedUp} for Allowance global;

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

function isUsedUp(Allowance allowance) pure returns (bool) {
    return allowance.bytesLeft() == 0 || allowance.rowsLeft() == 0;
}

/// Whether a delivery is within what is left: some field and none outside the scope, some byte or row and no more than
/// is left. One test for all: a difference that is below zero wraps round to a number whose highest bit is set.
/// @param byteCount Below 2^64, like the next; they come as words because that saves a hundred masks a batch.
/// @param scope Below 2^128.
function covers(Allowance left, uint256 byteCount, uint256 rowCount, uint256 scope) pure returns (bool) {
    uint256 l = Allowance.unwrap(left);
    unchecked {
        uint256 wrapped = (scope - 1) |
            ((byteCount | rowCount) - 1) |
            ((l >> 192) - byteCount) |
            (((l << 64) >> 192) - rowCount);
        return (wrapped >> 255) | (scope & ~l) == 0;
    }
}

/// What is left after a delivery that it covers: neither number is larger than the one it is taken from, so neither
/// borrows from the one above it.
function minus(Allowance left, uint256 byteCount, uint256 rowCount) pure returns (Allowance) {
    unchecked {
        return Allowance.wrap(Allowance.unwrap(left) - ((byteCount << 192) | (rowCount << 128)));
    }
}
