// The question the ledger exists for: who took what, when, under which grant, what for? Every answer is pinned to one
// checkpoint, so that all its pages, and its evidence, speak of one tree.

import { judgeAuthority } from './core/authority.ts'
import type { TreeHead } from './core/checkpoint.ts'
import { LedgerError } from './core/error.ts'
import type { Question } from './core/question.ts'
import type { LogRecord } from './core/record.ts'
import type { UsageRow, UsageTotals } from './core/usage.ts'
import { rootAt } from './published.ts'
import type { Store } from './store/store.ts'
import { type Grants, SUMMED_DIMENSIONS, sumRows } from './totals.ts'

export interface UsagePage {
  readonly head: TreeHead
  readonly rows: readonly UsageRow[]
  /** Where the next page goes on; absent on the last. */
  readonly next?: string
}

/** Where a page begins: below a leaf, in the tree that all pages of its answer speak of. */
export interface PageStart {
  readonly size: number
  readonly below: number
}

export interface Query {
  /**
   * Without a cursor an answer is pinned to the published checkpoint; a page's `next` pins the following page to the same.
   * @throws LedgerError `cursor_invalid`
   */
  startAt(cursor?: string): PageStart
  /** Rows, newest first. @throws LedgerError `size_beyond_tree` */
  usage(question: Question, start: PageStart, limit: number): Promise<UsagePage>
  /** Rows as far as the tree of `size` leaves, newest first, at most `limit`. */
  rows(question: Question, size: number, limit: number): Promise<UsageRow[]>
  /** Totals over everything that fits in the tree of `size` leaves; given up when the signal aborts. */
  totals(question: Question, size: number, signal?: AbortSignal): Promise<UsageTotals>
}

export interface QueryParts {
  readonly store: Store
  readonly grants: Grants
  /** The head of the checkpoint last published. */
  readonly published: () => TreeHead
}

export function createQuery({ store, grants, published }: QueryParts): Query {
  const read = async (indices: readonly number[]): Promise<UsageRow[]> => {
    const entries = await store.readEntries(indices)
    return entries.map((entry, k) => toRow(indices[k]!, entry, grants))
  }

  const rowsBelow = async (question: Question, below: number, limit: number): Promise<UsageRow[]> => {
    const found: number[] = []
    for await (const indices of store.search({ ...question, below })) {
      found.push(...indices.slice(0, limit - found.length))
      if (found.length >= limit) break
    }
    return read(found)
  }

  return {
    rows: rowsBelow,

    startAt(cursor) {
      if (cursor !== undefined) return decodeCursor(cursor)
      const { size } = published()
      return { size, below: size }
    },

    async usage(question, { size, below }, limit) {
      const newest = published()
      const head = newest.size === size ? newest : await headAt(store, size)
      const rows = await rowsBelow(question, below, limit + 1)
      if (rows.length <= limit) return { head, rows }
      const page = rows.slice(0, limit)
      return { head, rows: page, next: encodeCursor(size, page.at(-1)!.index) }
    },

    async totals(question, size, signal) {
      return sumRows(store.scan({ ...question, below: size }, SUMMED_DIMENSIONS), grants, signal)
    },
  }
}

/** The head that the tree had at an earlier size. @throws LedgerError `size_beyond_tree` */
export async function headAt(store: Pick<Store, 'head' | 'readNodes'>, size: number): Promise<TreeHead> {
  if (size > store.head.size) {
    throw new LedgerError('size_beyond_tree', {
      en: `The tree has ${store.head.size} leaves, not yet ${size}; ask for a size up to that.`,
      zh: `树有 ${store.head.size} 片叶，尚未达到 ${size}；请使用不超过它的大小。`,
    })
  }
  return { size, root: await rootAt(store, size) }
}

function toRow(index: number, entry: Uint8Array, grants: Grants): UsageRow {
  // Our own store hands out what `encodeEntry` made; strangers' bytes go through `decodeEntry`.
  const record = JSON.parse(Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength).toString()) as LogRecord
  const grant = record.grant === undefined ? undefined : grants.terms(record.grant)
  return { index, record, judgement: judgeAuthority(record, grant) }
}

function encodeCursor(size: number, below: number): string {
  return Buffer.from(`${size}.${below}`).toString('base64url')
}

function decodeCursor(cursor: string): PageStart {
  const match = /^(\d{1,16})\.(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))
  const [size, below] = [Number(match?.[1]), Number(match?.[2])]
  if (match === null || !Number.isSafeInteger(size) || below > size) {
    throw new LedgerError('cursor_invalid', {
      en: 'The cursor is not one that a page of this ledger gave; ask again without it.',
      zh: '翻页标记不是本账本给出的；请不带翻页标记重新查询。',
    })
  }
  return { size, below }
}
