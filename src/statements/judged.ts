// The statements of one grant held against the log: which are its sums, and which of its lines none of them truthfully
// states. A statement is a claim of whoever signed it. One that is not so ends nothing: its lines stay to be stated, and
// what it claims stays to be seen (docs/statements.md). Every statement is judged by itself, however many there are, of
// whichever log: what is not known of one must not be guessed from the others.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Books, type Delivery, type Grant, termsOf } from '../chain/registry-state.ts'
import { isOfLog } from '../chain/state/deliveries.ts'
import type { Lines } from './lines.ts'
import { type Cover, cover, isCovered, openIn, type Range } from './ranges.ts'
import { type Amounts, isSame } from './sum.ts'
import { tallyLines } from './tally.ts'

export interface JudgedStatement {
  readonly statement: Delivery
  /** The same lines as the log has them; absent where the log is not anchored as far. */
  readonly found?: Amounts
  /** Sum and lines are those of the log. */
  readonly holds: boolean
  /** Its range meets one that was truthfully stated before it: lines in both count twice. */
  readonly overlaps: boolean
}

export interface Judged {
  /** Oldest first: all of this log. */
  readonly statements: readonly JudgedStatement[]
  /** Below the size asked for, what no statement truthfully states: there lies what is to be stated. */
  readonly open: Cover
}

export interface JudgeParts {
  readonly store: Lines
  readonly registry: { readonly books: Books; readonly block: { readonly time: number } | undefined }
  readonly log: string
}

/** @param size How much of the log is anchored. */
export type Judge = (grant: Grant, size: number, signal?: AbortSignal) => Promise<Judged>

type Verdict = Required<Pick<JudgedStatement, 'found' | 'holds'>>

/** Leaf hashes digested before others get their turn. */
const HASHES_IN_A_TURN = 100_000

export function createJudge({ store, registry, log }: JudgeParts): Judge {
  // What was found once stays: the log only grows, and nothing that comes later on the chain judges a line older than
  // its newest block otherwise. A reorganisation makes other objects of the same statements, which are looked at anew.
  const settled = new WeakMap<Delivery, Verdict>()

  /** The verdicts that are not known yet, by one reading of the lines that these statements speak of. */
  const judgeNew = async (
    grant: Grant,
    statements: readonly Delivery[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<Delivery, Verdict>> => {
    const verdicts = new Map<Delivery, Verdict>()
    const part = spanOf(statements)
    if (part === undefined) return verdicts
    const until = (registry.block?.time ?? 0) * 1000 // the terms are of this block, whatever is read meanwhile
    const tally = await tallyLines(store, termsOf(grant, registry.books), part, until, signal)
    let hashed = 0
    for (const statement of statements) {
      const range = rangeOf(statement)
      const found = tally.amounts(range)
      let holds = isSame(found, statement)
      if (holds) {
        holds = tally.digest(range) === statement.contentDigest
        hashed += found.accesses
      }
      verdicts.set(statement, { found, holds })
      if (tally.isSettled(range)) settled.set(statement, { found, holds })
      if (hashed < HASHES_IN_A_TURN) continue
      hashed = 0
      await nextTurn(undefined, { signal })
    }
    return verdicts
  }

  return async (grant, size, signal) => {
    const mine = (registry.books.statements.get(grant.id) ?? []).filter(one => isOfLog(one, log))
    const within = (statement: Delivery): boolean => statement.logEnd <= BigInt(size)
    const fresh = await judgeNew(
      grant,
      mine.filter(one => within(one) && !settled.has(one)),
      signal,
    )
    const stated: Range[] = []
    const statements = mine.map((statement): JudgedStatement => {
      const verdict = fresh.get(statement) ?? settled.get(statement)
      // What the log was not anchored as far as yet may become true later, and is nothing until then.
      if (verdict === undefined || !within(statement)) return { statement, holds: false, overlaps: false }
      const range = rangeOf(statement)
      const overlaps = isCovered(stated, range)
      if (verdict.holds) cover(stated, range)
      return { statement, ...verdict, overlaps }
    })
    return { statements, open: openIn(stated, { first: 0, end: size }) }
  }
}

function spanOf(statements: readonly Delivery[]): Range | undefined {
  if (statements.length === 0) return undefined
  let [first, end] = [Infinity, 0]
  for (const statement of statements) {
    const range = rangeOf(statement)
    first = Math.min(first, range.first)
    end = Math.max(end, range.end)
  }
  return { first, end }
}

/** Of a statement that ends within the log, so that both are numbers. */
function rangeOf({ logFirst, logEnd }: Delivery): Range {
  return { first: Number(logFirst), end: Number(logEnd) }
}
