// From a leaf to what is derived from it: its place, and the hashes it adds to the tiles. An append and the replay after
// a crash both go through here, so the recovery path is tried with every single append.

import { appendLeaf, type Frontier, frontierRoot, type Hash } from '../core/tree.ts'
import { encodePlaces, type Place } from './places.ts'
import { tileLevelOf } from './tiles.ts'

export interface DerivedBytes {
  readonly places: Buffer
  /** New hashes per tile level. */
  readonly tiles: readonly (readonly Hash[])[]
}

export class Derivation {
  readonly #frontier: Frontier
  #places: Place[] = []
  #tiles: Hash[][] = []

  constructor(frontier: Frontier) {
    this.#frontier = frontier
  }

  /** Leaves so far: the index that the next one gets. */
  get size(): number {
    return this.#frontier.size
  }

  /** Root of the tree so far. */
  get root(): Hash {
    return frontierRoot(this.#frontier)
  }

  /** Leaves since the last `take`. */
  get pending(): number {
    return this.#places.length
  }

  add(leaf: Hash, place: Place): void {
    appendLeaf(this.#frontier, leaf, this.#emit)
    this.#places.push(place)
  }

  /** What is to be written for the leaves added since the last call. */
  take(): DerivedBytes {
    const bytes = { places: encodePlaces(this.#places), tiles: this.#tiles }
    this.#places = []
    this.#tiles = []
    return bytes
  }

  readonly #emit = (level: number, hash: Hash): void => {
    const tileLevel = tileLevelOf(level)
    if (tileLevel === undefined) return
    while (this.#tiles.length <= tileLevel) this.#tiles.push([])
    this.#tiles[tileLevel]!.push(hash)
  }
}
