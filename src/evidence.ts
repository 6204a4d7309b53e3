// The third use-case, with proof: an answer as one file that convinces a stranger (core/evidence.ts has its shape). It is
// pinned to the newest anchored checkpoint, since only what the chain holds needs no trust in us.
//
// Everything is hashed again before it is signed: one flipped bit on our own disk must end in a refusal here, never in a
// signed answer that somebody else finds to be wrong.

import type { Anchor } from './anchors.ts'
import type { AnswerKey } from './answer-key.ts'
import { decodeEvent, type LedgerEvent, type RawEvent } from './chain/contracts.ts'
import { type Deployment, logIdOf } from './chain/deploy.ts'
import type { Chain } from './chain/network.ts'
import { type Block, readBlock, readReceipt } from './chain/read.ts'
import { type GrantTerms, judgeAuthority } from './core/authority.ts'
import { checkCheckpoint } from './core/checkpoint.ts'
import { LedgerError } from './core/error.ts'
import {
  answerText,
  DOES_NOT_PROVE,
  EVIDENCE_FORMAT,
  type Evidence,
  type EvidenceEvent,
  encodeQuestion,
  MAX_EVIDENCE_ROWS,
} from './core/evidence.ts'
import { hashLeaf } from './core/hash.ts'
import type { VerifierKey } from './core/note.ts'
import type { Question } from './core/question.ts'
import { type AccessRecord, decodeEntry, formatTime } from './core/record.ts'
import { checkLeaves, leavesNodes } from './core/tree.ts'
import { createTally, type UsageRow } from './core/usage.ts'
import type { Store } from './store/store.ts'
import { lowerCase } from './verify/trust.ts'

/** Something the contracts know, with the events that made it what it is. */
export interface Told {
  readonly events: readonly RawEvent[]
}

/** What evidence asks of the registry (src/chain/registry.ts). */
export interface EvidenceRegistry {
  /** The newest block that was read. */
  readonly block: { readonly number: number } | undefined
  refresh(): Promise<void>
  organisation(code: string): Told | undefined
  resource(code: string): (Told & { readonly provider: string }) | undefined
  grant(id: number): (Told & { readonly terms: GrantTerms }) | undefined
}

export interface EvidenceParts {
  readonly store: Store
  readonly registry: EvidenceRegistry
  /** Anchors, newest first. */
  readonly anchoring: { anchors(limit: number): Promise<readonly Anchor[]> }
  readonly chain: Chain
  readonly deployment: Deployment
  readonly logKey: VerifierKey
  readonly answerKey: AnswerKey
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/**
 * Answers with evidence: at most `limit` rows (10,000 at most), the newest that fit.
 * @throws LedgerError `not_anchored_yet` (retryable), `record_damaged`, `log_damaged`, `chain_moved` (retryable),
 *   `totals_inexact`, or what the chain's reader throws
 */
export type EvidenceMaker = (question: Question, options: { readonly limit: number }) => Promise<Evidence>

export function createEvidence(parts: EvidenceParts): EvidenceMaker {
  const { store, registry, anchoring, deployment, logKey, answerKey, now } = parts
  return async (question, options) => {
    const limit = Math.min(options.limit, MAX_EVIDENCE_ROWS)
    const [anchor] = await anchoring.anchors(1)
    if (anchor === undefined) throw notAnchoredYet()
    await registry.refresh()
    const { rows, more, log } = await proveRows(store, question, limit, anchor, logKey)
    // From here to the list of events nothing is awaited: judgements and events are of one state of the registry.
    const judged = rows.map(row => judgeRow(row, registry))
    const events = eventsAbout(judged, registry, deployment)
    const asOf = registry.block?.number ?? 0
    if (asOf < anchor.block.number)
      throw chainMoved(`it ends before block ${anchor.block.number}, which held the anchor`)
    const anchorEvent = await findAnchorEvent(anchor, logKey.name, parts)
    const answer: Omit<Evidence, 'signature'> = {
      format: EVIDENCE_FORMAT,
      question: encodeQuestion(question),
      asked: formatTime(now()),
      limit,
      more,
      log,
      chain: { chainId: deployment.chainId, contracts: lowerCase(deployment.contracts), asOf },
      blocks: await readBlocks([anchorEvent, ...events], asOf, parts.chain),
      anchor: encodeEvent(anchorEvent),
      events: events.map(encodeEvent),
      answer: { judgements: judged.map(({ judgement }) => judgement), totals: addUp(judged) },
      doesNotProve: DOES_NOT_PROVE,
    }
    return { ...answer, signature: answerKey.sign(answerText(logKey.name, answer)) }
  }
}

function notAnchoredYet(): LedgerError {
  return new LedgerError(
    'not_anchored_yet',
    'No checkpoint is anchored on the chain yet, so nothing can be proven to a stranger; ask again after the next anchor.',
    { retryable: true },
  )
}

interface ProvenRows {
  readonly rows: readonly { readonly index: number; readonly record: AccessRecord }[]
  readonly more: boolean
  readonly log: Evidence['log']
}

async function proveRows(
  store: Store,
  question: Question,
  limit: number,
  { checkpoint: signed }: Anchor,
  logKey: VerifierKey,
): Promise<ProvenRows> {
  const { size, root } = checkCheckpoint(signed, logKey).checkpoint
  const found = await findIndices(store, question, size, limit + 1)
  const indices = found.slice(0, limit).toSorted((a, b) => a - b)
  const entries = await store.readEntries(indices)
  const leaves = await store.readNodes(indices.map(index => ({ level: 0, index })))
  const rows = entries.map((entry, k) => {
    if (!hashLeaf(entry).equals(leaves[k]!)) throw recordDamaged(indices[k]!)
    return { index: indices[k]!, record: decodeEntry(entry) }
  })
  const proof = await store.readNodes(leavesNodes(indices, size))
  if (!checkLeaves(indices, leaves, size, root, proof)) {
    throw new LedgerError(
      'log_damaged',
      `The log no longer makes the root that was anchored at size ${size}: hashes on disk were changed. Stop the service, and rebuild the derived files or restore the data directory from a backup.`,
    )
  }
  const log = {
    checkpoint: signed,
    indices,
    entries: entries.map(entry => Buffer.from(entry).toString()),
    leaves: leaves.map(toBase64),
    proof: proof.map(toBase64),
  }
  return { rows, more: found.length > limit, log }
}

/** Newest first. */
async function findIndices(store: Store, question: Question, below: number, limit: number): Promise<number[]> {
  const found: number[] = []
  for await (const run of store.search({ ...question, below })) {
    found.push(...run.slice(0, limit - found.length))
    if (found.length >= limit) break
  }
  return found
}

function recordDamaged(index: number): LedgerError {
  return new LedgerError(
    'record_damaged',
    `Record ${index} on disk is not the one that was accepted: it no longer makes its leaf hash. Nothing was signed; restore the data directory from a backup.`,
  )
}

function judgeRow({ index, record }: ProvenRows['rows'][number], registry: EvidenceRegistry): UsageRow {
  const terms = record.grant === undefined ? undefined : registry.grant(record.grant)?.terms
  return { index, record, judgement: judgeAuthority(record, terms) }
}

// ——— What the contracts say of what the rows name ———

/** The events a verifier needs: who decided what about a grant, and the names behind the codes. */
const TELLING: ReadonlySet<LedgerEvent['name']> = new Set([
  'OrganisationRegistered',
  'OrganisationUpdated',
  'ResourceRegistered',
  'ResourceUpdated',
  'AccessRequested',
  'AccessGranted',
  'AccessRefused',
  'GrantRevoked',
])

/** In the order of the chain, each once. */
function eventsAbout(rows: readonly UsageRow[], registry: EvidenceRegistry, deployment: Deployment): RawEvent[] {
  const told: (Told | undefined)[] = []
  const organisations = new Set<string>()
  const resources = new Set<string>()
  for (const id of new Set(rows.flatMap(({ record }) => record.grant ?? []))) {
    const grant = registry.grant(id)
    if (grant === undefined) continue
    told.push(grant)
    organisations.add(grant.terms.consumer)
    resources.add(grant.terms.resource)
  }
  for (const { record } of rows) {
    organisations.add(record.consumer).add(record.provider)
    resources.add(record.resource)
  }
  for (const code of resources) {
    const resource = registry.resource(code)
    if (resource !== undefined) organisations.add(resource.provider)
    told.push(resource)
  }
  for (const code of organisations) told.push(registry.organisation(code))
  const byPlace = new Map<string, RawEvent>()
  for (const event of told.flatMap(item => item?.events ?? [])) {
    const name = decodeEvent(event, deployment.contracts)?.name
    if (name !== undefined && TELLING.has(name)) byPlace.set(`${event.blockNumber} ${event.index}`, event)
  }
  return [...byPlace.values()].toSorted((a, b) => a.blockNumber - b.blockNumber || a.index - b.index)
}

async function findAnchorEvent(
  anchor: Anchor,
  origin: string,
  { chain, deployment }: EvidenceParts,
): Promise<RawEvent> {
  const receipt = await readReceipt(chain, anchor.transaction)
  const event = receipt?.logs.find(log => {
    const told = decodeEvent(log, deployment.contracts)
    return (
      told?.name === 'CheckpointAnchored' && told.args.log === logIdOf(origin) && told.args.size === BigInt(anchor.size)
    )
  })
  if (event === undefined) throw chainMoved(`the chain does not show the anchor of size ${anchor.size} where it was`)
  return event
}

async function readBlocks(
  events: readonly RawEvent[],
  asOf: number,
  chain: EvidenceParts['chain'],
): Promise<Evidence['blocks']> {
  const numbers = [...new Set([asOf, ...events.map(({ blockNumber }) => blockNumber)])].toSorted((a, b) => a - b)
  const blocks = new Map<number, Block>()
  for (const number of numbers) {
    const block = await readBlock(chain, number)
    if (block === undefined) throw chainMoved(`the chain has no block ${number}`)
    blocks.set(number, block)
  }
  const stray = events.find(({ blockNumber, blockHash }) => blocks.get(blockNumber)?.hash !== blockHash)
  if (stray !== undefined) throw chainMoved(`block ${stray.blockNumber} is not the one its events were read from`)
  return [...blocks.values()].map(({ number, hash, time }) => ({ number, hash, time }))
}

function chainMoved(why: string): LedgerError {
  return new LedgerError(
    'chain_moved',
    `The chain was reorganised while the answer was made: ${why}. Ask again in a moment.`,
    { retryable: true },
  )
}

function encodeEvent({ blockNumber, transactionHash, index, address, topics, data }: RawEvent): EvidenceEvent {
  return {
    block: blockNumber,
    transaction: transactionHash.toLowerCase(),
    logIndex: index,
    address: address.toLowerCase(),
    topics: topics.map(topic => topic.toLowerCase()),
    data: data.toLowerCase(),
  }
}

function addUp(rows: readonly UsageRow[]): Evidence['answer']['totals'] {
  const tally = createTally()
  for (const row of rows) tally.add(row)
  const totals = tally.totals()
  if (Number.isSafeInteger(totals.bytes) && Number.isSafeInteger(totals.rows)) return totals
  throw new LedgerError(
    'totals_inexact',
    `The rows add up to ${totals.bytes} bytes and ${totals.rows} rows, beyond what is counted exactly; some source states absurd amounts. Ask a narrower question.`,
  )
}

const toBase64 = (hash: Uint8Array): string => Buffer.from(hash).toString('base64')
