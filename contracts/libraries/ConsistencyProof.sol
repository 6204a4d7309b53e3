// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Consistency proofs of RFC 6962 trees, SHA-256
/// @notice Computes the two roots that a proof leads to, as RFC 9162 §2.1.4.2 does; the caller compares them.
///
/// The RFC walks up the tree level by level, deciding at each whether the next hash lies left or right. The same walk,
/// said at once: drop the levels on which the old tree is a full subtree. What is left of the old tree's last node
/// number has `inner` levels below the point where it parts from the new tree's last node; a hash lies left of the path
/// where that level's bit is set, right where it is not. Above that point both paths are one, and only hashes to the
/// left of it are needed: one per set bit. So the sizes alone fix the proof's length, and a proof of any other length is
/// refused before anything is hashed.
library ConsistencyProof {
    error ProofLengthWrong(uint256 given, uint256 expected);
    /// @notice The chain lacks the SHA-256 precompile. (Where the gas runs out, nothing is left to say even this with.)
    error Sha256Failed();

    /// @param oldSize At least 1.
    /// @param oldRoot Root of the old tree. Where the old size is a power of two it is the proof's first hash, and the
    /// proof leaves it out.
    /// @param newSize Larger than `oldSize`.
    /// @return provenOld The old root that the proof leads to.
    /// @return provenNew The new root that the proof leads to.
    function rootsOf(
        uint64 oldSize,
        bytes32 oldRoot,
        uint64 newSize,
        bytes32[] calldata proof
    ) internal view returns (bytes32 provenOld, bytes32 provenNew) {
        (uint256 lefts, uint256 expected) = shapeOf(oldSize, newSize);
        if (proof.length != expected) revert ProofLengthWrong(proof.length, expected);
        if (isPowerOfTwo(oldSize)) return climb(oldRoot, lefts, proof);
        return climb(proof[0], lefts, proof[1:]);
    }

    /// @return lefts Bit i is set where the i-th hash after the first lies left of the path.
    /// @return length The number of hashes in the proof.
    function shapeOf(uint64 oldSize, uint64 newSize) internal pure returns (uint256 lefts, uint256 length) {
        uint256 oldLast = uint256(oldSize) - 1;
        uint256 newLast = uint256(newSize) - 1;
        // The old tree's last full subtree: as many levels as `oldSize` ends in zero bits.
        while (oldLast & 1 == 1) {
            oldLast >>= 1;
            newLast >>= 1;
        }
        uint256 inner = 0;
        while (oldLast >> inner != newLast >> inner) ++inner;
        uint256 border = 0;
        for (uint256 above = oldLast >> inner; above != 0; above &= above - 1) ++border;

        lefts = oldLast | (type(uint256).max << inner);
        length = inner + border + (isPowerOfTwo(oldSize) ? 0 : 1);
    }

    function isPowerOfTwo(uint64 size) internal pure returns (bool) {
        return size & (size - 1) == 0;
    }

    /// Climbs from the last full subtree of the old tree to both roots.
    ///
    /// In Solidity (testing/PlainConsistencyProof.sol, against which this is tested and measured):
    ///
    ///     provenOld = provenNew = start;
    ///     for (uint256 i = 0; i < hashes.length; ++i) {
    ///         if ((lefts >> i) & 1 == 1) {
    ///             provenOld = sha256(abi.encodePacked(bytes1(0x01), hashes[i], provenOld));
    ///             provenNew = sha256(abi.encodePacked(bytes1(0x01), hashes[i], provenNew));
    ///         } else {
    ///             provenNew = sha256(abi.encodePacked(bytes1(0x01), provenNew, hashes[i]));
    ///         }
    ///     }
    function climb(
        bytes32 start,
        uint256 lefts,
        bytes32[] calldata hashes
    ) private view returns (bytes32 provenOld, bytes32 provenNew) {
        bool ok = true;
        assembly ("memory-safe") {
            // One buffer for all hashes, in free memory and never claimed: 0x01 | left | right, 65 bytes.
            let buffer := mload(0x40)
            let left := add(buffer, 1)
            let right := add(buffer, 33)
            mstore8(buffer, 1)
            provenOld := start
            provenNew := start
            let end := add(hashes.offset, shl(5, hashes.length))
            for { let at := hashes.offset } lt(at, end) { at := add(at, 32) } {
                switch and(lefts, 1)
                case 1 {
                    mstore(left, calldataload(at))
                    mstore(right, provenOld)
                    ok := and(ok, staticcall(gas(), 2, buffer, 65, 0, 32))
                    provenOld := mload(0)
                    mstore(right, provenNew)
                    ok := and(ok, staticcall(gas(), 2, buffer, 65, 0, 32))
                }
                default {
                    mstore(left, provenNew)
                    mstore(right, calldataload(at))
                    ok := and(ok, staticcall(gas(), 2, buffer, 65, 0, 32))
                }
                provenNew := mload(0)
                // A chain without the precompile answers "success" with no bytes.
                ok := and(ok, eq(returndatasize(), 32))
                lefts := shr(1, lefts)
            }
        }
        if (!ok) revert Sha256Failed();
    }
}
