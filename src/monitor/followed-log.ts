// A log that is followed: its tree grows by entries that were read and hashed, from one signed checkpoint to the next, and
// whatever is served or signed later has to fit what was verified. A bad line may spoil bytes on their way, so nothing is
// held against a log before it was asked twice.

import { encodeBase64, equal } from '../core/bytes.ts'
import type { TreeHead } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import { type Fork, makeFork } from '../core/fork.ts'
import { hashLeaf } from '../core/hash.ts'
import {
  checkConsistency,
  consistencyNodes,
  inclusionNodes,
  proveConsistency,
  proveInclusion,
  proveSubtree,
  subtreeNodes,
} from '../core/proof.ts'
import { TILE_HEIGHT, TILE_WIDTH } from '../core/tile.ts'
import { foldRight, frontierNodes, type Hash, type NodeId } from '../core/tree.ts'
import type { TileTree, TreeMark } from '../tile-tree.ts'
import { Contradiction } from './checks.ts'
import type { SignedHead, TileClient } from './tile-client.ts'

export type LogName = 'log' | 'index'

export interface FollowedParts {
  readonly name: LogName
  readonly client: TileClient
  readonly tree: TileTree
  /** The newest checkpoint that was verified; the tree is smaller only where what was kept of it is lost. */
  readonly head: SignedHead | undefined
}

/** Bytes of entries that are held, so that what has just been verified need not be read again to be understood. */
const MOST_HELD = 1 << 26

export class FollowedLog {
  readonly name: LogName
  readonly client: TileClient
  readonly tree: TileTree
  #head: SignedHead | undefined
  readonly #held = new Map<number, readonly Uint8Array[]>()
  #heldBytes = 0

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
    if (!equal(root, head.root)) throw this.#forked(head, await this.#forkBelow(head, root, signal))
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
    this.#drop(tile)
    await this.#bundle(tile, signal)
  }

  async #growTo(head: SignedHead, signal: AbortSignal): Promise<void> {
    const mark = this.tree.mark()
    for (let asks = 1; ; asks++) {
      const rewritten = await this.#append(head.size, signal).catch((error: unknown) => {
        this.#undo(mark) // half of what was signed is not what was signed
        throw error
      })
      if (equal(this.tree.head().root, head.root)) {
        if (this.#head === undefined || this.#head.size <= head.size) this.#head = head
        // What follows is the log's, and yet it tells others other entries.
        if (rewritten !== undefined) await this.#bundle(Math.floor(mark.size / TILE_WIDTH), signal)
        return
      }
      this.#undo(mark)
      if (asks === 2) break
    }
    throw this.#forked(head, await this.#forkAbove(head, signal))
  }

  #undo(mark: TreeMark): void {
    this.tree.rollBack(mark)
    this.#held.clear()
    this.#heldBytes = 0
  }

  /** Appends what is served; returns the place of the first leaf that we know as another. */
  async #append(size: number, signal: AbortSignal): Promise<number | undefined> {
    let rewritten: number | undefined
    while (this.tree.size < size) {
      signal.throwIfAborted()
      const { tiles, tail } = this.tree
      const entries = await this.client.entries(tiles, size, signal)
      for (const [k, entry] of entries.entries()) {
        const leaf = hashLeaf(entry)
        if (k >= tail.length) this.tree.append(leaf)
        else if (!equal(leaf, tail[k]!)) rewritten ??= tiles * TILE_WIDTH + k
      }
      this.#hold(tiles, entries)
    }
    return rewritten
  }

  async #leavesOf(tile: number, signal: AbortSignal): Promise<readonly Hash[]> {
    return (await this.#bundle(tile, signal)).map(hashLeaf)
  }

  async #bundle(tile: number, signal: AbortSignal): Promise<readonly Uint8Array[]> {
    const held = this.#held.get(tile)
    if (held !== undefined && this.#isVerified(tile, held)) return held
    this.#drop(tile)
    for (let asks = 1; ; asks++) {
      const entries = await this.client.entries(tile, this.size, signal)
      if (this.#isVerified(tile, entries)) {
        this.#hold(tile, entries)
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

  #hold(tile: number, entries: readonly Uint8Array[]): void {
    this.#drop(tile)
    this.#held.set(tile, entries)
    this.#heldBytes += bytesOf(entries)
    for (const oldest of this.#held.keys()) {
      if (this.#heldBytes <= MOST_HELD) break
      this.#drop(oldest)
    }
  }

  #drop(tile: number): void {
    const held = this.#held.get(tile)
    if (held === undefined) return
    this.#held.delete(tile)
    this.#heldBytes -= bytesOf(held)
  }

  #nodes(nodes: readonly NodeId[], signal: AbortSignal): Promise<Hash[]> {
    return this.tree.readNodes(nodes, tile => this.#leavesOf(tile, signal))
  }

  /** A checkpoint of a size that we have, with another root than ours. */
  async #forkBelow(head: SignedHead, root: Hash, signal: AbortSignal): Promise<Fork | undefined> {
    if (this.#head === undefined || head.size === 0) return undefined
    return makeFork(head.note, this.#head.note, root, await this.proveConsistency(head.size, this.#head.size, signal))
  }

  /** A larger one that our tree does not lead to: the log's own hash tiles may say what it has in the place of ours. */
  async #forkAbove({ size, root, note }: TreeHead & { note: string }, signal: AbortSignal): Promise<Fork | undefined> {
    const known = this.#head
    if (known === undefined || known.size === 0 || known.size >= size) return undefined
    try {
      const there = foldRight(await this.client.nodes(frontierNodes(known.size), size, signal))
      const nodes = await this.client.nodes(consistencyNodes(known.size, size), size, signal)
      const proof = proveConsistency(known.size, size, nodes)
      const isIn = checkConsistency(known.size, size, there, root, proof)
      return isIn && !equal(there, known.root) ? makeFork(known.note, note, there, proof) : undefined
    } catch (error) {
      if (error instanceof LedgerError) return undefined // it does not say; the finding stands without
      throw error
    }
  }

  #forked(head: SignedHead, fork: Fork | undefined): Contradiction {
    const [held, what] = [this.#head, this.name === 'log' ? WHAT.log : WHAT.index]
    return new Contradiction(
      this.name === 'log' ? 'log-fork' : 'index-fork',
      `size ${head.size}`,
      {
        en: `${what.en} signed a checkpoint of ${head.size} leaves with the root ${encodeBase64(head.root)}, which is not that of the tree verified so far (${held?.size ?? 0} leaves) and what is served behind it${fork === undefined ? '' : '; two signed checkpoints prove it'}.`,
        zh: `${what.zh}签署了 ${head.size} 片叶、根为 ${encodeBase64(head.root)} 的检查点，与已核实的树（${held?.size ?? 0} 片叶）及其后提供的内容不符${fork === undefined ? '' : '；两份已签署的检查点即可证明'}。`,
      },
      fork === undefined
        ? { of: this.name, offered: head.note, ...(held && { held: held.note }) }
        : { of: this.name, fork },
    )
  }

  async #rewritten(tile: number, served: readonly Uint8Array[], signal: AbortSignal): Promise<Contradiction> {
    const what = WHAT[this.name]
    const leaves = served.map(hashLeaf)
    const isFull = tile < this.tree.tiles
    const first = tile * TILE_WIDTH + (isFull ? 0 : leaves.findIndex((leaf, k) => !equal(leaf, this.tree.tail[k]!)))
    const at = isFull ? { level: TILE_HEIGHT, index: tile } : { level: 0, index: first }
    const [verified] = await this.#nodes([at], signal)
    const proof = proveSubtree(at, this.size, await this.#nodes(subtreeNodes(at, this.size), signal))
    return new Contradiction(
      'entry-rewritten',
      `${this.name} bundle ${tile}`,
      {
        en: `${what.en} serves other entries in bundle ${tile}, from leaf ${first} on, than those verified under the checkpoint of ${this.size} leaves.`,
        zh: `${what.zh}现在提供的第 ${tile} 个条目包（自第 ${first} 片叶起）不是在 ${this.size} 片叶的检查点下核实过的条目。`,
      },
      {
        of: this.name,
        checkpoint: this.#head?.note,
        subtree: at,
        verified: encodeBase64(verified!),
        proof: proof.map(encodeBase64),
        served: leaves.map(encodeBase64),
      },
    )
  }
}

const WHAT = {
  log: { en: 'The log', zh: '日志' },
  index: { en: 'The index log', zh: '索引日志' },
} as const

function bytesOf(entries: readonly Uint8Array[]): number {
  return entries.reduce((sum, entry) => sum + entry.length, 0)
}
