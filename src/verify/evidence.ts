// Verification of evidence by somebody who trusts neither the operator nor this ledger: only the trust file and, for
// what the contracts said, a node of their own choice or the hash of one block. Nothing the evidence says about itself is
// believed. All of it is computing: it reads no file, asks no network (`ChainNode` may) and runs in a browser as it is.

import { JUDGING } from '../chain/things.ts'
import { type Evidence, listUnproven, parseEvidence } from '../core/evidence.ts'
import { isSigned } from '../core/source-link.ts'
import type { UsageRow, UsageTotals } from '../core/usage.ts'
import { checkAnchors, checkJudgements, checkSigned, checkTotals } from './answer.ts'
import { checkNothingLeftOut } from './complete.ts'
import { readEvents } from './events.ts'
import { type Findings, readFindings } from './grants.ts'
import { type ChainNode, reachChain, requireNothingHidden } from './reach.ts'
import { type Checking, NOT_ASKED, NotCheckable, type OnCheck, type Outcome, ROW_CHECKS, runChecks } from './report.ts'
import { checkHead, checkInclusion, checkQuestion, checkRecords } from './rows.ts'
import { type CheckedSources, checkSources, findCopies } from './sources.ts'
import { compareStatements, type StatementFinding } from './statements.ts'
import { lowerCase, type Trust } from './trust.ts'

export type Completeness = 'all' | 'newest' | 'unproven'

/** What was verified, to be shown; there is none unless every check has passed. */
export interface VerifiedAnswer {
  readonly question: Evidence['question']
  /** When it was answered, by its author's clock. */
  readonly asked: string
  /** Whether rows beyond the limit were left out, by its author's word. */
  readonly more: boolean
  /** What of the rows is all that there is by the anchored index: all of them, from the oldest one shown on, or nothing proven. */
  readonly complete: Completeness
  readonly rows: readonly UsageRow[]
  readonly totals: UsageTotals
  /** What was stated on chain of accesses under the grants in the rows, compared with the rows. */
  readonly statements: readonly StatementFinding[]
  readonly findings: Findings
  readonly anchor: { readonly size: number; readonly transaction: string; readonly block: BlockShown }
  /** The block that judgements are as of: what came later is not in the file. */
  readonly asOf: BlockShown
  /** Leaves of the tree that is anchored by now, by the node's word, where it is larger: the file tells nothing of the rest. */
  readonly newer?: number
  /** The witnesses, of those that the trust file names, that cosigned the checkpoint. */
  readonly cosigned: readonly string[]
  /** Records that say to be signed by their source; and what came of them, where the trust file names keys of sources. */
  readonly signed: number
  readonly sources?: CheckedSources
  /** The same signed line twice, as the totals count it: each pair's second leaf is to be left out. */
  readonly copies: readonly (readonly [number, number])[]
}

interface BlockShown {
  readonly number: number
  readonly hash: string
  /** Seconds since 1970. */
  readonly time: number
}

export interface Verification extends Outcome {
  readonly answer?: VerifiedAnswer
}

export interface CheckOptions {
  /** Asked for what the contracts said, and believed; see that it is a node of the verifier's own choice. */
  readonly node?: ChainNode
  /** Told of each check when it has been made; the next one waits for it. */
  readonly onCheck?: OnCheck
}

/**
 * Verifies a file. Without a node it must show the chain itself, up to a block whose hash the trust file names;
 * otherwise the checks inside the file are made all the same, and the verdict is at best "cannot be checked".
 */
export async function checkEvidence(
  file: Uint8Array,
  trust: Trust,
  { node, onCheck }: CheckOptions = {},
): Promise<Verification> {
  const { outcome, made } = await runChecks(ROW_CHECKS, check => verifyAnswer(check, file, trust, node), onCheck)
  return made === undefined ? outcome : { ...outcome, answer: made }
}

async function verifyAnswer(
  check: Checking,
  file: Uint8Array,
  trust: Trust,
  node: ChainNode | undefined,
): Promise<VerifiedAnswer> {
  const evidence = await check('file', () => parseEvidence(file))
  await check('ledger', () => requireTrustedLedger(evidence, trust))
  const { head, cosigned } = await check('checkpoint', () => checkHead(evidence, trust))
  const records = await check('records', () => checkRecords(evidence))
  await check('inclusion', () => checkInclusion(evidence, head))
  const { sources } = trust
  const said = await check('sources', () =>
    sources === undefined ? NOT_ASKED : checkSources(records, head.origin, sources),
  )
  const fitting = await check('question', () => checkQuestion(evidence, records))
  const [{ anchors, blocks }, findings] = await check('events', () => {
    const read = readEvents(evidence, trust.contracts)
    return [read, readFindings(read.events, fitting)] as const
  })
  const anchored = await check('anchor', () => checkAnchors(evidence, anchors, head))
  await check('complete', () => checkNothingLeftOut(evidence, anchored, records, fitting))
  const rows = await check('judgements', () => checkJudgements(evidence, fitting, findings))
  const totals = await check('totals', () => checkTotals(evidence, rows))
  await check('signature', () => checkSigned(evidence, listUnproven(evidence), head.origin, trust.answerKey))
  const reached = await check('chain', () => reachChain(evidence, trust, node))
  await check('hidden', () => requireNothingHidden(evidence, findings.story, JUDGING, trust, reached))
  // A true answer as of long ago leaves out all that came since, and nothing in the file can say so.
  const anchoredNow = (await node?.readAnchoredSize(head.origin, trust)) ?? head.size
  const { question, more } = evidence
  const { transactionHash: transaction, blockNumber } = anchored.log.log
  return {
    question,
    asked: evidence.asked,
    more,
    complete: evidence.complete === undefined ? 'unproven' : more ? 'newest' : 'all',
    rows,
    totals,
    statements: compareStatements(evidence, findings, rows, head),
    findings,
    anchor: { size: head.size, transaction, block: blocks.get(blockNumber)! },
    asOf: blocks.get(evidence.chain.asOf)!,
    ...(anchoredNow > head.size && { newer: anchoredNow }),
    cosigned,
    signed: records.filter(({ record }) => isSigned(record)).length,
    ...(said === NOT_ASKED ? {} : { sources: said }),
    copies: findCopies(rows, head.origin),
  }
}

/** The file's claims about its chain are compared with the trust file, and not used for anything. */
export function requireTrustedLedger({ chain }: Pick<Evidence, 'chain'>, { chainId, contracts }: Trust): void {
  const claimed = lowerCase(chain.contracts)
  const other = Object.entries(contracts).find(([name, address]) => claimed[name as keyof typeof claimed] !== address)
  if (chain.chainId === chainId && other === undefined) return
  const [says, trusted] =
    other === undefined
      ? [`chain ${chain.chainId}`, `chain ${chainId}`]
      : [`${other[0]} ${claimed[other[0] as keyof typeof claimed]}`, other[1]]
  throw new NotCheckable({
    zh: `文件属于另一个账本：它称 ${says}，信任文件指定 ${trusted}。请使用该账本的信任文件；若本应是同一账本，文件已被改动。`,
    en: `The file speaks of another ledger: it says ${says}, the trust file ${trusted}. Use the trust file of that ledger; if it should be the same one, the file was changed.`,
  })
}
