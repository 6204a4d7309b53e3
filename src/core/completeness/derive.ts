// The index, derived from the log: which blocks an epoch adds to which sub-logs, and what the trie is then. Whoever has the
// records can do it, and compares; this is the plain way, with no more in memory than the edge of each sub-log.

import { DIMENSIONS, type Dimension } from '../question.ts'
import { type LogRecord, readTime } from '../record.ts'
import type { Hash } from '../tree.ts'
import { IndexTrie, type SubLogHead } from './index-trie.ts'
import { indexKey } from './key.ts'
import { MOST_POSTINGS, type Posting } from './postings.ts'
import { blockNode, joinNodes, type SubNode } from './sub-log.ts'

/** A record and its leaf. */
export interface IndexedRecord {
  readonly index: number
  readonly record: LogRecord
}

/** What an epoch adds to the sub-log of one value. */
export interface Addition {
  readonly dimension: Dimension
  readonly value: string
  /** Of `MOST_POSTINGS` each, but for the last. */
  readonly blocks: readonly (readonly Posting[])[]
}

/** The additions of an epoch whose records are these, in the order of their leaves. */
export function deriveEpoch(records: Iterable<IndexedRecord>): Addition[] {
  const additions = new Map<
    string,
    { readonly dimension: Dimension; readonly value: string; readonly blocks: Posting[][] }
  >()
  for (const { index, record } of records) {
    const posting = { index, time: readTime(record.time) }
    for (const dimension of DIMENSIONS) {
      const said = record[dimension]
      if (said === undefined) continue
      const value = String(said)
      const name = `${dimension} ${value}`
      const addition = additions.get(name) ?? { dimension, value, blocks: [] }
      additions.set(name, addition)
      const last = addition.blocks.at(-1)
      if (last === undefined || last.length === MOST_POSTINGS) addition.blocks.push([posting])
      else last.push(posting)
    }
  }
  return [...additions.values()]
}

/** A sub-log as the roots of its complete subtrees, from left to right: all that its growth needs. */
class SubLogEdge {
  #size = 0
  readonly #nodes: SubNode[] = []

  /** @throws RangeError when the block does not lie behind those before it */
  append(block: readonly Posting[]): void {
    let node = blockNode(block)
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) node = joinNodes(this.#nodes.pop()!, node)
    this.#nodes.push(node)
    this.#size++
  }

  head(): SubLogHead {
    return { size: this.#size, root: this.#nodes.reduceRight((right, left) => joinNodes(left, right)) }
  }
}

/** The index as it grows, epoch by epoch. */
export class DerivedIndex {
  readonly #logs = new Map<string, { readonly key: Hash; readonly edge: SubLogEdge }>()

  add(additions: readonly Addition[]): void {
    for (const { dimension, value, blocks } of additions) {
      const name = `${dimension} ${value}`
      const log = this.#logs.get(name) ?? { key: indexKey(dimension, value), edge: new SubLogEdge() }
      this.#logs.set(name, log)
      for (const block of blocks) log.edge.append(block)
    }
  }

  /** The trie after the epochs so far. */
  trie(): IndexTrie {
    return new IndexTrie([...this.#logs.values()].map(({ key, edge }) => ({ key, head: edge.head() })))
  }
}
