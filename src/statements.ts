// Usage statements (用量结算): what the log has of each grant's use since it was last stated, summed up for one act on
// chain, so that quotas bind online queries too; and the check of what was stated against the log as it is. Only what is
// anchored is stated: a statement must not speak of lines that could still change. docs/statements.md has the rules.

import { type Books, type Delivery, type Grant, standingOf, termsOf } from './chain/registry-state.ts'
import { pairOf } from './chain/state/books.ts'
import { isOfLog, statedUntil } from './chain/state/deliveries.ts'
import type { Standing } from './chain/state/standing.ts'
import type { Judgement } from './core/authority.ts'
import { LedgerError } from './core/error.ts'
import { type AccessRecord, decodeEntry } from './core/record.ts'
import { type Amounts, type Left, type Summed, UNBOUNDED, UsageSum } from './statements/sum.ts'
import type { Store } from './store/store.ts'

/** The contract takes more; a batch of this many stays well below a block's gas. */
export const MOST_IN_BATCH = 100
/** Entries read at a time. */
const READ_AHEAD = 2_000

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
   * with what they claim: `stated-beyond-log` names lines that are not anchored, and ends nothing; `stated-otherwise` is
   * the newest one, and not the sum of the log's lines.
   */
  readonly why: 'over-quota' | 'nothing-taken' | Contradiction | Exclude<Standing, 'usable'>
}

type Contradiction = 'stated-beyond-log' | 'stated-otherwise'

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
export interface CheckedStatement {
  readonly statement: Delivery
  /** Absent where the log is not anchored as far. */
  readonly found?: Amounts & { readonly contentDigest: string }
  /** Lines that lie between the statement before and this one, and were never stated. */
  readonly skipped?: Amounts
  /** Its range reaches into that of the statement before: the lines there count twice. */
  readonly overlaps: boolean
  /** Sum and digest are those of the log, nothing was skipped, nothing counts twice. */
  readonly agrees: boolean
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
   * The statements of a grant from this log, newest first, each with the sum recomputed; of very many the newest 100.
   * The provider's own count as of this log, since they name none.
   * @throws LedgerError `grant_not_found`
   */
  check(grant: number, signal?: AbortSignal): Promise<readonly CheckedStatement[]>
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

  const sum = async (grant: Grant, range: Range, limits: Limits, signal?: AbortSignal): Promise<Ranged> => {
    const usage = new UsageSum(termsOf(grant, registry.books), limits)
    let { end } = range
    for await (const { index, entry, record } of linesOf(store, grant.id, range, signal)) {
      if (range.before !== undefined && Date.parse(record.time) >= range.before) {
        end = index
        break
      }
      usage.add(index, entry, record)
    }
    return { end, summed: usage.total() }
  }

  /** What is not anchored can still change, and is not yet there to be stated. */
  const anchoredSize = (): number => Math.min(parts.anchored() ?? 0, store.head.size)

  const contradict = async (grant: Grant, size: number, signal?: AbortSignal): Promise<readonly Unstated[]> => {
    const mine = grant.deliveries.filter(one => one.kind === 'statement' && isOfLog(one, log))
    const isBeyond = ({ logEnd }: Delivery): boolean => logEnd > BigInt(size)
    const found = mine.filter(isBeyond).map(one => contradiction(grant, one, 'stated-beyond-log'))
    const last = mine.find(one => !isBeyond(one))
    if (last === undefined) return found
    const range = { first: Number(last.logFirst), end: Number(last.logEnd) }
    const { summed } = await sum(grant, range, UNBOUNDED, signal)
    return isSame(summed, last) ? found : [...found, contradiction(grant, last, 'stated-otherwise')]
  }

  const checkOne = async (
    grant: Grant,
    statement: Delivery,
    before: bigint,
    signal?: AbortSignal,
  ): Promise<CheckedStatement> => {
    const { logFirst, logEnd } = statement
    const overlaps = logFirst < before
    if (logEnd > BigInt(anchoredSize())) return { statement, overlaps, agrees: false }
    const gap = { first: Number(before), end: Number(logFirst) }
    const skipped = gap.first < gap.end ? (await sum(grant, gap, UNBOUNDED, signal)).summed : undefined
    const { summed } = await sum(grant, { first: Number(logFirst), end: Number(logEnd) }, UNBOUNDED, signal)
    const found = { ...amountsOf(summed), contentDigest: summed.contentDigest }
    const complete = skipped === undefined || skipped.accesses === 0
    return {
      statement,
      found,
      ...(complete ? {} : { skipped: amountsOf(skipped) }),
      overlaps,
      agrees: complete && !overlaps && isSame(found, statement),
    }
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
        if (found.statements.length === MOST_IN_BATCH) return { size, ...found, more: true }
        found.unstated.push(...(await contradict(grant, size, signal)))
        const first = Number(statedUntil(grant.statedEnds, log, size))
        if (first >= size) continue
        const { end, summed } = await sum(grant, { first, end: size, before }, leftOf(grant), signal)
        report(found, grant, summed, { first, end }, standingOf(grant, books, before))
      }
      return { size, ...found, more: false }
    },

    async check(id, signal) {
      const grant = registry.books.grants.get(id)
      if (grant === undefined) {
        throw new LedgerError('grant_not_found', `There is no request or grant ${id}; GET /v1/grants lists them.`)
      }
      const checked: CheckedStatement[] = []
      const kept = grant.deliveries.filter(({ kind }) => kind === 'statement')
      const oldestFirst = kept.filter(one => isOfLog(one, log)).toReversed()
      // Of very many only the newest are kept: what came before the oldest of these is not known here.
      let before = kept.length === grant.stated.count ? 0n : (oldestFirst[0]?.logFirst ?? 0n)
      const size = BigInt(anchoredSize())
      for (const statement of oldestFirst) {
        checked.unshift(await checkOne(grant, statement, before, signal))
        if (statement.logEnd > before && statement.logEnd <= size) before = statement.logEnd
      }
      return checked
    },
  }
}

function contradiction(grant: Grant, { logFirst, accesses, bytes, rows }: Delivery, why: Contradiction): Unstated {
  const claimed = { accesses: countOf(accesses), bytes, rows, first: countOf(logFirst) }
  return { ...ofGrant(grant), why, ...claimed }
}

/** A claim may be any number; one that no count can hold must not make the whole answer unreadable. */
function countOf(claim: bigint): number {
  return claim > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(claim)
}

function ofGrant({ id, terms: { resource, consumer }, provider }: Grant): Of {
  return { grant: id, resource, consumer, provider }
}

interface Range {
  readonly first: number
  readonly end: number
  /** Lines from this time on are left for later: milliseconds since 1970. */
  readonly before?: number
}

type Limits = typeof UNBOUNDED
type Ranged = { readonly end: number; readonly summed: Summed }

function amountsOf({ accesses, bytes, rows }: Amounts): Amounts {
  return { accesses, bytes, rows }
}

function isSame(found: Amounts & { readonly contentDigest: string }, stated: Delivery): boolean {
  return (
    BigInt(found.accesses) === stated.accesses &&
    found.bytes === stated.bytes &&
    found.rows === stated.rows &&
    found.contentDigest === stated.contentDigest
  )
}

function report(
  found: { statements: DueStatement[]; unstated: Unstated[]; outside: Outside[] },
  grant: Grant,
  { accesses, bytes, rows, contentDigest, over, outside }: Summed,
  { first, end }: Range,
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
function leftOf({ quota, delivered }: Grant): Limits {
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

/** The lines that name a grant, in the order of the log. */
async function* linesOf(
  store: StatementParts['store'],
  grant: number,
  { first, end }: Range,
  signal?: AbortSignal,
): AsyncGenerator<{ readonly index: number; readonly entry: Uint8Array; readonly record: AccessRecord }> {
  const indices: number[] = []
  for await (const run of store.search({ where: { grant: String(grant) }, below: end })) {
    signal?.throwIfAborted()
    indices.push(...run.filter(index => index >= first))
    if ((run.at(-1) ?? first) < first) break // newest first: all that follow are older
  }
  indices.reverse()
  for (let at = 0; at < indices.length; at += READ_AHEAD) {
    signal?.throwIfAborted()
    const some = indices.slice(at, at + READ_AHEAD)
    for (const [k, entry] of (await store.readEntries(some)).entries()) {
      yield { index: some[k]!, entry, record: decodeEntry(entry) }
    }
  }
}

function notAnchoredYet(): LedgerError {
  return new LedgerError(
    'not_anchored_yet',
    'No checkpoint is anchored on the chain yet, and only anchored lines are stated; ask again after the next anchor.',
    { retryable: true },
  )
}
