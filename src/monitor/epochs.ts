// The index log against the log: each epoch's checkpoint must be of the log's own tree, and its trie what the records up to
// there make. It is derived in the epochs' own steps, for blocks end where epochs do.

import { equal } from '../core/bytes.ts'
import { decodeEpoch } from '../core/completeness/epoch.ts'
import { LedgerError } from '../core/error.ts'
import type { VerifierKey } from '../core/note.ts'
import { type LogRecord, readTime } from '../core/record.ts'
import type { Hash } from '../core/tree.ts'
import type { Words } from '../core/words.ts'
import { Contradiction, type Found } from './checks.ts'
import type { DerivedIndex } from './derived-index.ts'
import { readAhead, timeOf } from './epoch-heads.ts'
import type { FollowedLog } from './followed-log.ts'
import { lateRecord, type Since } from './late-record.ts'
import { checkClock, latestOf } from './log-clock.ts'
import { boundBehind, type OutsideClocks } from './outside-clocks.ts'
import type { RecordReading } from './record-reading.ts'
import type { MonitorState } from './state-shape.ts'
import { readHead, type SignedHead } from './tile-client.ts'
import { differs, wrongEpoch } from './wrong-epoch.ts'

export interface EpochParts {
  readonly state: MonitorState
  readonly log: FollowedLog
  readonly index: FollowedLog
  readonly derived: DerivedIndex
  readonly records: RecordReading
  readonly timeKey: VerifierKey | undefined
  /** A record that is older than the epoch it came in by more than this, in ms, is counted. */
  readonly backdatedMs: number
  readonly clocks: OutsideClocks
  readonly onFound: (found: Found) => Promise<void>
  /** After each epoch: what is kept of the index goes as far, and so must the state. */
  readonly save: () => Promise<void>
}

/** Late records of which there is a finding. */
const MOST_LATE = 20

/** @throws Contradiction at the first epoch that is wrong: those behind it rest on it */
export async function checkEpochs(parts: EpochParts, signal: AbortSignal): Promise<void> {
  while (await checkMore(parts, signal)) {
    // What was kept was in doubt, and is made again from the first epoch on.
  }
}

/** @returns true when it has to begin again */
async function checkMore(parts: EpochParts, signal: AbortSignal): Promise<boolean> {
  const { state, log, index, derived, onFound } = parts
  for await (const [number, leaf] of index.entries(state.epochs.count, index.size, signal)) {
    const wrong = (why: Words, isOutOfTurn = false): Promise<Contradiction> =>
      wrongEpoch(index, number, why, signal, isOutOfTurn)
    const epoch = decodeEpoch(leaf)
    if (epoch === undefined) throw await wrong({ en: 'it has not the form of one', zh: '格式不对' })
    let head: SignedHead
    try {
      head = readHead(epoch.checkpoint, log.client.key)
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      throw await wrong({
        en: `its checkpoint is none of the log's: ${error.words.en}`,
        zh: `其检查点不是日志的：${error.words.zh}`,
      })
    }
    const { count, size: before } = state.epochs
    if (count > 0 && head.size <= before) {
      const why = {
        en: `it goes up to ${head.size} leaves, and the one before it to ${before}`,
        zh: `它到 ${head.size} 片叶为止，而前一期已到 ${before} 片叶`,
      }
      throw await wrong(why, true)
    }
    if (head.size > log.size) await readAhead(parts, number, signal)
    try {
      await log.take(head, signal)
    } catch (error) {
      if (!(error instanceof Contradiction)) throw error
      await onFound(error)
      // Where only the entries served are others, the tree is its own.
      if (error.check !== 'entry-rewritten') {
        throw await wrong({ en: 'its checkpoint is not of the tree of the log', zh: '其检查点不是日志的树' })
      }
    }
    if (!derived.leads(before, head.size)) return beginAgain(parts)
    const time = timeOf(head.note, parts.timeKey)
    const root = await grow(parts, { size: head.size, time }, signal)
    if (root === undefined) return beginAgain(parts)
    if (!equal(root, epoch.trieRoot)) {
      if (!derived.isAnew) return beginAgain(parts) // no disk of ours may accuse
      throw await wrong(differs(epoch.trieRoot, root, head.size))
    }
    let { latest } = state.epochs
    if (time !== undefined) {
      await checkClock(parts, { number, size: head.size, time }, signal)
      latest = latestOf(latest, { number, time })
    }
    state.epochs = { count: number + 1, size: head.size, ...(latest && { latest }) }
    state.records = Math.max(state.records, head.size)
    await parts.save()
  }
  return false
}

/** Undefined where what was kept on the disk is spoilt. */
async function grow(parts: EpochParts, epoch: Ending, signal: AbortSignal): Promise<Hash | undefined> {
  const bounds = boundsOf(parts, epoch)
  try {
    return await parts.derived.grow(epoch.size, (start, end) => readCounted(parts, bounds, start, end, signal), signal)
  } catch (error) {
    if (signal.aborted || error instanceof LedgerError || error instanceof Contradiction) throw error
    if (!parts.derived.isAnew) return undefined
    throw unusable(error)
  }
}

function unusable(cause: unknown): LedgerError {
  return new LedgerError(
    'monitor_index_unusable',
    {
      en: `The index was derived from nothing in the folder (--state), and failed again (${String(cause)}); see that the disk has room and can be written.`,
      zh: `已在文件夹（--state）中从头推导索引，但再次失败（${String(cause)}）；请检查磁盘空间和写权限。`,
    },
    { cause, retryable: true },
  )
}

async function beginAgain({ state, derived, save }: EpochParts): Promise<true> {
  state.epochs = { count: 0, size: 0 }
  state.backdated = { count: 0 }
  delete state.behind
  await save()
  await derived.startAnew()
  return true
}

/** Where an epoch goes to, and when it was signed. */
interface Ending {
  readonly size: number
  readonly time: number | undefined
}

/** When the records of an epoch came in at the earliest, by whoever says so; what is proven best comes first. */
function boundsOf({ state, clocks }: EpochParts, { time: signed }: Ending): readonly Since[] {
  const { size, latest } = state.epochs
  const bounds: Since[] = latest === undefined ? [] : [{ notBefore: latest.time, epoch: latest.number }]
  const anchored = boundBehind(clocks.anchors, size)
  if (anchored !== undefined) bounds.push(anchored)
  const looked = boundBehind(clocks.looks, size)
  // Where the log signs no such time afterwards, either clock may be the wrong one: of that it is told as it is.
  if (looked !== undefined && signed !== undefined && signed >= looked.notBefore) bounds.push(looked)
  return bounds
}

async function* readCounted(
  { state, log, index: epochs, records, backdatedMs, onFound }: EpochParts,
  bounds: readonly Since[],
  start: number,
  end: number,
  signal: AbortSignal,
): AsyncGenerator<LogRecord | undefined> {
  let index = start
  for await (const record of records.read(start, end, onFound, signal)) {
    const since = record && bounds.find(({ notBefore }) => readTime(record.time) < notBefore * 1000 - backdatedMs)
    if (since !== undefined) {
      state.backdated.first ??= index
      // Many are one story: there is a finding of the first of them.
      if (++state.backdated.count <= MOST_LATE) {
        const late = await lateRecord({ index, record: record!, since }, { log, epochs }, signal)
        if (late !== undefined) await onFound(late)
      }
    }
    index++
    yield record
  }
}
