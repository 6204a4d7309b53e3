// Usage statements (用量结算): what the log has of each grant's use since it was last stated, summed up for one act on
// chain, so that quotas bind online queries too; and the check of what was stated against the log as it is. Only what is
// anchored is stated: a statement must not speak of lines that could still change. docs/statements.md has the rules.

import { type Books, type Grant, standingOf, termsOf } from './chain/registry-state.ts'
import { pairOf } from './chain/state/books.ts'
import type { Judgement } from './core/authority.ts'
import { LedgerError } from './core/error.ts'
import { createJudge, type Judged, type JudgedStatement } from './statements/judged.ts'
import { type SummedRange, sumLines } from './statements/lines.ts'
import type { Range } from './statements/ranges.ts'
import { type Amounts, amountsOf, type Left, UNBOUNDED } from './statements/sum.ts'
import { countOf, leftOf, type UnderWay, without } from './statements/under-way.ts'
import type { Why } from './statements/unstated.ts'
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

/** Lines within their grant that no statement can take, and why; or what statements claim that the log contradicts. */
export interface Unstated extends Of, Left {
  /**
   * `over-quota`; `nothing-taken` where no line says an amount yet; or why the grant takes no delivery now. Of statements,
   * with what they claim together: `under-way` were signed and are not on the chain yet; `stated-beyond-log` name lines
   * that are not anchored; `stated-otherwise` are not the sum of the log's lines, and neither end anything; `stated-twice`
   * are, but of a range that meets one stated before.
   */
  readonly why: Why
  /** How many statements claim it; absent where it is lines of the log. */
  readonly statements?: number
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
  /** Newest first: all of this log. */
  readonly statements: readonly CheckedStatement[]
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
  /**
   * What was signed, and may still land: its lines are not offered to be signed again. When it resolves, the registry has
   * read whatever is not among it any more. Absent where nobody sends acts.
   */
  readonly underWay?: () => Promise<readonly UnderWay[]>
}

export function createStatements(parts: StatementParts): Statements {
  const { store, registry, log } = parts
  const judge = createJudge(parts)

  /** What is not anchored can still change, and is not yet there to be stated. */
  const anchoredSize = (): number => Math.min(parts.anchored() ?? 0, store.head.size)

  const checkOne = async (
    grant: Grant,
    { holds, ...judged }: JudgedStatement,
    gaps: ReadonlyMap<number, Range>,
    signal?: AbortSignal,
  ): Promise<CheckedStatement> => {
    if (!holds) return { ...judged, agrees: false }
    const gap = gaps.get(Number(judged.statement.logFirst))
    const left = gap && (await sumLines(store, termsOf(grant, registry.books), gap, UNBOUNDED, signal))
    const skipped = left === undefined || left.accesses === 0 ? undefined : amountsOf(left)
    return { ...judged, ...(skipped && { skipped }), agrees: skipped === undefined && !judged.overlaps }
  }

  return {
    async pending(by, signal) {
      const size = parts.anchored()
      const underWay = Map.groupBy((await parts.underWay?.()) ?? [], ({ grant }) => grant)
      const { block, books } = registry
      if (size === undefined || block === undefined) throw notAnchoredYet()
      const found = { statements: [] as DueStatement[], unstated: [] as Unstated[], outside: [] as Outside[] }
      // What happens on the chain from here on has a later time than its newest block, so no line before that can be
      // judged otherwise than now; lines that claim a later time wait.
      const before = block.time * 1000
      for (const grant of inBatchOrder(books, by, log)) {
        const judged = await judge(grant, size, signal)
        const waiting = underWay.get(grant.id) ?? []
        found.unstated.push(...claimsOf(grant, judged, waiting))
        const left = leftOf(grant, waiting)
        for (const range of without(judged.open, waiting)) {
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
      const gaps = new Map(judged.open.map(gap => [gap.end, gap]))
      const statements: CheckedStatement[] = []
      for (const one of judged.statements.toReversed()) statements.push(await checkOne(grant, one, gaps, signal))
      return { statements }
    },
  }
}

/** What statements claim that is not on the chain yet, or that the log does not bear out: by what it is, however many. */
function claimsOf(grant: Grant, { statements }: Judged, underWay: readonly UnderWay[]): readonly Unstated[] {
  const found = new Map<Why, Required<Pick<Unstated, 'statements'>> & Left>()
  const add = (why: Why, { accesses, bytes, rows, logFirst }: UnderWay): void => {
    const known = found.get(why)
    found.set(why, {
      accesses: countOf(BigInt(known?.accesses ?? 0) + accesses),
      bytes: (known?.bytes ?? 0n) + bytes,
      rows: (known?.rows ?? 0n) + rows,
      first: Math.min(known?.first ?? Infinity, countOf(logFirst)),
      statements: (known?.statements ?? 0) + 1,
    })
  }
  for (const { statement, found: sum, holds, overlaps } of statements) {
    const claim = { ...statement, grant: grant.id }
    if (sum === undefined) add('stated-beyond-log', claim)
    else if (!holds) add('stated-otherwise', claim)
    else if (overlaps) add('stated-twice', claim)
  }
  for (const claim of underWay) add('under-way', claim)
  return Array.from(found, ([why, claimed]) => ({ ...ofGrant(grant), why, ...claimed }))
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
