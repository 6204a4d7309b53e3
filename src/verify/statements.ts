// What was stated on chain against what the log shows: a usage statement sums up the accesses within one grant in a range
// of the log (IAccessLedger.Delivered, docs/statements.md), and the rows of an answer lie in that log. Where the two contradict
// each other, one of them is wrong, and anybody can see which grant and which range it is about. That is a finding about the
// parties, not about the file, which shows both truthfully; so it decides no verdict.

import type { EventNamed } from '../chain/events.ts'
import { logIdOf } from '../chain/log-id.ts'
import type { TimedEvent } from '../chain/registry-state.ts'
import { concat, fromBase64, to0x } from '../core/bytes.ts'
import type { Checkpoint } from '../core/checkpoint.ts'
import type { Evidence } from '../core/evidence.ts'
import { sha256 } from '../core/hash.ts'
import type { UsageRow } from '../core/usage.ts'
import type { Words } from '../core/words.ts'
import type { Findings } from './grants.ts'

export const STATEMENT_RESULTS = {
  agrees: { zh: '与所示记录一致', en: 'agrees with the records shown' },
  'more-shown': {
    zh: '矛盾：所示记录多于结算所称',
    en: 'contradiction: the records shown are more than was stated',
  },
  'fewer-shown': {
    zh: '所示记录少于结算所称：其余记录可能不在本次答复之内',
    en: 'the records shown are fewer than was stated; the others may not be part of this answer',
  },
  'other-lines': {
    zh: '矛盾：次数与所示记录相同，但数量或内容摘要不是这些记录的',
    en: 'contradiction: as many records are shown as were stated, but its sums or its content digest are not theirs',
  },
  missing: {
    zh: '矛盾：结算所称的访问不在答复中，而答复应含此授权的全部记录：结算有误，或有记录被略去',
    en: 'contradiction: accesses were stated that the answer, which should have all of this grant, does not have: the statement is wrong, or records were left out',
  },
  overlaps: {
    zh: '矛盾：与同一授权此前一份与记录一致的结算区间重叠，同一访问被计两次',
    en: 'contradiction: its range overlaps one of the same grant that was stated before and agrees, so that accesses count twice',
  },
  'one-of-two': {
    zh: '与所示记录不相抵触，但其区间与此前一份不能由本答复核对的结算重叠：两者之一有误；只按此授权提问的完整答复可以分辨',
    en: 'nothing shown speaks against it, but its range overlaps an earlier statement that this answer cannot check: one of the two is wrong; the whole answer about this grant alone tells which',
  },
  'other-log': {
    zh: '未比较：不能确认该结算所指的是本日志',
    en: 'not compared: nothing says that it refers to this log',
  },
  'not-yet': { zh: '未比较：其区间超出本检查点', en: 'not compared: its range goes beyond this checkpoint' },
} as const satisfies Record<string, Words>

export type StatementResult = keyof typeof STATEMENT_RESULTS

/** Results by which somebody has said what is not so. */
export const CONTRADICTIONS: ReadonlySet<StatementResult> = new Set([
  'more-shown',
  'other-lines',
  'missing',
  'overlaps',
])

/** Results of statements that are the sum of their lines, as shown: only by these a later one can be shown to be wrong. */
const TRUE: ReadonlySet<StatementResult> = new Set(['agrees', 'overlaps'])
/** Of those that may be so, or not: nobody is blamed by them. */
const UNSURE: ReadonlySet<StatementResult> = new Set(['fewer-shown', 'one-of-two'])

interface Sum {
  readonly records: bigint
  readonly bytes: bigint
  readonly rows: bigint
}

export interface StatementFinding {
  readonly grant: number
  readonly result: StatementResult
  /** First index of the range in the log, and first after its last. */
  readonly first: bigint
  readonly end: bigint
  readonly stated: Sum
  readonly shown: Sum
  readonly transaction: string
}

/** All that the file shows of the log, in its order. */
type Leaves = Pick<Evidence['log'], 'indices' | 'leaves'>

type Delivered = EventNamed<'Delivered'>

/** One finding for each statement under a grant that the rows name; in the order of the chain. */
export function compareStatements(
  { question: { where, from, to }, more, log }: Pick<Evidence, 'question' | 'more'> & { readonly log: Leaves },
  { grants, story }: Findings,
  rows: readonly UsageRow[],
  { origin, size }: Pick<Checkpoint, 'origin' | 'size'>,
): readonly StatementFinding[] {
  const findings: StatementFinding[] = []
  // What went beyond its grant is never stated.
  const within = rows.filter(({ judgement }) => judgement === 'within')
  // Every record of a grant is in an answer that asks for nothing else.
  const whole = Object.keys(where).join() === 'grant' && from === undefined && to === undefined && !more
  for (const { event, ours } of statementsIn(story.events, logIdOf(origin))) {
    const grant = Number(event.args.grant)
    if (!grants.has(grant)) continue
    const { logFirst: first, logEnd: end } = event.args.handover
    const stated = sumOf(event)
    const lines = within.filter(row => row.record.grant === grant && first <= row.index && row.index < end)
    const shown = addUp(lines)
    const meets = (results: ReadonlySet<StatementResult>): boolean =>
      findings.some(one => one.grant === grant && results.has(one.result) && first < one.end && one.first < end)
    const compared =
      end > BigInt(size)
        ? 'not-yet'
        : compare(stated, shown, whole, () => digestOf(lines, log) === event.args.handover.contentDigest)
    const result = ours ? judgeBeside(compared, meets) : 'other-log'
    findings.push({ grant, result, first, end, stated, shown, transaction: event.transactionHash })
  }
  return findings
}

/** One that is not so itself states nothing: its lines may be stated again as they are, by whoever is honest. */
function judgeBeside(
  compared: StatementResult,
  meets: (results: ReadonlySet<StatementResult>) => boolean,
): StatementResult {
  if (compared === 'agrees' && meets(TRUE)) return 'overlaps'
  const mayHold = compared === 'agrees' || compared === 'fewer-shown'
  return mayHold && (meets(TRUE) || meets(UNSURE)) ? 'one-of-two' : compared
}

/** Where as many lines are shown as were stated, none is missing: then they must be the very lines. */
function compare(stated: Sum, shown: Sum, whole: boolean, isOfThem: () => boolean): StatementResult {
  const fields = ['records', 'bytes', 'rows'] as const
  if (fields.some(field => shown[field] > stated[field])) return 'more-shown'
  if (shown.records === stated.records) {
    return fields.every(field => shown[field] === stated[field]) && isOfThem() ? 'agrees' : 'other-lines'
  }
  return whole ? 'missing' : 'fewer-shown'
}

/**
 * An operator's statement refers to the log that the provider had named when entrusting it. A provider's own names none:
 * it is held against this one, in which the provider's data is logged.
 */
function* statementsIn(events: readonly TimedEvent[], log: string): Iterable<{ event: Delivered; ours: boolean }> {
  const entrusted = new Map<string, string>()
  const providers = new Map<bigint, bigint>()
  for (const { event } of events) {
    const { name, args } = event
    if (name === 'ResourceRegistered') providers.set(args.id, args.provider)
    if (name === 'OperatorEntrusted') entrusted.set(`${args.provider} ${args.operator}`, args.log)
    if (name !== 'Delivered' || args.kind !== 'statement') continue
    const provider = providers.get(args.resource)
    const ours = args.recordedBy === provider || entrusted.get(`${provider} ${args.recordedBy}`) === log
    yield { event, ours }
  }
}

function sumOf({ args: { handover } }: Delivered): Sum {
  return { records: handover.accessCount, bytes: handover.byteCount, rows: handover.rowCount }
}

/** As docs/statements.md has it: the leaf hashes of the lines, in the order of the log. */
function digestOf(lines: readonly UsageRow[], { indices, leaves }: Leaves): string {
  const wanted = new Set(lines.map(({ index }) => index))
  const hashes = leaves.filter((_, k) => wanted.has(indices[k]!)).map(fromBase64)
  return to0x(sha256(concat(...hashes)))
}

function addUp(rows: readonly UsageRow[]): Sum {
  let [records, bytes, taken] = [0n, 0n, 0n]
  for (const { record } of rows) {
    records++
    bytes += BigInt(record.bytes ?? 0)
    taken += BigInt(record.rows ?? 0)
  }
  return { records, bytes, rows: taken }
}
