// Usage statements (用量结算): what the log has of each grant's use since it was last stated, summed up for one act on
// chain, so that quotas bind online queries too; and the check of what was stated against the log as it is. Only what is
// anchored is stated: a statement must not speak of lines that could still change. docs/statements.md has the rules.

import { type Books, type Grant, standingOf, termsOf } from './chain/registry-state.ts'
import { pairOf } from './chain/state/books.ts'
import type { Judgement } from './core/authority.ts'
import { LedgerError } from './core/error.ts'
import { createJudge, type EarlierStatements, type Judged, type JudgedStatement } from './statements/judged.ts'
import { type SummedRange, sumLines } from './statements/lines.ts'
import { type Amounts, amountsOf, type Left, type Limits, UNBOUNDED } from './statements/sum.ts'
import type { Contradiction, Why } from './statements/unstated.ts'
import type { Store } from './store/store.ts'

/** The contract takes more; a batch of this many stays well below a block's gas. */
export const MOST_IN_BATCH = 100

interface Of {
  readonly grant: number
  readonly resource: string
  readonly consumer: string
  readonly provider: string
}

/** One delivery of a batch. */
export interface DueStatement extends Of, Amounts {
  /** The grant's own: the log does not know which fields a line took. */
  readonly fields: bigint
  readonly contentDigest: string
  readonly logFirst: number
  readonly logEnd: number
}

/** Lines within their grant that no statement can take, and why; or a statement on the chain that the log contradicts. */
export interface Unstated extends Of, Left {
  /**
   * `over-quota`; `nothing-taken` where no line says an amount yet; or why the grant takes no delivery now. Of statements,
   * with what they claim: `stated-beyond-log` names lines that are not anchored; `stated-otherwise` is not the sum of the
   * log's lines, and neither ends anything; `stated-twice` is, but of a range that meets one stated before.
   */
  readonly why: Why
}

/** Lines that name the grant and are not within it: never stated, never hidden. */
export interface Outside extends Of, Left {
  readonly judgement: Judgement
}

export interface Pending {
  /** Statements go as far as this size of the log, which is anchored. */
  readonly size: number
  /** By resource and consumer; at most 100, which is one batch. */
  readonly statements: readonly DueStatement[]
  readonly unstated: readonly Unstated[]
  readonly outside: readonly Outside[]
  /** Whether more is to be stated once these are on the chain. */
  readonly more: boolean
}

/** A statement on the chain, and the sum of the same lines as the log has them now. */
export interface CheckedStatement extends Omit<JudgedStatement, 'holds'> {
  /** Lines before it that no statement truthfully states, since the one that ends before it. */
  readonly skipped?: Amounts
  /** Sum and digest are those of the log, nothing was skipped, nothing counts twice. */
  readonly agrees: boolean
}

export interface Checked {
  /** Newest first; of very many the newest 100. */
  readonly statements: readonly CheckedStatement[]
  /** Those before them, by their sum. */
  readonly earlier?: EarlierStatements
}

export interface Statements {
  /**
   * What is to be stated.
   * @param by Code of who will sign: the provider, or a platform operator that providers entrusted with this log.
   *   Without it, of all grants.
   * @throws LedgerError `not_anchored_yet`
   */
  pending(by: string | undefined, signal?: AbortSignal): Promise<Pending>
  /**
   * The statements of a grant from this log, each with the sum recomputed. The provider's own count as of this log, since they name none.
   * @throws LedgerError `grant_not_found`
   */
  check(grant: number, signal?: AbortSignal): Promise<Checked>
}

export interface StatementParts {
  readonly store: Pick<Store, 'head' | 'search' | 'readEntries'>
  readonly registry: {
    readonly books: Books
    /** `time` in seconds since 1970. */
    readonly block: { readonly time: number } | undefined
  }
  /** keccak256 of the log's origin. */
  readonly log: string
  /** Size of the newest tree that is anchored. */
  readonly anchored: () => number | undefined
}

export function createStatements(parts: StatementParts): Statements {
  const { store, registry, log } = parts
  const judge = createJudge(parts)

  /** What is not anchored can still change, and is not yet there to be stated. */
  const anchoredSize = (): number => Math.min(parts.anchored() ?? 0, store.head.size)

  const checkOne = async (
    grant: Grant,
    { holds, ...judged }: JudgedStatement,
    { open }: Judged,
    signal?: AbortSignal,
  ): Promise<CheckedStatement> => {
    if (!holds) return { ...judged, agrees: false }
    const first = Number(judged.statement.logFirst)
    const gap = open.find(range => range.end === first)
    const left = gap && (await sumLines(store, termsOf(grant, registry.books), gap, UNBOUNDED, signal))
    const skipped = left === undefined || left.accesses === 0 ? undefined : amountsOf(left)
    return { ...judged, ...(skipped && { skipped }), agrees: skipped === undefined && !judged.overlaps }
  }

  return {
    async pending(by, signal) {
      const size = parts.anchored()
      const { block, books } = registry
      if (size === undefined || block === undefined) throw notAnchoredYet()
      const found = { statements: [] as DueStatement[], unstated: [] as Unstated[], outside: [] as Outside[] }
      // What happens on the chain from here on has a later time than its newest block, so no line before that can be
      // judged otherwise than now; lines that claim a later time wait.
      const before = block.time * 1000
      for (const grant of inBatchOrder(books, by, log)) {
        const judged = await judge(grant, size, signal)
        found.unstated.push(...contradictionsOf(grant, judged))
        const left = leftOf(grant)
        for (const range of judged.open) {
          if (found.statements.length === MOST_IN_BATCH) return { size, ...found, more: true }
          const summed = await sumLines(store, termsOf(grant, books), { ...range, before }, left, signal)
          report(found, grant, summed, range.first, standingOf(grant, books, before))
          left.bytes -= summed.bytes
          left.rows -= summed.rows
        }
      }
      return { size, ...found, more: false }
    },

    async check(id, signal) {
      const grant = registry.books.grants.get(id)
      if (grant === undefined) {
        throw new LedgerError('grant_not_found', {
          en: `There is no request or grant ${id}; GET /v1/grants lists them.`,
          zh: `没有申请或授权 ${id}；GET /v1/grants 可查询。`,
        })
      }
      const judged = await judge(grant, anchoredSize(), signal)
      const statements: CheckedStatement[] = []
      for (const one of judged.statements) statements.push(await checkOne(grant, one, judged, signal))
      return { statements, ...(judged.earlier && { earlier: judged.earlier }) }
    },
  }
}

function contradictionsOf(grant: Grant, { statements, earlier }: Judged): readonly Unstated[] {
  const found: Unstated[] = []
  const add = (why: Contradiction, first: bigint, claimed: EarlierStatements['claimed']): void => {
    const { accesses, bytes, rows } = claimed
    found.push({ ...ofGrant(grant), why, accesses: countOf(accesses), bytes, rows, first: countOf(first) })
  }
  for (const { statement, found: sum, holds, overlaps } of statements) {
    if (sum === undefined) add('stated-beyond-log', statement.logFirst, statement)
    else if (!holds) add('stated-otherwise', statement.logFirst, statement)
    else if (overlaps) add('stated-twice', statement.logFirst, statement)
  }
  if (earlier?.agrees === false) add('stated-otherwise', 0n, earlier.claimed)
  return found
}

/** A claim may be any number; one that no count can hold must not make the whole answer unreadable. */
function countOf(claim: bigint): number {
  return claim > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(claim)
}

function ofGrant({ id, terms: { resource, consumer }, provider }: Grant): Of {
  return { grant: id, resource, consumer, provider }
}

function report(
  found: { statements: DueStatement[]; unstated: Unstated[]; outside: Outside[] },
  grant: Grant,
  { accesses, bytes, rows, contentDigest, over, outside, end }: SummedRange,
  first: number,
  { usable, why }: ReturnType<typeof standingOf>,
): void {
  const of = ofGrant(grant)
  const taken: Amounts = { accesses, bytes, rows }
  for (const [judgement, left] of outside) found.outside.push({ ...of, judgement, ...left })
  // The contract takes no delivery under such a grant, whenever the lines were written; some can be stated later.
  if (!usable && why !== 'usable' && accesses > 0) found.unstated.push({ ...of, why, first, ...taken })
  else if (accesses > 0 && bytes === 0n && rows === 0n)
    found.unstated.push({ ...of, why: 'nothing-taken', first, ...taken })
  else if (accesses > 0) {
    const logEnd = over?.first ?? end
    found.statements.push({ ...of, ...taken, fields: grant.asked.scope, contentDigest, logFirst: first, logEnd })
  }
  if (over !== undefined) found.unstated.push({ ...of, why: 'over-quota', ...over })
}

/** What the quota still allows; an unlimited one is the greatest number, and counted like any other. */
function leftOf({ quota, delivered }: Grant): { -readonly [K in keyof Limits]: Limits[K] } {
  return { bytes: quota.byteCount - delivered.bytes, rows: quota.rowCount - delivered.rows }
}

/** The grants that `by` may state, by resource and consumer: what costs the contract least. */
function inBatchOrder(books: Books, by: string | undefined, log: string): readonly Grant[] {
  const may = ({ provider }: Grant): boolean =>
    by === undefined || provider === by || books.entrusted.get(pairOf(provider, by))?.log === log
  const places = (grant: Grant): readonly [number, number] => [
    books.resourceIds.get(grant.terms.resource) ?? 0,
    books.organisationIds.get(grant.terms.consumer) ?? 0,
  ]
  return [...books.grants.values()].filter(may).toSorted((a, b) => {
    const [[resourceA, consumerA], [resourceB, consumerB]] = [places(a), places(b)]
    return resourceA - resourceB || consumerA - consumerB || a.id - b.id
  })
}

function notAnchoredYet(): LedgerError {
  return new LedgerError(
    'not_anchored_yet',
    {
      en: 'No checkpoint is anchored on the chain yet, and only anchored lines are stated; ask again after the next anchor.',
      zh: '链上尚无存证的检查点，而只结算已存证的行；请在下次存证后再问。',
    },
    { retryable: true },
  )
}
