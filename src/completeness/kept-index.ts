// The index as the ledger keeps it: the sub-log of every value and the trie over them, grown stretch by stretch as the log
// grows, in bounded memory. All of it is derived; what it leads to is compared with the plain way (core/completeness/derive.ts).

import { concat, equal } from '../core/bytes.ts'
import type { CompleteProof } from '../core/completeness/answer.ts'
import { decodeHead, EMPTY_TRIE, encodeLeaf, type TrieProof } from '../core/completeness/index-trie.ts'
import type { Posting } from '../core/completeness/postings.ts'
import { partsOf, proveWindow, SUB_NODE_BYTES } from '../core/completeness/sub-log.ts'
import type { Window } from '../core/completeness/window.ts'
import { DIMENSIONS } from '../core/question.ts'
import { HASH_BYTES, type Hash } from '../core/tree.ts'
import { PLAIN_HASH_EACH } from '../hashing/hash-each.ts'
import { BlockWriter } from './block-writer.ts'
import { type NamedStretch, StretchBlocks } from './columns.ts'
import { KeptSubLog, SubLogGrowth, tileKey } from './kept-sub-log.ts'
import { type Growth, type KeptLeaf, KeptTrie, type Lifetimes } from './kept-trie.ts'
import type { Nodes } from './nodes.ts'
import { type NodeRange, PendingBlocks } from './pending-blocks.ts'
import { baseKey, SubLogBase } from './sub-log-base.ts'

/** What is on the disk, under 's'. */
interface State {
  /** Leaves that the index covers. */
  size: number
  root: string
  /** How many roots were pinned. */
  version: number
  /** The epoch under way: how many leaves it ends with. */
  target?: number
  /** Pinned roots that are not released yet. */
  pins: { version: number; size: number; root: string }[]
  /** Stretches as far as `end`, of which not all is there: up to which key, in which dimension. */
  partial?: { end: number; dimension: number; key: string }
}

/** A root to be proven from: the index as it was with so many leaves. */
export interface PinnedRoot {
  readonly size: number
  readonly root: Hash
}

/** A range of the log that has all postings of one block, and no other postings of its value. */
export interface BlockRange {
  readonly block: number
  readonly firstIndex: number
  readonly lastIndex: number
  /** Its records were pruned, and so were others before its last one: which of them are within, nobody knows. */
  readonly isPruned?: true
}

interface Found {
  readonly trie: TrieProof
  readonly log: KeptSubLog | undefined
  /** What is left of it from before its records were pruned. */
  readonly base: SubLogBase | undefined
}

const STATE_KEY = Buffer.from('s')
const NOTHING = new Uint8Array(0)
const DROPPED_PREFIX = 0x67
/** Values that grow before what they changed may go to the disk. */
const VALUES_AT_ONCE = 4_096
/** Changes that are held in memory, some 300 bytes each, about twice as many at the most. */
const MOST_WAITING = 32_768
/** Blocks that wait for the trie to grow: 72 bytes each, and 36 for each value of a stretch; there may be room for twice as many. */
const MOST_PENDING = 65_536

export class KeptIndex {
  readonly #nodes: Nodes
  readonly #state: State
  readonly #trie: KeptTrie
  /** Used for one dimension after the other: a megabyte each time is more than the memory's own keeper gives back. */
  #room = new Uint32Array(0)
  readonly #writer = new BlockWriter(1, 0, PLAIN_HASH_EACH)
  /** Leaves taken in; the blocks of those behind the state's wait here, by dimension. */
  #size: number
  readonly #pending = DIMENSIONS.map(() => new PendingBlocks())
  readonly #mostPending: number
  /** Of what waits, the dimensions before this one are in the trie already. */
  #merged: number

  private constructor(nodes: Nodes, state: State, mostPending: number) {
    this.#nodes = nodes
    this.#state = state
    this.#mostPending = mostPending
    this.#size = state.size
    this.#merged = state.partial?.dimension ?? 0
    const drop: Lifetimes['drop'] = (key, made) => {
      // It stays until the newest pin that has it is released; at once where none has it.
      const newest = state.pins.at(-1)
      if (newest === undefined || newest.version <= made) nodes.remove(key)
      else nodes.put(concat(Uint8Array.of(DROPPED_PREFIX), u32(newest.version), key), new Uint8Array(0))
    }
    const lifetimes: Lifetimes = {
      get version() {
        return state.version
      },
      drop,
    }
    this.#trie = new KeptTrie(nodes, lifetimes, Buffer.from(state.root, 'hex'))
  }

  /** @param mostPending Blocks that wait, as a rule: of one stretch there may be more */
  static open(nodes: Nodes, mostPending = MOST_PENDING): KeptIndex {
    const kept = nodes.get(STATE_KEY)
    const empty: State = { size: 0, root: Buffer.from(EMPTY_TRIE).toString('hex'), version: 0, pins: [] }
    return new KeptIndex(
      nodes,
      kept === undefined ? empty : (JSON.parse(Buffer.from(kept).toString()) as State),
      mostPending,
    )
  }

  /** Leaves that it covers. */
  get size(): number {
    return this.#size
  }

  /** Of the trie over those that were put down. */
  get root(): Hash {
    return this.#trie.root
  }

  /** How many leaves the epoch under way ends with. */
  get target(): number | undefined {
    return this.#state.target
  }

  /**
   * Begins an epoch, or goes on with it. Where it ends is kept before anything of it is, since blocks end there: taken up
   * with another end after a crash, the index would be one that nobody else derives.
   */
  async begin(size: number): Promise<void> {
    const state = this.#state
    if (size < state.size || (state.target !== undefined && state.target !== size)) {
      throw new RangeError(`an epoch of ${size} leaves cannot begin at ${state.size}, on the way to ${state.target}`)
    }
    state.target = size
    await this.putDown()
  }

  /** Takes in the stretch that lies behind what it covers; its blocks may wait for those of others before the trie grows. */
  async add({ stretch, keys }: NamedStretch): Promise<void> {
    const end = stretch.start + stretch.times.length
    const { partial, target = 0 } = this.#state
    if (stretch.start !== this.#size || end > Math.min(target, partial?.end ?? target)) {
      throw new RangeError(`a stretch of [${stretch.start}, ${end}) does not go on at ${this.#size}`)
    }
    if (this.#room.length < stretch.times.length) this.#room = new Uint32Array(stretch.times.length)
    for (let dimension = this.#merged; dimension < stretch.ids.length; dimension++) {
      const grouped = new StretchBlocks(stretch, dimension, this.#room)
      for (const id of grouped.values()) this.#writer.add(0, keys[dimension]![id]!, grouped.leaves(id), stretch)
      this.#pending[dimension]!.add(this.#writer.take()[0]!)
      // What was interrupted is merged on when all of it has been taken in again.
      if ((partial?.end ?? end) === end && this.#pendingCount > this.#mostPending) await this.#merge(dimension, end)
    }
    this.#size = end
    if (this.#state.partial?.end === end) await this.#mergeAll()
  }

  /** Ends the epoch: keeps the trie as it is now, to be proven from until it is released. */
  async pin(): Promise<PinnedRoot> {
    const state = this.#state
    if (this.#size !== state.target) throw new RangeError(`the epoch of ${state.target} leaves is not whole`)
    await this.#mergeAll()
    state.version++
    state.pins.push({ version: state.version, size: state.size, root: Buffer.from(this.root).toString('hex') })
    delete state.target
    await this.putDown()
    return { size: state.size, root: this.root }
  }

  get pins(): readonly PinnedRoot[] {
    return this.#state.pins.map(({ size, root }) => ({ size, root: Buffer.from(root, 'hex') }))
  }

  /** Drops the pins of fewer leaves than this, and what only they had. It can be done again if it was interrupted. */
  async release(size: number): Promise<void> {
    await this.putDown() // what is looked for lies on the disk
    const state = this.#state
    for (const { version } of state.pins.filter(pin => pin.size < size)) {
      const prefix = concat(Uint8Array.of(DROPPED_PREFIX), u32(version))
      for await (const key of this.#nodes.keys(prefix)) {
        this.#nodes.remove(key.slice(prefix.length))
        this.#nodes.remove(key)
        if (this.#nodes.waiting >= MOST_WAITING) await this.putDown()
      }
    }
    state.pins = state.pins.filter(pin => pin.size >= size)
    await this.putDown()
  }

  /** Puts all of it on the disk. */
  async putDown(): Promise<void> {
    if (this.#state.partial === undefined) await this.#mergeAll() // else some of what it covers is still to be taken in
    await this.#write()
  }

  async #write(): Promise<void> {
    this.#state.root = Buffer.from(this.root).toString('hex')
    this.#nodes.put(STATE_KEY, Buffer.from(JSON.stringify(this.#state)))
    await this.#nodes.putDown()
  }

  /** Of what was put down, how many records have a value. */
  count(key: Hash, root: Hash): number {
    const { leaf } = this.#trie.prove(key, root)
    const isThere = leaf !== undefined && equal(leaf.subarray(0, HASH_BYTES), key)
    return isThere ? decodeHead(leaf.subarray(HASH_BYTES))!.root.summary.count : 0
  }

  /** Of what was put down, the blocks of a value that a proof for the window opens: whoever asks for one has their postings to find. */
  blocksWithin(key: Hash, window: Window, root: Hash = this.root): BlockRange[] {
    const { log, base } = this.#find(key, root)
    if (log === undefined) return []
    // The newest tells best from when on to ask.
    const pruned = base?.within(window).at(-1)
    if (pruned !== undefined) {
      const { lastIndex } = pruned.node.summary
      return [{ block: pruned.start, firstIndex: lastIndex, lastIndex, isPruned: true }]
    }
    return partsOf(log.size, window, (start, end) => log.nodeAt(start, end))
      .filter(({ isOpened }) => isOpened)
      .map(({ start, node: { summary } }) => {
        return { block: start, firstIndex: summary.firstIndex, lastIndex: summary.lastIndex }
      })
  }

  /** All that a value has within a window, proven; `postingsOf` is asked for the blocks that `blocksWithin` names. */
  prove(
    key: Hash,
    window: Window,
    postingsOf: (block: number) => readonly Posting[],
    root: Hash = this.root,
  ): CompleteProof {
    const { trie, log } = this.#find(key, root)
    if (log === undefined) return { trie, parts: [] }
    return { trie, parts: proveWindow(log.size, window, (start, end) => log.nodeAt(start, end), postingsOf) }
  }

  get #pendingCount(): number {
    return this.#pending.reduce((sum, { count }) => sum + count, 0)
  }

  async #mergeAll(): Promise<void> {
    const state = this.#state
    if (this.#size === state.size) return
    await this.#merge(this.#pending.length - 1, this.#size)
    this.#merged = 0
    delete state.partial
    state.size = this.#size
  }

  /** Grows the trie by what waits, up to a dimension, of the stretches up to `end`. */
  async #merge(last: number, end: number): Promise<void> {
    const state = this.#state
    for (; this.#merged <= last; this.#merged++) {
      const dimension = this.#merged
      const pending = this.#pending[dimension]!
      const known = state.partial?.dimension === dimension ? Buffer.from(state.partial.key, 'hex') : undefined
      let growths: Growth[] = []
      const grow = async (): Promise<void> => {
        if (growths.length === 0) return
        this.#trie.update(growths)
        state.partial = { end, dimension, key: Buffer.from(growths.at(-1)!.key).toString('hex') }
        growths = []
        if (this.#nodes.waiting >= MOST_WAITING) await this.#write()
      }
      for (const { key, runs } of pending.values()) {
        if (known !== undefined && Buffer.compare(key, known) <= 0) continue
        growths.push({ key, grow: before => this.#growSubLog(key, before, runs) })
        if (growths.length === VALUES_AT_ONCE) await grow()
      }
      await grow()
      pending.clear()
    }
  }

  #find(key: Hash, root: Hash): Found {
    const { leaf, siblings, more } = this.#trie.prove(key, root)
    const trie = { leaf, siblings }
    if (leaf === undefined || !equal(leaf.subarray(0, HASH_BYTES), key))
      return { trie, log: undefined, base: undefined }
    const { size } = decodeHead(leaf.subarray(HASH_BYTES))!
    const kept = this.#nodes.get(baseKey(key))
    const base = kept && new SubLogBase(kept)
    const readTile = (level: number, tile: number) => this.#nodes.get(tileKey(key, level, tile))
    return { trie, log: new KeptSubLog(size, more!, readTile, base), base }
  }

  #growSubLog(key: Hash, before: KeptLeaf | undefined, runs: readonly NodeRange[]): KeptLeaf {
    const size = before === undefined ? 0 : decodeHead(before.leaf.subarray(HASH_BYTES))!.size
    const log = new SubLogGrowth(size, before?.more ?? NOTHING, (level, tile, bytes) => {
      this.#nodes.add(tileKey(key, level, tile), bytes)
    })
    for (const { nodes, from, to } of runs) {
      for (let at = from; at < to; at += SUB_NODE_BYTES) log.append(nodes, at)
    }
    const more = log.more()
    return { leaf: encodeLeaf({ key, head: { size: log.size, root: log.root() } }), more }
  }
}

/** The state of an index that begins with so many leaves (restore-index.ts). */
export function firstState(nodes: Nodes, size: number, root: Hash): void {
  const state: State = { size, root: Buffer.from(root).toString('hex'), version: 0, pins: [] }
  nodes.put(STATE_KEY, Buffer.from(JSON.stringify(state)))
}

function u32(number: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(number)
  return bytes
}
