// The sub-logs of all values and the trie over them, as a check makes them: in memory, or on a disk when there are too many.

import { ReadOnlyFile } from '../backup/read-only.ts'
import { loadEdges } from '../completeness/edge-file.ts'
import { type AddedBlocks, MemoryTrie } from '../completeness/memory-trie.ts'
import type { Hash } from '../core/tree.ts'
import type { HashEach } from '../hashing/hash-each.ts'
import { ScratchTrie } from './scratch-trie.ts'

/** Values that are in memory at most, some 500 bytes each. */
const MOST_IN_MEMORY = 250_000

export class ValueTrie implements AsyncDisposable {
  readonly #mostInMemory: number
  #memory: MemoryTrie | undefined
  /** In place of the one in memory, when there are too many values. */
  #scratch: ScratchTrie | undefined

  constructor(memory: MemoryTrie, mostInMemory: number = MOST_IN_MEMORY) {
    this.#memory = memory
    this.#mostInMemory = mostInMemory
  }

  /**
   * @param edges What is left of pruned records, if it is to begin with that
   * @throws LedgerError `edges_damaged`
   */
  static async open(hashEach: HashEach, edges: string | undefined): Promise<ValueTrie> {
    if (edges === undefined) return new ValueTrie(new MemoryTrie(hashEach))
    const file = await ReadOnlyFile.open(edges)
    try {
      return new ValueTrie((await loadEdges(file, hashEach)).trie)
    } finally {
      await file.close()
    }
  }

  /** @throws LedgerError `scratch_unusable` */
  async update(added: AddedBlocks): Promise<void> {
    if (this.#memory === undefined) return this.#scratch!.update(added)
    this.#memory.update(added)
    if (this.#memory.count <= this.#mostInMemory) return
    this.#scratch = await ScratchTrie.open()
    await this.#scratch.fill(this.#memory.edges())
    this.#memory = undefined
  }

  root(): Hash {
    return this.#memory?.root() ?? this.#scratch!.root()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scratch?.[Symbol.asyncDispose]()
  }
}
