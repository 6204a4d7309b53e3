// The third use-case, with proof: an answer as one file that convinces a stranger (core/evidence.ts has its shape). It is
// pinned to the newest anchored checkpoint, since only what the chain holds needs no trust in us.
//
// Everything is hashed again before it is signed: one flipped bit on our own disk must end in a refusal here, never in a
// signed answer that somebody else finds to be wrong.

import type { Anchor } from './anchors.ts'
import type { AnswerKey } from './answer-key.ts'
import type { Deployment } from './chain/deploy.ts'
import type { Chain } from './chain/network.ts'
import { judgeRows, replay } from './chain/replay.ts'
import { JUDGING } from './chain/things.ts'
import { LedgerError } from './core/error.ts'
import {
  answerText,
  DOES_NOT_PROVE,
  EVIDENCE_FORMAT,
  type Evidence,
  encodeQuestion,
  MAX_EVIDENCE_ROWS,
} from './core/evidence.ts'
import type { VerifierKey } from './core/note.ts'
import type { Question } from './core/question.ts'
import { formatTime } from './core/record.ts'
import { createTally, type UsageRow } from './core/usage.ts'
import {
  chainMoved,
  type EvidenceRegistry,
  encodeEvent,
  findAnchorEvent,
  newestUpdates,
  readBlocks,
  thingsOf,
} from './evidence/events.ts'
import { proveOffline } from './evidence/offline.ts'
import { proveRows } from './evidence/rows.ts'
import { byPlace, readStory } from './evidence/story.ts'
import type { Store } from './store/store.ts'
import { lowerCase } from './verify/trust.ts'

export type { EvidenceRegistry } from './evidence/events.ts'

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
 *   `totals_inexact`, `evidence_too_long`, or what the chain's reader throws; with `offline` also `offline_too_long`, `block_not_provable`
 */
export type EvidenceMaker = (question: Question, options: EvidenceOptions) => Promise<Evidence>

export interface EvidenceOptions {
  readonly limit: number
  /** Puts in what lets a verifier do without a node, given the hash of block `chain.asOf`. */
  readonly offline?: boolean
}

export function createEvidence(parts: EvidenceParts): EvidenceMaker {
  const { store, registry, anchoring, deployment, logKey, answerKey, now } = parts
  return async (question, options) => {
    const limit = Math.min(options.limit, MAX_EVIDENCE_ROWS)
    const [anchor] = await anchoring.anchors(1)
    if (anchor === undefined) throw notAnchoredYet()
    await registry.refresh()
    const { rows, more, log } = await proveRows(store, question, limit, anchor, logKey)
    const asOf = registry.block
    if (asOf === undefined || asOf.number < anchor.block.number) {
      throw chainMoved(`it ends before block ${anchor.block.number}, which held the anchor`)
    }
    const reading = { chain: parts.chain, contracts: deployment.contracts, firstBlock: deployment.block }
    const story = await readStory(thingsOf(rows, registry), JUDGING, reading, asOf)
    const told = [...new Set([...story.events, ...newestUpdates(story.found)])].toSorted(byPlace)
    const judged = judgeRows(rows, replay(told))
    const events = told.map(({ log }) => log)
    const anchorEvent = await findAnchorEvent(anchor, logKey.name, deployment, parts.chain)
    const unsigned: Omit<Evidence, 'signature'> = {
      format: EVIDENCE_FORMAT,
      question: encodeQuestion(question),
      asked: formatTime(now()),
      limit,
      more,
      log,
      chain: { chainId: deployment.chainId, contracts: lowerCase(deployment.contracts), asOf: asOf.number },
      blocks: await readBlocks([anchorEvent, ...events], asOf, parts.chain),
      anchor: encodeEvent(anchorEvent),
      events: events.map(encodeEvent),
      answer: { judgements: judged.map(({ judgement }) => judgement), totals: addUp(judged) },
      doesNotProve: DOES_NOT_PROVE,
    }
    const answer =
      options.offline === true
        ? { ...unsigned, offline: await proveOffline(unsigned, { ...story, events: told }, JUDGING, parts.chain) }
        : unsigned
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
