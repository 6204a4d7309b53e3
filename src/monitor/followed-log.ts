// A log that is followed: its tree grows by entries that were read and hashed, from one signed checkpoint to the next, and
// whatever is served or signed later has to fit what was verified. A bad line may spoil bytes on their way, so nothing is
// held against a log before it was asked twice.

import { encodeBase64, equal } from '../core/bytes.ts'
import { type Fork, makeFork } from '../core/fork.ts'
import { hashLeaf } from '../core/hash.ts'
import {
  consistencyNodes,
  inclusionNodes,
  proveConsistency,
  proveInclusion,
  proveSubtree,
  subtreeNodes,
} from '../core/proof.ts'
import { TILE_HEIGHT, TILE_WIDTH } from '../core/tile.ts'
import type { Hash, NodeId } from '../core/tree.ts'
import type { TileTree, TreeMark } from '../tile-tree.ts'
import type { Contradiction } from './checks.ts'
import { HeldBundles } from './held-bundles.ts'
import { inOrder } from './in-flight.ts'
import type { SignedHead, TileClient } from './tile-client.ts'
import { findFork, forked, rewritten } from './two-stories.ts'

export type LogName = 'log' | 'index'

export interface FollowedParts {
  readonly name: LogName
  readonly client: TileClient
  readonly tree: TileTree
  /** The newest checkpoint that was verified; the tree is smaller only where what was kept of it is lost. */
  readonly head: SignedHead | undefined
}

/** Bundles asked for at once. */
const AT_ONCE = 4

export class FollowedLog {
  readonly name: LogName
  readonly client: TileClient
  readonly tree: TileTree
  #head: SignedHead | undefined
  readonly #held = new HeldBundles()

  constructor({ name, client, tree, head }: FollowedParts) {
    this.name = name
    this.client = client
    this.tree = tree
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

  /** Takes a signed checkpoint: grows to it, or sees that it is of a beginning. @throws Contradiction */
  async take(head: SignedHead, signal: AbortSignal): Promise<void> {
    if (head.size > this.size) return this.#growTo(head, signal)
    const root = await this.rootAt(head.size, signal)
    if (!equal(root, head.root)) {
      throw forked(this.name, this.#head, head, await this.#forkBelow(head, root, signal))
    }
    this.#head ??= head
  }

  /** @param size Of a tree no larger than what was verified */
  rootAt(size: number, signal: AbortSignal): Promise<Hash> {
    return this.tree.rootAt(size, tile => this.#leavesOf(tile, signal))
  }

  async proveConsistency(oldSize: number, newSize: number, signal: AbortSignal): Promise<Hash[]> {
    return proveConsistency(oldSize, newSize, await this.#nodes(consistencyNodes(oldSize, newSize), signal))
  }

  async proveInclusion(index: number, size: number, signal: AbortSignal): Promise<Hash[]> {
    return proveInclusion(index, size, await this.#nodes(inclusionNodes(index, size), signal))
  }

  /** A verified entry, proven in the newest verified tree: as findings show it. */
  async provenEntry(
    index: number,
    signal: AbortSignal,
    head: SignedHead = this.#head!,
  ): Promise<{ checkpoint: string; index: number; entry: string; proof: string[] }> {
    const tile = Math.floor(index / TILE_WIDTH)
    const entry = (await this.#bundle(tile, signal))[index - tile * TILE_WIDTH]!
    const proof = await this.proveInclusion(index, head.size, signal)
    return { checkpoint: head.note, index, entry: encodeBase64(entry), proof: proof.map(encodeBase64) }
  }

  /** That a tree which this log does not begin with is not its own: shown by what it has there, proven from what it signed. */
  async against(size: number, signal: AbortSignal): Promise<{ checkpoint: string; root: string; proof: string[] }> {
    const proof = await this.proveConsistency(size, this.#head!.size, signal)
    const root = encodeBase64(await this.rootAt(size, signal))
    return { checkpoint: this.#head!.note, root, proof: proof.map(encodeBase64) }
  }

  /** Verified entries. @throws Contradiction `entry-rewritten` */
  async *entries(start: number, end: number, signal: AbortSignal): AsyncGenerator<[index: number, entry: Uint8Array]> {
    for (let at = start; at < end; ) {
      const tile = Math.floor(at / TILE_WIDTH)
      const bundle = await this.#bundle(tile, signal)
      const last = Math.min(end, (tile + 1) * TILE_WIDTH)
      for (; at < last; at++) yield [at, bundle[at - tile * TILE_WIDTH]!]
    }
  }

  /** Reads a full bundle anew, as others get it now. @throws Contradiction `entry-rewritten` */
  async readAgain(tile: number, signal: AbortSignal): Promise<void> {
    this.#held.drop(tile)
    await this.#bundle(tile, signal)
  }

  async #growTo(head: SignedHead, signal: AbortSignal): Promise<void> {
    const mark = this.tree.mark()
    for (let asks = 1; ; asks++) {
      const changed = await this.#append(head.size, signal).catch((error: unknown) => {
        this.#undo(mark) // half of what was signed is not what was signed
        throw error
      })
      if (equal(this.tree.head().root, head.root)) {
        if (this.#head === undefined || this.#head.size <= head.size) this.#head = head
        // What follows is the log's, and yet it tells others other entries.
        if (changed !== undefined) await this.#bundle(Math.floor(mark.size / TILE_WIDTH), signal)
        return
      }
      this.#undo(mark)
      if (asks === 2) break
    }
    throw forked(this.name, this.#head, head, await findFork(this.client, this.#head, head, signal))
  }

  #undo(mark: TreeMark): void {
    this.tree.rollBack(mark)
    this.#held.clear()
  }

  /** Appends what is served; returns the place of the first leaf that we know as another. */
  async #append(size: number, signal: AbortSignal): Promise<number | undefined> {
    const { tiles: first, tail } = this.tree
    let changed: number | undefined
    let tile = first
    for await (const entries of inOrder(this.#asks(first, size), AT_ONCE, signal)) {
      for (const [k, entry] of entries.entries()) {
        const leaf = hashLeaf(entry)
        if (tile > first || k >= tail.length) this.tree.append(leaf)
        else if (!equal(leaf, tail[k]!)) changed ??= tile * TILE_WIDTH + k
      }
      this.#held.put(tile++, entries)
    }
    return changed
  }

  *#asks(first: number, size: number): Generator<(signal: AbortSignal) => Promise<readonly Uint8Array[]>> {
    for (let tile = first; tile * TILE_WIDTH < size; tile++) yield signal => this.client.entries(tile, size, signal)
  }

  async #leavesOf(tile: number, signal: AbortSignal): Promise<readonly Hash[]> {
    return (await this.#bundle(tile, signal)).map(hashLeaf)
  }

  async #bundle(tile: number, signal: AbortSignal): Promise<readonly Uint8Array[]> {
    const held = this.#held.get(tile)
    if (held !== undefined && this.#isVerified(tile, held)) return held
    for (let asks = 1; ; asks++) {
      const entries = await this.client.entries(tile, this.size, signal)
      if (this.#isVerified(tile, entries)) {
        this.#held.put(tile, entries)
        return entries
      }
      if (asks === 2) throw await this.#rewritten(tile, entries, signal)
    }
  }

  #isVerified(tile: number, entries: readonly Uint8Array[]): boolean {
    const leaves = entries.map(hashLeaf)
    if (tile < this.tree.tiles) return this.tree.hasTile(tile, leaves)
    const { tail } = this.tree
    return leaves.length === tail.length && leaves.every((leaf, k) => equal(leaf, tail[k]!))
  }

  #nodes(nodes: readonly NodeId[], signal: AbortSignal): Promise<Hash[]> {
    return this.tree.readNodes(nodes, tile => this.#leavesOf(tile, signal))
  }

  /** A checkpoint of a size that we have, with another root than ours. */
  async #forkBelow(head: SignedHead, root: Hash, signal: AbortSignal): Promise<Fork | undefined> {
    if (this.#head === undefined || head.size === 0) return undefined
    return makeFork(head.note, this.#head.note, root, await this.proveConsistency(head.size, this.#head.size, signal))
  }

  async #rewritten(tile: number, served: readonly Uint8Array[], signal: AbortSignal): Promise<Contradiction> {
    const leaves = served.map(hashLeaf)
    const isFull = tile < this.tree.tiles
    const first = tile * TILE_WIDTH + (isFull ? 0 : leaves.findIndex((leaf, k) => !equal(leaf, this.tree.tail[k]!)))
    const subtree = isFull ? { level: TILE_HEIGHT, index: tile } : { level: 0, index: first }
    const [verified] = await this.#nodes([subtree], signal)
    const proof = proveSubtree(subtree, this.size, await this.#nodes(subtreeNodes(subtree, this.size), signal))
    return rewritten(this.name, this.#head!, { tile, first, subtree, verified: verified!, proof, served: leaves })
  }
}
