// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// What data is for (用途), as a short code: 1 to 32 of `A-Z a-z 0-9 - . : _`, left-aligned and filled up with zero
/// bytes, such as a term of the W3C Data Privacy Vocabulary ("ProvideOfficialStatistics"). Free text never comes on
/// chain: it may name a person.
type Purpose is bytes32;

using {isWellFormed} for Purpose global;

// One bit per allowed ASCII character.
uint256 constant PURPOSE_CHARACTERS = (((1 << 10) - 1) << 0x30) | // 0-9
    (((1 << 26) - 1) << 0x41) | // A-Z
    (((1 << 26) - 1) << 0x61) | // a-z
    (1 << 0x2d) | // -
    (1 << 0x2e) | // .
    (1 << 0x3a) | // :
    (1 << 0x5f); // _

function isWellFormed(Purpose purpose) pure returns (bool) {
    uint256 rest = uint256(Purpose.unwrap(purpose));
    if (rest == 0) return false;
    // Each round looks at the first character and drops it. A zero byte is not an allowed character, so the loop can end
    // only where nothing is left.
    for (; rest != 0; rest <<= 8) {
        if ((PURPOSE_CHARACTERS >> (rest >> 248)) & 1 == 0) return false;
    }
    return true;
}
