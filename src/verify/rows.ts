// The rows of an answer: each is the canonical text of a record, all lie in the log under the signed checkpoint, and
// each fits the question. Every step takes the file's word for nothing.

import { encodeBase64, fromBase64, utf8 } from '../core/bytes.ts'
import { type Checkpoint, checkCheckpoint } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import { decodeQuestion, type Evidence } from '../core/evidence.ts'
import { hashLeaf } from '../core/hash.ts'
import { checkLeaves } from '../core/proof.ts'
import { fits } from '../core/question.ts'
import { decodeEntry, type LogRecord } from '../core/record.ts'
import { isMet } from '../core/witness-policy.ts'
import { Disagreement, NotCheckable } from './report.ts'
import type { Trust } from './trust.ts'

export interface Row {
  readonly index: number
  readonly record: LogRecord
}

/** The checkpoint, signed by the log; and by whoever else the verifier wants to have seen it. */
export function checkHead(
  { log }: Evidence,
  { logKey, witnesses }: Trust,
): { readonly head: Checkpoint; readonly cosigned: readonly string[] } {
  const { checkpoint, note } = checkCheckpoint(log.checkpoint, logKey)
  if (witnesses === undefined) return { head: checkpoint, cosigned: [] }
  const { met, cosigned, words } = isMet(witnesses, note)
  if (met) return { head: checkpoint, cosigned }
  throw new NotCheckable({
    zh: `检查点没有信任文件所要求的见证：${words!.zh}`,
    en: `The checkpoint has not been witnessed as the trust file wants it: ${words!.en}`,
  })
}

/** Each record by itself: its text is canonical, and makes the leaf hash beside it. */
export function checkRecords({ log: { indices, entries, leaves } }: Evidence): readonly Row[] {
  if (entries.length !== indices.length || leaves.length !== indices.length) {
    throw new Disagreement({
      zh: `文件列出 ${indices.length} 个序号，却有 ${entries.length} 条记录、${leaves.length} 个哈希。`,
      en: `The file lists ${indices.length} indices, but ${entries.length} records and ${leaves.length} leaf hashes.`,
    })
  }
  return indices.map((index, k) => {
    const entry = utf8(entries[k]!)
    if (encodeBase64(hashLeaf(entry)) !== leaves[k]) {
      throw new Disagreement(
        {
          zh: `第 ${index} 号记录与其哈希不符：记录内容（或其哈希）被改动。`,
          en: `Record ${index} does not make the leaf hash beside it: its text, or the hash, was changed.`,
        },
        index,
      )
    }
    return { index, record: readRecord(index, entry) }
  })
}

function readRecord(index: number, entry: Uint8Array): LogRecord {
  try {
    return decodeEntry(entry)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    throw new Disagreement(
      {
        zh: `第 ${index} 号记录不是规范的记录：${error.words.zh}`,
        en: `Record ${index} is no record: ${error.message}`,
      },
      index,
    )
  }
}

export function checkInclusion({ log }: Evidence, { size, root }: Checkpoint): void {
  if (checkLeaves(log.indices, log.leaves.map(fromBase64), size, root, log.proof.map(fromBase64))) return
  throw new Disagreement({
    zh: `这些记录与证明推不出检查点的根哈希（日志大小 ${size}）：有记录被换、被删、被加，或证明被改动。`,
    en: `The records and the proof do not lead to the checkpoint's root at size ${size}: a record was exchanged, removed or added, or the proof was changed.`,
  })
}

/**
 * The rows: the records that fit. Others may only be there where they show that no row was left out; and that has to be
 * shown wherever the question names a value.
 */
export function checkQuestion(evidence: Evidence, records: readonly Row[]): readonly Row[] {
  const question = decodeQuestion(evidence.question)
  const isAsked = Object.keys(question.where).length > 0
  if (isAsked !== (evidence.complete !== undefined)) {
    throw new Disagreement({
      zh: isAsked ? '所问指明了某个值，文件却没有表明没有遗漏。' : '所问没有指明任何值，文件却称没有遗漏。',
      en: isAsked
        ? 'The question names a value, but the file does not show that no row was left out.'
        : 'The question names no value, but the file claims to show that no row was left out.',
    })
  }
  const rows = records.filter(({ record }) => fits(question, record))
  const stray = isAsked ? undefined : records.find(record => !rows.includes(record))
  if (stray !== undefined) {
    throw new Disagreement(
      {
        zh: `第 ${stray.index} 号记录不符合所问。`,
        en: `Record ${stray.index} does not fit the question that it is to answer.`,
      },
      stray.index,
    )
  }
  // A cut answer is a full one: fewer rows than the limit cannot be the reason why others were left out.
  if (rows.length > evidence.limit || (evidence.more && rows.length < evidence.limit)) {
    throw new Disagreement({
      zh: `上限为 ${evidence.limit} 行，文件却有 ${rows.length} 行${evidence.more ? '且称另有更多' : ''}。`,
      en: `The limit is ${evidence.limit} rows, but the file has ${rows.length}${evidence.more ? ' and says that more were cut off' : ''}.`,
    })
  }
  return rows
}
