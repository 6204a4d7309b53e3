// The log checked as a whole: every segment from its entries up, in threads; their hashes folded into the tree in order;
// at every commit the root, and where it says that the files end. Memory does not grow with the log: of the segments as
// many are at hand as there are threads, and of the tree its growing edge.

import { GrowingTree, type HashPairs } from '../core/growth.ts'
import { emptyFrontier, HASH_BYTES } from '../core/tree.ts'
import type { Words } from '../core/words.ts'
import type { LogFile } from '../store/file.ts'
import { type CommitFrame, type LogMark, markOf, scanCommits } from '../store/log/commits.ts'
import { ORIGIN } from '../store/log/log-end.ts'
import type { IndexRootsCheck } from './check-index-roots.ts'
import type { SegmentChecked } from './check-segment.ts'
import { TreeCheck, tellOtherRoot } from './check-tree.ts'
import { COMMITS, type CommitsFound } from './find-commits.ts'
import { BACKUP, type Findings, OTHER_ENTRIES } from './finding.ts'
import { type SegmentJob, segmentName } from './segment-job.ts'
import type { SegmentPool } from './segment-pool.ts'
import type { TileReader } from './tile-reader.ts'

export interface LogCheckParts {
  readonly data: string
  readonly archives: string
  readonly segmentLeaves: number
  readonly commits: LogFile
  readonly tiles: TileReader
  readonly pool: SegmentPool
  readonly hashPairs: HashPairs
  readonly findings: Findings
  readonly notes: Words[]
  /** Segments that are no more, by number: only tiles are left of them. */
  readonly pruned: ReadonlySet<number>
  /** Derives the index again; undefined when there is none, or it cannot. */
  readonly index: IndexRootsCheck | undefined
  /** Told of every commit, in order. */
  readonly onCommit: (frame: CommitFrame) => Promise<void>
}

const SEALED = 'sealed_damaged'

export interface LogChecked {
  readonly sealedOpened: number
  /** All commits passed by; false when the check had to stop before. */
  readonly isDone: boolean
}

/** Checks everything up to the last commit. */
export async function checkLog(parts: LogCheckParts, found: CommitsFound): Promise<LogChecked> {
  return new LogCheck(parts, found).run()
}

/** Leaves whose sealed part is gone, and those that erasures on record tell of. */
interface Erasures {
  readonly gone: Set<number>
  readonly told: Set<number>
}

class LogCheck {
  readonly #parts: LogCheckParts
  readonly #last: LogMark
  readonly #areWhole: boolean
  readonly #tree: TreeCheck
  /** Segments that are asked for, in order. */
  readonly #asked: Promise<SegmentChecked>[] = []
  #next = 0
  /** Those with leaves that are not folded yet, or the last of which was folded just now. */
  readonly #held = new Map<number, SegmentChecked>()
  /** The segments whose entries are not what was committed: nothing can be said of what is derived from them. */
  readonly #changed = new Set<number>()
  /** The segments whose sealed parts were all looked at, and are what they should be, or gone. */
  readonly #sealedGood = new Set<number>()
  readonly #erasures: Erasures = { gone: new Set(), told: new Set() }
  #opened = 0

  constructor(parts: LogCheckParts, { last, areWhole }: CommitsFound) {
    this.#parts = parts
    this.#last = last
    this.#areWhole = areWhole
    this.#tree = new TreeCheck(parts.tiles, parts.hashPairs, parts.findings, parts.segmentLeaves)
  }

  async run(): Promise<LogChecked> {
    const { commits, segmentLeaves, onCommit } = this.#parts
    const { size } = this.#last
    let before: LogMark = ORIGIN
    if (size > 0) {
      for await (const frame of scanCommits(commits, 0, segmentLeaves)) {
        await this.#addUpTo(frame.commit.size)
        const isRight = await this.#commit(frame, before)
        await onCommit(frame)
        if (!isRight) return this.#stop(frame)
        before = markOf(frame)
        for (const [number, segment] of this.#held) if (this.#isFolded(number)) await this.#finish(segment)
        if (frame.end >= this.#last.commitEnd) break // behind it nothing reads
      }
      for (const segment of this.#held.values()) await this.#finish(segment)
    }
    if (this.#areWhole) {
      this.#tree.tellBeyond()
      // An entry that changed may be the record of an erasure.
      if (this.#changed.size === 0) this.#checkErasures()
    }
    return { sealedOpened: this.#opened, isDone: this.#areWhole }
  }

  /** Leaves up to a commit, out of one segment or several. */
  async #addUpTo(size: number): Promise<void> {
    const { segmentLeaves } = this.#parts
    for (let at = this.#tree.size; at < size; ) {
      const number = Math.floor(at / segmentLeaves)
      const start = number * segmentLeaves
      const end = Math.min(size, start + segmentLeaves)
      if (this.#parts.pruned.has(number)) {
        await this.#tree.addPruned(end - at)
        at = end
        continue
      }
      const { hashes: all } = this.#held.get(number) ?? (await this.#take(number))
      const hashes = all.subarray((at - start) * HASH_BYTES, (end - start) * HASH_BYTES)
      await this.#tree.add(hashes, end - at)
      at = end
    }
  }

  async #take(number: number): Promise<SegmentChecked> {
    const { findings } = this.#parts
    this.#ask(number + 1)
    const checked = await this.#asked.shift()!
    this.#ask(number + 2) // a thread has its next one while this one is folded
    this.#held.set(number, checked)
    this.#opened += checked.sealedOpened
    for (const leaf of checked.erased) this.#erasures.gone.add(leaf)
    for (const leaf of checked.erasures) this.#erasures.told.add(leaf)
    if (checked.sealedOpened > 0 && !checked.findings.some(({ code }) => code === SEALED)) this.#sealedGood.add(number)
    const ofEntries = this.#isCutOff(number) ? [] : checked.findings.filter(({ code }) => code !== SEALED)
    findings.addAll(ofEntries)
    if (ofEntries.length > 0) this.#changed.add(number)
    return checked
  }

  /** Has the segments up to `number` checked, so many at once. */
  #ask(number: number): void {
    const count = Math.ceil(this.#last.size / this.#parts.segmentLeaves)
    const { pruned } = this.#parts
    for (; this.#next < Math.min(count, number + 1); this.#next++) {
      if (pruned.has(this.#next)) continue
      const checking = this.#check(this.#next)
      checking.catch(() => {}) // thrown to whoever takes it; if the one before fails, to nobody
      this.#asked.push(checking)
    }
  }

  async #check(number: number): Promise<SegmentChecked> {
    const { pool, index, segmentLeaves } = this.#parts
    const end = Math.min(this.#last.size, (number + 1) * segmentLeaves)
    return pool.check(this.#jobOf(number, (await index?.endsOf(number, end)) ?? []))
  }

  #jobOf(number: number, ends: readonly number[]): SegmentJob {
    const { data, archives, segmentLeaves: capacity } = this.#parts
    const { size, entriesEnd, sealedEnd } = this.#last
    const count = Math.min(capacity, size - number * capacity)
    const isLast = number === Math.ceil(size / capacity) - 1
    return { data, archives, number, capacity, count, ends, ...(isLast ? { entriesEnd, sealedEnd } : NO_ENDS) }
  }

  /** False when neither entries nor tiles lead to the commit's root: then nothing behind it can be judged. */
  async #commit(frame: CommitFrame, before: LogMark): Promise<boolean> {
    const { findings, segmentLeaves } = this.#parts
    const { commit, start } = frame
    const leaves = await this.#tree.commit(commit.root)
    const segmentOf = (leaf: number): number => Math.floor(leaf / segmentLeaves)
    if (leaves === undefined) {
      this.#tellOtherRoot(before.size, commit.size, start)
      return false
    }
    for (const leaf of leaves) {
      this.#changed.add(segmentOf(leaf))
      findings.lost('log_damaged', `${segmentName(segmentOf(leaf))}/entries`, this.#placeOf(leaf), OTHER_ENTRIES)
    }
    if (leaves.length === 0 && commit.size > before.size) this.#checkEnds(frame)
    return true
  }

  #tellOtherRoot(first: number, end: number, at: number): void {
    const { findings, segmentLeaves, pruned } = this.#parts
    const [from, to] = [first, Math.max(first, end - 1)].map(leaf => Math.floor(leaf / segmentLeaves))
    for (let number = from!; number <= to!; number++) this.#changed.add(number)
    const isPruned = pruned.has(from!)
    const file = isPruned ? 'log/tile/0' : `${segmentName(from!)}/entries`
    if (!findings.has(file)) tellOtherRoot(findings, file, [first, end], at, isPruned)
  }

  /** Ends the check where it cannot go on. */
  async #stop({ commit }: CommitFrame): Promise<LogChecked> {
    await Promise.allSettled(this.#asked)
    this.#parts.notes.push({
      en: `What lies behind leaf ${commit.size - 1} was not checked: it can be when what is before it is right.`,
      zh: `第 ${commit.size - 1} 片叶之后的内容未检查：须先恢复之前的内容。`,
    })
    return { sealedOpened: this.#opened, isDone: false }
  }

  #placeOf(leaf: number): Words {
    const { segmentLeaves } = this.#parts
    const at = this.#held.get(Math.floor(leaf / segmentLeaves))!.places[leaf % segmentLeaves]
    const where = at === undefined ? { en: '', zh: '' } : { en: ` at byte ${at}`, zh: `（第 ${at} 字节处）` }
    return {
      en: `entry ${leaf}${where.en} is not the one that was committed: it does not hash to its leaf`,
      zh: `条目 ${leaf}${where.zh}不是当初提交的那一条：得不出其叶的哈希`,
    }
  }

  /** The files end where the commit says that they do. */
  #checkEnds({ commit, start }: CommitFrame): void {
    const { segmentLeaves, pruned } = this.#parts
    const number = Math.floor((commit.size - 1) / segmentLeaves)
    if (this.#changed.has(number) || pruned.has(number) || !this.#held.get(number)!.isSealedWhole) return
    const { places, sealedLeaves, sealedPlaces, sealedEnd } = this.#held.get(number)!
    const count = commit.size - number * segmentLeaves
    const next = firstFrom(sealedLeaves, count)
    const ends = [places[count], next === sealedLeaves.length ? sealedEnd : sealedPlaces[next]]
    if (ends[0] === commit.entriesEnd && ends[1] === commit.sealedEnd) return
    this.#parts.findings.lost(
      'commits_damaged',
      COMMITS,
      {
        en: `the commit at byte ${start} says that entries and sealed parts end at bytes ${commit.entriesEnd} and ${commit.sealedEnd}; they end at ${ends.join(' and ')}`,
        zh: `第 ${start} 字节处的提交称条目和密封部分止于第 ${commit.entriesEnd} 和 ${commit.sealedEnd} 字节，实际止于 ${ends.join(' 和 ')}`,
      },
      BACKUP,
    )
  }

  /**
   * No part goes without a record of it: whoever writes the disk could erase what he likes. And none stays, or comes back
   * with a file out of an older copy, of which a record says that it is gone.
   */
  #checkErasures(): void {
    const { gone, told } = this.#erasures
    for (const leaf of gone) {
      if (told.has(leaf)) continue
      const file = `${segmentName(Math.floor(leaf / this.#parts.segmentLeaves))}/sealed`
      const found = {
        en: `the sealed part of leaf ${leaf} was erased, but no record of the log tells of it`,
        zh: `第 ${leaf} 片叶的密封部分已被删除，而日志中没有相应的删除记录`,
      }
      this.#parts.findings.lost('sealed_damaged', file, found, BACKUP)
    }
    for (const leaf of told) {
      const number = Math.floor(leaf / this.#parts.segmentLeaves)
      if (gone.has(leaf) || !this.#sealedGood.has(number)) continue
      const found = {
        en: `the sealed part of leaf ${leaf} is there, though a record of the log tells of its erasure`,
        zh: `日志中有第 ${leaf} 片叶密封部分的删除记录，而该部分仍在`,
      }
      this.#parts.findings.derived('erasure_undone', `${segmentName(number)}/sealed`, found, ERASE_AGAIN)
    }
  }

  /** The segment in which the last commit that reads ends, when there were more: its files go on behind that. */
  #isCutOff(number: number): boolean {
    const { segmentLeaves } = this.#parts
    return !this.#areWhole && (number + 1) * segmentLeaves > this.#last.size
  }

  #isFolded(number: number): boolean {
    return this.#tree.size >= (number + 1) * this.#parts.segmentLeaves
  }

  /** What is derived of a segment whose leaves are all folded. */
  async #finish(segment: SegmentChecked): Promise<void> {
    const { number, index, indexDamage, hashes, isSealedWhole } = segment
    this.#held.delete(number)
    const isKnown = !this.#isCutOff(number) && !this.#changed.has(number)
    await this.#parts.index?.take(number, isKnown ? segment.added : undefined, otherEntries(number))
    if (this.#isCutOff(number)) return
    const { findings, hashPairs } = this.#parts
    if (!this.#changed.has(number)) {
      // An entry that changed may have another digest: the sealed parts are judged when the entries are right.
      findings.addAll(segment.findings.filter(({ code }) => code === SEALED))
      for (const leaf of segment.refused) {
        findings.lost('entry_not_canonical', `${segmentName(number)}/entries`, notCanonical(leaf), OTHER_SOFTWARE)
      }
    }
    const isFull = this.#isFolded(number)
    const file = `${segmentName(number)}/${isFull ? 'index' : 'index.open'}`
    const damage = indexDamage ?? index?.damage
    if (damage !== undefined) findings.derived('index_damaged', file, damage)
    else if (index === undefined) {
      const isMissing = isFull && !this.#changed.has(number)
      if (isMissing) findings.derived('index_damaged', file, { en: 'it is not there', zh: '不存在' })
    } else if (!this.#changed.has(number) && isSealedWhole) {
      const counted = hashes.subarray(0, index.count * HASH_BYTES)
      const root = isFull ? this.#tree.segmentRoots[number]! : rootOf(counted, hashPairs)
      const isOther = Buffer.compare(index.root, root) !== 0
      const other = { en: 'its root is not that of its leaves', zh: '其根不是其各叶的根' }
      const difference = index.difference ?? (isOther ? other : undefined)
      if (difference !== undefined) findings.derived('index_damaged', file, difference)
    }
  }
}

function otherEntries(number: number): Words {
  const name = segmentName(number)
  return {
    en: `${name} has entries that are damaged, missing or no records`,
    zh: `${name} 中有条目损坏、缺失或不是记录`,
  }
}

const ERASE_AGAIN: Words = {
  en: 'A crash came before it was erased, or the file was put back from an older copy: suyuan fsck --repair erases it.',
  zh: '删除之前发生了崩溃，或该文件由较旧的副本恢复：suyuan fsck --repair 会将其删除。',
}

function notCanonical(leaf: number): Words {
  return {
    en: `entry ${leaf} was committed so, but is no record in canonical form`,
    zh: `条目 ${leaf} 就是这样提交的，却不是规范形式的记录`,
  }
}

const OTHER_SOFTWARE: Words = {
  en: 'This software does not accept such lines: another wrote it, or this one has a fault. Proofs of it hold; say so to whoever maintains Suyuan.',
  zh: '本软件不会接受这样的行：它由其他软件写入，或本软件有缺陷。其证明依然有效；请告知溯源的维护者。',
}

/** The place of the first of these ascending numbers that is not below `least`. */
function firstFrom(numbers: Float64Array, least: number): number {
  let low = 0
  for (let high = numbers.length; low < high; ) {
    const middle = (low + high) >>> 1
    if (numbers[middle]! < least) low = middle + 1
    else high = middle
  }
  return low
}

const NO_ENDS = { entriesEnd: undefined, sealedEnd: undefined }

function rootOf(hashes: Uint8Array, hashPairs: HashPairs): Uint8Array {
  const tree = new GrowingTree(emptyFrontier(), hashPairs)
  tree.append(hashes, () => {})
  return tree.root
}
