// One moment of a ledger that is at work, taken without stopping it. Everything that is not derived only grows, so the
// moment is where each file ends; what is behind that, no copy holds. A later file never tells of less than an earlier
// one in this order, since the service writes them the other way round:
//
//   facts      what was published, anchored, sent; which block was seen last
//   events     what was read of the chain (derived, but slow to read again)
//   chain      the embedded chain's journal: all that the facts and events tell of
//   commits    the tree that all of these tell of
//   data       the entries and sealed parts that the last whole commit covers
//
// Facts also hold what the chain only has digests of (texts), so they must not be behind the chain either: the ends of
// facts, events and chain are taken again until no fact was written meanwhile.

import { fstatSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { EVENT_JOURNAL_FILE } from '../chain/event-journal.ts'
import { LedgerError } from '../core/error.ts'
import { FACTS_FILE as FACTS } from '../store/facts/facts.ts'
import { checkTornTail, type LogMark, markOf, scanCommits } from '../store/log/commits.ts'
import { findTailDamage, scanFrames } from '../store/log/frames.ts'
import { ORIGIN } from '../store/log/log-end.ts'
import { readPruned } from './pruned.ts'
import { ReadOnlyFile } from './read-only.ts'

const COMMITS = 'log/commits'
/** In order. */
const GROWING = [FACTS, EVENT_JOURNAL_FILE, 'chain/journal', COMMITS] as const

export interface Snapshot extends AsyncDisposable {
  /** The last commit. */
  readonly last: LogMark
  /** How many segments were pruned: always the oldest. */
  readonly pruned: number
  /** The files that grow with every write, open, as far as the moment goes. */
  readonly growing: ReadonlyMap<string, ReadOnlyFile>
}

/** Facts are written some times a second; the ends are taken within microseconds. */
const MOST_TRIES = 1_000
/** The journal of facts is written anew at some starts, and when a text is erased. */
const MOST_OPENINGS = 20

/**
 * @throws LedgerError `data_unknown`; `commits_damaged`, `facts_damaged` for what a crash does not explain; `ledger_busy`
 *   (retryable)
 */
export async function takeSnapshot(data: string, segmentLeaves: number): Promise<Snapshot> {
  await using opened = new AsyncDisposableStack()
  const growing = new Map(await takeEnds(data, opened))
  const facts = growing.get(FACTS)!
  growing.set(FACTS, facts.upTo(await findFactsEnd(facts)))
  const pruned = (await readPruned(growing.get(FACTS)!)).length
  const commits = growing.get(COMMITS)!
  let last = ORIGIN
  for await (const frame of scanCommits(commits, 0, segmentLeaves)) last = markOf(frame)
  await checkTornTail(commits, last.commitEnd)
  growing.set(COMMITS, commits.upTo(last.commitEnd))
  const parts = opened.move()
  return { last, pruned, growing, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}

/** The growing files, as far as they went at one moment. */
async function takeEnds(
  data: string,
  opened: AsyncDisposableStack,
): Promise<readonly (readonly [string, ReadOnlyFile])[]> {
  for (let openings = 0; openings < MOST_OPENINGS; openings++) {
    await using attempt = new AsyncDisposableStack()
    const files: [string, ReadOnlyFile][] = []
    for (const path of GROWING) {
      const file = await openOptional(join(data, path))
      if (file === undefined) continue
      attempt.defer(() => file.close())
      files.push([path, file])
    }
    const facts = files.find(([path]) => path === FACTS)?.[1]
    if (facts === undefined || !files.some(([path]) => path === COMMITS)) throw unknownData(data)
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const ends = files.map(([, { handle }]) => fstatSync(handle.fd).size)
      const { size, ino } = fstatSync(facts.handle.fd)
      if (statSync(facts.path, { throwIfNoEntry: false })?.ino !== ino) break // another file has its name by now
      if (size !== ends[files.findIndex(([path]) => path === FACTS)]) continue
      opened.use(attempt.move())
      return files.map(([path, file], k) => [path, file.upTo(ends[k]!)])
    }
  }
  throw new LedgerError(
    'ledger_busy',
    {
      en: `No moment was found in which nothing was written to ${join(data, FACTS)}. Run this again; if the service was started meanwhile, once it is ready.`,
      zh: `找不到 ${join(data, FACTS)} 没有写入的时刻。请重新运行；若服务正在启动，请等其就绪。`,
    },
    { retryable: true },
  )
}

function unknownData(data: string): LedgerError {
  return new LedgerError('data_unknown', {
    en: `${data} holds no ledger; give its data directory with --data. If it is of an older version, start the service on it once.`,
    zh: `${data} 中没有账本；请用 --data 给出其数据目录。若为旧版本的数据，请先启动一次服务。`,
  })
}

async function findFactsEnd(facts: ReadOnlyFile): Promise<number> {
  let end = 0
  for await (const frame of scanFrames(facts, 0)) end = frame.end
  const finding = await findTailDamage(facts, end)
  if (finding === undefined) return end
  throw new LedgerError('facts_damaged', {
    en: `${facts.path}: the frame at byte ${end} ${finding.en}. Nothing was copied over the backup made before; keep it, and run \`suyuan fsck\`.`,
    zh: `${facts.path}：第 ${end} 字节处的帧${finding.zh}。此前的备份未被覆盖；请保留它，并运行 \`suyuan fsck\`。`,
  })
}

/** Undefined when there is no such file. */
export async function openOptional(path: string): Promise<ReadOnlyFile | undefined> {
  return ReadOnlyFile.open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}
