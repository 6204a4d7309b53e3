// What CheckpointAnchor says (ICheckpointAnchor.sol): how far each log has grown.

export interface AnchorEvents {
  readonly LogRegistered: { readonly log: string; readonly anchorer: string; readonly origin: string }
  readonly AnchorerReplaced: { readonly log: string; readonly previousAnchorer: string; readonly anchorer: string }
  readonly CheckpointAnchored: {
    readonly log: string
    readonly size: bigint
    readonly root: string
    readonly previousSize: bigint
    readonly previousRoot: string
  }
}
