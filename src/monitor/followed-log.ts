// A log that is followed: its tree grows by entries that were read and hashed, from one signed checkpoint to the next, and
// whatever is served or signed later has to fit what was verified. A bad line may spoil bytes on their way, so nothing is
// held against a log before it was asked twice.

import { encodeBase64, equal } from '../core/bytes.ts'
import { type Fork, makeFork } from '../core/fork.ts'
import { consistencyNodes, inclusionNodes, proveConsistency, proveInclusion } from '../core/proof.ts'
import type { Hash } from '../core/tree.ts'
import type { TileTree } from '../tile-tree.ts'
import type { SignedHead, TileClient } from './tile-client.ts'
import { findFork, forked, rewritten } from './two-stories.ts'
import { VerifiedEntries } from './verified-entries.ts'

export type LogName = 'log' | 'index'

export interface FollowedParts {
  readonly name: LogName
  readonly client: TileClient
  readonly tree: TileTree
  /** The newest checkpoint that was verified; the tree is smaller only where what was kept of it is lost. */
  readonly head: SignedHead | undefined
}

export class FollowedLog {
  readonly name: LogName
  readonly client: TileClient
  readonly tree: TileTree
  #head: SignedHead | undefined
  readonly #entries: VerifiedEntries

  constructor({ name, client, tree, head }: FollowedParts) {
    this.name = name
    this.client = client
    this.tree = tree
    this.#entries = new VerifiedEntries(client, tree, rewriting => rewritten(name, this.#head!, rewriting))
    this.#head = head
  }

  get head(): SignedHead | undefined {
    return this.#head
  }

  get size(): number {
    return this.tree.size
  }

  /** Makes again what is lost of the tree. @throws Contradiction */
  async catchUp(signal: AbortSignal): Promise<void> {
    if (this.#head !== undefined && this.tree.size < this.#head.size) await this.#growTo(this.#head, signal)
  }

  /** @param size Of a tree no larger than what was verified */
  rootAt(size: number, signal: AbortSignal): Promise<Hash> {
    return this.tree.rootAt(size, tile => this.#entries.leavesOf(tile, signal))
  }

  /** Verified entries. @throws Contradiction `entry-rewritten` */
  entries(start: number, end: number, signal: AbortSignal): AsyncGenerator<[index: number, entry: Uint8Array]> {
    return this.#entries.range(start, end, signal)
  }

  /** Reads a full bundle anew, as others get it now. @throws Contradiction `entry-rewritten` */
  readAgain(tile: number, signal: AbortSignal): Promise<void> {
    return this.#entries.readAgain(tile, signal)
  }

  /** Takes a signed checkpoint: grows to it, or sees that it is of a beginning. @throws Contradiction */
  async take(head: SignedHead, signal: AbortSignal): Promise<void> {
    if (head.size > this.size) return this.#growTo(head, signal)
    const root = await this.rootAt(head.size, signal)
    if (!equal(root, head.root)) {
      throw forked(this.name, this.#head, head, await this.#forkBelow(head, root, signal))
    }
    this.#head ??= head
  }

  async proveConsistency(oldSize: number, newSize: number, signal: AbortSignal): Promise<Hash[]> {
    return proveConsistency(oldSize, newSize, await this.#entries.nodes(consistencyNodes(oldSize, newSize), signal))
  }

  async proveInclusion(index: number, size: number, signal: AbortSignal): Promise<Hash[]> {
    return proveInclusion(index, size, await this.#entries.nodes(inclusionNodes(index, size), signal))
  }

  /** A verified entry, proven in the newest verified tree: as findings show it. */
  async provenEntry(
    index: number,
    signal: AbortSignal,
    head: SignedHead = this.#head!,
  ): Promise<{ checkpoint: string; index: number; entry: string; proof: string[] }> {
    const entry = await this.#entries.one(index, signal)
    const proof = await this.proveInclusion(index, head.size, signal)
    return { checkpoint: head.note, index, entry: encodeBase64(entry), proof: proof.map(encodeBase64) }
  }

  /** That a tree which this log does not begin with is not its own: shown by what it has there, proven from what it signed. */
  async against(size: number, signal: AbortSignal): Promise<{ checkpoint: string; root: string; proof: string[] }> {
    const proof = await this.proveConsistency(size, this.#head!.size, signal)
    const root = encodeBase64(await this.rootAt(size, signal))
    return { checkpoint: this.#head!.note, root, proof: proof.map(encodeBase64) }
  }

  async #growTo(head: SignedHead, signal: AbortSignal): Promise<void> {
    const mark = this.tree.mark()
    for (let asks = 1; ; asks++) {
      const isChanged = await this.#entries.append(head.size, signal).catch((error: unknown) => {
        this.#entries.undo(mark) // half of what was signed is not what was signed
        throw error
      })
      if (equal(this.tree.head().root, head.root)) {
        if (this.#head === undefined || this.#head.size <= head.size) this.#head = head
        // What follows is the log's, and yet it tells others other entries.
        if (isChanged) await this.#entries.one(mark.size - 1, signal)
        return
      }
      this.#entries.undo(mark)
      if (asks === 2) break
    }
    throw forked(this.name, this.#head, head, await findFork(this.client, this.#head, head, signal))
  }

  /** A checkpoint of a size that we have, with another root than ours. */
  async #forkBelow(head: SignedHead, root: Hash, signal: AbortSignal): Promise<Fork | undefined> {
    if (this.#head === undefined || head.size === 0) return undefined
    return makeFork(head.note, this.#head.note, root, await this.proveConsistency(head.size, this.#head.size, signal))
  }
}
