// The statements of one grant held against the log: which are its sums, and which of its lines none of them truthfully
// states. A statement is a claim of whoever signed it. One that is not so ends nothing: its lines stay to be stated, and
// what it claims stays to be seen (docs/statements.md).

import { type Books, type Delivery, type Grant, termsOf } from '../chain/registry-state.ts'
import { isOfLog } from '../chain/state/deliveries.ts'
import { type Lines, sumLines } from './lines.ts'
import { type Cover, cover, isCovered, openIn, type Range } from './ranges.ts'
import { type Amounts, type Found, isSame, NOTHING, UNBOUNDED } from './sum.ts'

export interface JudgedStatement {
  readonly statement: Delivery
  /** The same lines as the log has them; absent where the log is not anchored as far. */
  readonly found?: Found
  /** Sum and lines are those of the log. */
  readonly holds: boolean
  /** Its range meets one that was truthfully stated before it: lines in both count twice. */
  readonly overlaps: boolean
}

/** The statements that are not kept one by one, all of them together. */
export interface EarlierStatements {
  readonly count: number
  readonly claimed: { readonly accesses: bigint; readonly bytes: bigint; readonly rows: bigint }
  /** What the log has before the oldest statement kept that holds. */
  readonly found: Amounts
  readonly agrees: boolean
}

export interface Judged {
  /** Newest first. */
  readonly statements: readonly JudgedStatement[]
  readonly earlier?: EarlierStatements
  /** Below the size asked for, what no statement truthfully states: there lies what is to be stated. */
  readonly open: Cover
}

export interface JudgeParts {
  readonly store: Lines
  readonly registry: { readonly books: Books; readonly block: { readonly time: number } | undefined }
  readonly log: string
}

interface Sum {
  readonly found: Found
  /** Whether it stays so: no line of it is as new as the block that it was judged by. */
  readonly settled: boolean
}

/** @param size How much of the log is anchored. */
export type Judge = (grant: Grant, size: number, signal?: AbortSignal) => Promise<Judged>

export function createJudge({ store, registry, log }: JudgeParts): Judge {
  // What was found once stays: the log only grows, and nothing that comes later on the chain judges a line older than
  // its newest block otherwise. A reorganisation makes other objects of the same statements, which are looked at anew.
  const known = new WeakMap<Delivery, Found>()
  const knownBefore = new WeakMap<Grant['requested'], { readonly end: number; readonly found: Amounts }>()

  const sum = async (grant: Grant, range: Range, signal?: AbortSignal): Promise<Sum> => {
    const until = (registry.block?.time ?? 0) * 1000 // the terms are of this block, whatever is read meanwhile
    const { accesses, bytes, rows, contentDigest, newest } = await sumLines(
      store,
      termsOf(grant, registry.books),
      range,
      UNBOUNDED,
      signal,
    )
    return { found: { accesses, bytes, rows, contentDigest }, settled: newest < until }
  }

  const find = async (grant: Grant, statement: Delivery, signal?: AbortSignal): Promise<Found> => {
    const kept = known.get(statement)
    if (kept !== undefined) return kept
    const { found, settled } = await sum(grant, rangeOf(statement), signal)
    if (settled) known.set(statement, found)
    return found
  }

  /** The sum of the first lines up to `end`, on from where it was asked for before. */
  const findBefore = async (grant: Grant, end: number, signal?: AbortSignal): Promise<Amounts> => {
    const kept = knownBefore.get(grant.requested)
    const from = kept !== undefined && kept.end <= end ? kept : { end: 0, found: NOTHING }
    const more = await sum(grant, { first: from.end, end }, signal)
    const found = add(from.found, more.found)
    if (more.settled) knownBefore.set(grant.requested, { end, found })
    return found
  }

  /** What was stated before the statements that are kept can be told by its sum alone. */
  const judgeEarlier = async (
    grant: Grant,
    stated: Cover,
    end: number,
    signal?: AbortSignal,
  ): Promise<EarlierStatements | undefined> => {
    const mine = grant.statedBefore.filter(one => isOfLog(one, log))
    if (mine.length === 0) return undefined
    let [count, accesses, bytes, rows] = [0, 0n, 0n, 0n]
    for (const one of mine) {
      count += one.count
      accesses += one.accesses
      bytes += one.bytes
      rows += one.rows
    }
    let found = NOTHING
    for (const gap of openIn(stated, { first: 0, end })) {
      const more = gap.first === 0 ? await findBefore(grant, gap.end, signal) : (await sum(grant, gap, signal)).found
      found = add(found, more)
    }
    const agrees = BigInt(found.accesses) === accesses && found.bytes === bytes && found.rows === rows
    return { count, claimed: { accesses, bytes, rows }, found, agrees }
  }

  return async (grant, size, signal) => {
    const statements: JudgedStatement[] = []
    let stated: Cover = []
    /** Where the statements begin that are kept and hold. */
    let begin: number | undefined
    for (const statement of grant.statements.toReversed()) {
      if (!isOfLog(statement, log)) continue
      if (statement.logEnd > BigInt(size)) {
        statements.unshift({ statement, holds: false, overlaps: false })
        continue
      }
      const range = rangeOf(statement)
      const found = await find(grant, statement, signal)
      const holds = isSame(found, statement)
      statements.unshift({ statement, found, holds, overlaps: isCovered(stated, range) })
      if (!holds) continue
      stated = cover(stated, range)
      begin ??= range.first
    }
    const earlier = await judgeEarlier(grant, stated, begin ?? 0, signal)
    if (earlier !== undefined) stated = cover(stated, { first: 0, end: begin ?? 0 })
    return { statements, ...(earlier && { earlier }), open: openIn(stated, { first: 0, end: size }) }
  }
}

function add(one: Amounts, other: Amounts): Amounts {
  return { accesses: one.accesses + other.accesses, bytes: one.bytes + other.bytes, rows: one.rows + other.rows }
}

/** Of a statement that ends within the log, so that both are numbers. */
function rangeOf({ logFirst, logEnd }: Delivery): Range {
  return { first: Number(logFirst), end: Number(logEnd) }
}
