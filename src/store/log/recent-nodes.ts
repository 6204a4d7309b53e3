// Hashes of the newest complete subtrees, in memory: those that the last two appends finished, and those that they grew
// from. The receipts of a commit are made of nothing else, and need not read back the tiles that it has just written.

import type { HashRun } from '../../core/growth.ts'
import { type Frontier, frontierNodes, HASH_BYTES, type Hash, type NodeId } from '../../core/tree.ts'

const FIRST_ROOM = 65_536

export class RecentNodes {
  #newest = new Runs()
  #before = new Runs()

  /** An append begins to grow the tree from here. */
  begin(frontier: Frontier): void {
    const oldest = this.#before
    this.#before = this.#newest
    this.#newest = oldest
    oldest.clear()
    for (const [k, { level, index }] of frontierNodes(frontier.size).entries()) {
      this.add({ level, first: index, hashes: frontier.hashes[k]! })
    }
  }

  /** The append finished these. */
  add(run: HashRun): void {
    this.#newest.add(run)
  }

  /** All of the hashes asked for, or undefined when one of them is not among the newest. */
  find(nodes: readonly NodeId[]): Hash[] | undefined {
    const found: Hash[] = []
    for (const node of nodes) {
      const hash = this.#newest.find(node) ?? this.#before.find(node)
      if (hash === undefined) return undefined
      found.push(hash)
    }
    return found
  }
}

/**
 * Runs of neighbouring subtrees, copied into memory that is used for every second append: what lives that long would
 * otherwise be cleared away by the slow half of the garbage collector.
 */
class Runs {
  #room = Buffer.alloc(FIRST_ROOM)
  #used = 0
  /** By level: the index of a run's first subtree, where its hashes begin, and how many they are. */
  #levels: { readonly first: number; readonly at: number; readonly count: number }[][] = []

  clear(): void {
    this.#used = 0
    this.#levels = []
  }

  add({ level, first, hashes }: HashRun): void {
    const end = this.#used + hashes.length
    if (end > this.#room.length) {
      const wider = Buffer.alloc(Math.max(end, 2 * this.#room.length))
      wider.set(this.#room.subarray(0, this.#used))
      this.#room = wider
    }
    this.#room.set(hashes, this.#used)
    while (this.#levels.length <= level) this.#levels.push([])
    this.#levels[level]!.push({ first, at: this.#used, count: hashes.length / HASH_BYTES })
    this.#used = end
  }

  find({ level, index }: NodeId): Hash | undefined {
    for (const { first, at, count } of this.#levels[level] ?? []) {
      const place = at + (index - first) * HASH_BYTES
      if (index >= first && index < first + count) return Buffer.from(this.#room.subarray(place, place + HASH_BYTES))
    }
    return undefined
  }
}
