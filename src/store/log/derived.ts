// From leaves to the hashes they add to the tiles. An append and the replay after a crash both go through here, so the
// recovery path is tried with every single append.

import { GrowingTree, type HashPairs } from '../../core/growth.ts'
import type { Frontier, Hash } from '../../core/tree.ts'
import { tileLevelOf } from './tiles.ts'

export class Derivation {
  readonly #tree: GrowingTree
  /** New hashes per tile level, in runs. */
  #tiles: Uint8Array[][] = []
  #pending = 0

  constructor(frontier: Frontier, hashPairs: HashPairs) {
    this.#tree = new GrowingTree(frontier, hashPairs)
  }

  /** Leaves so far: the index that the next one gets. */
  get size(): number {
    return this.#tree.size
  }

  /** Root of the tree so far. */
  get root(): Hash {
    return this.#tree.root
  }

  /** Leaves since the last `take`. */
  get pending(): number {
    return this.#pending
  }

  /** Adds leaves by their hashes, which must stay as they are until `take`. */
  add(hashes: Uint8Array): void {
    const before = this.#tree.size
    this.#tree.append(hashes, this.#emit)
    this.#pending += this.#tree.size - before
  }

  /** What is to be written to each tile level for the leaves added since the last call. */
  take(): readonly Uint8Array[] {
    const bytes = this.#tiles.map(runs => (runs.length === 1 ? runs[0]! : Buffer.concat(runs)))
    this.#tiles = []
    this.#pending = 0
    return bytes
  }

  readonly #emit = (level: number, hashes: Uint8Array): void => {
    const tileLevel = tileLevelOf(level)
    if (tileLevel === undefined) return
    while (this.#tiles.length <= tileLevel) this.#tiles.push([])
    this.#tiles[tileLevel]!.push(hashes)
  }
}
