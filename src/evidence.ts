// The third use-case, with proof: an answer as one file that convinces a stranger (core/evidence.ts has its shape). It is
// pinned to the newest anchored checkpoint, since only what the chain holds needs no trust in us.
//
// Everything is hashed again before it is signed: one flipped bit on our own disk must end in a refusal here, never in a
// signed answer that somebody else finds to be wrong.

import type { Anchor } from './anchors.ts'
import type { AnswerKey } from './answer-key.ts'
import type { Deployment } from './chain/deploy.ts'
import { judgeRows, replay } from './chain/replay.ts'
import { JUDGING } from './chain/things.ts'
import { indexOrigin } from './core/completeness/epoch.ts'
import { LedgerError } from './core/error.ts'
import {
  answerText,
  EVIDENCE_FORMAT,
  type Evidence,
  encodeQuestion,
  listUnproven,
  MAX_EVIDENCE_ROWS,
} from './core/evidence.ts'
import type { VerifierKey } from './core/note.ts'
import type { Question } from './core/question.ts'
import { formatTime } from './core/record.ts'
import { addUp, type UsageRow } from './core/usage.ts'
import { type AsOfParts, chooseBlock, notFinalYet } from './evidence/as-of.ts'
import {
  type BlockName,
  encodeEvent,
  findAnchorEvents,
  newestUpdates,
  readBlocks,
  thingsOf,
} from './evidence/events.ts'
import { proveOffline } from './evidence/offline.ts'
import { type CompletenessProver, proveRows, type WholeAnchor } from './evidence/rows.ts'
import { byPlace, readStory } from './evidence/story.ts'
import type { Store } from './store/store.ts'
import { lowerCase } from './verify/trust.ts'

export type { EvidenceRegistry } from './evidence/events.ts'

export interface EvidenceParts extends AsOfParts {
  readonly store: Store
  readonly index: CompletenessProver
  /** Anchors, newest first. */
  readonly anchoring: { anchors(limit: number): Promise<readonly Anchor[]> }
  readonly deployment: Deployment
  readonly logKey: VerifierKey
  readonly answerKey: AnswerKey
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/**
 * Answers with evidence: at most `limit` rows (10,000 at most), the newest that fit.
 * @throws LedgerError `not_anchored_yet`, `not_final_yet` (retryable), `record_damaged`, `log_damaged`, `index_damaged`,
 *   `index_behind`, `chain_moved` (both retryable),
 *   `totals_inexact`, `evidence_too_long`, or what the chain's reader throws; with `offline` also `offline_too_long`, `block_not_provable`
 */
export type EvidenceMaker = (question: Question, options: EvidenceOptions) => Promise<Evidence>

export interface EvidenceOptions {
  readonly limit: number
  /** Puts in what lets a verifier do without a node, given the hash of block `chain.asOf`. */
  readonly offline?: boolean
  /** As of the newest block, which the chain may still take back, and not of the newest final one. */
  readonly newest?: boolean
}

export function createEvidence(parts: EvidenceParts): EvidenceMaker {
  const { registry, anchoring, deployment, logKey, answerKey, now } = parts
  return async (question, options) => {
    const limit = Math.min(options.limit, MAX_EVIDENCE_ROWS)
    const asOf = await chooseBlock(parts, options.newest === true)
    const anchor = await newestAnchor(anchoring, asOf)
    const { rows, more, log, complete } = await proveRows(parts, question, limit, anchor, logKey)
    const reading = { chain: parts.chain, contracts: deployment.contracts, firstBlock: deployment.block }
    const story = await readStory(thingsOf(rows, registry), JUDGING, reading, asOf)
    const told = [...new Set([...story.events, ...newestUpdates(story.found)])].toSorted(byPlace)
    const judged = judgeRows(rows, replay(told))
    const events = told.map(({ log }) => log)
    const trees = [
      { origin: logKey.name, size: anchor.size },
      ...(complete === undefined ? [] : [{ origin: indexOrigin(logKey.name), size: anchor.index.size }]),
    ]
    const anchored = await findAnchorEvents(anchor.transaction, trees, deployment, parts.chain)
    const unsigned: Omit<Evidence, 'signature'> = {
      format: EVIDENCE_FORMAT,
      question: encodeQuestion(question),
      asked: formatTime(now()),
      limit,
      more,
      log,
      ...(complete && { complete }),
      chain: { chainId: deployment.chainId, contracts: lowerCase(deployment.contracts), asOf: asOf.number },
      blocks: await readBlocks([...anchored, ...events], asOf, parts.chain),
      anchors: anchored.map(encodeEvent),
      events: events.map(encodeEvent),
      answer: { judgements: judged.map(({ judgement }) => judgement), totals: totalsOf(judged) },
      doesNotProve: listUnproven({ complete }),
    }
    const answer =
      options.offline === true
        ? { ...unsigned, offline: await proveOffline(unsigned, { ...story, events: told }, JUDGING, parts.chain) }
        : unsigned
    return { ...answer, signature: answerKey.sign(answerText(logKey.name, answer)) }
  }
}

/** The newest anchor up to that block: what came after it could not be proven as of then. */
async function newestAnchor(anchoring: EvidenceParts['anchoring'], asOf: BlockName): Promise<WholeAnchor> {
  for (let limit = 1; ; limit *= 8) {
    const anchors = await anchoring.anchors(limit)
    const whole = anchors.filter(isWhole) // those of before there were index logs cannot show that nothing is left out
    const anchor = whole.find(({ block }) => block.number <= asOf.number)
    if (anchor !== undefined) return anchor
    const [first] = whole
    if (first === undefined) throw notAnchoredYet()
    if (anchors.length < limit)
      throw notFinalYet({
        zh: `最终确认至区块 ${asOf.number}，存证均在其后，最新的在区块 ${first.block.number}`,
        en: `the chain is final up to block ${asOf.number}, and every anchor is in a later one, the newest in block ${first.block.number}`,
      })
  }
}

function isWhole(anchor: Anchor): anchor is WholeAnchor {
  return anchor.index !== undefined
}

function notAnchoredYet(): LedgerError {
  return new LedgerError(
    'not_anchored_yet',
    {
      en: 'No checkpoint is anchored on the chain yet, so nothing can be proven to a stranger; ask again after the next anchor.',
      zh: '链上尚无存证的检查点，无法向外人证明任何内容；请在下次存证后再问。',
    },
    { retryable: true },
  )
}

function totalsOf(rows: readonly UsageRow[]): Evidence['answer']['totals'] {
  const totals = addUp(rows)
  if (Number.isSafeInteger(totals.bytes) && Number.isSafeInteger(totals.rows)) return totals
  throw new LedgerError('totals_inexact', {
    en: `The rows add up to ${totals.bytes} bytes and ${totals.rows} rows, beyond what is counted exactly; some source states absurd amounts. Ask a narrower question.`,
    zh: `各行合计 ${totals.bytes} 字节、${totals.rows} 行，超出可精确计数的范围；有来源报送了不合理的数量。请缩小查询范围。`,
  })
}
