// The log read again from a mark on, leaf by leaf, as the records that were once accepted.

import { LedgerError } from '../core/error.ts'
import { hashLeaf } from '../core/hash.ts'
import { type AccessRecord, readTime } from '../core/record.ts'
import type { Hash } from '../core/tree.ts'
import { type LogEnd, RESTORE } from './commits.ts'
import type { LogFile } from './file.ts'
import { ForwardReader } from './forward.ts'
import type { Place } from './places.ts'
import { SealedScanner } from './sealed.ts'

const LENGTH_BYTES = 2

export interface ReplayedLeaf {
  readonly record: AccessRecord
  readonly hash: Hash
  readonly place: Place
}

export class LogReplay {
  readonly #entries: ForwardReader
  readonly #sealed: SealedScanner
  readonly #path: string
  #sealedFailure: unknown

  constructor(files: { readonly entries: LogFile; readonly sealed: LogFile }, from: LogEnd) {
    this.#entries = new ForwardReader(files.entries, from.entriesEnd, files.entries.size)
    this.#sealed = new SealedScanner(
      new ForwardReader(files.sealed, from.sealedEnd, files.sealed.size),
      files.sealed.path,
    )
    this.#path = files.entries.path
  }

  /** The next leaf, which the caller knows to be number `index`. */
  async next(index: number): Promise<ReplayedLeaf> {
    const reader = this.#entries
    const position = reader.position
    if (!reader.has(LENGTH_BYTES) && !(await reader.load(LENGTH_BYTES))) throw this.#damaged(index, position)
    const frame = LENGTH_BYTES + reader.peek(LENGTH_BYTES).readUInt16BE(0)
    if (!reader.has(frame) && !(await reader.load(frame))) throw this.#damaged(index, position)
    const entry = reader.take(frame).subarray(LENGTH_BYTES)
    const { record, time } = this.#read(entry, index, position)
    return { record, hash: hashLeaf(entry), place: { entry: position, time, sealed: await this.#place(record, index) } }
  }

  /**
   * After the leaves of a commit the files must be where that commit says. To be asked once its root was found right:
   * before, a sealed part may seem to be missing only because the entry that tells of it changed.
   */
  requireEnds({ size, entriesEnd, sealedEnd }: LogEnd): void {
    if (this.#sealedFailure !== undefined) throw this.#sealedFailure
    if (this.#entries.position !== entriesEnd) throw this.#damaged(size, this.#entries.position, entriesEnd)
    if (this.#sealed.position === sealedEnd) return
    throw new LedgerError('sealed_damaged', {
      en: `${this.#sealed.path}: the parts up to leaf ${size} end at byte ${this.#sealed.position}, but their commit says ${sealedEnd}. ${RESTORE.en}`,
      zh: `${this.#sealed.path}：到第 ${size} 片叶为止的密封部分在第 ${this.#sealed.position} 字节处结束，而其提交所载为 ${sealedEnd}。${RESTORE.zh}`,
    })
  }

  async #place(record: AccessRecord, index: number): Promise<number | undefined> {
    if (record.sealed === undefined || this.#sealedFailure !== undefined) return undefined
    try {
      return await this.#sealed.next(index)
    } catch (error) {
      this.#sealedFailure = error
      return undefined
    }
  }

  /**
   * Reads only what is needed. The root vouches for the bytes, and they were parsed strictly when they were accepted: to
   * be stricter here than then could only make a good log unreadable.
   */
  #read(entry: Buffer, index: number, position: number): { record: AccessRecord; time: number } {
    try {
      const record = JSON.parse(entry.toString()) as AccessRecord
      const time = readTime(record.time)
      if (time >= 0) return { record, time }
    } catch (error) {
      throw this.#damaged(index, position, undefined, error)
    }
    throw this.#damaged(index, position)
  }

  #damaged(index: number, position: number, expected?: number, cause?: unknown): LedgerError {
    const [en, zh] =
      expected === undefined ? ['', ''] : [`, where its commit says ${expected}`, `（其提交所载为 ${expected}）`]
    return new LedgerError(
      'log_damaged',
      {
        en: `${this.#path}: entry ${index} at byte ${position}${en} does not read. ${RESTORE.en}`,
        zh: `${this.#path}：第 ${position} 字节处的条目 ${index}${zh}无法读取。${RESTORE.zh}`,
      },
      {
        cause,
      },
    )
  }
}
