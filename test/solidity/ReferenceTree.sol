// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title How a tree grew, straight from the recursive definition of RFC 6962 §2.1
/// @notice Shares no code with the contracts, which walk from the bottom up. A tree is named by a seed: trees of two seeds
/// have no leaf in common.
library ReferenceTree {
    struct Growth {
        bytes32 oldRoot;
        bytes32 newRoot;
        bytes32[] proof;
    }

    /// The root over the first `size` leaves, each really hashed.
    function rootOf(bytes32 seed, uint64 size) internal pure returns (bytes32) {
        return _hash(seed, 0, size);
    }

    /// Both roots and the proof between them, over real leaves.
    function growth(bytes32 seed, uint64 oldSize, uint64 newSize) internal pure returns (Growth memory g) {
        return _growth(seed, oldSize, newSize, _hash);
    }

    /// The same for sizes of any magnitude: what lies beside the path is not built but made up.
    function madeUpGrowth(bytes32 seed, uint64 oldSize, uint64 newSize) internal pure returns (Growth memory g) {
        return _growth(seed, oldSize, newSize, _madeUp);
    }

    function _growth(
        bytes32 seed,
        uint64 oldSize,
        uint64 newSize,
        function(bytes32, uint64, uint64) pure returns (bytes32) hashOf
    ) private pure returns (Growth memory g) {
        bytes32[] memory path = new bytes32[](128);
        uint256 length;
        (g.oldRoot, g.newRoot, length) = _grow(seed, 0, newSize, oldSize, true, path, hashOf);
        g.proof = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) g.proof[i] = path[i];
    }

    /// SUBPROOF of RFC 6962 §2.1.2 over the leaves [start, end), cut at `cut`, with both roots on the way.
    /// @param whole The old tree has so far always been the left part: its root is known to the checker and left out.
    function _grow(
        bytes32 seed,
        uint64 start,
        uint64 end,
        uint64 cut,
        bool whole,
        bytes32[] memory path,
        function(bytes32, uint64, uint64) pure returns (bytes32) hashOf
    ) private pure returns (bytes32 oldHash, bytes32 newHash, uint256 length) {
        if (cut == end) {
            oldHash = newHash = hashOf(seed, start, end);
            if (!whole) path[length++] = oldHash;
            return (oldHash, newHash, length);
        }
        uint64 middle = start + _split(end - start);
        if (cut <= middle) {
            (oldHash, newHash, length) = _grow(seed, start, middle, cut, whole, path, hashOf);
            path[length++] = hashOf(seed, middle, end);
            newHash = node(newHash, path[length - 1]);
        } else {
            (oldHash, newHash, length) = _grow(seed, middle, end, cut, false, path, hashOf);
            path[length++] = hashOf(seed, start, middle);
            oldHash = node(path[length - 1], oldHash);
            newHash = node(path[length - 1], newHash);
        }
    }

    function _hash(bytes32 seed, uint64 start, uint64 end) private pure returns (bytes32) {
        if (end - start == 1) return sha256(abi.encodePacked(bytes1(0x00), seed, start));
        uint64 middle = start + _split(end - start);
        return node(_hash(seed, start, middle), _hash(seed, middle, end));
    }

    function _madeUp(bytes32 seed, uint64 start, uint64 end) private pure returns (bytes32) {
        return keccak256(abi.encode(seed, start, end));
    }

    function node(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x01), left, right));
    }

    /// The largest power of two below `size`.
    function _split(uint64 size) private pure returns (uint64 power) {
        power = 1;
        while (uint256(power) * 2 < size) power *= 2;
    }
}
