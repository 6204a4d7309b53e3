// Contract events → what the rows are judged by, and the names behind the codes. Pure.

import { replay } from '../chain/replay.ts'
import type { TimedEvent } from '../chain/state/act.ts'
import type { Grant } from '../chain/state/grants.ts'
import type { JudgingState } from '../chain/state/judging-state.ts'
import { termsOf } from '../chain/state/terms-of.ts'
import { JUDGING, type Story, type Thing, tellStory } from '../chain/things.ts'
import type { GrantTerms } from '../core/authority.ts'
import { LedgerError } from '../core/error.ts'
import { Disagreement } from './report.ts'
import type { Row } from './rows.ts'

/** Where a request stands, as far as events tell; expired, exhausted, held and suspended follow from time, quota and veto. */
type Stage = 'requested' | 'refused' | 'granted' | 'revoked'

interface GrantFinding {
  readonly terms: GrantTerms
  readonly stage: Stage
  /** By the contract itself: unconditionally, or within the provider's policy. */
  readonly automatic?: boolean
  /** Transaction of the decision. */
  readonly decidedIn?: string
}

export interface Findings {
  /** Those that the rows name. */
  readonly grants: ReadonlyMap<number, GrantFinding>
  /** Names by code. */
  readonly organisations: ReadonlyMap<string, string>
  readonly resources: ReadonlyMap<string, string>
  /** What the events make of the ledger. */
  readonly state: JudgingState
  /** What the answer hangs on, and the file's events: all of what is to be told. */
  readonly story: Story
}

/**
 * What the events say of the rows' grants, organisations and resources. Throws when an event is about nothing that the
 * answer hangs on, or when one is missing without which another means nothing.
 */
export function readFindings(events: readonly TimedEvent[], rows: readonly Row[]): Findings {
  const { things, events: told } = tellStory(startOf(events, rows), events, JUDGING)
  requireRelated(events, new Set(told))
  const state = replayed(events)
  requireTurns(events)
  const asked = new Set(rows.flatMap(({ record }) => record.grant ?? []))
  return {
    grants: new Map(
      [...state.grants.values()].filter(({ id }) => asked.has(id)).map(grant => [grant.id, findingOf(grant, state)]),
    ),
    organisations: namesByCode(state.organisations.values()),
    resources: namesByCode(state.resources.values()),
    state,
    story: { things, events },
  }
}

/** What the rows name, by the numbers that the events give it. */
function startOf(events: readonly TimedEvent[], rows: readonly Row[]): readonly Thing[] {
  const organisations = new Map<string, bigint>()
  const resources = new Map<string, bigint>()
  for (const { event } of events) {
    if (event.name === 'OrganisationRegistered') organisations.set(event.args.code, event.args.id)
    if (event.name === 'ResourceRegistered') resources.set(event.args.code, event.args.id)
  }
  const things = new Map<string, Thing>()
  const add = (kind: 'organisation' | 'resource' | 'grant', name: string | number, id: bigint | undefined): void => {
    if (id === undefined) throw missingRegistration(kind, name)
    things.set(`${kind} ${name}`, { kind, id })
  }
  for (const { record } of rows) {
    if (record.resource !== undefined) add('resource', record.resource, resources.get(record.resource))
    for (const code of [record.consumer, record.provider]) {
      if (code !== undefined) add('organisation', code, organisations.get(code))
    }
    if (record.grant !== undefined) add('grant', record.grant, BigInt(record.grant))
  }
  return [...things.values()]
}

/** Nothing but what is told belongs into a file, and of a resource one update more: the newest, for its name. */
function requireRelated(events: readonly TimedEvent[], told: ReadonlySet<TimedEvent>): void {
  const newest = new Map<bigint, TimedEvent>()
  const known = new Set<bigint>()
  for (const timed of events) {
    const { event } = timed
    if (event.name === 'ResourceUpdated') newest.set(event.args.id, timed)
    if (event.name === 'ResourceRegistered' && told.has(timed)) known.add(event.args.id)
  }
  for (const timed of events) {
    const { event } = timed
    if (told.has(timed)) continue
    if (event.name !== 'ResourceUpdated' || !known.has(event.args.id)) throw unrelated(event.name)
    if (newest.get(event.args.id) !== timed) throw outdated(event.args.id)
  }
}

/** @throws Disagreement where the events do not follow from each other */
function replayed(events: readonly TimedEvent[]): JudgingState {
  try {
    return replay(events)
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code !== 'events_missing') throw error
    const [why = '', zh = ''] = [error.words.en.split(':', 1)[0], error.words.zh.split('：', 1)[0]]
    throw new Disagreement({
      zh: `文件中的事件不完整，缺少在先的登记或申请事件（${zh.replace('节点', '文件')}）。`,
      en: `${why.replace('The node', 'The file')}: it was left out.`,
    })
  }
}

/** Each stage of a grant follows one other only, as in the contract; so it must in the file. */
export function requireTurns(events: readonly TimedEvent[]): void {
  const stages = new Map<bigint, Stage>()
  const advance = (name: string, id: bigint, before: Stage | undefined, next: Stage): void => {
    if (stages.get(id) !== before) throw outOfTurn(id, name)
    stages.set(id, next)
  }
  for (const { event } of events) {
    const { name, args } = event
    if (name === 'AccessRequested') advance(name, args.id, undefined, 'requested')
    else if (name === 'AccessGranted') advance(name, args.id, 'requested', 'granted')
    else if (name === 'AccessRefused') advance(name, args.id, 'requested', 'refused')
    else if (name === 'GrantRevoked') advance(name, args.id, 'granted', 'revoked')
  }
}

function findingOf(grant: Grant, state: JudgingState): GrantFinding {
  const { decision, revoked } = grant
  const terms = termsOf(grant, state)
  if (decision === undefined) return { terms, stage: 'requested' }
  const { outcome, automatic, transaction: decidedIn } = decision
  return { terms, stage: revoked === undefined ? outcome : 'revoked', automatic, decidedIn }
}

const namesByCode = (parties: Iterable<{ readonly code: string; readonly name: string }>): Map<string, string> =>
  new Map([...parties].map(({ code, name }) => [code, name]))

function missingRegistration(what: 'organisation' | 'resource' | 'grant', id: string | number): Disagreement {
  return new Disagreement({
    zh: `文件缺少${what === 'resource' ? '资源' : '机构'} ${id} 的登记事件。`,
    en: `The file leaves out how ${what} ${id} was registered.`,
  })
}

function outdated(id: bigint): Disagreement {
  return new Disagreement({
    zh: `文件含有资源 ${id} 的多次变更，除改变来源者外只应有最近一次。`,
    en: `The file has more than one update of resource ${id} that says nothing new of what it is made from; only the newest belongs in it.`,
  })
}

function unrelated(name: string): Disagreement {
  return new Disagreement({
    zh: `文件含有与答复无关的事件：${name}。`,
    en: `The file has an event ${name} about something that the answer does not hang on.`,
  })
}

function outOfTurn(id: bigint, name: string): Disagreement {
  return new Disagreement({
    zh: `授权 ${id} 的事件 ${name} 之前缺少应有的事件。`,
    en: `Event ${name} of grant ${id} cannot follow what the file shows of that grant before: an event was left out.`,
  })
}
