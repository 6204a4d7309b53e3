// From leaves to the hashes they add to the tiles. An append and the replay after a crash both go through here, so the
// recovery path is tried with every single append.

import { GrowingTree, type HashPairs, type HashRun } from '../../core/growth.ts'
import type { Frontier, Hash, NodeId } from '../../core/tree.ts'
import type { WorkingParts } from '../working-parts.ts'
import { RecentNodes } from './recent-nodes.ts'
import { tileLevelOf } from './tiles.ts'

type TreeParts = Pick<WorkingParts, 'hashPairs' | 'hashTree'>

/** Fewer leaves than 512 are hashed sooner than another thread is told of them. */
const MANY_BYTES = 512 * 32

export class Derivation {
  readonly #parts: TreeParts
  readonly #tree: GrowingTree
  /** New hashes per tile level, in runs. */
  #tiles: Uint8Array[][] = []
  #pending = 0
  readonly #recent = new RecentNodes()

  constructor(frontier: Frontier, parts: TreeParts) {
    this.#parts = parts
    this.#tree = new GrowingTree(frontier, parts.hashPairs)
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

  /** The hashes of complete subtrees, if the last two `add` finished them, or grew from them. */
  findRecent(nodes: readonly NodeId[]): Hash[] | undefined {
    return this.#recent.find(nodes)
  }

  /** Has the pairs that these leaves will ask for hashed meanwhile, if there are many and somebody does that. */
  async hashAhead(hashes: Uint8Array): Promise<HashPairs | undefined> {
    if (hashes.length < MANY_BYTES) return undefined
    return this.#parts.hashTree?.({ frontier: this.#tree.frontier, leaves: hashes })
  }

  /** Adds leaves by their hashes, which must stay as they are until `take`. `hashPairs`: as `hashAhead` gave them. */
  add(hashes: Uint8Array, hashPairs?: HashPairs): void {
    const before = this.#tree.size
    this.#recent.begin(this.#tree.frontier)
    this.#tree.append(hashes, this.#emit, hashPairs)
    this.#pending += this.#tree.size - before
  }

  /** What is to be written to each tile level for the leaves added since the last call. */
  take(): readonly Uint8Array[] {
    const bytes = this.#tiles.map(runs => (runs.length === 1 ? runs[0]! : Buffer.concat(runs)))
    this.#tiles = []
    this.#pending = 0
    return bytes
  }

  readonly #emit = (run: HashRun): void => {
    this.#recent.add(run)
    const tileLevel = tileLevelOf(run.level)
    if (tileLevel === undefined) return
    while (this.#tiles.length <= tileLevel) this.#tiles.push([])
    // Copies, of one hash in 256: pairs hashed ahead lie in memory that is used again.
    this.#tiles[tileLevel]!.push(run.level === 0 ? run.hashes : Uint8Array.from(run.hashes))
  }
}
