// The RFC 6962 tree again (tree.ts), growing by many leaves at once: level by level, so that all the pairs of a level are
// hashed in one call, and the hashes of a level come out as one run, ready to be written.

import { hashPairs as plainHashPairs } from './hash.ts'
import { type Frontier, foldRight, HASH_BYTES, type Hash } from './tree.ts'

/** H(01 ‖ left ‖ right) of each pair of neighbours of a run of hashes. */
export type HashPairs = (hashes: Uint8Array) => Uint8Array

/** Hashes of neighbouring complete subtrees of one level, from index `first` on, one after the other. */
export interface HashRun {
  readonly level: number
  readonly first: number
  readonly hashes: Uint8Array
}

/** Used again and again: at full load, memory made anew for each level would be megabytes a second. */
let joined = new Uint8Array(0)

/** Good until the next call. */
function join(first: Uint8Array, rest: Uint8Array): Uint8Array {
  const length = first.length + rest.length
  if (joined.length < length) joined = new Uint8Array(2 * length)
  joined.set(first)
  joined.set(rest, first.length)
  return joined.subarray(0, length)
}

export class GrowingTree {
  #size: number
  /** By level, the complete subtree that waits for its right neighbour. */
  readonly #waiting: (Hash | undefined)[] = []
  readonly #hashPairs: HashPairs

  constructor(frontier: Frontier, hashPairs: HashPairs = plainHashPairs) {
    this.#size = frontier.size
    this.#hashPairs = hashPairs
    let k = frontier.hashes.length - 1
    for (let rest = frontier.size; rest > 0; rest = Math.floor(rest / 2)) {
      this.#waiting.push(rest % 2 === 1 ? frontier.hashes[k--] : undefined)
    }
  }

  get size(): number {
    return this.#size
  }

  get root(): Hash {
    return foldRight(this.frontier.hashes)
  }

  /** As it is now, for another tree to grow from. */
  get frontier(): Frontier {
    return { size: this.#size, hashes: this.#waiting.toReversed().filter(hash => hash !== undefined) }
  }

  /**
   * Appends leaf hashes, 32 bytes each. `emit` is told, level by level, of the complete subtrees that they finish. Level 0
   * are the leaves themselves, as they were given. The pairs may have been hashed elsewhere.
   */
  append(leaves: Uint8Array, emit: (run: HashRun) => void, hashPairs: HashPairs = this.#hashPairs): void {
    const before = this.#size
    this.#size += leaves.length / HASH_BYTES
    let added = leaves
    for (let level = 0; added.length > 0; level++) {
      emit({ level, first: Math.floor(before / 2 ** level), hashes: added })
      const waiting = this.#waiting[level]
      const run = waiting === undefined ? added : join(waiting, added)
      const paired = run.length - (run.length % (2 * HASH_BYTES))
      // A copy: the run may be a view of what the caller uses again.
      this.#waiting[level] = paired === run.length ? undefined : Uint8Array.from(run.subarray(paired))
      added = paired === 0 ? new Uint8Array(0) : hashPairs(run.subarray(0, paired))
    }
  }
}
