// What happens at every start, after a crash or not: cut off what was never committed, refuse what contradicts the
// commits, and make the tiles and the open segment's columns again from the entries, hashing every one.
// A crash leaves the derived files in any state after the mark; up to it, they were synced.

import { LedgerError } from '../core/error.ts'
import { emptyFrontier, type Frontier, frontierNodes, frontierRoot } from '../core/tree.ts'
import type { BatchStates } from './batch-states.ts'
import type { ClosedSegment } from './closed-segment.ts'
import type { SegmentColumns } from './columns.ts'
import { type CommitFrame, type LogMark, markOf, RESTORE, scanCommits } from './commits.ts'
import { Derivation } from './derived.ts'
import type { LogFiles } from './directory.ts'
import type { LevelIndex } from './level.ts'
import { cutTails, damagedCommit, findLogEnd, ORIGIN, settleLastCommit } from './log-end.ts'
import { NodeReader } from './nodes.ts'
import { LogReplay } from './replay.ts'
import type { SegmentKeeper } from './segment-keeper.ts'
import type { WorkingParts } from './working-parts.ts'

export interface RecoverOptions {
  /** Makes all that is derived again from the first entry on, trusting none of it. */
  readonly rebuild: boolean
  /** Told while leaves are replayed: how many of how many. */
  readonly onProgress: (done: number, total: number) => void
  /** Told in a sentence of what was cut off or made again: for the operator's log. */
  readonly onNotice: (notice: string) => void
}

export interface Recovered {
  readonly head: LogMark
  readonly closed: readonly ClosedSegment[]
  readonly open: SegmentColumns
  readonly derivation: Derivation
}

/** What a start works with. */
export interface RecoverParts {
  readonly files: LogFiles
  readonly index: LevelIndex
  readonly states: BatchStates
  readonly keeper: SegmentKeeper
  readonly work: WorkingParts
}

/** Where a replay begins. */
interface Beginning {
  readonly mark: LogMark
  readonly frontier: Frontier
  /** How many segments have their index. */
  readonly segments: number
  readonly open: SegmentColumns
}

/** Leaves derived before their tiles are written. */
const LEAVES_PER_WRITE = 16_384

export async function recover(parts: RecoverParts, options: RecoverOptions): Promise<Recovered> {
  const { files, index } = parts
  const { rebuild, onNotice } = options
  let beginning = rebuild ? undefined : await findBeginning(parts)
  const from = rebuild ? ORIGIN : (beginning?.mark ?? index.mark ?? ORIGIN)
  const end = await findLogEnd(files, index.open ?? index.mark ?? ORIGIN, from)
  await cutTails(files, end.last, onNotice)
  await settleLastCommit(files, end)
  if (beginning === undefined) {
    if (index.mark !== undefined) onNotice('Tiles and index are made again from the entries.')
    await index.forget()
    beginning = { mark: ORIGIN, frontier: emptyFrontier(), segments: 0, open: parts.keeper.newColumns(0) }
  }
  await files.tiles.truncate(beginning.mark.size)
  return replay(parts, beginning, end.last, options)
}

/** From where the open segment was put down, or else from the mark; undefined if the tiles there are short or disagree. */
async function findBeginning(parts: RecoverParts): Promise<Beginning | undefined> {
  const { index, keeper } = parts
  const mark = index.mark ?? { ...ORIGIN, segments: 0 }
  const { segments } = mark
  if (index.open !== undefined) {
    const frontier = await readFrontier(parts, index.open)
    const open = frontier === undefined ? undefined : await keeper.takeUp(segments, index.open)
    if (frontier !== undefined && open !== undefined) return { mark: index.open, frontier, segments, open }
  }
  const frontier = await readFrontier(parts, mark)
  return frontier === undefined ? undefined : { mark, frontier, segments, open: keeper.newColumns(segments) }
}

/** The growing edge of the tree at the mark, out of the tiles; undefined if they are short of it or disagree. */
async function readFrontier({ files, work }: RecoverParts, mark: LogMark): Promise<Frontier | undefined> {
  if (mark.size === 0) return emptyFrontier()
  if (!files.tiles.covers(mark.size)) return undefined
  try {
    // A reader for this only: what it keeps in memory of the tiles may yet turn out to be wrong, and be made again.
    const reader = new NodeReader(files.tiles, work.hashPairs)
    const hashes = await reader.read(frontierNodes(mark.size), mark.size)
    const frontier = { size: mark.size, hashes }
    return Buffer.compare(frontierRoot(frontier), mark.root) === 0 ? frontier : undefined
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'tile_damaged') return undefined
    throw error
  }
}

async function replay(
  parts: RecoverParts,
  beginning: Beginning,
  last: LogMark,
  { onProgress }: RecoverOptions,
): Promise<Recovered> {
  const { files, states, keeper, work } = parts
  const derivation = new Derivation(beginning.frontier, work.hashPairs)
  const full: SegmentColumns[] = []
  const finished: ClosedSegment[] = []
  let { open } = beginning
  const log = new LogReplay(files.segments, beginning.mark, work.readEntries, ({ segment, leaves, places, sealed }) => {
    if (segment < beginning.segments) return // its index is there; its last leaves are only hashed again
    open.append(leaves, places, sealed)
    if (!open.isFull) return
    full.push(open)
    open = keeper.newColumns(segment + 1)
  })
  const write = async (): Promise<void> => {
    await files.tiles.append(derivation.take())
    onProgress(derivation.size - beginning.mark.size, last.size - beginning.mark.size)
  }
  let head: LogMark = beginning.mark
  for await (const frame of scanCommits(files.commits, head.commitEnd, files.segments.leaves)) {
    const { commit } = frame
    while (derivation.size < commit.size) {
      derivation.add(await log.take(commit.size - derivation.size))
      if (derivation.pending >= LEAVES_PER_WRITE) await write()
    }
    if (Buffer.compare(derivation.root, commit.root) !== 0) throw otherRoot(files, head, frame)
    log.requireEnds(commit)
    const before = head
    head = markOf(frame)
    states.remember(commit.batches)
    if (states.areMany) await states.flush()
    for (let next = full[0]; next !== undefined && next.start + next.capacity <= commit.size; next = full[0]) {
      await write()
      finished.push(await keeper.finish(next, next.start + next.capacity === commit.size ? head : before))
      full.shift()
    }
  }
  // A replay that begins before the mark passes commits that nobody has looked at yet.
  if (head.commitEnd < last.commitEnd) throw damagedCommit(files.commits.path, head.commitEnd)
  if (derivation.pending > 0) await write()
  const closed: ClosedSegment[] = []
  for (let number = 0; number < beginning.segments; number++) closed.push(await keeper.open(number))
  return { head, closed: [...closed, ...finished], open, derivation }
}

function otherRoot({ segments }: LogFiles, before: LogMark, { commit, start }: CommitFrame): LedgerError {
  const first = segments.numberOf(before.size)
  const last = segments.lastOf(commit.size)
  const path = `${segments.directoryOf(first)}/entries`
  const until = segments.directoryOf(last)
  const [en, zh] = first === last ? ['', ''] : [`, and of the segments up to ${until},`, `，及至 ${until} 的各分段`]
  return new LedgerError('log_damaged', {
    en: `${path}${en}: the entries of leaves ${before.size} to ${commit.size - 1} do not hash to the root of the commit at byte ${start}, the first that differs. ${RESTORE.en}`,
    zh: `${path}${zh}：第 ${before.size} 至 ${commit.size - 1} 片叶的条目得不出第 ${start} 字节处的提交的根，这是第一处不符。${RESTORE.zh}`,
  })
}
