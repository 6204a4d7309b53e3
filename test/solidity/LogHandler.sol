// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CheckpointAnchor} from "../../contracts/CheckpointAnchor.sol";
import {ICheckpointAnchor} from "../../contracts/interfaces/ICheckpointAnchor.sol";
import {ReferenceTree} from "./ReferenceTree.sol";
import {Roles} from "../../contracts/Roles.sol";
import {NO_RELAY, between, check, vm} from "./SolidityTest.sol";

/// @title Everything that can happen to three logs, honestly and not
/// @notice The pattern of a handler: it owns the contract and what the contract must hold (`_size`, `_rootAt`). Each public
/// function is one act, made of any numbers the runner thinks up. An honest act must go through and is written down; an
/// act that must be refused goes through `_refused`, which fails if it is accepted. After each, `_look` compares.
contract LogHandler {
    uint256 public constant LOGS = 3;
    uint64 private constant LARGEST = 160; // every leaf is really hashed

    CheckpointAnchor private immutable _anchor = new CheckpointAnchor(NO_RELAY, address(new Roles(address(this))));
    bytes32[LOGS] private _log;
    uint64[LOGS] private _size;
    mapping(uint256 i => mapping(uint64 size => bytes32)) private _rootAt;

    constructor() {
        for (uint256 i = 0; i < LOGS; ++i) {
            _log[i] = _anchor.registerLog(string(abi.encodePacked("log ", bytes1(uint8(48 + i)))), address(this));
        }
    }

    function grow(uint256 which, uint256 step) external {
        uint256 i = which % LOGS;
        (bool possible, ICheckpointAnchor.Growth memory g) = _next(i, step, seedOf(i));
        if (!possible) return;
        _anchor.anchor(g.log, g.size, g.root, g.proof);
        _note(i, g);
        _look();
    }

    function growAll(uint256[LOGS] calldata steps) external {
        ICheckpointAnchor.Growth[] memory growths = new ICheckpointAnchor.Growth[](LOGS);
        for (uint256 i = 0; i < LOGS; ++i) {
            bool possible;
            (possible, growths[i]) = _next(i, steps[i], seedOf(i));
            if (!possible) return;
        }
        _anchor.anchorAll(growths);
        for (uint256 i = 0; i < LOGS; ++i) _note(i, growths[i]);
        _look();
    }

    /// A size that is not larger, with the true root of that size, or with any.
    function shrink(uint256 which, uint256 to, bytes32 root, bytes32[] calldata proof) external {
        uint256 i = which % LOGS;
        uint64 size = uint64(between(to, 0, _size[i]));
        bytes32 truth = size == 0 ? bytes32(0) : ReferenceTree.rootOf(seedOf(i), size);
        _refused(address(this), ICheckpointAnchor.Growth(_log[i], size, truth, new bytes32[](0)));
        _refused(address(this), ICheckpointAnchor.Growth(_log[i], size, root, proof));
    }

    /// Another tree, which is consistent in itself: a fork, or a log in which an old entry was changed.
    function fork(uint256 which, uint256 step, bytes32 seed) external {
        uint256 i = which % LOGS;
        if (_size[i] == 0 || seed == seedOf(i)) return;
        (bool possible, ICheckpointAnchor.Growth memory g) = _next(i, step, seed);
        if (possible) _refused(address(this), g);
    }

    /// The root of another log, under its own proof.
    function confuse(uint256 which, uint256 step) external {
        uint256 i = which % LOGS;
        if (_size[i] == 0) return;
        (bool possible, ICheckpointAnchor.Growth memory g) = _next(i, step, seedOf((i + 1) % LOGS));
        if (possible) _refused(address(this), g);
    }

    /// The honest next tree with something wrong about it.
    function forge(uint256 which, uint256 step, uint256 how, uint256 bit) external {
        uint256 i = which % LOGS;
        if (_size[i] == 0) return;
        (bool possible, ICheckpointAnchor.Growth memory g) = _next(i, step, seedOf(i));
        if (!possible) return;
        bytes32 flip = bytes32(uint256(1) << between(bit, 0, 255));
        if (how % 4 == 0) g.root ^= flip;
        else if (how % 4 == 1) g.proof[bit % g.proof.length] ^= flip;
        else if (how % 4 == 2) g.proof = new bytes32[](g.proof.length - 1);
        else g.log ^= flip;
        _refused(address(this), g);
    }

    /// The honest next tree, from somebody who is not the anchorer.
    function intrude(uint256 which, uint256 step, address stranger) external {
        uint256 i = which % LOGS;
        (bool possible, ICheckpointAnchor.Growth memory g) = _next(i, step, seedOf(i));
        if (possible && stranger != address(this)) _refused(stranger, g);
    }

    function seedOf(uint256 i) public pure returns (bytes32) {
        return bytes32(i + 1);
    }

    function expectedSize(uint256 i) external view returns (uint64) {
        return _size[i];
    }

    function anchored(uint256 i) public view returns (uint64 size, bytes32 root) {
        return _anchor.latest(_log[i]);
    }

    /// The next checkpoint of log `i`, as a log of that seed would give it.
    function _next(
        uint256 i,
        uint256 step,
        bytes32 seed
    ) private view returns (bool possible, ICheckpointAnchor.Growth memory) {
        uint64 size = _size[i] + uint64(between(step, 1, 24));
        if (size > LARGEST) return (false, ICheckpointAnchor.Growth(0, 0, 0, new bytes32[](0)));
        if (_size[i] == 0) {
            return (true, ICheckpointAnchor.Growth(_log[i], size, ReferenceTree.rootOf(seed, size), new bytes32[](0)));
        }
        ReferenceTree.Growth memory g = ReferenceTree.growth(seed, _size[i], size);
        return (true, ICheckpointAnchor.Growth(_log[i], size, g.newRoot, g.proof));
    }

    function _note(uint256 i, ICheckpointAnchor.Growth memory g) private {
        check(g.size > _size[i], "an anchor shrank");
        check(_rootAt[i][g.size] == 0, "a size got a second root");
        _size[i] = g.size;
        _rootAt[i][g.size] = g.root;
    }

    /// Refused alone, and refused in a batch whose other member is in order.
    function _refused(address sender, ICheckpointAnchor.Growth memory g) private {
        vm.prank(sender);
        (bool alone, ) = address(_anchor).call(
            abi.encodeCall(ICheckpointAnchor.anchor, (g.log, g.size, g.root, g.proof))
        );
        check(!alone, "anchor accepted what it must refuse");

        ICheckpointAnchor.Growth[] memory growths = new ICheckpointAnchor.Growth[](1);
        growths[0] = g;
        vm.prank(sender);
        (bool batched, ) = address(_anchor).call(abi.encodeCall(ICheckpointAnchor.anchorAll, (growths)));
        check(!batched, "anchorAll accepted what it must refuse");
        _look();
    }

    /// Every log stands where it was last seen to go.
    function _look() private view {
        for (uint256 i = 0; i < LOGS; ++i) {
            (uint64 size, bytes32 root) = anchored(i);
            check(size == _size[i] && root == _rootAt[i][size], "a log moved by itself");
        }
    }
}
