// What is done to the files of a ledger that just died. A torn tail is what a crash can leave: the start heals it, or says
// by a named code why not. Bytes cut off that were synced and acknowledged are what no crash does: they must be refused.

import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../demo/random.ts'
import { LEVEL_ABORTS } from './level-log.ts'
import { listSegments, type PlainCommit, readCommits, segmentPath } from './plain-log.ts'
import { SEGMENT_LEAVES } from './small-limits.ts'

export interface Damage {
  /** For the table: which file, and what was done. */
  readonly file: string
  readonly what: string
  /** Whether the service may start with it. */
  readonly mayStart: boolean
  /** Codes with which it may refuse to. */
  readonly codes: readonly string[]
  /** Whether a start does not look at it, so that it stays until it is put back. */
  readonly isIgnored: boolean
  /** Puts the bytes back as they were. */
  restore(): void
}

/** The end of a file that may be torn. */
export interface Tail {
  readonly file: string
  readonly path: string
  /** A file of the chain, which must not run meanwhile. */
  readonly isOfChain: boolean
  readonly codes: readonly string[]
  /** From where on a crash may have cut; undefined where it may not. */
  readonly cutFrom?: number
}

/** Tears the tail of a file. */
export function tear({ file, path, codes, cutFrom }: Tail, random: Random): Damage {
  const bytes = readFileSync(path)
  const cut = cutFrom !== undefined && cutFrom < bytes.length && random.chance(0.6)
  const kept = cut ? cutFrom + random.below(bytes.length - cutFrom) : bytes.length
  const { name, garbage } = makeGarbage(bytes, random)
  // A file that was only cut is the simplest case, and should come often.
  const added = cut && random.chance(0.5) ? Buffer.alloc(0) : garbage
  writeFileSync(path, Buffer.concat([bytes.subarray(0, kept), added]), { mode: 0o600 })
  const what = [...(cut ? ['cut'] : []), ...(added.length > 0 ? [name] : [])].join(', then ')
  const isIgnored = file.endsWith(', full') && !file.startsWith('index')
  return { file, what, mayStart: true, codes, isIgnored, restore: () => writeFileSync(path, bytes, { mode: 0o600 }) }
}

/** Cuts off what was synced and promised, as no crash does. Undefined when there is nothing yet. */
export function cutPromised(data: string, promised: number, random: Random): Damage | undefined {
  const commits = readCommits(data)
  const reached = commits.find(({ size }) => size >= promised)
  const last = commits.at(-1)
  if (promised === 0 || reached === undefined || last === undefined) return undefined
  const segment = Math.floor((last.size - 1) / SEGMENT_LEAVES)
  const cuts = [
    { file: 'commits', path: join(data, 'log/commits'), end: reached.end, codes: ['log_truncated', 'log_rolled_back'] },
    ...[
      { file: 'entries, open', name: 'entries', of: segment, end: last.entriesEnd, code: 'log_damaged' },
      { file: 'sealed, open', name: 'sealed', of: segment, end: last.sealedEnd, code: 'sealed_damaged' },
      { file: 'entries, full', name: 'entries', of: random.below(segment + 1), end: undefined, code: 'log_damaged' },
      { file: 'sealed, full', name: 'sealed', of: random.below(segment + 1), end: undefined, code: 'sealed_damaged' },
    ].map(({ file, name, of, end, code }) => {
      const path = segmentPath(data, of, name)
      const committed = of === segment ? (name === 'entries' ? last.entriesEnd : last.sealedEnd) : sizeOf(path)
      return {
        file: of === segment ? `${name}, open` : file,
        path,
        end: end ?? committed,
        codes: ['log_truncated', code],
      }
    }),
  ].filter(({ end }) => end > 0)
  const { file, path, end, codes } = random.pick(cuts)
  const bytes = readFileSync(path)
  truncateSync(path, end - 1 - random.below(Math.min(end, 3_000)))
  const what = 'acknowledged bytes cut off'
  return { file, what, mayStart: false, isIgnored: false, codes, restore: () => writeFileSync(path, bytes) }
}

/** The tails of all kinds of files there are. `promised` is the largest tree anybody knows of. */
export function listTails(data: string, promised: number): Tail[] {
  const commits = readCommits(data)
  const last = commits.at(-1)
  const open = Math.floor(Math.max(0, (last?.size ?? 0) - 1) / SEGMENT_LEAVES)
  const lost = commits.find(({ size }) => size > promised)
  const tails: (Tail | undefined)[] = [
    // A frame that nobody was told of may have been published all the same: then the facts or the tiles show it.
    tail('commits', join(data, 'log/commits'), ['commits_damaged', 'log_truncated', 'log_rolled_back'], lost?.start),
    tail('entries, open', segmentPath(data, open, 'entries'), [], endOf(last, 'entriesEnd')),
    tail('sealed, open', segmentPath(data, open, 'sealed'), [], endOf(last, 'sealedEnd')),
    tail('index.open', segmentPath(data, open, 'index.open'), [], 0),
    tail('tile/0', join(data, 'log/tile/0'), ['log_truncated'], 0),
    tail('tile/1', join(data, 'log/tile/1'), [], 0),
    tail('events', join(data, 'events'), [], 0),
    tail('chain/journal', join(data, 'chain/journal'), ['chain_journal_damaged']),
    // Every fact was synced before anything was built on it, so none may be cut off.
    tail('facts', join(data, 'log/facts'), ['facts_damaged']),
  ]
  for (const segment of listSegments(data)) {
    if (segment >= open) continue
    tails.push(tail('entries, full', segmentPath(data, segment, 'entries'), ['log_damaged']))
    tails.push(tail('sealed, full', segmentPath(data, segment, 'sealed'), ['sealed_damaged']))
    tails.push(tail('index, full', segmentPath(data, segment, 'index'), [], 0))
  }
  for (const log of levelLogs(join(data, 'index')))
    tails.push(tail('LevelDB’s log', log, ['index_damaged', LEVEL_ABORTS]))
  // It is not synced: what is cut off is derived again.
  for (const log of levelLogs(join(data, 'postings')))
    tails.push(tail('postings, LevelDB’s log', log, [LEVEL_ABORTS], 0))
  const found = tails.filter(candidate => candidate !== undefined)
  // One of each kind, so that the many full segments do not crowd out the rest.
  return [...new Map(found.toReversed().map(candidate => [candidate.file, candidate])).values()]
}

function tail(file: string, path: string, codes: readonly string[], cutFrom?: number): Tail | undefined {
  if (!existsSync(path)) return undefined
  return { file, path, isOfChain: file.startsWith('chain/'), codes, ...(cutFrom === undefined ? {} : { cutFrom }) }
}

function levelLogs(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter(name => name.endsWith('.log'))
    .map(name => join(folder, name))
}

function endOf(commit: PlainCommit | undefined, name: 'entriesEnd' | 'sealedEnd'): number {
  return commit?.[name] ?? 0
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0
}

function makeGarbage(bytes: Buffer, random: Random): { name: string; garbage: Buffer } {
  const length = random.pick([1, 7, 32, 100, 1_000, 9_000])
  const name = random.pick(['noise', 'zeros', 'a copy of its end', 'a copy of its beginning'])
  if (name === 'zeros') return { name, garbage: Buffer.alloc(length) }
  if (name === 'noise') return { name, garbage: Buffer.from(Array.from({ length }, () => random.below(256))) }
  const copied = name === 'a copy of its end' ? bytes.subarray(-length) : bytes.subarray(0, length)
  return { name, garbage: Buffer.from(copied) }
}
