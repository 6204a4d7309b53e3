// The index in memory, as it grows stretch by stretch (stretches.ts): no more of it than growing needs.

import type { HashEach } from '../hashing/hash-each.ts'
import { BlockWriter } from './block-writer.ts'
import { type NamedStretch, StretchBlocks } from './columns.ts'
import { MemoryTrie } from './memory-trie.ts'
import type { GrowingIndex } from './stretches.ts'

export class MemoryIndex implements GrowingIndex {
  readonly trie: MemoryTrie
  readonly #hashEach: HashEach
  #size: number

  /** @param size Leaves that the trie covers */
  constructor(hashEach: HashEach, trie: MemoryTrie = new MemoryTrie(hashEach), size = 0) {
    this.#hashEach = hashEach
    this.trie = trie
    this.#size = size
  }

  get size(): number {
    return this.#size
  }

  async begin(): Promise<void> {}

  async add({ stretch, keys }: NamedStretch): Promise<void> {
    const values = stretch.ids.flatMap((_, dimension) => {
      const grouped = new StretchBlocks(stretch, dimension)
      return Array.from(grouped.values(), id => ({ key: keys[dimension]![id]!, grouped, id }))
    })
    values.sort((a, b) => Buffer.compare(a.key, b.key))
    const writer = new BlockWriter(1, values.length, this.#hashEach)
    for (const { key, grouped, id } of values) writer.add(0, key, grouped.leaves(id), stretch)
    this.trie.update(writer.take()[0]!)
    this.#size = stretch.start + stretch.times.length
  }
}
