// Evidence of acts: what one party may do now, since when, by whose signature, and what it did with that; or the same of
// one grant, agreement, resource or correction (core/acts-evidence.ts has its shape). It needs no log: everything in it is
// what the contracts said.

import type { AnswerKey } from './answer-key.ts'
import { type ActAnswer, answerActs } from './chain/act-answer.ts'
import { relaysOf } from './chain/act-relays.ts'
import type { Deployment } from './chain/deploy.ts'
import { decodeAll } from './chain/event-source.ts'
import { topicOf } from './chain/events.ts'
import { type ChainLog, readReceipt } from './chain/read.ts'
import type { TimedEvent } from './chain/registry-state.ts'
import { ACTING, type Thing } from './chain/things.ts'
import { ACTS_DO_NOT_PROVE, ACTS_FORMAT, type ActsEvidence, type Subject } from './core/acts-evidence.ts'
import { LedgerError } from './core/error.ts'
import { answerText } from './core/evidence.ts'
import type { VerifierKey } from './core/note.ts'
import { formatTime } from './core/record.ts'
import { type AsOfParts, chooseBlock, notFinalYet } from './evidence/as-of.ts'
import { type BlockName, chainMoved, type EvidenceRegistry, encodeEvent, readBlocks } from './evidence/events.ts'
import { proveOffline } from './evidence/offline.ts'
import { byPlace, createTimes, readStory } from './evidence/story.ts'
import type { EvidenceOptions } from './evidence.ts'
import { lowerCase } from './verify/trust.ts'

export interface ActsEvidenceParts extends AsOfParts {
  readonly deployment: Deployment
  /** Its name is the log's origin, after which the answer key is named. */
  readonly logKey: VerifierKey
  readonly answerKey: AnswerKey
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/**
 * Answers with evidence about one subject; also of a number that the contracts do not know.
 * @throws LedgerError `subject_unknown` for a code that is not registered; `chain_moved`, `not_final_yet` (retryable), `evidence_too_long`, what the chain's reader throws; with `offline` also
 *   `offline_too_long`, `block_not_provable`
 */
export type ActsEvidenceMaker = (
  subject: Subject,
  options?: Pick<EvidenceOptions, 'offline' | 'newest'>,
) => Promise<ActsEvidence>

export function createActsEvidence(parts: ActsEvidenceParts): ActsEvidenceMaker {
  const { registry, chain, deployment, logKey, answerKey, now } = parts
  const { chainId, contracts, block: firstBlock } = deployment
  return async (subject, { offline = false, newest = false } = {}) => {
    const asOf = await chooseBlock(parts, newest)
    const story = await readStory(startOf(subject, registry), ACTING, { chain, contracts, firstBlock }, asOf)
    const told = [...story.events, ...(await readRelays(story.events, parts))].toSorted(byPlace)
    const logs = told.map(({ log }) => log)
    const blocks = await readBlocks(logs, asOf, chain)
    const answer = answerActs(subject, told, blocks.at(-1)!.time)
    requireRegistered(subject, answer, asOf)
    const unsigned: Omit<ActsEvidence, 'signature'> = {
      format: ACTS_FORMAT,
      subject,
      asked: formatTime(now()),
      chain: { chainId, contracts: lowerCase(contracts), asOf: asOf.number },
      blocks,
      events: logs.map(encodeEvent),
      answer,
      doesNotProve: ACTS_DO_NOT_PROVE,
    }
    const file = offline ? { ...unsigned, offline: await proveOffline(unsigned, story, ACTING, chain) } : unsigned
    return { ...file, signature: answerKey.sign(answerText(logKey.name, file)) }
  }
}

function startOf(
  { party, grant, agreement, resource, correction }: Subject,
  registry: EvidenceRegistry,
): readonly Thing[] {
  if (grant !== undefined) return [{ kind: 'grant', id: BigInt(grant) }]
  if (agreement !== undefined) return [{ kind: 'agreement', id: BigInt(agreement) }]
  if (correction !== undefined) return [{ kind: 'correction', id: BigInt(correction) }]
  if (resource !== undefined) return numbered(resource, registry.resource(resource), 'resource')
  return numbered(party, registry.organisation(party ?? ''), 'organisation', 'party')
}

/** Of a code that was never registered nothing can be proven: no event has a code as topic. */
function numbered(
  code: string | undefined,
  known: { readonly id: number } | undefined,
  ...kinds: readonly Thing['kind'][]
): readonly Thing[] {
  if (known !== undefined) return kinds.map(kind => ({ kind, id: BigInt(known.id) }))
  throw new LedgerError('subject_unknown', {
    en: `No ${kinds[0]} with the code ${JSON.stringify(code)} is registered, so there is nothing to prove about it; GET /v1/${kinds[0]}s lists those that are.`,
    zh: `没有登记代码为 ${JSON.stringify(code)} 的${kinds[0] === 'resource' ? '资源' : '机构'}，没有可证明的内容；GET /v1/${kinds[0]}s 列出已登记的。`,
  })
}

/** A code that was registered after that block: as of it, the file would say that there is no such thing. */
function requireRegistered({ party, resource }: Subject, { about }: ActAnswer, asOf: BlockName): void {
  const code = party ?? resource
  if (about !== null || code === undefined) return
  throw notFinalYet({
    zh: `${JSON.stringify(code)} 登记于区块 ${asOf.number} 之后`,
    en: `${JSON.stringify(code)} was registered after block ${asOf.number}`,
  })
}

/** The Relay's words in the transactions of these events, as far as events go back to them. */
async function readRelays(
  events: readonly TimedEvent[],
  { chain, deployment: { contracts } }: ActsEvidenceParts,
): Promise<readonly TimedEvent[]> {
  const relay = contracts.relay.toLowerCase()
  const topic = topicOf('ActRelayed')
  const found: (ChainLog & { readonly transaction: string; readonly logIndex: number })[] = []
  for (const transaction of new Set(events.map(({ log }) => log.transactionHash))) {
    const receipt = await readReceipt(chain, transaction)
    if (receipt === undefined)
      throw chainMoved({ en: `it has no transaction ${transaction} any more`, zh: `链上已没有交易 ${transaction}` })
    for (const log of receipt.logs) {
      if (log.address === relay && log.topics[0] === topic) found.push({ ...log, transaction, logIndex: log.index })
    }
  }
  const places = events.map(({ log }) => ({ transaction: log.transactionHash, logIndex: log.index }))
  const times = createTimes(chain)
  const raw: { log: ChainLog; time: number }[] = []
  for (const { transaction: _, logIndex: __, ...log } of relaysOf(places, found)) {
    raw.push({ log, time: (await times(log)).time })
  }
  return decodeAll(raw, contracts)
}
