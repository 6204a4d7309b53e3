// The files of the log, read as docs/data-directory.md lays them out and with nothing of the store's own code: what a
// stranger would make of the folder.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { SEGMENT_LEAVES } from './small-limits.ts'

export interface PlainCommit {
  readonly size: number
  /** Base64. */
  readonly root: string
  readonly entriesEnd: number
  readonly sealedEnd: number
  /** Bytes of its frame in `log/commits`. */
  readonly start: number
  readonly end: number
}

/** The whole frames of `log/commits`, from byte `from` on. */
export function readCommits(data: string, from = 0): PlainCommit[] {
  const path = join(data, 'log/commits')
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
  const commits: PlainCommit[] = []
  for (let start = from; start + 8 <= bytes.length; ) {
    const end = start + 8 + bytes.readUInt32BE(start)
    if (end > bytes.length) break
    const json = bytes.subarray(start + 8, end)
    if (json.length === 0 || crc32(json) !== bytes.readUInt32BE(start + 4)) break
    const { size, root, entriesEnd, sealedEnd } = JSON.parse(json.toString()) as PlainCommit
    commits.push({ size, root, entriesEnd, sealedEnd, start, end })
    start = end
  }
  return commits
}

/** Segments that have a folder, by number. */
export function listSegments(data: string): number[] {
  const names = existsSync(join(data, 'log')) ? readdirSync(join(data, 'log')) : []
  return names
    .filter(name => /^[0-9a-f]{6}$/.test(name))
    .map(name => Number.parseInt(name, 16))
    .toSorted((a, b) => a - b)
}

export function segmentPath(data: string, segment: number, name: string): string {
  return join(data, 'log', segment.toString(16).padStart(6, '0'), name)
}

/** The first `size` entries of the log; throws when they are not there, or a full segment has more than its leaves. */
export function readEntries(data: string, size: number): Buffer[] {
  const entries: Buffer[] = []
  for (let segment = 0; entries.length < size; segment++) {
    const bytes = readFileSync(segmentPath(data, segment, 'entries'))
    const most = Math.min(size, (segment + 1) * SEGMENT_LEAVES)
    let at = 0
    while (at + 2 <= bytes.length && entries.length < most) {
      const end = at + 2 + bytes.readUInt16BE(at)
      if (end > bytes.length) throw new Error(`entries of segment ${segment} end within leaf ${entries.length}`)
      entries.push(bytes.subarray(at + 2, end))
      at = end
    }
    if (entries.length < most) throw new Error(`entries of segment ${segment} end after leaf ${entries.length - 1}`)
    if (at < bytes.length) throw new Error(`entries of segment ${segment} go on behind leaf ${most - 1}`)
  }
  return entries
}

/** The leaves that have a sealed part, in the order of the files. */
export function readSealedLeaves(data: string): number[] {
  const leaves: number[] = []
  for (const segment of listSegments(data)) {
    const path = segmentPath(data, segment, 'sealed')
    const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
    for (let at = 0; at < bytes.length; ) {
      leaves.push(bytes.readUIntBE(at, 6))
      at += 10 + bytes.readUInt32BE(at + 6)
      if (at > bytes.length) throw new Error(`${path} ends within the part of leaf ${leaves.at(-1)}`)
    }
  }
  return leaves
}
