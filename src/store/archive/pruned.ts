// Segments that are no more: their archives were removed after the retention (src/pruning.ts). Tiles and roots stay, so
// every proof holds on; but whoever asks for what was in them is told so, and never gets an answer that leaves them out.
// What is known of each is a fact, put down before anything is removed.

import { LedgerError } from '../../core/error.ts'
import { formatTime } from '../../core/record.ts'
import type { SegmentIndex } from '../index/segment-index.ts'
import type { Facts } from '../store.ts'

/** Why a segment might be pruned, and on whose word. */
export interface Pruning {
  /** Who ran it. */
  readonly by: string
  /** When, in milliseconds since 1970. */
  readonly time: number
  /** The anchor whose block shows how long its records have been in the log. */
  readonly anchor: {
    readonly size: number
    readonly transaction: string
    readonly block: number
    /** Seconds since 1970. */
    readonly time: number
  }
  /** Years that records are kept. */
  readonly retentionYears: number
  /** Root of the index's trie (core/completeness/) as of its last leaf, base64; none of what was pruned before it was kept. */
  readonly index?: string
  /** The embedded chain: no clock but the operator's own shows the age. */
  readonly ownClock?: true
}

export interface PrunedSegment extends Pruning {
  readonly segment: number
  readonly leaves: number
  /** Root of the segment's own tree, base64. */
  readonly root: string
  /** Of its records, in milliseconds since 1970. */
  readonly minTime: number
  readonly maxTime: number
  /** The file that was removed: a copy of it still verifies by itself. */
  readonly archive: { readonly bytes: number; readonly sha256: string }
}

export const PRUNED_PREFIX = 'pruned/'
const DIGITS = 8

export function isPrunedFact(key: string): boolean {
  return key.startsWith(PRUNED_PREFIX)
}

export function parsePruned(value: string): PrunedSegment {
  return JSON.parse(value) as PrunedSegment
}

export async function recallPruned(facts: Pick<Facts, 'list'>): Promise<readonly PrunedSegment[]> {
  return (await facts.list(PRUNED_PREFIX)).map(([, value]) => parsePruned(value))
}

/** The first so many leaves are no more. */
export async function prunedLeaves(facts: Pick<Facts, 'list'>): Promise<number> {
  const [last] = await facts.list(PRUNED_PREFIX, { reverse: true, limit: 1 })
  if (last === undefined) return 0
  const { segment, leaves } = parsePruned(last[1])
  return (segment + 1) * leaves
}

export async function recordPruned(facts: Pick<Facts, 'put'>, pruned: PrunedSegment): Promise<void> {
  await facts.put({ [PRUNED_PREFIX + String(pruned.segment).padStart(DIGITS, '0')]: JSON.stringify(pruned) })
}

/** Answers every question with what became of the segment. */
export function indexPruned(pruned: PrunedSegment): SegmentIndex {
  const refuse = async (): Promise<never> => {
    throw entriesPruned(pruned)
  }
  return {
    start: pruned.segment * pruned.leaves,
    minTime: pruned.minTime,
    maxTime: pruned.maxTime,
    find: refuse,
    text: refuse,
    texts: refuse,
    read: refuse,
    readIds: refuse,
    readColumns: refuse,
    places: refuse,
    sealedFrame: refuse,
    match() {
      throw entriesPruned(pruned)
    },
  }
}

/** Whether a read failed because what it asked for was pruned. */
export function isPruned(error: unknown): boolean {
  return error instanceof LedgerError && error.code === 'entries_pruned'
}

/** @returns LedgerError `entries_pruned` */
export function entriesPruned(pruned: PrunedSegment): LedgerError {
  const { segment, leaves, by, archive } = pruned
  const first = segment * leaves
  const [earliest, latest, next] = [pruned.minTime, pruned.maxTime, pruned.maxTime + 1].map(formatTime)
  const day = formatTime(pruned.time).slice(0, 10)
  return new LedgerError('entries_pruned', {
    en: `Leaves ${first} to ${first + leaves - 1}, records of ${earliest} to ${latest}, were pruned on ${day} by ${by}, their retention of ${pruned.retentionYears} years being over. Proofs and receipts of them still hold; the records are in copies of the archive with SHA-256 ${archive.sha256} only. Ask for times from ${next} on.`,
    zh: `第 ${first} 至 ${first + leaves - 1} 片叶（${earliest} 至 ${latest} 的记录）已满 ${pruned.retentionYears} 年保存期限，由 ${by} 于 ${day} 清除。其证明和回执仍然有效；记录只存于 SHA-256 为 ${archive.sha256} 的归档副本中。请查询 ${next} 起的时间。`,
  })
}
