// What is hashed beside the main thread, or on it, and how.

import { GrowingTree } from '../core/growth.ts'
import { type Frontier, HASH_BYTES } from '../core/tree.ts'
import { MAX_LINES } from '../lines/reader.ts'
import { MOST_ENTRY_BYTES, SLACK_BYTES } from '../lines/sizes.ts'
import { instantiateLines } from '../lines/wasm.ts'
import { createQuickHashPairs } from './hash-pairs.ts'

/** `count` entries, each behind its length in two bytes, and room for their leaf hashes: in shared memory. */
export interface EntriesJob {
  readonly count: number
  readonly entries: Uint8Array
  readonly hashes: Uint8Array
}

/** Leaf hashes, 32 bytes each, that a tree grows by from its frontier on, and room for as many nodes: in shared memory. */
export interface TreeJob {
  readonly frontier: Frontier
  readonly leaves: Uint8Array
  readonly nodes: Uint8Array
}

export interface Jobs {
  hashEntries(job: EntriesJob): void
  /** The nodes above the leaves that `GrowingTree.append` makes, in the order it makes them. */
  hashTree(job: TreeJob): void
}

/** Does jobs on the calling thread. */
export function createJobs(module: WebAssembly.Module): Jobs {
  const wasm = instantiateLines(module)
  const entriesAt = wasm.allocate(MAX_LINES * MOST_ENTRY_BYTES + SLACK_BYTES)
  const hashesAt = wasm.allocate(MAX_LINES * HASH_BYTES)
  const order = wasm.allocate(MAX_LINES * 8)
  const hashPairs = createQuickHashPairs(module)
  return {
    hashEntries({ count, entries, hashes }) {
      const memory = new Uint8Array(wasm.memory.buffer)
      memory.set(entries, entriesAt)
      wasm.hashLeaves(entriesAt, count, hashesAt, order)
      hashes.set(memory.subarray(hashesAt, hashesAt + count * HASH_BYTES))
    },
    hashTree({ frontier, leaves, nodes }) {
      let end = 0
      const tree = new GrowingTree(frontier, run => {
        const start = end
        end += run.length / 2
        return hashPairs(run, nodes.subarray(start, end))
      })
      tree.append(leaves, () => {})
    },
  }
}
