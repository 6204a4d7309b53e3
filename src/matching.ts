// Both sides of an exchange log its transaction (docs/sources.md): which did only one side log, and where do the two
// contradict each other? Read from the log through the index of sources, a bounded number of records at a time.

import { setImmediate } from 'node:timers/promises'
import { LedgerError } from './core/error.ts'
import { type AccessRecord, decodeEntry, isAccess } from './core/record.ts'
import type { Store } from './store/store.ts'

export interface MatchAsked {
  /** Sources of the two sides. */
  readonly client: string
  readonly producer: string
  /** Of the records' own times, ms since 1970: from (inclusive) to (exclusive). */
  readonly from: number
  readonly to: number
  /** How far the times of two sides may lie apart, and how long one side may wait for the other, in ms. */
  readonly apartMs: number
}

/** What both sides state, and must state alike. */
export const COMPARED = ['resource', 'provider', 'consumer', 'bytes'] as const
export type Compared = (typeof COMPARED)[number]

export interface OneSided {
  readonly side: 'client' | 'producer'
  readonly transaction: string
  readonly index: number
  readonly time: string
}

export interface Contradicting {
  readonly transaction: string
  /** The leaves. */
  readonly client: number
  readonly producer: number
  readonly differs: readonly Compared[]
}

export interface Matched {
  /** Records in the time asked for, by side; of them, those that name no transaction. */
  readonly records: { readonly client: number; readonly producer: number }
  readonly unnamed: { readonly client: number; readonly producer: number }
  /** Transactions that both logged, alike or not. */
  readonly matched: number
  /** One side may still come: its time is not over by the ledger's clock. */
  readonly waiting: number
  readonly oneSidedCount: number
  readonly contradictingCount: number
  /** The first of each, by leaf. */
  readonly oneSided: readonly OneSided[]
  readonly contradicting: readonly Contradicting[]
}

export interface Matching {
  /** Among the first `size` leaves. @throws LedgerError `window_too_long`; the signal's reason */
  match(asked: MatchAsked, size: number, signal?: AbortSignal): Promise<Matched>
}

/** Records of one side that are looked at for one answer. */
export const MAX_COMPARED = 100_000
/** Of each list. */
export const MAX_TOLD = 1_000
const PAGE = 256

interface Found {
  readonly index: number
  readonly time: number
  readonly values: readonly (string | number | undefined)[]
}

interface Side {
  /** In the time asked for. */
  records: number
  unnamed: number
  readonly byTransaction: Map<string, Found[]>
}

export function createMatching(store: Pick<Store, 'search' | 'readEntries'>, now: () => number): Matching {
  return {
    async match(asked, size, signal) {
      const { client, producer, apartMs, from, to } = asked
      // The other side of what lies at the edge may lie beyond it.
      const window = { from: from - apartMs, to: to + apartMs, below: size }
      const isAsked = ({ time }: { readonly time: number }): boolean => time >= from && time < to
      const read = (source: string) => readSide(store, source, window, isAsked, signal)
      const [one, other] = [await read(client), await read(producer)]
      const oneSided: OneSided[] = []
      const contradicting: Contradicting[] = []
      const latest = now() - apartMs
      let matched = 0
      let waiting = 0
      const alone = (side: OneSided['side'], transaction: string, { index, time }: Found): void => {
        if (!isAsked({ time })) return
        if (time > latest) waiting++
        else oneSided.push({ side, transaction, index, time: new Date(time).toISOString() })
      }
      for (const [transaction, clients] of one.byTransaction) {
        const producers = other.byTransaction.get(transaction) ?? []
        other.byTransaction.delete(transaction)
        for (let k = 0; k < Math.max(clients.length, producers.length); k++) {
          const [a, b] = [clients[k], producers[k]]
          if (a === undefined || b === undefined) {
            if (a !== undefined) alone('client', transaction, a)
            if (b !== undefined) alone('producer', transaction, b)
          } else if (isAsked(a) || isAsked(b)) {
            matched++
            const differs = COMPARED.filter((_, field) => contradict(a.values[field], b.values[field]))
            if (differs.length > 0) contradicting.push({ transaction, client: a.index, producer: b.index, differs })
          }
        }
      }
      for (const [transaction, found] of other.byTransaction) {
        for (const each of found) alone('producer', transaction, each)
      }
      return {
        records: { client: one.records, producer: other.records },
        unnamed: { client: one.unnamed, producer: other.unnamed },
        matched,
        waiting,
        oneSidedCount: oneSided.length,
        contradictingCount: contradicting.length,
        oneSided: oneSided.sort((a, b) => a.index - b.index).slice(0, MAX_TOLD),
        contradicting: contradicting.sort((a, b) => a.client - b.client).slice(0, MAX_TOLD),
      }
    },
  }
}

/** Both state it, and not alike: what one leaves out contradicts nothing. */
function contradict(a: string | number | undefined, b: string | number | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b
}

async function readSide(
  store: Pick<Store, 'search' | 'readEntries'>,
  source: string,
  window: { readonly from: number; readonly to: number; readonly below: number },
  isAsked: (of: { readonly time: number }) => boolean,
  signal: AbortSignal | undefined,
): Promise<Side> {
  const side: Side = { records: 0, unnamed: 0, byTransaction: new Map() }
  const indices: number[] = []
  for await (const run of store.search({ where: { source }, ...window })) {
    signal?.throwIfAborted()
    indices.push(...run)
    if (indices.length > MAX_COMPARED) throw tooLong(source)
  }
  indices.reverse() // in the order of the log, so that the k-th of one side meets the k-th of the other
  for (let at = 0; at < indices.length; at += PAGE) {
    signal?.throwIfAborted()
    const some = indices.slice(at, at + PAGE)
    for (const [k, entry] of (await store.readEntries(some)).entries())
      take(side, decodeEntry(entry) as AccessRecord, some[k]!)
    await setImmediate()
  }
  return side

  function take({ byTransaction }: Side, record: AccessRecord, index: number): void {
    if (!isAccess(record)) return
    const { transaction } = record
    const time = Date.parse(record.time)
    if (isAsked({ time })) {
      side.records++
      if (transaction === undefined) side.unnamed++
    }
    if (transaction === undefined) return
    const found = byTransaction.get(transaction) ?? []
    found.push({ index, time, values: COMPARED.map(field => record[field]) })
    byTransaction.set(transaction, found)
  }
}

function tooLong(source: string): LedgerError {
  return new LedgerError('window_too_long', {
    en: `Source ${source} has more than ${MAX_COMPARED} records in this time, as many as are compared at once; ask for a shorter one.`,
    zh: `来源 ${source} 在该时段的记录超过 ${MAX_COMPARED} 条，超出一次核对的上限；请缩短时段。`,
  })
}
