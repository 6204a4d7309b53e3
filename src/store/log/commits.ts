// The commits file, the log's lock record: one frame (frames.ts) per group commit. A (size, root) stands in here, synced,
// before anything is signed, so one size can never come to have two roots.
//
// A frame is written after the data it commits is on the disk. So only the last frame can be torn by a crash, and what
// it committed was never acknowledged. Everything else that does not read is damage, and is refused.

import { decodeBase64, encodeBase64 } from '../../core/bytes.ts'
import type { TreeHead } from '../../core/checkpoint.ts'
import { LedgerError } from '../../core/error.ts'
import type { Words } from '../../core/words.ts'
import type { LogFile } from '../file.ts'
import type { BatchState } from '../store.ts'
import { encodeFrame, findTailDamage, scanFrames } from './frames.ts'

/**
 * The tree after a commit, and how far the data files reach for it: `entriesEnd` and `sealedEnd` are bytes of the segment
 * that the tree's last leaf (size − 1) is in.
 */
export interface LogEnd extends TreeHead {
  readonly entriesEnd: number
  readonly sealedEnd: number
}

/** A point the log can be replayed from: the tree after the commit whose frame is the bytes [commitStart, commitEnd). */
export interface LogMark extends LogEnd {
  readonly commitStart: number
  readonly commitEnd: number
}

export interface Commit extends LogEnd {
  /** States of the batches that this commit carried on. */
  readonly batches: readonly BatchState[]
}

/** A commit and the bytes [start, end) of its frame. */
export interface CommitFrame {
  readonly commit: Commit
  readonly start: number
  readonly end: number
}

export function encodeCommit({ size, root, entriesEnd, sealedEnd, batches }: Commit): Buffer {
  const rootText = encodeBase64(root)
  return encodeFrame(JSON.stringify({ size, root: rootText, entriesEnd, sealedEnd, batches }))
}

/**
 * The commits from byte `start` on, up to the first frame that is not whole (`checkTornTail` judges that one). Throws
 * `commits_damaged` when a whole frame contradicts the one before.
 */
export async function* scanCommits(file: LogFile, start: number, segmentLeaves: number): AsyncGenerator<CommitFrame> {
  let previous: Commit | undefined
  for await (const { json, start: frameStart, end } of scanFrames(file, start)) {
    const commit = parseCommit(json)
    if (commit === undefined)
      throw damaged(file, frameStart, { en: 'holds a whole frame that is not a commit', zh: '是完整的帧，却不是提交' })
    if (previous !== undefined && !follows(previous, commit, segmentLeaves)) {
      throw damaged(file, frameStart, {
        en: `goes from size ${previous.size} to ${commit.size} with other roots or shorter files`,
        zh: `从大小 ${previous.size} 变为 ${commit.size}，而根不同或文件变短`,
      })
    }
    yield { commit, start: frameStart, end }
    previous = commit
  }
}

/**
 * Judges the bytes from `end`, where `scanCommits` stopped, to the end of the file: a torn last frame is fine, and cut
 * off by the caller. A whole frame after it shows that bytes in the middle went bad: `commits_damaged`.
 */
export async function checkTornTail(file: LogFile, end: number): Promise<void> {
  const finding = await findTailDamage(file, end)
  if (finding !== undefined) throw damaged(file, end, finding)
}

export function markOf({ commit, start, end }: CommitFrame): LogMark {
  const { size, root, entriesEnd, sealedEnd } = commit
  return { size, root, entriesEnd, sealedEnd, commitStart: start, commitEnd: end }
}

/** What an operator can do about a log that lost or changed what it had committed. */
export const RESTORE: Words = {
  en: 'Keep a copy of the data directory as it is, for the investigation, and restore it from a backup made after that commit.',
  zh: '请原样保留一份数据目录以备调查，并用该次提交之后的备份恢复。',
}

function damaged(file: LogFile, at: number, finding: Words): LedgerError {
  return new LedgerError('commits_damaged', {
    en: `${file.path}: the commit at byte ${at} ${finding.en}. ${RESTORE.en}`,
    zh: `${file.path}：第 ${at} 字节处的提交${finding.zh}。${RESTORE.zh}`,
  })
}

function follows(previous: Commit, next: Commit, segmentLeaves: number): boolean {
  if (next.size < previous.size) return false
  const segmentOf = ({ size }: Commit): number => Math.floor((size - 1) / segmentLeaves)
  if (segmentOf(next) === segmentOf(previous)) {
    if (next.entriesEnd < previous.entriesEnd || next.sealedEnd < previous.sealedEnd) return false
  }
  return next.size > previous.size || Buffer.compare(next.root, previous.root) === 0
}

function parseCommit(json: Buffer): Commit | undefined {
  try {
    const { size, root, entriesEnd, sealedEnd, batches } = JSON.parse(json.toString('utf8')) as Record<string, unknown>
    const hash = typeof root === 'string' ? decodeBase64(root) : undefined
    if (hash?.length !== 32 || !isCount(size) || !isCount(entriesEnd) || !isCount(sealedEnd)) return undefined
    if (!Array.isArray(batches)) return undefined
    return { size, root: hash, entriesEnd, sealedEnd, batches: batches as BatchState[] }
  } catch {
    return undefined
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
