// A log in memory, with just enough of the store for publishing and anchoring: it grows by numbered leaves, so that two
// logs of one seed are the same log.

import type { TreeHead } from '../src/core/checkpoint.ts'
import { hashLeaf } from '../src/core/hash.ts'
import { appendLeaf, emptyFrontier, frontierRoot, type Hash, type NodeId } from '../src/core/tree.ts'
import type { LogStore } from '../src/published.ts'
import { TestFacts } from './chain/fixtures.ts'

export class GrowingLog implements LogStore {
  readonly facts: TestFacts
  readonly #seed: string
  readonly #frontier = emptyFrontier()
  readonly #nodes = new Map<string, Hash>()
  readonly #roots: Hash[] = [frontierRoot(this.#frontier)]

  constructor(facts = new TestFacts(), size = 0, seed = 'leaf') {
    this.facts = facts
    this.#seed = seed
    this.grow(size)
  }

  get head(): TreeHead {
    return { size: this.#frontier.size, root: this.rootAt(this.#frontier.size) }
  }

  rootAt(size: number): Hash {
    return this.#roots[size]!
  }

  grow(count: number): void {
    for (let k = 0; k < count; k++) {
      const index = this.#frontier.size
      appendLeaf(this.#frontier, hashLeaf(Buffer.from(`${this.#seed} ${index}`)), (level, hash) =>
        this.#nodes.set(`${level}/${Math.floor(index / 2 ** level)}`, hash),
      )
      this.#roots.push(frontierRoot(this.#frontier))
    }
  }

  async readNodes(nodes: readonly NodeId[]): Promise<Hash[]> {
    return nodes.map(({ level, index }) => this.#nodes.get(`${level}/${index}`)!)
  }
}
