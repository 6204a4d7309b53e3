// Entries as a log serves them, each bundle compared with the verified tree whenever it is read. What does not fit is asked for
// twice.

import { equal } from '../core/bytes.ts'
import { hashLeaf } from '../core/hash.ts'
import { proveSubtree, subtreeNodes } from '../core/proof.ts'
import { TILE_HEIGHT, TILE_WIDTH } from '../core/tile.ts'
import type { Hash, NodeId } from '../core/tree.ts'
import type { TileTree, TreeMark } from '../tile-tree.ts'
import type { Contradiction } from './checks.ts'
import { HeldBundles } from './held-bundles.ts'
import { inOrder } from './in-flight.ts'
import type { TileClient } from './tile-client.ts'
import type { Rewriting } from './two-stories.ts'

/** Bundles asked for at once. */
const AT_ONCE = 4

export class VerifiedEntries {
  readonly #client: TileClient
  readonly #tree: TileTree
  readonly #onRewritten: (rewriting: Rewriting) => Contradiction
  readonly #held = new HeldBundles()

  /** @param onRewritten What is to be thrown where other entries are served than were verified */
  constructor(client: TileClient, tree: TileTree, onRewritten: (rewriting: Rewriting) => Contradiction) {
    this.#client = client
    this.#tree = tree
    this.#onRewritten = onRewritten
  }

  /** Verified entries. @throws Contradiction `entry-rewritten` */
  async *range(start: number, end: number, signal: AbortSignal): AsyncGenerator<[index: number, entry: Uint8Array]> {
    for (let at = start; at < end; ) {
      const tile = Math.floor(at / TILE_WIDTH)
      const bundle = await this.#bundle(tile, signal)
      const last = Math.min(end, (tile + 1) * TILE_WIDTH)
      for (; at < last; at++) yield [at, bundle[at - tile * TILE_WIDTH]!]
    }
  }

  async one(index: number, signal: AbortSignal): Promise<Uint8Array> {
    const tile = Math.floor(index / TILE_WIDTH)
    return (await this.#bundle(tile, signal))[index - tile * TILE_WIDTH]!
  }

  /** Reads a full bundle anew, as others get it now. @throws Contradiction `entry-rewritten` */
  async readAgain(tile: number, signal: AbortSignal): Promise<void> {
    this.#held.drop(tile)
    await this.#bundle(tile, signal)
  }

  /** Appends what is served, unverified; resolves to whether leaves that we know are served as others. */
  async append(size: number, signal: AbortSignal): Promise<boolean> {
    const { tiles: first, tail } = this.#tree
    let isChanged = false
    let tile = first
    for await (const entries of inOrder(this.#asks(first, size), AT_ONCE, signal)) {
      for (const [k, entry] of entries.entries()) {
        const leaf = hashLeaf(entry)
        if (tile > first || k >= tail.length) this.#tree.append(leaf)
        else if (!equal(leaf, tail[k]!)) isChanged = true
      }
      this.#held.put(tile++, entries)
    }
    return isChanged
  }

  /** Half of what was signed, or other than that, is not kept. */
  undo(mark: TreeMark): void {
    this.#tree.rollBack(mark)
    this.#held.clear()
  }

  async leavesOf(tile: number, signal: AbortSignal): Promise<readonly Hash[]> {
    return (await this.#bundle(tile, signal)).map(hashLeaf)
  }

  /** Hashes of complete subtrees of what was verified. */
  nodes(nodes: readonly NodeId[], signal: AbortSignal): Promise<Hash[]> {
    return this.#tree.readNodes(nodes, tile => this.leavesOf(tile, signal))
  }

  *#asks(first: number, size: number): Generator<(signal: AbortSignal) => Promise<readonly Uint8Array[]>> {
    for (let tile = first; tile * TILE_WIDTH < size; tile++) yield signal => this.#client.entries(tile, size, signal)
  }

  async #bundle(tile: number, signal: AbortSignal): Promise<readonly Uint8Array[]> {
    const held = this.#held.get(tile)
    if (held !== undefined && this.#isVerified(tile, held)) return held
    for (let asks = 1; ; asks++) {
      const entries = await this.#client.entries(tile, this.#tree.size, signal)
      if (this.#isVerified(tile, entries)) {
        this.#held.put(tile, entries)
        return entries
      }
      if (asks === 2) throw await this.#rewritten(tile, entries, signal)
    }
  }

  #isVerified(tile: number, entries: readonly Uint8Array[]): boolean {
    const leaves = entries.map(hashLeaf)
    if (tile < this.#tree.tiles) return this.#tree.hasTile(tile, leaves)
    const { tail } = this.#tree
    return leaves.length === tail.length && leaves.every((leaf, k) => equal(leaf, tail[k]!))
  }

  async #rewritten(tile: number, served: readonly Uint8Array[], signal: AbortSignal): Promise<Contradiction> {
    const leaves = served.map(hashLeaf)
    const isFull = tile < this.#tree.tiles
    const first = tile * TILE_WIDTH + (isFull ? 0 : leaves.findIndex((leaf, k) => !equal(leaf, this.#tree.tail[k]!)))
    const subtree = isFull ? { level: TILE_HEIGHT, index: tile } : { level: 0, index: first }
    const [verified] = await this.nodes([subtree], signal)
    const proof = proveSubtree(
      subtree,
      this.#tree.size,
      await this.nodes(subtreeNodes(subtree, this.#tree.size), signal),
    )
    return this.#onRewritten({ tile, first, subtree, verified: verified!, proof, served: leaves })
  }
}
