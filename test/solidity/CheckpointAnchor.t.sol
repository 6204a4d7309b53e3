// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CheckpointAnchor} from "../../contracts/CheckpointAnchor.sol";
import {ConsistencyProof} from "../../contracts/libraries/ConsistencyProof.sol";
import {ICheckpointAnchor} from "../../contracts/interfaces/ICheckpointAnchor.sol";
import {LogHandler} from "./LogHandler.sol";
import {ReferenceTree} from "./ReferenceTree.sol";
import {Roles} from "../../contracts/Roles.sol";
import {NO_RELAY, SolidityTest, between, check, checkEqual, vm} from "./SolidityTest.sol";

/// Invariants, in prose:
/// 1. The anchored size of a log never gets smaller, and each size has one root for ever.
/// 2. The anchored root is the root over the first `size` of the log's own leaves: no other tree ever gets in.
/// 3. Nobody but a log's anchorer moves it, and no log moves another.
contract CheckpointAnchorInvariants is SolidityTest {
    LogHandler private _handler;

    function setUp() public {
        _handler = new LogHandler();
        target(address(_handler));
    }

    function invariant_anchoredIsWhatTheLogHolds() public view {
        for (uint256 i = 0; i < _handler.LOGS(); ++i) {
            (uint64 size, bytes32 root) = _handler.anchored(i);
            checkEqual(size, _handler.expectedSize(i), "the anchored size");
            bytes32 expected = size == 0 ? bytes32(0) : ReferenceTree.rootOf(_handler.seedOf(i), size);
            checkEqual(root, expected, "the anchored root");
        }
    }
}

contract CheckpointAnchorTest is SolidityTest {
    bytes32 private constant SEED = "the log";

    CheckpointAnchor private _anchor;
    bytes32 private _log;

    function setUp() public {
        _anchor = new CheckpointAnchor(NO_RELAY, address(new Roles(address(this))));
        _log = _anchor.registerLog("test.example/log", address(this));
    }

    function testFuzz_growsBetweenAnyTwoSizes(uint256 a, uint256 b) public {
        (uint64 oldSize, uint64 newSize) = _sizes(a, b);
        ReferenceTree.Growth memory g = ReferenceTree.madeUpGrowth(SEED, oldSize, newSize);
        _anchor.anchor(_log, oldSize, g.oldRoot, new bytes32[](0));
        _anchor.anchor(_log, newSize, g.newRoot, g.proof);
        (uint64 size, bytes32 root) = _anchor.latest(_log);
        checkEqual(size, newSize, "size");
        checkEqual(root, g.newRoot, "root");
    }

    function testFuzz_refusesAProofWithAnyBitFlipped(uint256 a, uint256 b, uint256 which, uint256 bit) public {
        (uint64 oldSize, uint64 newSize) = _sizes(a, b);
        ReferenceTree.Growth memory g = ReferenceTree.madeUpGrowth(SEED, oldSize, newSize);
        _anchor.anchor(_log, oldSize, g.oldRoot, new bytes32[](0));
        g.proof[between(which, 0, g.proof.length - 1)] ^= bytes32(uint256(1) << between(bit, 0, 255));
        _refused(newSize, g.newRoot, g.proof);
    }

    function testFuzz_refusesAProofOfAnotherTree(uint256 a, uint256 b, bytes32 seed) public {
        vm.assume(seed != SEED);
        (uint64 oldSize, uint64 newSize) = _sizes(a, b);
        ReferenceTree.Growth memory ours = ReferenceTree.madeUpGrowth(SEED, oldSize, newSize);
        ReferenceTree.Growth memory theirs = ReferenceTree.madeUpGrowth(seed, oldSize, newSize);
        _anchor.anchor(_log, oldSize, ours.oldRoot, new bytes32[](0));
        _refused(newSize, theirs.newRoot, theirs.proof);
        _refused(newSize, theirs.newRoot, ours.proof);
        _refused(newSize, ours.newRoot, theirs.proof);
    }

    /// A chain without the SHA-256 precompile answers every call with success and no bytes.
    function test_saysSoWhereTheChainLacksSha256() public {
        ReferenceTree.Growth memory g = ReferenceTree.growth(SEED, 3, 7);
        _anchor.anchor(_log, 3, g.oldRoot, new bytes32[](0));
        vm.mockCall(address(2), "", "");
        vm.expectRevert(ConsistencyProof.Sha256Failed.selector);
        _anchor.anchor(_log, 7, g.newRoot, g.proof);
    }

    function test_saysSoWhereTheChainsSha256Reverts() public {
        ReferenceTree.Growth memory g = ReferenceTree.growth(SEED, 3, 7);
        _anchor.anchor(_log, 3, g.oldRoot, new bytes32[](0));
        vm.mockCallRevert(address(2), "", abi.encode("32 bytes, which are no hash"));
        vm.expectRevert(ConsistencyProof.Sha256Failed.selector);
        _anchor.anchor(_log, 7, g.newRoot, g.proof);
    }

    /// The latest checkpoint stays what it was, whatever the reason.
    function _refused(uint64 newSize, bytes32 newRoot, bytes32[] memory proof) private {
        (uint64 sizeBefore, bytes32 rootBefore) = _anchor.latest(_log);
        (bool accepted, ) = address(_anchor).call(
            abi.encodeCall(ICheckpointAnchor.anchor, (_log, newSize, newRoot, proof))
        );
        check(!accepted, "a false proof was accepted");
        (uint64 size, bytes32 root) = _anchor.latest(_log);
        checkEqual(size, sizeBefore, "size");
        checkEqual(root, rootBefore, "root");
    }

    /// Half of them small, where the tree's shape is decided; the other half of any magnitude.
    function _sizes(uint256 a, uint256 b) private pure returns (uint64 oldSize, uint64 newSize) {
        uint256 most = a % 2 == 0 ? 300 : type(uint64).max;
        newSize = uint64(between(a, 2, most));
        oldSize = uint64(between(b, 1, newSize - 1));
    }
}
