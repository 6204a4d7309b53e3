// What the ledger asks of whatever keeps it, in the ledger's words. One conformance suite (test/store/conformance.ts)
// runs on every implementation. The log is the truth; everything a store derives from it (tiles, index) it can rebuild.

import type { TreeHead } from '../core/checkpoint.ts'
import type { Reason } from '../core/error.ts'
import type { Leaves } from '../core/leaves.ts'
import type { Dimension, Question } from '../core/question.ts'
import type { TileId } from '../core/tile.ts'
import type { Hash, NodeId } from '../core/tree.ts'

/** A line that was not accepted. `line` counts from 1 within its batch. */
export interface Refusal extends Reason {
  readonly line: number
  /** The leaf that has the very line, where that is why. */
  readonly index?: number
}

/** What is remembered of a batch under its idempotency key: how far it got, and what came of its lines. */
export interface BatchState {
  readonly key: string
  /** Lines of the batch consumed so far, accepted or refused. */
  readonly lines: number
  /** Base64 SHA-256 of the bytes of those lines, as sent: a batch with the same beginning is the same batch. */
  readonly digest: string
  /** Runs of leaves that its accepted lines became. */
  readonly ranges: readonly { readonly firstIndex: number; readonly count: number }[]
  /** The first of the lines refused so far, as many as are listed. */
  readonly refused: readonly Refusal[]
  /** How many were refused in all. */
  readonly refusedCount: number
}

/** A run of lines to commit together; with a key, they go on where the batch of that key stopped. */
export interface NewBatch {
  readonly leaves: Leaves
  /** The state of its batch once these lines are in, but for the range these leaves are about to get. */
  readonly state?: BatchState
  /** Where each leaf is a batch of its own, in place of `state`: theirs, of those that have a key. */
  readonly each?: readonly (BatchState | undefined)[]
}

/** A question, as far as leaf `below`: the size of the checkpoint an answer is pinned to, or where a page goes on. */
export interface Search extends Question {
  readonly below: number
  /** No leaf before this one: what lies further back is not looked at, be it there or pruned. */
  readonly first?: number
}

/** Leaves that fit a search, as columns: what a sum over many needs, without reading their entries. */
export interface Rows {
  /** Newest first, as the columns are. */
  readonly indices: Float64Array
  /** Milliseconds since 1970. */
  readonly times: Float64Array
  /** Bytes of data given, -1 where the record does not say; `rows` likewise. */
  readonly bytes: Float64Array
  readonly rows: Float64Array
  /** Of each dimension asked for, the number that its value has in `names`; 0 where the record has none. */
  readonly ids: { readonly [D in Dimension]?: Uint32Array }
  readonly names: Names
}

/** Columns of leaves that follow each other, the first leaf's number first; an array of each is as long as there are leaves. */
export interface LeafColumns {
  /** Milliseconds since 1970. */
  readonly times: Float64Array
  /** By dimension, in the order of `DIMENSIONS`, as in `Rows`. */
  readonly ids: readonly Uint32Array[]
}

/** What the numbers of a segment stand for. Rows with the same object have the same numbers. */
export interface Names {
  /** The number of a value; 0 when no leaf of the segment has it. */
  find(dimension: Dimension, value: string): Promise<number>
  text(dimension: Dimension, id: number): Promise<string>
  /** The same of many, in one pass where the numbers ascend. */
  texts(dimension: Dimension, ids: readonly number[]): Promise<string[]>
}

/**
 * The embedded and every other store promise:
 * - `append` returns only after all its leaves are durable; a crash at any moment keeps every batch whose `append`
 *   returned, in place, and at most adds whole batches of the one `append` that was under way;
 * - the head only ever grows, and one size has one root, across restarts;
 * - a second process on the same data is refused at `open` (`data_in_use`);
 * - reads never see a leaf that is not durable;
 * - whoever asks for what was pruned is told so (`entries_pruned`), and gets no answer that leaves it out.
 * A store whose write failed is broken (`store_broken`): it takes no more writes until it is opened again.
 */
export interface Store extends AsyncDisposable {
  /** The durable tree. */
  readonly head: TreeHead

  /**
   * Appends the batches' leaves in order and remembers their states. One call at a time (the caller groups).
   * Resolves to the index of each batch's first leaf.
   */
  append(batches: readonly NewBatch[]): Promise<readonly number[]>

  /** In step: the key of nearly every batch is new, which is known without reading. */
  findBatch(key: string): BatchState | undefined

  /** Hashes of complete subtrees, all within the head. */
  readNodes(nodes: readonly NodeId[]): Promise<Hash[]>

  /** A tile or an entry bundle, byte for byte as C2SP tlog-tiles serves it; undefined when the tree has none so wide. */
  readTile(tile: TileId): Promise<Uint8Array | undefined>

  /** Entries by index, in the order asked for. */
  readEntries(indices: readonly number[]): Promise<Uint8Array[]>

  readSealed(index: number): Promise<Uint8Array | undefined>

  /**
   * Writes zeros over a leaf's sealed part, wherever it is kept; nothing, if it has none. When it resolves, that is
   * durable, and nothing of the part can be read again.
   */
  eraseSealed(index: number): Promise<void>

  /** Indices of the leaves that fit, newest first, in runs as they are found. */
  search(search: Search): AsyncIterable<readonly number[]>

  /** The same leaves as columns, with the values of these dimensions. */
  scan(search: Search, dimensions: readonly Dimension[]): AsyncIterable<Rows>

  /**
   * Fills in the columns of the leaves from `start` on, as many as there is room for.
   * @throws RangeError when there are fewer, or when they are of more than one segment
   */
  readColumns(start: number, columns: LeafColumns): Promise<Names>

  /** Small facts that must survive: published checkpoint, anchors, transactions sent. */
  readonly facts: Facts
}

/** Durable small facts under ordered keys. */
export interface Facts {
  get(key: string): Promise<string | undefined>
  /** Durable, all or none, when it resolves. */
  put(facts: Readonly<Record<string, string>>): Promise<void>
  /** As `put`; and when it resolves, what these keys had before is in none of the store's files any more: for erasure. */
  replace(facts: Readonly<Record<string, string>>): Promise<void>
  /** Keys that start with `prefix`, in order of key; `from`, a key of that prefix, leaves out those before it. */
  list(
    prefix: string,
    options?: { from?: string; reverse?: boolean; limit?: number },
  ): Promise<readonly (readonly [string, string])[]>
}
