// What happens at every start, after a crash or not: cut off what was never committed, refuse what contradicts the
// commits, and make the tiles and the open segment's columns again from the entries, hashing every one.
// A crash leaves the derived files in any state after the mark; up to it, they were synced.

import { LedgerError } from '../core/error.ts'
import { TILE_HEIGHT, TILE_WIDTH, tileLevelSize } from '../core/tile.ts'
import { emptyFrontier, type Frontier, frontierNodes, frontierRoot } from '../core/tree.ts'
import type { Archives } from './archive/archives.ts'
import { indexPruned } from './archive/pruned.ts'
import type { LogFiles } from './directory.ts'
import type { SegmentColumns } from './index/columns.ts'
import type { SegmentIndex } from './index/segment-index.ts'
import type { SegmentKeeper } from './index/segment-keeper.ts'
import type { BatchStates } from './level/batch-states.ts'
import type { LevelIndex } from './level/level.ts'
import { type CommitFrame, type LogMark, markOf, RESTORE, scanCommits } from './log/commits.ts'
import { Derivation } from './log/derived.ts'
import { cutTails, damagedCommit, findLogEnd, ORIGIN, settleLastCommit } from './log/log-end.ts'
import { NodeReader } from './log/nodes.ts'
import { LogReplay } from './log/replay.ts'
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
  readonly closed: readonly SegmentIndex[]
  readonly open: SegmentColumns
  readonly derivation: Derivation
}

/** What a start works with. */
export interface RecoverParts {
  readonly files: LogFiles
  readonly index: LevelIndex
  readonly states: BatchStates
  readonly keeper: SegmentKeeper
  readonly archives: Archives
  readonly work: WorkingParts
}

/** Where a replay begins. */
interface Beginning {
  readonly mark: LogMark
  /** The tree at the mark; or, when all is read again, at the end of what was pruned. */
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
    beginning = await findFirst(parts)
  }
  await files.tiles.truncate(beginning.frontier.size)
  return replay(parts, beginning, end.last, options)
}

/** From where the open segment was put down, or else from the mark; undefined if the tiles there are short or disagree. */
async function findBeginning(parts: RecoverParts): Promise<Beginning | undefined> {
  const { files, index, keeper, archives } = parts
  const mark = index.mark ?? { ...ORIGIN, segments: 0 }
  if (mark.size < archives.prunedCount * files.segments.leaves) return undefined
  const { segments } = mark
  if (index.open !== undefined) {
    const frontier = await readFrontier(parts, index.open)
    const open = frontier === undefined ? undefined : await keeper.takeUp(segments, index.open)
    if (frontier !== undefined && open !== undefined) return { mark: index.open, frontier, segments, open }
  }
  const frontier = await readFrontier(parts, mark)
  return frontier === undefined ? undefined : { mark, frontier, segments, open: keeper.newColumns(segments) }
}

/** Where the entries begin that there are: after a pruning, not with the first. Tiles before it cannot be made again. */
async function findFirst(parts: RecoverParts): Promise<Beginning> {
  const { files, keeper, archives, work } = parts
  const segments = archives.prunedCount
  const size = segments * files.segments.leaves
  const beginning = { mark: ORIGIN, segments, open: keeper.newColumns(segments) }
  if (size === 0) return { ...beginning, frontier: emptyFrontier() }
  if (!files.tiles.covers(size)) throw lostTiles(files, size)
  const reader = new NodeReader(files.tiles, work.hashPairs)
  try {
    await readTiles(reader, size)
    const level = Math.log2(files.segments.leaves)
    for (let index = 0; index < segments; index++) {
      const [root] = await reader.read([{ level, index }], size)
      if (!Buffer.from(archives.pruned(index)!.root, 'base64').equals(root!)) throw lostTiles(files, size)
    }
    return { ...beginning, frontier: { size, hashes: await reader.read(frontierNodes(size), size) } }
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'tile_damaged') throw lostTiles(files, size, error)
    throw error
  }
}

/** Reads every full tile of a tree of `size` leaves, and so compares each with the one above. */
async function readTiles(reader: NodeReader, size: number): Promise<void> {
  for (let level = 0; tileLevelSize(level + 1, size) > 0; level++) {
    for (let tile = 0; tile < tileLevelSize(level + 1, size); tile++) {
      await reader.read([{ level: level * TILE_HEIGHT, index: tile * TILE_WIDTH }], size)
    }
  }
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
  const { files, states, keeper, archives, work } = parts
  const pruned = archives.prunedCount * files.segments.leaves
  const derivation = new Derivation(beginning.frontier, work)
  const full: SegmentColumns[] = []
  const finished: SegmentIndex[] = []
  let { open } = beginning
  const from = beginning.mark.size < pruned ? { ...ORIGIN, size: pruned } : beginning.mark
  const log = new LogReplay(files.segments, from, work.readEntries, ({ segment, leaves, places, sealed }) => {
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
    // Of leaves that were pruned the tiles are all there is, and the roots of the segments in them.
    const isThere = commit.size >= derivation.size
    if (isThere && Buffer.compare(derivation.root, commit.root) !== 0) throw otherRoot(files, head, frame)
    if (commit.size > pruned) log.requireEnds(commit)
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
  const closed: SegmentIndex[] = []
  for (let number = 0; number < beginning.segments; number++) {
    const gone = archives.pruned(number)
    closed.push(gone === undefined ? await keeper.open(number) : indexPruned(gone))
  }
  return { head, closed: [...closed, ...finished], open, derivation }
}

function lostTiles({ segments }: LogFiles, size: number, cause?: unknown): LedgerError {
  const words = {
    en: `The tiles beside ${segments.directoryOf(0)} (log/tile) lack hashes of the leaves 0 to ${size - 1}, or have others than their segments. The entries of these leaves were pruned, so that the tiles cannot be made again. ${RESTORE.en}`,
    zh: `与 ${segments.directoryOf(0)} 同级的数据块（log/tile）缺少第 0 至 ${size - 1} 片叶的哈希，或与其分段不符。这些叶的条目已清除，数据块无法重新生成。${RESTORE.zh}`,
  }
  return new LedgerError('tile_damaged', words, { cause })
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
