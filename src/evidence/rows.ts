// The rows of an answer and their proof, from our own store: read, hashed again, and checked against the anchored root.

import type { Anchor } from '../anchors.ts'
import type { CompleteAnswer, CoveredAnchor } from '../completeness/index-log.ts'
import { encodeBase64, equal } from '../core/bytes.ts'
import { checkCheckpoint } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import { type Evidence, MAX_EVIDENCE_ROWS } from '../core/evidence.ts'
import { encodeProof } from '../core/evidence-complete.ts'
import { hashLeaf } from '../core/hash.ts'
import type { VerifierKey } from '../core/note.ts'
import { checkLeaves, leavesNodes } from '../core/proof.ts'
import { type Dimension, fits, type Question } from '../core/question.ts'
import { decodeEntry, type LogRecord } from '../core/record.ts'
import type { Store } from '../store/store.ts'

export interface ProvenRow {
  readonly index: number
  readonly record: LogRecord
}

export interface ProvenRows {
  /** Those that fit the question, ascending. */
  readonly rows: readonly ProvenRow[]
  /** More fit than the limit allowed. */
  readonly more: boolean
  readonly log: Evidence['log']
  /** That none was left out; where the question names any value. */
  readonly complete: Evidence['complete']
}

/** What proves that no row was left out (src/completeness/index-log.ts). */
export interface CompletenessProver {
  prove(question: Question, first: number | undefined, anchor: CoveredAnchor): Promise<CompleteAnswer>
}

/** An anchor with the index log's tree. */
export type WholeAnchor = Anchor & Required<Pick<Anchor, 'index'>>

/**
 * The newest rows that fit, at most `limit`; with them whatever else has the value by which nothing was left out, so that a
 * verifier sees for itself what does not fit. One proof leads from all of these to the anchored root.
 * @throws LedgerError `record_damaged`, `log_damaged`, `index_damaged`, `index_behind` (retryable), `evidence_too_long`
 */
export async function proveRows(
  { store, index }: { readonly store: Store; readonly index: CompletenessProver },
  question: Question,
  limit: number,
  anchor: WholeAnchor,
  logKey: VerifierKey,
): Promise<ProvenRows> {
  const { size, root } = checkCheckpoint(anchor.checkpoint, logKey).checkpoint
  const found = await findIndices(store, question, size, limit + 1)
  const more = found.length > limit
  const fitting = found.slice(0, limit).toSorted((a, b) => a - b)
  const isComplete = Object.keys(question.where).length > 0
  const answer = isComplete ? await index.prove(question, more ? fitting[0] : undefined, anchor) : undefined
  const indices = answer === undefined ? fitting : answer.postings.map(posting => posting.index)
  if (indices.length > MAX_EVIDENCE_ROWS) throw tooManyBeside(indices.length, answer!.by)
  const entries = await store.readEntries(indices)
  const leaves = await store.readNodes(indices.map(leaf => ({ level: 0, index: leaf })))
  const records = entries.map((entry, k) => {
    if (!equal(hashLeaf(entry), leaves[k]!)) throw recordDamaged(indices[k]!)
    return { index: indices[k]!, record: decodeEntry(entry) }
  })
  const rows = records.filter(({ record }) => fits(question, record))
  if (rows.map(row => row.index).join() !== fitting.join()) throw rowsDiffer()
  const proof = await store.readNodes(leavesNodes(indices, size))
  if (!checkLeaves(indices, leaves, size, root, proof)) {
    throw new LedgerError('log_damaged', {
      en: `The log no longer makes the root that was anchored at size ${size}: hashes on disk were changed. Stop the service and run suyuan fsck --repair, or restore the data directory from a backup.`,
      zh: `日志已得不出大小为 ${size} 时存证的根：磁盘上的哈希被改动。请停止服务并运行 suyuan fsck --repair，或从备份恢复数据目录。`,
    })
  }
  const log = {
    checkpoint: anchor.checkpoint,
    indices,
    entries: entries.map(entry => Buffer.from(entry).toString()),
    leaves: leaves.map(encodeBase64),
    proof: proof.map(encodeBase64),
  }
  return { rows, more, log, complete: answer && encodeComplete(answer) }
}

function encodeComplete({ by, trieRoot, inclusion, proof }: CompleteAnswer): Evidence['complete'] {
  return { by, trieRoot: encodeBase64(trieRoot), inclusion: inclusion.map(encodeBase64), ...encodeProof(proof) }
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
  return new LedgerError('record_damaged', {
    en: `Record ${index} on disk is not the one that was accepted: it no longer makes its leaf hash. Nothing was signed; restore the data directory from a backup.`,
    zh: `磁盘上第 ${index} 号记录不是当初接受的那条：得不出其叶哈希。没有签署任何内容；请从备份恢复数据目录。`,
  })
}

function tooManyBeside(count: number, by: Dimension): LedgerError {
  return new LedgerError('evidence_too_long', {
    en: `To show that no row was left out, all ${count} records with this ${by} would have to be in the file, whether they fit or not, and it may hold ${MAX_EVIDENCE_ROWS}. Ask for a shorter time, for fewer rows (limit), or for a rarer value.`,
    zh: `要表明没有遗漏，文件须包含具有该 ${by} 值的全部 ${count} 条记录（无论是否符合所问），而上限为 ${MAX_EVIDENCE_ROWS} 条。请缩短时间范围、减少行数（limit），或改问出现较少的值。`,
  })
}

function rowsDiffer(): LedgerError {
  return new LedgerError('index_damaged', {
    en: 'What the store finds and what the index proves are not the same rows: one of them was changed on the disk. Nothing was signed; stop the service and run suyuan fsck --repair, which makes both again from the log.',
    zh: '存储查得的行与索引证明的行不一致：其一在磁盘上被改动。没有签署任何内容；请停止服务并运行 suyuan fsck --repair，由日志重新生成二者。',
  })
}
