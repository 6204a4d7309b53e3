// What the author of a file concluded from the rows: judgements and totals are made again, and compared; then the
// author's signature over all of it.

import { logIdOf } from '../chain/log-id.ts'
import type { TimedEvent } from '../chain/registry-state.ts'
import { judgeRows } from '../chain/replay.ts'
import { JUDGEMENTS } from '../core/authority.ts'
import { from0x, to0x, toHex } from '../core/bytes.ts'
import { canonicalJson } from '../core/canonical-json.ts'
import type { Checkpoint, TreeHead } from '../core/checkpoint.ts'
import { indexOrigin } from '../core/completeness/epoch.ts'
import { answerText, type Evidence } from '../core/evidence.ts'
import { checkNote, parseNote, type VerifierKey } from '../core/note.ts'
import { addUp, type UsageRow, type UsageTotals } from '../core/usage.ts'
import type { Findings } from './grants.ts'
import { Disagreement, NotCheckable } from './report.ts'
import type { Row } from './rows.ts'

/** The events that anchored the log's tree and, behind it in the same transaction, its index log's. */
export interface Anchored {
  readonly log: TimedEvent
  /** Where the file shows that it is complete. */
  readonly index: (TreeHead & { readonly event: TimedEvent }) | undefined
}

export function checkAnchors({ complete }: Evidence, anchors: readonly TimedEvent[], head: Checkpoint): Anchored {
  const wanted = complete === undefined ? 1 : 2
  if (anchors.length !== wanted) {
    throw new Disagreement({
      zh: `文件应有 ${wanted} 个存证事件，却有 ${anchors.length} 个。`,
      en: `The file has ${anchors.length} anchoring events, and should have ${wanted}.`,
    })
  }
  const [log, index] = anchors as [TimedEvent, TimedEvent | undefined]
  requireAnchor(log, head)
  return { log, index: index && readIndexAnchor(index, log, head) }
}

function requireAnchor({ event }: TimedEvent, { origin, size, root }: Checkpoint): void {
  const named = event.name === 'CheckpointAnchored' ? event.args : undefined
  const hex = to0x(root)
  if (named?.log === logIdOf(origin) && named.size === BigInt(size) && named.root === hex) return
  throw new Disagreement({
    zh: `存证事件不是此检查点的（日志 ${origin}，大小 ${size}）。`,
    en: `The anchoring event is not of this checkpoint: it names ${named === undefined ? event.name : `log ${named.log}, size ${named.size}, root ${named.root}`}, the checkpoint log ${logIdOf(origin)}, size ${size}, root ${hex}.`,
  })
}

/** The very next event of the transaction: so there is one index only to each anchored tree, and no other can be shown. */
function readIndexAnchor(timed: TimedEvent, { log: before }: TimedEvent, { origin }: Checkpoint): Anchored['index'] {
  const { event, log } = timed
  const isNext = log.transactionHash === before.transactionHash && log.index === before.index + 1
  if (event.name === 'CheckpointAnchored' && event.args.log === logIdOf(indexOrigin(origin)) && isNext) {
    return { size: Number(event.args.size), root: from0x(event.args.root), event: timed }
  }
  throw new Disagreement({
    zh: `第二个存证事件不是索引日志 ${indexOrigin(origin)} 的，或不是紧随日志存证之后、在同一交易中的事件。`,
    en: `The second anchoring event is not that of the index log ${indexOrigin(origin)}, or not the one right behind the log's in the same transaction.`,
  })
}

export function checkJudgements({ answer }: Evidence, rows: readonly Row[], { state }: Findings): readonly UsageRow[] {
  if (answer.judgements.length !== rows.length) {
    throw new Disagreement({
      zh: `有 ${rows.length} 条记录，却有 ${answer.judgements.length} 个判定。`,
      en: `The file has ${rows.length} rows, but ${answer.judgements.length} judgements.`,
    })
  }
  return judgeRows(rows, state).map((row, k) => {
    const { index, judgement } = row
    const claimed = answer.judgements[k]!
    if (judgement === claimed) return row
    throw new Disagreement(
      {
        zh: `第 ${index} 号记录称“${JUDGEMENTS[claimed].zh}”，按合约事件应为“${JUDGEMENTS[judgement].zh}”。`,
        en: `Record ${index} is said to be "${claimed}", but by the contract events it is "${judgement}".`,
      },
      index,
    )
  })
}

export function checkTotals({ answer }: Evidence, rows: readonly UsageRow[]): UsageTotals {
  const totals = addUp(rows)
  if (canonicalJson(totals) === canonicalJson(answer.totals)) return totals
  throw new Disagreement({
    zh: `合计不符：重算得 ${totals.records} 条、${totals.bytes} 字节、${totals.outside} 条超出授权。`,
    en: `The totals do not add up: the rows make ${totals.records} records, ${totals.bytes} bytes, ${totals.outside} outside their grants, and groups accordingly.`,
  })
}

/** The author stands by the whole file, and the file says what it does not prove. */
export function checkSigned(
  file: { readonly doesNotProve: unknown; readonly signature: string },
  doesNotProve: readonly object[],
  origin: string,
  answerKey: VerifierKey,
): void {
  if (canonicalJson(file.doesNotProve) !== canonicalJson(doesNotProve)) {
    throw new Disagreement({
      zh: '文件关于“不证明什么”的说明被改动。',
      en: 'What the file says it does not prove is not what this format says.',
    })
  }
  const note = parseNote(file.signature)
  if (note.text !== answerText(origin, file)) {
    throw new Disagreement({
      zh: '签名所签的不是这份文件：文件在签名之后被改动（或签名出自另一份答复）。',
      en: 'The signature is not of this file: the file was changed after it was signed, or the signature is another answer’s.',
    })
  }
  if (checkNote(note, [answerKey]).length === 0) {
    throw new NotCheckable({
      zh: `答复没有可信密钥 ${answerKey.name} 的签名。请核对信任文件中的 answers。`,
      en: `The answer has no signature by the trusted key ${answerKey.name}+${toHex(answerKey.id)}; see that "answers" in the trust file is this ledger's.`,
    })
  }
}
