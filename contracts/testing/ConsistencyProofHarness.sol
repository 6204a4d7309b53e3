// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConsistencyProof} from "../libraries/ConsistencyProof.sol";
import {PlainConsistencyProof} from "./PlainConsistencyProof.sol";

/// @title Both consistency checks, side by side and measured
/// @notice For tests and benchmarks only. Many cases in one call, since a call costs more than a check.
contract ConsistencyProofHarness {
    struct Growth {
        uint64 oldSize;
        uint64 newSize;
        bytes32 oldRoot;
        bytes32 newRoot;
        bytes32[] proof;
    }

    /// Which of the cases the library proves.
    function fast(Growth[] calldata cases) external view returns (bool[] memory proven) {
        proven = new bool[](cases.length);
        for (uint256 i = 0; i < cases.length; ++i) {
            Growth calldata c = cases[i];
            (, uint256 length) = ConsistencyProof.shapeOf(c.oldSize, c.newSize);
            if (c.proof.length != length) continue; // the library reverts
            (bytes32 provenOld, bytes32 provenNew) = fastRoots(c);
            proven[i] = provenOld == c.oldRoot && provenNew == c.newRoot;
        }
    }

    /// Which of the cases the RFC's algorithm proves.
    function plain(Growth[] calldata cases) external pure returns (bool[] memory proven) {
        proven = new bool[](cases.length);
        for (uint256 i = 0; i < cases.length; ++i) {
            Growth calldata c = cases[i];
            (bool ok, bytes32 provenOld, bytes32 provenNew) = plainRoots(c);
            proven[i] = ok && provenOld == c.oldRoot && provenNew == c.newRoot;
        }
    }

    function fastRoots(Growth calldata c) public view returns (bytes32 provenOld, bytes32 provenNew) {
        return ConsistencyProof.rootsOf(c.oldSize, c.oldRoot, c.newSize, c.proof);
    }

    function plainRoots(Growth calldata c) public pure returns (bool ok, bytes32 provenOld, bytes32 provenNew) {
        return PlainConsistencyProof.rootsOf(c.oldSize, c.oldRoot, c.newSize, c.proof);
    }

    function gasUsed(Growth calldata c) external view returns (uint256 ofFast, uint256 ofPlain) {
        uint256 start = gasleft();
        fastRoots(c);
        ofFast = start - gasleft();
        start = gasleft();
        plainRoots(c);
        ofPlain = start - gasleft();
    }
}
