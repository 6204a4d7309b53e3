// The rows of an answer and their proof, from our own store: read, hashed again, and checked against the anchored root.

import type { Anchor } from '../anchors.ts'
import { encodeBase64, equal } from '../core/bytes.ts'
import { checkCheckpoint } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import type { Evidence } from '../core/evidence.ts'
import { hashLeaf } from '../core/hash.ts'
import type { VerifierKey } from '../core/note.ts'
import { checkLeaves, leavesNodes } from '../core/proof.ts'
import type { Question } from '../core/question.ts'
import { decodeEntry, type LogRecord } from '../core/record.ts'
import type { Store } from '../store/store.ts'

export interface ProvenRow {
  readonly index: number
  readonly record: LogRecord
}

export interface ProvenRows {
  /** Ascending. */
  readonly rows: readonly ProvenRow[]
  /** More fit than the limit allowed. */
  readonly more: boolean
  readonly log: Evidence['log']
}

/**
 * The newest rows that fit, at most `limit`, with one proof that leads to the anchored root.
 * @throws LedgerError `record_damaged`, `log_damaged`
 */
export async function proveRows(
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
    if (!equal(hashLeaf(entry), leaves[k]!)) throw recordDamaged(indices[k]!)
    return { index: indices[k]!, record: decodeEntry(entry) }
  })
  const proof = await store.readNodes(leavesNodes(indices, size))
  if (!checkLeaves(indices, leaves, size, root, proof)) {
    throw new LedgerError('log_damaged', {
      en: `The log no longer makes the root that was anchored at size ${size}: hashes on disk were changed. Stop the service, and rebuild the derived files or restore the data directory from a backup.`,
      zh: `日志已得不出大小为 ${size} 时存证的根：磁盘上的哈希被改动。请停止服务，重建派生文件，或从备份恢复数据目录。`,
    })
  }
  const log = {
    checkpoint: signed,
    indices,
    entries: entries.map(entry => Buffer.from(entry).toString()),
    leaves: leaves.map(encodeBase64),
    proof: proof.map(encodeBase64),
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
  return new LedgerError('record_damaged', {
    en: `Record ${index} on disk is not the one that was accepted: it no longer makes its leaf hash. Nothing was signed; restore the data directory from a backup.`,
    zh: `磁盘上第 ${index} 号记录不是当初接受的那条：得不出其叶哈希。没有签署任何内容；请从备份恢复数据目录。`,
  })
}
