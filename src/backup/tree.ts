// The tree of a copied log, made again from its entries: every entry is hashed, and at every commit the root must be the
// one it states; every sealed part must stand where it belongs. What a start would find, found while the original is
// still there.

import { join } from 'node:path'
import { checkEdges } from '../completeness/check-edges.ts'
import { EDGES_FILE } from '../completeness/edge-file.ts'
import { decodeBase64 } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import { GrowingTree } from '../core/growth.ts'
import { appendLeaf, emptyFrontier, foldRight, type Hash } from '../core/tree.ts'
import { ignoreMissing, namesIn } from '../missing.ts'
import { ArchiveFile } from '../store/archive/archive-file.ts'
import { FACTS_FILE } from '../store/facts/facts.ts'
import type { Files } from '../store/file.ts'
import { ByteCache } from '../store/index/byte-cache.ts'
import { type LogEnd, type LogMark, markOf, RESTORE, scanCommits } from '../store/log/commits.ts'
import { erasedByRecords } from '../store/log/erasure-records.ts'
import { ORIGIN } from '../store/log/log-end.ts'
import { LogReplay } from '../store/log/replay.ts'
import { SegmentFiles } from '../store/log/segment-files.ts'
import type { WorkingParts } from '../store/working-parts.ts'
import { readPruned } from './pruned.ts'

/** Of unpacked archives. */
const CACHE_BYTES = 16 << 20

export interface TreeParts {
  /** The folder that has the `log`. */
  readonly folder: string
  readonly files: Files
  readonly segmentLeaves: number
  readonly work: WorkingParts
  /** Roots of full segments that were checked before and did not change since: they are not read again. */
  readonly known: ReadonlyMap<number, Hash>
  /** Told how many leaves were read, now and then. */
  readonly onLeaves: (leaves: number) => void
}

export interface CheckedTree {
  readonly last: LogMark
  /** Of each full segment, the root of its leaves alone. */
  readonly segments: readonly Hash[]
  /** Leaves whose sealed part was erased, by the records of the segments that were read. */
  readonly erased: ReadonlySet<number>
}

/** @throws LedgerError `log_damaged`, `log_truncated`, `sealed_damaged`, `commits_damaged`, `edges_damaged`, naming file and place */
export async function checkTree(parts: TreeParts): Promise<CheckedTree> {
  const { folder, files, segmentLeaves, onLeaves } = parts
  await using opened = new AsyncDisposableStack()
  const log = join(folder, 'log')
  const segments = opened.adopt(await SegmentFiles.open(log, files, segmentLeaves), segments => segments.close())
  const cache = new ByteCache(CACHE_BYTES)
  for (const name of await namesIn(segments.archives)) {
    const number = /^([0-9a-f]{6})\.archive$/.exec(name)?.[1]
    if (number === undefined) continue
    const file = await files.open(join(segments.archives, name))
    if (file.size > 0) await segments.takeArchive(Number.parseInt(number, 16), await ArchiveFile.open(file, cache))
    else await file.close() // left by a backup that did not end, and not part of this one
  }
  const commits = opened.adopt(await files.open(join(log, 'commits')), file => file.close())
  const facts = opened.adopt(await files.open(join(folder, FACTS_FILE)), file => file.close())
  const pruned = await readPruned(facts)
  const edges = await files.open(join(folder, EDGES_FILE)).catch(ignoreMissing)
  if (edges !== undefined) opened.defer(() => edges.close())
  await checkEdges(edges?.size === 0 ? undefined : edges, pruned.at(-1)) // of no bytes: not part of this backup
  const roots = pruned.map(({ segment, root }) => [segment, decodeBase64(root)!] as const)
  const known = new Map([...parts.known, ...roots])
  const tree = new SegmentedTree(segments, { ...parts, known })
  let last = ORIGIN
  for await (const frame of scanCommits(commits, 0, segmentLeaves)) {
    const { commit } = frame
    const root = await tree.growTo(commit)
    if (root !== undefined && Buffer.compare(root, commit.root) !== 0) {
      throw otherRoot(commits.path, last.size, commit.size, frame.start)
    }
    tree.requireEnds(commit)
    last = markOf(frame)
  }
  onLeaves(last.size)
  if (last.commitEnd === commits.size) return { last, segments: tree.roots, erased: tree.erased }
  throw new LedgerError('commits_damaged', {
    en: `${commits.path}: the commit at byte ${last.commitEnd} does not read. ${RESTORE.en}`,
    zh: `${commits.path}：第 ${last.commitEnd} 字节处的提交无法读取。${RESTORE.zh}`,
  })
}

/** The log's tree as that of its segments, each an exact subtree: one whose root is known need not be read. */
class SegmentedTree {
  /** Of the full segments. */
  readonly roots: Hash[] = []
  readonly erased = new Set<number>()
  readonly #parts: TreeParts
  readonly #segments: SegmentFiles
  /** Over the roots of the full segments: complete subtrees of one width fold as leaves do. */
  readonly #full = emptyFrontier()
  /** Of the segment that is not full yet. */
  #open: GrowingTree
  /** Undefined while a segment is known, and not read. */
  #replay: LogReplay | undefined
  #size = 0

  constructor(segments: SegmentFiles, parts: TreeParts) {
    this.#segments = segments
    this.#parts = parts
    this.#open = this.#newTree()
  }

  /** The root of the tree up to this commit; undefined where it is within a segment that is not read. */
  async growTo({ size }: LogEnd): Promise<Hash | undefined> {
    const { known, segmentLeaves, onLeaves } = this.#parts
    while (this.#size < size) {
      const number = this.roots.length
      const start = number * segmentLeaves
      const root = known.get(number)
      if (root !== undefined) {
        this.#replay = undefined
        if (size < start + segmentLeaves) return undefined
        this.#end(root)
        continue
      }
      this.#replay ??= this.#startReplay(start)
      const hashes = await this.#replay.take(Math.min(size, start + segmentLeaves) - this.#size)
      this.#open.append(hashes, ignore)
      this.#size = start + this.#open.size
      onLeaves(this.#size)
      if (this.#open.size === segmentLeaves) this.#end(this.#open.root)
    }
    const open = this.#open.size === 0 ? [] : [this.#open.root]
    return foldRight([...this.#full.hashes, ...open])
  }

  /** The segment's files end where the commit says; not asked of segments that are not read. */
  requireEnds(commit: LogEnd): void {
    if (this.#size === commit.size) this.#replay?.requireEnds(commit)
  }

  #end(root: Hash): void {
    this.roots.push(root)
    appendLeaf(this.#full, root)
    this.#open = this.#newTree()
    this.#size = this.roots.length * this.#parts.segmentLeaves
  }

  #newTree(): GrowingTree {
    return new GrowingTree(emptyFrontier(), this.#parts.work.hashPairs)
  }

  #startReplay(size: number): LogReplay {
    return new LogReplay(this.#segments, { ...ORIGIN, size }, this.#parts.work.readEntries, chunk => {
      for (const leaf of erasedByRecords(chunk)) this.erased.add(leaf)
    })
  }
}

function ignore(): void {}

function otherRoot(path: string, from: number, to: number, at: number): LedgerError {
  return new LedgerError('log_damaged', {
    en: `${path}: the entries of leaves ${from} to ${to - 1} do not hash to the root of the commit at byte ${at}, the first that differs. ${RESTORE.en}`,
    zh: `${path}：第 ${from} 至 ${to - 1} 片叶的条目得不出第 ${at} 字节处的提交的根，这是第一处不符。${RESTORE.zh}`,
  })
}
