// What happens at every start, after a crash or not: cut off what was never committed, refuse what contradicts the
// commits, and make the derived files and the newest window again from the entries, hashing every one.
// A crash leaves the derived files in any state after the last flush; before it, they were synced.

import { LedgerError } from '../core/error.ts'
import { emptyFrontier, type Frontier, frontierNodes, frontierRoot } from '../core/tree.ts'
import { type CommitFrame, RESTORE, scanCommits } from './commits.ts'
import { Derivation } from './derived.ts'
import type { LogFiles } from './directory.ts'
import type { LevelIndex } from './level.ts'
import { cutTails, findLogEnd, ORIGIN, settleLastCommit } from './log-end.ts'
import { NodeReader } from './nodes.ts'
import { PLACE_BYTES } from './places.ts'
import { LogReplay } from './replay.ts'
import { settleAll } from './settle.ts'
import { type LogMark, MemoryWindow } from './window.ts'

export interface RecoverOptions {
  /** Leaves of a full window. */
  readonly windowLeaves: number
  /** Makes all that is derived again from the first entry on, trusting none of it. */
  readonly rebuild: boolean
  /** Told while leaves are replayed: how many of how many. */
  readonly onProgress: (done: number, total: number) => void
  /** Told in a sentence of what was cut off or made again: for the operator's log. */
  readonly onNotice: (notice: string) => void
}

export interface Recovered {
  readonly window: MemoryWindow
  readonly derivation: Derivation
}

/** Leaves derived before they are written. */
const LEAVES_PER_WRITE = 4096

export async function recover(files: LogFiles, index: LevelIndex, options: RecoverOptions): Promise<Recovered> {
  const flushed = index.mark ?? ORIGIN
  const end = await findLogEnd(files, flushed, options.rebuild ? ORIGIN : flushed)
  await cutTails(files, end.last, options.onNotice)
  await settleLastCommit(files, end)

  let mark = flushed
  let frontier = options.rebuild ? undefined : await readFrontier(files, mark)
  if (frontier === undefined) {
    if (mark.size > 0) options.onNotice('Places, tiles and index are made again from the entries.')
    await index.forget()
    mark = ORIGIN
    frontier = emptyFrontier()
  }
  await files.places.truncate(mark.size * PLACE_BYTES)
  await files.tiles.truncate(mark.size)

  return replay(files, index, mark, frontier, end.last.size, options)
}

/** The growing edge of the tree at the mark, out of the tiles; undefined if derived files are short of it or disagree. */
async function readFrontier(files: LogFiles, mark: LogMark): Promise<Frontier | undefined> {
  if (mark.size === 0) return emptyFrontier()
  if (files.places.size < mark.size * PLACE_BYTES || !files.tiles.covers(mark.size)) return undefined
  try {
    const hashes = await new NodeReader(files.tiles).read(frontierNodes(mark.size), mark.size)
    const frontier = { size: mark.size, hashes }
    return Buffer.compare(frontierRoot(frontier), mark.root) === 0 ? frontier : undefined
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'tile_damaged') return undefined
    throw error
  }
}

async function replay(
  files: LogFiles,
  index: LevelIndex,
  mark: LogMark,
  frontier: Frontier,
  total: number,
  { windowLeaves, onProgress }: RecoverOptions,
): Promise<Recovered> {
  const derivation = new Derivation(frontier)
  const log = new LogReplay(files, mark)
  let window = new MemoryWindow(mark)
  const write = async (): Promise<void> => {
    const { places, tiles } = derivation.take()
    await settleAll([files.places.append(places), files.tiles.append(tiles)])
    onProgress(derivation.size - mark.size, total - mark.size)
  }
  for await (const frame of scanCommits(files.commits, mark.commitEnd)) {
    const { commit } = frame
    while (derivation.size < commit.size) {
      const leaf = await log.next(derivation.size)
      window.add(derivation.size, leaf.record, leaf.place.time)
      derivation.add(leaf.hash, leaf.place)
      if (derivation.pending >= LEAVES_PER_WRITE) await write()
    }
    if (Buffer.compare(derivation.root, commit.root) !== 0) throw otherRoot(files.entries.path, window.mark, frame)
    log.requireEnds(commit)
    window.commit(frame)
    if (!window.isFull(windowLeaves)) continue
    await write()
    await settleAll([files.places.datasync(), files.tiles.datasync()])
    await index.flush(window)
    window = new MemoryWindow(window.mark)
  }
  if (derivation.pending > 0) await write()
  return { window, derivation }
}

function otherRoot(path: string, before: LogMark, { commit, start }: CommitFrame): LedgerError {
  return new LedgerError('log_damaged', {
    en: `${path}: the entries of leaves ${before.size} to ${commit.size - 1} (bytes ${before.entriesEnd} to ${commit.entriesEnd}) do not hash to the root of the commit at byte ${start}, the first that differs. ${RESTORE.en}`,
    zh: `${path}：第 ${before.size} 至 ${commit.size - 1} 片叶的条目（第 ${before.entriesEnd} 至 ${commit.entriesEnd} 字节）得不出第 ${start} 字节处的提交的根，这是第一处不符。${RESTORE.zh}`,
  })
}
