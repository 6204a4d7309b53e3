// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title CheckpointAnchor: a log can only grow (存证锚定)
/// @notice Keeps the last (size, root) of each log and accepts a new one only with the RFC 6962 proof that the new tree
/// extends the old one. Whoever runs the log can stop it here, never shrink it, fork it or change an entry.
/// A proof does not authenticate sizes: auditors recompute the root of the whole log.
interface ICheckpointAnchor {
    struct Log {
        // slot 0: anchorer 160 | size 64 | free 32
        address anchorer;
        uint64 size;
        // slot 1
        bytes32 root;
    }

    /// @notice One log's next checkpoint, with the proof that it extends the last: what `anchor` takes, for `anchorAll`.
    struct Growth {
        bytes32 log;
        uint64 size;
        bytes32 root;
        bytes32[] proof;
    }

    event LogRegistered(bytes32 indexed log, address indexed anchorer, string origin);
    event AnchorerReplaced(bytes32 indexed log, address indexed previousAnchorer, address indexed anchorer);
    event CheckpointAnchored(
        bytes32 indexed log,
        uint64 indexed size,
        bytes32 root,
        uint64 previousSize,
        bytes32 previousRoot
    );

    error LogTaken(bytes32 log);
    error LogUnknown(bytes32 log);
    /// @notice The anchorer is zero, or is the one already.
    error AnchorerInvalid(bytes32 log, address anchorer);
    error NotTheAnchorer(bytes32 log, address caller, address anchorer);
    /// @notice The checkpoint is not newer than the last anchored one: its size must be larger.
    error CheckpointStale(uint64 given, uint64 current);
    /// @notice A batch of no checkpoints: a mistake of the sender, who would pay for nothing.
    error BatchEmpty();
    /// @notice The proof does not start from the anchored root: another tree, or a changed old entry.
    error OldRootMismatch(uint64 size, bytes32 proven, bytes32 anchored);
    /// @notice The proof does not end at the given root.
    error NewRootMismatch(uint64 size, bytes32 proven, bytes32 given);

    /// @notice Registers a log. For the log administrator.
    /// @param origin The checkpoint's origin line (C2SP tlog-checkpoint), at most 255 bytes.
    /// @param anchorer The account that may anchor its checkpoints.
    /// @return log keccak256 of the origin's bytes: the log's name in every event.
    function registerLog(string calldata origin, address anchorer) external returns (bytes32 log);

    /// @notice Hands a log to another anchoring account, for instance after a lost key. For the log administrator.
    function replaceAnchorer(bytes32 log, address anchorer) external;

    /// @notice Anchors a checkpoint. For the log's anchorer.
    /// @param log keccak256 of the log's origin.
    /// @param size The new tree size; larger than the last one.
    /// @param root The new root hash.
    /// @param proof Consistency proof from the last anchored size, in RFC 6962's order; empty for the first checkpoint.
    function anchor(bytes32 log, uint64 size, bytes32 root, bytes32[] calldata proof) external;

    /// @notice Anchors the checkpoints of several logs, all or none. Each log's anchorer must be the caller. The same log may
    /// come twice, the second time from where the first one left it.
    /// @param growths At least one; each as `anchor` takes it, in order.
    function anchorAll(Growth[] calldata growths) external;

    /// @notice The last anchored checkpoint; size 0 if there is none yet.
    function latest(bytes32 log) external view returns (uint64 size, bytes32 root);

    function anchorerOf(bytes32 log) external view returns (address);
}
