// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title RFC 9162 §2.1.4.2, word for word
/// @notice The reference for libraries/ConsistencyProof.sol: slower, with the RFC's own variable names and step numbers.
/// For tests only.
library PlainConsistencyProof {
    /// @return ok False where the RFC says "fail the proof verification" for another reason than a wrong root.
    function rootsOf(
        uint64 first,
        bytes32 firstHash,
        uint64 second,
        bytes32[] memory proof
    ) internal pure returns (bool ok, bytes32 fr, bytes32 sr) {
        // Step 2, put first because step 1 must look at the path it makes: a power of two leaves its root out.
        bytes32[] memory path = proof;
        if (first & (first - 1) == 0) {
            path = new bytes32[](proof.length + 1);
            path[0] = firstHash;
            for (uint256 i = 0; i < proof.length; ++i) path[i + 1] = proof[i];
        }
        // Step 1.
        if (path.length == 0) return (false, 0, 0);
        // Steps 3 and 4.
        uint64 fn = first - 1;
        uint64 sn = second - 1;
        while (fn & 1 == 1) {
            fn >>= 1;
            sn >>= 1;
        }
        // Step 5.
        fr = path[0];
        sr = path[0];
        // Step 6.
        for (uint256 i = 1; i < path.length; ++i) {
            bytes32 c = path[i];
            if (sn == 0) return (false, fr, sr);
            if (fn & 1 == 1 || fn == sn) {
                fr = sha256(abi.encodePacked(bytes1(0x01), c, fr));
                sr = sha256(abi.encodePacked(bytes1(0x01), c, sr));
                while (fn & 1 == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                sr = sha256(abi.encodePacked(bytes1(0x01), sr, c));
            }
            fn >>= 1;
            sn >>= 1;
        }
        // Step 7, but for the comparison of the roots.
        ok = sn == 0;
    }
}
