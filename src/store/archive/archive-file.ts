// An archive that is read: the entries of one segment, packed with zstd (RFC 8878) block by block, under the addresses
// that they had before, and its sealed parts, which are ciphertext and stand as they are.

import { promisify } from 'node:util'
import { crc32, zstdDecompress } from 'node:zlib'
import { LedgerError } from '../../core/error.ts'
import type { Words } from '../../core/words.ts'
import { cutShort, type LogFile } from '../file.ts'
import type { ByteCache } from '../index/byte-cache.ts'
import {
  ARCHIVE_HEAD_BYTES,
  type ArchiveHead,
  blocksOf,
  damagedArchive,
  decodeArchiveHead,
  PACKED_LEAVES,
  ROW_BYTES,
} from './archive-head.ts'

const unpack = promisify(zstdDecompress)

/** More blocks than this are read in one go and not kept: they would only push out what is read often. */
const KEPT_BLOCKS = 4
const MOST_KEPT_BYTES = 1 << 20
const ENTRY_OVERHEAD = 200
/** The longest entry, behind its length. */
const MOST_ENTRY_BYTES = 65_537
/** The smallest that zlib takes. */
const LEAST_CHUNK_BYTES = 64
/** Blocks unpacked ahead of whoever reads all of them. */
const AHEAD = 2

let filesOpened = 0

/** Where a block is: in the archive, and in the entries as they were. */
interface Block {
  readonly start: number
  readonly end: number
  readonly entriesStart: number
  readonly entriesEnd: number
  readonly crc: number
}

export class ArchiveFile {
  readonly head: ArchiveHead
  readonly #file: LogFile
  readonly #cache: ByteCache
  /** Tells its blocks in the cache from those of a file that had the same name before. */
  readonly #key: string

  private constructor(file: LogFile, head: ArchiveHead, cache: ByteCache) {
    this.#file = file
    this.head = head
    this.#cache = cache
    this.#key = `${filesOpened++}/`
  }

  /** Reads and checks the head. Throws `archive_damaged`. */
  static async open(file: LogFile, cache: ByteCache): Promise<ArchiveFile> {
    const bytes = file.size < ARCHIVE_HEAD_BYTES ? Buffer.alloc(0) : await file.read(0, ARCHIVE_HEAD_BYTES)
    const head = decodeArchiveHead(bytes, file.size)
    if (head !== undefined) return new ArchiveFile(file, head, cache)
    throw damagedArchive(file.path, {
      en: `its head (bytes 0 to ${ARCHIVE_HEAD_BYTES - 1}) does not read, or is not that of a file of ${file.size} bytes`,
      zh: `文件头（第 0 至 ${ARCHIVE_HEAD_BYTES - 1} 字节）无法读取，或与 ${file.size} 字节的文件长度不符`,
    })
  }

  get path(): string {
    return this.#file.path
  }

  get size(): number {
    return this.#file.size
  }

  /** `length` bytes of the entries from `position` on, as the file `entries` had them. */
  async read(position: number, length: number): Promise<Buffer> {
    const { entriesEnd } = this.head
    if (position < 0 || position + length > entriesEnd) throw cutShort(this.path, entriesEnd, position + length)
    if (length === 0) return Buffer.alloc(0)
    const table = await this.#table()
    const first = blockAt(table, position)
    const last = blockAt(table, position + length - 1)
    const isKept = last - first < KEPT_BLOCKS
    const blocks = await Promise.all(
      Array.from({ length: last - first + 1 }, (_, k) =>
        isKept ? this.#kept(table, first + k) : this.#block(table, first + k),
      ),
    )
    const bytes = blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks)
    const start = position - blockOf(table, first).entriesStart
    return bytes.subarray(start, start + length)
  }

  /** All blocks in order, unpacked; what comes next is on its way while one is looked at. */
  async *blocks(): AsyncGenerator<Buffer> {
    const table = await this.#table()
    const count = blocksOf(this.head)
    const ahead: Promise<Buffer>[] = []
    try {
      for (let next = 0; next < count || ahead.length > 0; ) {
        for (; next < count && ahead.length < AHEAD; next++) {
          const block = this.#block(table, next)
          block.catch(ignore) // told when its turn comes, if it does
          ahead.push(block)
        }
        yield await ahead.shift()!
      }
    } finally {
      await Promise.allSettled(ahead)
    }
  }

  /** The bytes of the proof (archive-proof.ts). Throws `archive_damaged`. */
  async readProof(): Promise<Buffer> {
    const { proofAt, checksAt, proofCrc } = this.head
    return this.#part(proofAt, checksAt, proofCrc, { en: 'proof', zh: '证明' })
  }

  /** The CRC-32 of each sealed part's frame, as it was when it was archived. Throws `archive_damaged`. */
  async readChecks(): Promise<Buffer> {
    const { checksAt, sealedAt, checksCrc } = this.head
    return this.#part(checksAt, sealedAt, checksCrc, { en: 'checks of the sealed parts', zh: '密封部分的校验值' })
  }

  /** The entries as a file: what whoever reads a segment need not know apart. Nothing in it can be changed. */
  get entries(): LogFile {
    return {
      ...UNCHANGING,
      path: this.path,
      size: this.head.entriesEnd,
      read: (position, length) => this.read(position, length),
      close: () => this.close(),
    }
  }

  /** The sealed parts as a file, if there are any. A part can be erased: written over, in its place. */
  get sealed(): LogFile | undefined {
    const { sealedAt, sealedEnd } = this.head
    if (sealedEnd === 0) return undefined
    const requireWithin = (position: number, length: number): void => {
      if (position < 0 || position + length > sealedEnd) throw cutShort(this.path, sealedEnd, position + length)
    }
    return {
      ...UNCHANGING,
      path: this.path,
      size: sealedEnd,
      read: async (position, length) => {
        requireWithin(position, length)
        return this.#file.read(sealedAt + position, length)
      },
      rewrite: async (bytes, position) => {
        requireWithin(position, bytes.length)
        await this.#file.rewrite(bytes, sealedAt + position)
      },
      datasync: () => this.#file.datasync(),
    }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async #part(start: number, end: number, crc: number, what: Words): Promise<Buffer> {
    const bytes = await this.#file.read(start, end - start)
    if (crc32(bytes) === crc) return bytes
    throw damagedArchive(this.path, {
      en: `its ${what.en} (bytes ${start} to ${end - 1}) changed on the disk`,
      zh: `其${what.zh}（第 ${start} 至 ${end - 1} 字节）在磁盘上被改动`,
    })
  }

  async #table(): Promise<Buffer> {
    const key = `${this.#key}t`
    const kept = this.#cache.get(key)
    if (kept !== undefined) return kept as Buffer
    const { tableAt, proofAt, tableCrc } = this.head
    const table = await this.#part(tableAt, proofAt, tableCrc, { en: 'table of blocks', zh: '块表' })
    if (!isConsistent(table, this.head)) {
      throw damagedArchive(this.path, { en: 'its table of blocks contradicts itself', zh: '其块表自相矛盾' })
    }
    this.#cache.set(key, table, table.length + ENTRY_OVERHEAD)
    return table
  }

  async #kept(table: Buffer, number: number): Promise<Buffer> {
    const key = this.#key + number
    const kept = this.#cache.get(key)
    if (kept !== undefined) return kept as Buffer
    const bytes = await this.#block(table, number)
    if (bytes.length <= MOST_KEPT_BYTES) this.#cache.set(key, bytes, bytes.length + ENTRY_OVERHEAD)
    return bytes
  }

  async #block(table: Buffer, number: number): Promise<Buffer> {
    const { start, end, entriesStart, entriesEnd, crc } = blockOf(table, number)
    const damaged = (finding: Words, cause?: unknown): LedgerError => {
      const first = this.head.number * this.head.count + number * PACKED_LEAVES
      const last = first + PACKED_LEAVES - 1
      return damagedArchive(
        this.path,
        {
          en: `block ${number} (bytes ${start} to ${end - 1}, leaves ${first} to ${last}) ${finding.en}`,
          zh: `第 ${number} 块（第 ${start} 至 ${end - 1} 字节，第 ${first} 至 ${last} 片叶）${finding.zh}`,
        },
        cause,
      )
    }
    const packed = await this.#file.read(start, end - start)
    if (crc32(packed) !== crc) throw damaged({ en: 'changed on the disk', zh: '在磁盘上被改动' })
    const length = entriesEnd - entriesStart
    // Whoever made the block, it cannot take more memory than its entries did; and in one piece it takes half the time.
    const room = { maxOutputLength: length, chunkSize: Math.max(LEAST_CHUNK_BYTES, length) }
    const bytes = await unpack(packed, room).catch((cause: unknown) => {
      throw damaged({ en: 'does not unpack', zh: '无法解压' }, cause)
    })
    if (bytes.length === length) return bytes
    throw damaged({
      en: `unpacks to ${bytes.length} bytes, not to ${length}`,
      zh: `解压后为 ${bytes.length} 字节，应为 ${length} 字节`,
    })
  }
}

/** Of an archive's files all that is written stands, and is on the disk. */
const UNCHANGING: Pick<LogFile, 'append' | 'rewrite' | 'truncate' | 'datasync' | 'close'> = {
  append: refuse,
  rewrite: refuse,
  truncate: refuse,
  async datasync() {},
  async close() {},
}

function ignore(): void {}

async function refuse(): Promise<never> {
  throw new Error('an archived segment was to be changed')
}

function blockOf(table: Buffer, number: number): Block {
  const at = number * ROW_BYTES
  return {
    start: table.readUIntBE(at, 6),
    entriesStart: table.readUIntBE(at + 6, 6),
    crc: table.readUInt32BE(at + 12),
    end: table.readUIntBE(at + ROW_BYTES, 6),
    entriesEnd: table.readUIntBE(at + ROW_BYTES + 6, 6),
  }
}

/** The block that has byte `position` of the entries. */
function blockAt(table: Buffer, position: number): number {
  let low = 0
  let high = table.length / ROW_BYTES - 1
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (table.readUIntBE(middle * ROW_BYTES + 6, 6) <= position) low = middle
    else high = middle
  }
  return low
}

/** Blocks follow each other without a gap, none is empty, and none is larger than its entries can be. */
function isConsistent(table: Buffer, head: ArchiveHead): boolean {
  const blocks = blocksOf(head)
  const [first, last] = [blockOf(table, 0), blockOf(table, blocks - 1)]
  if (first.start !== ARCHIVE_HEAD_BYTES || first.entriesStart !== 0) return false
  if (last.end !== head.tableAt || last.entriesEnd !== head.entriesEnd) return false
  if (table.readUInt32BE(blocks * ROW_BYTES + 12) !== 0) return false
  for (let k = 0; k < blocks; k++) {
    const { start, end, entriesStart, entriesEnd } = blockOf(table, k)
    const length = entriesEnd - entriesStart
    if (!(start < end && length > 0 && length <= PACKED_LEAVES * MOST_ENTRY_BYTES)) return false
    if (end - start > 2 * PACKED_LEAVES * MOST_ENTRY_BYTES) return false
  }
  return true
}
