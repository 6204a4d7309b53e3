// Verification of evidence of acts by somebody who trusts neither the operator nor this ledger: the events are confirmed
// on the chain, nothing about the subject is left out, and the answer comes out the same when made again from them.

import type { ContractAddresses } from '../chain/abi.ts'
import { type ActAnswer, answerActs } from '../chain/act-answer.ts'
import { relaysOf } from '../chain/act-relays.ts'
import { type FoundLog, numbered } from '../chain/event-search.ts'
import { topicOf } from '../chain/events.ts'
import type { Chain } from '../chain/network.ts'
import type { TimedEvent } from '../chain/registry-state.ts'
import { ACTING, type Story, type Thing, tellStory } from '../chain/things.ts'
import { ACTS_DO_NOT_PROVE, type ActsEvidence, parseActsEvidence, type Subject } from '../core/acts-evidence.ts'
import { to0x } from '../core/bytes.ts'
import { canonicalJson } from '../core/canonical-json.ts'
import { LedgerError } from '../core/error.ts'
import { checkSigned } from './answer.ts'
import { askNode } from './chain.ts'
import { type FileEvents, readEvents } from './events.ts'
import { requireTrustedLedger } from './evidence.ts'
import { requireTurns } from './grants.ts'
import type { ShownChain } from './offline.ts'
import { type ChainNode, reachChain, requireNothingHidden } from './reach.ts'
import { ACTS_CHECKS, type Checking, Disagreement, type Outcome, runChecks } from './report.ts'
import type { Trust } from './trust.ts'

/** What was verified, to be shown; there is none unless every check has passed. */
export interface VerifiedActs {
  readonly subject: Subject
  /** When it was answered, by its author's clock. */
  readonly asked: string
  readonly answer: ActAnswer
  /** The block that the answer is as of. */
  readonly asOf: { readonly number: number; readonly hash: string }
  readonly names: Readonly<Record<string, string>>
}

export interface ActsVerification extends Outcome {
  readonly acts?: VerifiedActs
}

/** Verifies a file. @param chain Connects to the node to ask, if and when it is asked. */
export async function verifyActs(
  file: Uint8Array,
  trust: Trust,
  chain: (() => Promise<Chain>) | undefined,
): Promise<ActsVerification> {
  const { outcome, made } = await runChecks(ACTS_CHECKS, check => checkAll(check, file, trust, chain && askNode(chain)))
  return made === undefined ? outcome : { ...outcome, acts: made }
}

async function checkAll(
  check: Checking,
  file: Uint8Array,
  trust: Trust,
  node: ChainNode | undefined,
): Promise<VerifiedActs> {
  const evidence = await check('file', () => parseActsEvidence(file))
  await check('ledger', () => requireTrustedLedger(evidence, trust))
  // First of all: to recover who signed each act takes long, and nobody but the author may ask that of a verifier.
  await check('signature', () => checkSigned(evidence, ACTS_DO_NOT_PROVE, trust.logKey.name, trust.answerKey))
  const [{ blocks, events }, story] = await check('events', () => {
    const read = readEvents(evidence, trust.contracts)
    requireTurns(read.events)
    return [read, storyOf(evidence.subject, read)] as const
  })
  const { asOf: number } = evidence.chain
  const { hash, time } = blocks.get(number)!
  const answer = await check('answer', () => checkAnswer(evidence, events, time))
  const reached = await check('chain', () => reachChain(evidence, trust, node))
  await check('hidden', async () => {
    await requireNothingHidden(evidence, story, ACTING, trust, reached)
    if (reached.shown !== undefined) requireRelays(story, events, relaysShown(reached.shown, trust))
    if (reached.node !== undefined) requireRelays(story, events, await relaysOnChain(story, trust, reached.node))
  })
  const { subject, asked } = evidence
  return { subject, asked, answer, asOf: { number, hash }, names: namesIn(events) }
}

/** What the events tell of the subject. Throws when one is about nothing that the answer hangs on. */
function storyOf(subject: Subject, { events }: FileEvents): Story {
  const relays = new Set(events.filter(({ event }) => event.name === 'ActRelayed'))
  const story = tellStory(startOf(subject, events), events, ACTING)
  const used = relaysOf(story.events.map(placeOf), [...relays].map(placeOf))
  const told = new Set([...story.events.map(keyOf), ...used.map(({ key }) => key)])
  const stray = events.find(event => !told.has(keyOf(event)))
  if (stray === undefined) return story
  throw new Disagreement({
    zh: `文件含有与答复无关的事件：${stray.event.name}。`,
    en: `The file has an event ${stray.event.name} that the answer does not hang on.`,
  })
}

function startOf(
  { party, grant, agreement, resource, correction }: Subject,
  events: readonly TimedEvent[],
): readonly Thing[] {
  if (grant !== undefined) return [{ kind: 'grant', id: BigInt(grant) }]
  if (agreement !== undefined) return [{ kind: 'agreement', id: BigInt(agreement) }]
  if (correction !== undefined) return [{ kind: 'correction', id: BigInt(correction) }]
  const name = resource === undefined ? 'OrganisationRegistered' : 'ResourceRegistered'
  const code = resource ?? party
  for (const { event } of events) {
    if (event.name !== name || !('code' in event.args) || event.args.code !== code) continue
    const { id } = event.args
    return resource === undefined
      ? [
          { kind: 'organisation', id },
          { kind: 'party', id },
        ]
      : [{ kind: 'resource', id }]
  }
  // Nothing that could be looked for: whether the code was ever registered, no topic tells.
  throw new Disagreement({
    zh: `文件缺少 ${code} 的登记事件。`,
    en: `The file leaves out how ${code} was registered.`,
  })
}

function checkAnswer({ subject, answer }: ActsEvidence, events: readonly TimedEvent[], time: number): ActAnswer {
  const made = remake(subject, events, time)
  if (canonicalJson(made) === canonicalJson(answer)) return made
  throw new Disagreement({
    zh: '答复与合约事件重算的结果不符。',
    en: 'The answer is not what the events in the file come to.',
  })
}

function remake(subject: Subject, events: readonly TimedEvent[], time: number): ActAnswer {
  try {
    return answerActs(subject, events, time)
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code !== 'events_missing') throw error
    throw new Disagreement({
      zh: `文件中的事件互不衔接，有事件被遗漏：${error.words.zh.split('：', 1)[0] ?? ''}。`,
      en: `The events in the file do not follow from each other, one was left out: ${error.message.split(':', 1)[0] ?? ''}.`,
    })
  }
}

// ——— Whose signature ———

interface Placed {
  readonly transaction: string
  readonly logIndex: number
  readonly key: string
}

function placeOf({ log }: TimedEvent): Placed {
  const { transactionHash: transaction, blockNumber, index: logIndex } = log
  return { transaction, logIndex, key: `${blockNumber} ${logIndex}` }
}

const keyOf = (event: TimedEvent): string => placeOf(event).key

/** A relaying left out would make another's signature, or nobody's, that of an act. */
function requireRelays({ events: told }: Story, events: readonly TimedEvent[], relays: readonly Placed[]): void {
  const shown = new Set(events.map(keyOf))
  const missing = relaysOf(told.map(placeOf), relays).find(({ key }) => !shown.has(key))
  if (missing === undefined) return
  throw new Disagreement({
    zh: `交易 ${missing.transaction} 中的代发事件（序号 ${missing.logIndex}）被隐去：该操作的签名不在文件中。`,
    en: `Event ${missing.logIndex} of transaction ${missing.transaction}, ActRelayed, was left out: by it the file would have the signature of an act.`,
  })
}

function relaysShown({ logs }: ShownChain, { contracts }: Trust): readonly Placed[] {
  return [...logs].flatMap(([block, found]) =>
    numbered(found, block).flatMap(log => relayIn(log, to0x(log.transaction()), contracts)),
  )
}

async function relaysOnChain({ events }: Story, { contracts }: Trust, node: ChainNode): Promise<readonly Placed[]> {
  const found: Placed[] = []
  for (const transaction of new Set(events.map(({ log }) => log.transactionHash))) {
    const logs = await node.readLogs(transaction)
    found.push(...logs.flatMap(log => relayIn(log, transaction, contracts)))
  }
  return found
}

/** Its place, if it is the Relay's word that it relayed an act. */
function relayIn(
  { address, topics: [name], block, logIndex }: FoundLog,
  transaction: string,
  contracts: ContractAddresses,
): readonly Placed[] {
  const relayed = to0x(address) === contracts.relay && name !== undefined && to0x(name) === topicOf('ActRelayed')
  return relayed ? [{ transaction, logIndex, key: `${block} ${logIndex}` }] : []
}

function namesIn(events: readonly TimedEvent[]): Readonly<Record<string, string>> {
  const codes = new Map<string, string>()
  const names: Record<string, string> = {}
  for (const { event } of events) {
    const { name, args } = event
    if (name === 'OrganisationRegistered') {
      codes.set(`organisation ${args.id}`, args.code)
      names[args.code] = args.name
    } else if (name === 'OrganisationUpdated') names[codes.get(`organisation ${args.id}`) ?? ''] = args.name
    else if (name === 'ResourceRegistered') {
      codes.set(`resource ${args.id}`, args.code)
      names[args.code] = args.description.name
    } else if (name === 'ResourceUpdated') names[codes.get(`resource ${args.id}`) ?? ''] = args.description.name
  }
  return names
}
