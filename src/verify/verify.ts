// Verification of evidence by somebody who trusts neither the operator nor this ledger: only the trust file and, for
// what the contracts said, a chain of their own choice. Nothing the evidence says about itself is believed.

import type { Chain } from '../chain/network.ts'
import { type Evidence, parseEvidence } from '../core/evidence.ts'
import type { UsageRow, UsageTotals } from '../core/usage.ts'
import { checkAnchor, checkAuthor, checkJudgements, checkTotals } from './answer.ts'
import { confirmEvents, confirmGrants } from './chain.ts'
import { readEvents, type TimedEvent } from './events.ts'
import { type Findings, readFindings } from './grants.ts'
import { Decided, NotCheckable, type Outcome, type Run, startRun } from './report.ts'
import { checkHead, checkInclusion, checkQuestion, checkRecords } from './rows.ts'
import { lowerCase, type Trust } from './trust.ts'

/** What was verified, to be shown; there is none unless every check has passed. */
export interface VerifiedAnswer {
  readonly question: Evidence['question']
  /** When it was answered, by its author's clock. */
  readonly asked: string
  /** Whether rows beyond the limit were left out, by its author's word. */
  readonly more: boolean
  readonly rows: readonly UsageRow[]
  readonly totals: UsageTotals
  readonly findings: Findings
  readonly anchor: { readonly size: number; readonly transaction: string; readonly block: AnchorBlock }
}

interface AnchorBlock {
  readonly number: number
  readonly hash: string
  /** Seconds since 1970. */
  readonly time: number
}

export interface Verification extends Outcome {
  readonly answer?: VerifiedAnswer
}

/**
 * Verifies a file. `chain` is asked for what the contracts said, and believed; see that it is a node of the verifier's
 * own choice. Without it the checks inside the file are made all the same, and the verdict is at best "cannot be checked".
 */
export async function verifyEvidence(
  file: Uint8Array,
  trust: Trust,
  chain: (() => Promise<Chain>) | undefined,
): Promise<Verification> {
  const run = startRun()
  try {
    const answer = await verifyAnswer(run, file, trust, chain)
    return { ...run.outcome(), answer }
  } catch (error) {
    if (!(error instanceof Decided)) throw error
    return run.outcome()
  }
}

async function verifyAnswer(
  { check }: Run,
  file: Uint8Array,
  trust: Trust,
  chain: (() => Promise<Chain>) | undefined,
): Promise<VerifiedAnswer> {
  const evidence = await check('file', () => parseEvidence(file))
  await check('ledger', () => requireTrustedLedger(evidence, trust))
  const head = await check('checkpoint', () => checkHead(evidence, trust.logKey))
  const records = await check('records', () => checkRecords(evidence))
  await check('inclusion', () => checkInclusion(evidence, head))
  await check('question', () => checkQuestion(evidence, records))
  const [{ anchor, blocks }, findings] = await check('events', () => {
    const read = readEvents(evidence, trust.contracts)
    return [read, readFindings(read.events, records)] as const
  })
  await check('anchor', () => checkAnchor(anchor, head))
  const rows = await check('judgements', () => checkJudgements(evidence, records, findings))
  const totals = await check('totals', () => checkTotals(evidence, rows))
  await check('signature', () => checkAuthor(evidence, head, trust.answerKey))
  const asked = await check('chain', async () => {
    if (chain === undefined) throw noChain(anchor)
    const connected = await chain()
    await confirmEvents(evidence, trust, connected)
    return connected
  })
  await check('grants', () => confirmGrants(evidence, trust, records, findings, asked))
  const { question, more } = evidence
  const { transactionHash: transaction, blockNumber } = anchor
  return {
    question,
    asked: evidence.asked,
    more,
    rows,
    totals,
    findings,
    anchor: { size: head.size, transaction, block: blocks.get(blockNumber)! },
  }
}

/** The file's claims about its chain are compared with the trust file, and not used for anything. */
function requireTrustedLedger({ chain }: Evidence, { chainId, contracts }: Trust): void {
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

function noChain({ blockNumber, blockHash }: TimedEvent): NotCheckable {
  return new NotCheckable({
    zh: `文件内部全部一致，但合约事件须向链上核对（存证在区块 ${blockNumber}，${blockHash}）；仅凭信任文件中的区块哈希还不够。请加 --rpc 节点地址，或在信任文件中写明 rpc。`,
    en: `Everything inside the file agrees, but what the contracts said has to be confirmed on the chain (the anchor is in block ${blockNumber}, ${blockHash}); trusted block hashes alone do not suffice. Give --rpc with the URL of a node that you trust, or name one as "rpc" in the trust file.`,
  })
}
