// The sub-logs of many values (core/completeness/sub-log.ts) in memory, each as all that its growth needs: how many blocks it
// has, and the roots of its complete subtrees. All grow at once, level by level, so that the nodes of a level are hashed in
// one call.

import { SUB_NODE_BYTES } from '../core/completeness/sub-log.ts'
import { SUMMARY_BYTES } from '../core/completeness/summary.ts'
import { HASH_BYTES } from '../core/tree.ts'
import type { HashEach } from '../hashing/hash-each.ts'
import { joinSummaries } from './node-bytes.ts'

const NODES_OF_PIECE = 4_096
/** Nodes are copied in words of four bytes. */
const NODE_WORDS = SUB_NODE_BYTES / 4
const PIECE_WORDS = NODES_OF_PIECE * NODE_WORDS
const SUMMARY_WORDS = SUMMARY_BYTES / 4
const HASH_WORDS = HASH_BYTES / 4
/** Sub-logs that grow at once: enough to be hashed together, and few to be held. */
export const LOGS_AT_ONCE = 4_096
const FIRST_ROOM = 1_024

/** Nodes one behind the other, as they are hashed. */
class NodeRun {
  words = new Uint32Array(FIRST_ROOM * NODE_WORDS)
  #view = new DataView(this.words.buffer)
  count = 0

  add(from: Uint32Array, place: number): void {
    const at = this.count++ * NODE_WORDS
    if (at === this.words.length) this.#makeRoom(2 * at)
    copyNode(from, place, this.words, at)
  }

  clear(): void {
    this.count = 0
  }

  /** Each pair of neighbours becomes the node over them. @throws RangeError when one does not lie behind the one before it */
  join(hashEach: HashEach): void {
    const pairs = this.count / 2
    const bytes = new Uint8Array(this.words.buffer)
    // In pieces: the hasher needs as much room again.
    for (let first = 0; first < pairs; first += NODES_OF_PIECE) {
      const end = Math.min(pairs, first + NODES_OF_PIECE)
      const slots = bytes.subarray(2 * first * SUB_NODE_BYTES, 2 * end * SUB_NODE_BYTES)
      const hashes = wordsOf(hashEach.equal(1, slots, 2 * SUB_NODE_BYTES))
      for (let k = first; k < end; k++) {
        joinSummaries(this.#view, 2 * k * SUB_NODE_BYTES, (2 * k + 1) * SUB_NODE_BYTES, k * SUB_NODE_BYTES)
        const [from, to] = [(k - first) * HASH_WORDS, k * NODE_WORDS + SUMMARY_WORDS]
        for (let j = 0; j < HASH_WORDS; j++) this.words[to + j] = hashes[from + j]!
      }
    }
    this.count = pairs
  }

  #makeRoom(length: number): void {
    const larger = new Uint32Array(length)
    larger.set(this.words)
    this.words = larger
    this.#view = new DataView(larger.buffer)
  }
}

function copyNode(from: Uint32Array, at: number, to: Uint32Array, place: number): void {
  for (let k = 0; k < NODE_WORDS; k++) to[place + k] = from[at + k]!
}

/** The same bytes, four at a time. */
export function wordsOf(bytes: Uint8Array): Uint32Array {
  const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
  return new Uint32Array(buffer, byteOffset, length / 4)
}

export class SubLogEdges {
  readonly #hashEach: HashEach
  #sizes = new Float64Array(FIRST_ROOM)
  #count = 0
  /** By level and sub-log, where the subtree is that waits for its right neighbour, if there is one. */
  readonly #places: Uint32Array[] = []
  readonly #pieces: Uint32Array[] = []
  readonly #free: number[] = []
  #used = 0
  /** What is hashed, and what is hashed next: used again and again. */
  #run = new NodeRun()
  #next = new NodeRun()

  constructor(hashEach: HashEach) {
    this.#hashEach = hashEach
  }

  /** A new sub-log's number. */
  add(): number {
    if (this.#count === this.#sizes.length) this.#makeRoom()
    return this.#count++
  }

  /** Blocks of a sub-log. */
  sizeOf(log: number): number {
    return this.#sizes[log]!
  }

  /** Puts a new sub-log in as it was: `nodes` are the roots of its complete subtrees, the largest first. */
  restore(log: number, size: number, nodes: Uint8Array): void {
    this.#sizes[log] = size
    const words = wordsOf(nodes)
    let at = words.length
    for (let level = this.#levelFrom(log, 0); level >= 0; level = this.#levelFrom(log, level + 1)) {
      at -= NODE_WORDS
      this.#wait(level, log, words, at)
    }
  }

  /** The roots of a sub-log's complete subtrees, the largest first. */
  nodesOf(log: number): Uint8Array {
    const run = new NodeRun()
    const levels: number[] = []
    for (let level = this.#levelFrom(log, 0); level >= 0; level = this.#levelFrom(log, level + 1)) levels.unshift(level)
    for (const level of levels) this.#copy(level, log, run)
    return new Uint8Array(run.words.buffer, 0, run.count * SUB_NODE_BYTES)
  }

  /** Appends blocks, as nodes one behind the other: `counts[k]` of them, one at least, to sub-log `logs[k]`; each once. */
  append(logs: Uint32Array, counts: Uint32Array, nodes: Uint8Array): void {
    const words = wordsOf(nodes)
    let at = 0
    for (let first = 0; first < logs.length; first += LOGS_AT_ONCE) {
      const some = counts.subarray(first, first + LOGS_AT_ONCE)
      this.#append(logs.subarray(first, first + LOGS_AT_ONCE), some, words.subarray(at))
      at += some.reduce((sum, count) => sum + count, 0) * NODE_WORDS
    }
  }

  #append(logs: Uint32Array, counts: Uint32Array, nodes: Uint32Array): void {
    const sizes = this.#sizes
    let [growing, adding, added] = [logs, counts, nodes]
    for (let level = 0; growing.length > 0; level++) {
      const unit = 2 ** level
      const nextLogs = new Uint32Array(growing.length)
      const nextCounts = new Uint32Array(growing.length)
      let next = 0
      const run = this.#run
      run.clear()
      for (let k = 0, at = 0; k < growing.length; k++) {
        const log = growing[k]!
        const isWaiting = Math.floor(sizes[log]! / unit) % 2 === 1
        const paired = adding[k]! + (isWaiting ? 1 : 0)
        const end = at + adding[k]! * NODE_WORDS
        const rest = end - (paired % 2) * NODE_WORDS
        if (isWaiting) {
          this.#copy(level, log, run)
          this.#free.push(this.#places[level]![log]!)
        }
        for (; at < rest; at += NODE_WORDS) run.add(added, at)
        if (paired % 2 === 1) this.#wait(level, log, added, at)
        if (paired > 1) {
          nextLogs[next] = log
          nextCounts[next++] = Math.floor(paired / 2)
        }
        at = end
      }
      run.join(this.#hashEach)
      added = run.words
      ;[this.#run, this.#next] = [this.#next, run]
      growing = nextLogs.subarray(0, next)
      adding = nextCounts
    }
    for (let k = 0; k < logs.length; k++) sizes[logs[k]!]! += counts[k]!
  }

  /** The root of each of these sub-logs, one behind the other. */
  roots(logs: Uint32Array): Uint8Array {
    const roots = new Uint32Array(logs.length * NODE_WORDS)
    const levels = new Uint8Array(logs.length)
    const open = new Uint32Array(logs.length)
    const run = this.#run
    // The lowest subtree of each; then, round by round, what lies to the left of it.
    for (let k = 0; k < logs.length; k++) {
      levels[k] = this.#levelFrom(logs[k]!, 0)
      run.clear()
      this.#copy(levels[k]!, logs[k]!, run)
      copyNode(run.words, 0, roots, k * NODE_WORDS)
      open[k] = k
    }
    for (let count = logs.length; count > 0; ) {
      let left = 0
      run.clear()
      for (let j = 0; j < count; j++) {
        const k = open[j]!
        const level = this.#levelFrom(logs[k]!, levels[k]! + 1)
        if (level < 0) continue
        this.#copy(level, logs[k]!, run)
        run.add(roots, k * NODE_WORDS)
        levels[k] = level
        open[left++] = k
      }
      run.join(this.#hashEach)
      for (let j = 0; j < left; j++) copyNode(run.words, j * NODE_WORDS, roots, open[j]! * NODE_WORDS)
      count = left
    }
    return new Uint8Array(roots.buffer)
  }

  /** The lowest level from this one on at which a subtree waits; −1 when there is none. */
  #levelFrom(log: number, from: number): number {
    let level = from
    for (let rest = Math.floor(this.#sizes[log]! / 2 ** from); rest > 0; level++, rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) return level
    }
    return -1
  }

  #copy(level: number, log: number, run: NodeRun): void {
    const place = this.#places[level]![log]!
    run.add(this.#pieces[Math.floor(place / NODES_OF_PIECE)]!, (place % NODES_OF_PIECE) * NODE_WORDS)
  }

  #wait(level: number, log: number, from: Uint32Array, at: number): void {
    while (this.#places.length <= level) this.#places.push(new Uint32Array(this.#sizes.length))
    const place = this.#free.pop() ?? this.#used++
    this.#places[level]![log] = place
    const piece = (this.#pieces[Math.floor(place / NODES_OF_PIECE)] ??= new Uint32Array(PIECE_WORDS))
    copyNode(from, at, piece, (place % NODES_OF_PIECE) * NODE_WORDS)
  }

  #makeRoom(): void {
    const room = 2 * this.#sizes.length
    const sizes = new Float64Array(room)
    sizes.set(this.#sizes)
    this.#sizes = sizes
    for (const [level, places] of this.#places.entries()) {
      const larger = new Uint32Array(room)
      larger.set(places)
      this.#places[level] = larger
    }
  }
}
