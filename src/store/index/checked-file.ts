// Reads a segment's index page by page, and looks at no page whose CRC-32 is not the one that was written with it: a bit
// that flipped on the disk is found before it gets into an answer.

import { crc32 } from 'node:zlib'
import { LedgerError } from '../../core/error.ts'
import type { Words } from '../../core/words.ts'
import type { LogFile } from '../file.ts'
import type { ByteCache } from './byte-cache.ts'
import { CHECK_BYTES, CHECKS, decodeHead, HEAD_BYTES, type IndexHead, PAGE_BYTES } from './index-head.ts'

/** An index that is not what was written. It is derived: whoever catches this makes it again. */
export class IndexDamaged extends Error {
  readonly path: string
  readonly finding: Words

  constructor(path: string, finding: Words, cause?: unknown) {
    super(`${path}: ${finding.en}`, { cause })
    this.path = path
    this.finding = finding
  }
}

/** What an index is that was made again and is damaged still: no use to try for ever. */
export function damagedAgain(damage: IndexDamaged): LedgerError {
  return new LedgerError(
    'index_damaged',
    {
      en: `${damage.message}, although it was made again a moment ago: the disk does not keep what is written to it. Check it.`,
      zh: `${damage.path}：${damage.finding.zh}，而它刚刚才重新生成：磁盘没有保住写入的内容。请检查磁盘。`,
    },
    { cause: damage },
  )
}

/** More pages than this are read in one go and not kept: they would only push out what is read often. */
const KEPT_PAGES = 4
const ENTRY_OVERHEAD = 200

let filesOpened = 0

export class CheckedFile {
  readonly head: IndexHead
  readonly #file: LogFile
  readonly #cache: ByteCache
  /** Whole sections on their way. */
  readonly #reading = new Map<number, Promise<unknown>>()
  readonly #checks: Buffer
  /** Tells its pages in the cache from those of a file that had the same name before. */
  readonly #key: string

  private constructor(file: LogFile, head: IndexHead, checks: Buffer, cache: ByteCache) {
    this.#file = file
    this.head = head
    this.#checks = checks
    this.#cache = cache
    this.#key = `${filesOpened++}/`
  }

  /** Reads and checks the head. Throws IndexDamaged. */
  static async open(file: LogFile, cache: ByteCache): Promise<CheckedFile> {
    if (file.size < HEAD_BYTES) {
      throw new IndexDamaged(file.path, {
        en: `has ${file.size} bytes, fewer than its head`,
        zh: `有 ${file.size} 字节，不足其文件头`,
      })
    }
    const head = decodeHead(await file.read(0, HEAD_BYTES))
    if (head === undefined) {
      throw new IndexDamaged(file.path, { en: 'has a head that does not read', zh: '文件头无法读取' })
    }
    const { offset, length, crc } = head.sections[CHECKS]!
    if (file.size !== offset + length) {
      throw new IndexDamaged(file.path, {
        en: `has ${file.size} bytes, where its head says ${offset + length}`,
        zh: `有 ${file.size} 字节，而其文件头所载为 ${offset + length}`,
      })
    }
    const checks = await file.read(offset, length)
    if (crc32(checks) !== crc) {
      throw new IndexDamaged(file.path, { en: 'has checks that do not read', zh: '校验值无法读取' })
    }
    return new CheckedFile(file, head, checks, cache)
  }

  get path(): string {
    return this.#file.path
  }

  /** `length` bytes of section `section` from `at` on. */
  async read(section: number, at: number, length: number): Promise<Uint8Array> {
    const { offset, length: has } = this.head.sections[section]!
    if (length === 0) return new Uint8Array(0)
    if (at < 0 || at + length > has) {
      throw new IndexDamaged(this.path, {
        en: `section ${section} ends before byte ${at + length}`,
        zh: `第 ${section} 节不到第 ${at + length} 字节就已结束`,
      })
    }
    const start = offset - HEAD_BYTES + at
    const first = Math.floor(start / PAGE_BYTES)
    const last = Math.floor((start + length - 1) / PAGE_BYTES)
    if (last - first >= KEPT_PAGES) {
      const bytes = await this.#readPages(first, last)
      return bytes.subarray(start - first * PAGE_BYTES, start - first * PAGE_BYTES + length)
    }
    if (first === last) return (await this.#page(first)).subarray(start % PAGE_BYTES, (start % PAGE_BYTES) + length)
    const pages = await Promise.all(Array.from({ length: last - first + 1 }, (_, k) => this.#page(first + k)))
    const parts = pages.map((page, k) =>
      page.subarray(k === 0 ? start % PAGE_BYTES : 0, start + length - (first + k) * PAGE_BYTES),
    )
    return Buffer.concat(parts)
  }

  /** All of a section, made into something that is kept as long as there is room. */
  async readWhole<T>(section: number, make: (bytes: Uint8Array) => T): Promise<T> {
    const key = `${this.#key}s${section}`
    const kept = this.#cache.get(key)
    if (kept !== undefined) return kept as T
    const underway = this.#reading.get(section)
    if (underway !== undefined) return underway as Promise<T>
    const { length } = this.head.sections[section]!
    // A copy: what was read is a part of pages that are not kept.
    const reading = this.read(section, 0, length).then(bytes => {
      const made = make(Uint8Array.from(bytes))
      this.#cache.set(key, made, length + ENTRY_OVERHEAD)
      return made
    })
    this.#reading.set(section, reading)
    return reading.finally(() => this.#reading.delete(section))
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async #page(page: number): Promise<Buffer> {
    const key = this.#key + page
    const kept = this.#cache.get(key)
    if (kept !== undefined) return kept as Buffer
    const bytes = await this.#readPages(page, page)
    this.#cache.set(key, bytes, bytes.length + ENTRY_OVERHEAD)
    return bytes
  }

  async #readPages(first: number, last: number): Promise<Buffer> {
    const end = this.head.sections[CHECKS]!.offset - HEAD_BYTES
    const start = first * PAGE_BYTES
    const bytes = await this.#file
      .read(HEAD_BYTES + start, Math.min((last + 1) * PAGE_BYTES, end) - start)
      .catch((error: unknown) => {
        if (error instanceof LedgerError)
          throw new IndexDamaged(this.path, { en: 'was cut short', zh: '被截短' }, error)
        throw error
      })
    for (let page = first; page <= last; page++) {
      const at = (page - first) * PAGE_BYTES
      const crc = crc32(bytes.subarray(at, at + PAGE_BYTES))
      if (crc !== this.#checks.readUInt32BE(page * CHECK_BYTES)) {
        const from = HEAD_BYTES + page * PAGE_BYTES
        throw new IndexDamaged(this.path, {
          en: `page ${page} (from byte ${from}) changed on the disk`,
          zh: `第 ${page} 页（自第 ${from} 字节起）在磁盘上被改动`,
        })
      }
    }
    return bytes
  }
}
