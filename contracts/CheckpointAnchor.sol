// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Context} from "@openzeppelin/contracts/utils/Context.sol";
import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {ConsistencyProof} from "./libraries/ConsistencyProof.sol";
import {ICheckpointAnchor} from "./interfaces/ICheckpointAnchor.sol";
import {Relayed} from "./Relayed.sol";
import {Text} from "./libraries/Text.sol";

/// @title CheckpointAnchor: a log can only grow
/// @notice Promises and words: ICheckpointAnchor.
contract CheckpointAnchor is ICheckpointAnchor, Relayed, AccessManaged {
    uint256 private constant MAX_ORIGIN_BYTES = 255;

    mapping(bytes32 log => Log) private _logs;

    constructor(address relay, address roles) Relayed(relay) AccessManaged(roles) {}

    /// @inheritdoc ICheckpointAnchor
    function registerLog(string calldata origin, address anchorer) external restricted returns (bytes32 log) {
        Text.checkLength(bytes(origin), MAX_ORIGIN_BYTES);
        log = keccak256(bytes(origin));
        if (_logs[log].anchorer != address(0)) revert LogTaken(log);
        if (anchorer == address(0)) revert AnchorerInvalid(log, anchorer);

        _logs[log].anchorer = anchorer;
        emit LogRegistered(log, anchorer, origin);
    }

    /// @inheritdoc ICheckpointAnchor
    function replaceAnchorer(bytes32 log, address anchorer) external restricted {
        Log storage l = _existing(log);
        address previousAnchorer = l.anchorer;
        if (anchorer == address(0) || anchorer == previousAnchorer) revert AnchorerInvalid(log, anchorer);

        l.anchorer = anchorer;
        emit AnchorerReplaced(log, previousAnchorer, anchorer);
    }

    /// @inheritdoc ICheckpointAnchor
    function anchor(bytes32 log, uint64 size, bytes32 root, bytes32[] calldata proof) external {
        _anchor(_msgSender(), log, size, root, proof);
    }

    /// @inheritdoc ICheckpointAnchor
    function anchorAll(Growth[] calldata growths) external {
        if (growths.length == 0) revert BatchEmpty();
        address caller = _msgSender();
        for (uint256 i = 0; i < growths.length; ++i) {
            Growth calldata g = growths[i];
            _anchor(caller, g.log, g.size, g.root, g.proof);
        }
    }

    /// @inheritdoc ICheckpointAnchor
    function latest(bytes32 log) external view returns (uint64 size, bytes32 root) {
        Log storage l = _existing(log);
        return (l.size, l.root);
    }

    /// @inheritdoc ICheckpointAnchor
    function anchorerOf(bytes32 log) external view returns (address) {
        return _existing(log).anchorer;
    }

    function _anchor(address caller, bytes32 log, uint64 size, bytes32 root, bytes32[] calldata proof) private {
        Log storage l = _existing(log);
        if (caller != l.anchorer) revert NotTheAnchorer(log, caller, l.anchorer);
        uint64 previousSize = l.size;
        bytes32 previousRoot = l.root;
        if (size <= previousSize) revert CheckpointStale(size, previousSize);
        _checkExtends(previousSize, previousRoot, size, root, proof);

        l.size = size;
        l.root = root;
        emit CheckpointAnchored(log, size, root, previousSize, previousRoot);
    }

    function _existing(bytes32 log) private view returns (Log storage l) {
        l = _logs[log];
        if (l.anchorer == address(0)) revert LogUnknown(log);
    }

    function _checkExtends(
        uint64 oldSize,
        bytes32 oldRoot,
        uint64 newSize,
        bytes32 newRoot,
        bytes32[] calldata proof
    ) private view {
        // Every tree extends the empty one: the first checkpoint needs no proof, and may carry none.
        if (oldSize == 0) {
            if (proof.length != 0) revert ConsistencyProof.ProofLengthWrong(proof.length, 0);
            return;
        }
        (bytes32 provenOld, bytes32 provenNew) = ConsistencyProof.rootsOf(oldSize, oldRoot, newSize, proof);
        if (provenOld != oldRoot) revert OldRootMismatch(oldSize, provenOld, oldRoot);
        if (provenNew != newRoot) revert NewRootMismatch(newSize, provenNew, newRoot);
    }

    function _msgSender() internal view override(Context, ERC2771Context) returns (address) {
        return ERC2771Context._msgSender();
    }

    function _msgData() internal view override(Context, ERC2771Context) returns (bytes calldata) {
        return ERC2771Context._msgData();
    }

    function _contextSuffixLength() internal view override(Context, ERC2771Context) returns (uint256) {
        return ERC2771Context._contextSuffixLength();
    }
}
