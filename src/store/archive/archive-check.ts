// Is an archive what it says? Everything is computed again from its entries: each is hashed, the tree is folded, and the
// root is followed to a checkpoint. Needs no ledger, and believes nothing that the file says of itself.

import { crc32 } from 'node:zlib'
import type { TreeHead } from '../../core/checkpoint.ts'
import { LedgerError } from '../../core/error.ts'
import { GrowingTree } from '../../core/growth.ts'
import { findEntries } from '../../core/leaves.ts'
import { emptyFrontier } from '../../core/tree.ts'
import type { Words } from '../../core/words.ts'
import type { LogFile } from '../file.ts'
import { ByteCache } from '../index/byte-cache.ts'
import { ForwardReader } from '../log/forward.ts'
import { isErased, SEALED_HEADER_BYTES } from '../log/sealed.ts'
import type { WorkingParts } from '../working-parts.ts'
import { ArchiveFile } from './archive-file.ts'
import { type ArchiveHead, CHECK_BYTES, damagedArchive, PACKED_LEAVES } from './archive-head.ts'
import { decodeArchiveProof, isInTree } from './archive-proof.ts'

export interface CheckedArchive {
  readonly head: ArchiveHead
  /** The tree that has the segment, as the archive's own checkpoint states it. */
  readonly tree: TreeHead
  /** The checkpoint, a signed note. */
  readonly checkpoint: string
  /** Sealed parts, and those of them that were erased since. */
  readonly sealed: number
  readonly erased: number
}

export interface ArchiveCheckOptions {
  readonly work: WorkingParts
  /** The tree that a signed note states; throws when it is not to be believed. */
  readonly readCheckpoint: (signed: string) => TreeHead
  /** Told of leaves checked. */
  readonly onProgress?: (leaves: number) => void
}

/**
 * Checks every byte of an archive. At the speed of hashing, in steps of 256 leaves.
 * @throws LedgerError `archive_damaged`, naming what does not fit where; what `readCheckpoint` throws
 */
export async function verifyArchive(file: LogFile, options: ArchiveCheckOptions): Promise<CheckedArchive> {
  const archive = await ArchiveFile.open(file, new ByteCache(1 << 21))
  const { head, path } = archive
  const { checkpoint, proof } = await readProof(archive)
  const tree = options.readCheckpoint(checkpoint)
  if (!isInTree(head, tree, proof)) {
    throw damagedArchive(path, {
      en: `its proof does not lead from the root of segment ${head.number} to that of its checkpoint of size ${tree.size}`,
      zh: `其证明不能由第 ${head.number} 分段的根得出大小为 ${tree.size} 的检查点的根`,
    })
  }
  const sealed = new SealedCheck(archive, await archive.readChecks())
  await checkEntries(archive, sealed, options)
  await sealed.end()
  return { head, tree, checkpoint, sealed: sealed.count, erased: sealed.erased }
}

async function readProof(archive: ArchiveFile): Promise<ReturnType<typeof decodeArchiveProof>> {
  const bytes = await archive.readProof()
  try {
    return decodeArchiveProof(bytes)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    const { en, zh } = error.words
    throw damagedArchive(archive.path, { en: `its proof does not read: ${en}`, zh: `其证明无法读取：${zh}` }, error)
  }
}

async function checkEntries(archive: ArchiveFile, sealed: SealedCheck, options: ArchiveCheckOptions): Promise<void> {
  const { head, path } = archive
  const { work, onProgress } = options
  const tree = new GrowingTree(emptyFrontier(), work.hashPairs)
  const first = head.number * head.count
  let minTime = Number.POSITIVE_INFINITY
  let maxTime = Number.NEGATIVE_INFINITY
  for await (const bytes of archive.blocks()) {
    const places = findEntries(bytes, PACKED_LEAVES)
    if (places === undefined) {
      const at = first + tree.size
      throw damagedArchive(path, {
        en: `the block of leaves ${at} to ${at + PACKED_LEAVES - 1} does not hold as many whole entries`,
        zh: `第 ${at} 至 ${at + PACKED_LEAVES - 1} 片叶的块中条目数不符`,
      })
    }
    const leaves = work.readEntries(bytes, places)
    for (const time of leaves.times) {
      minTime = Math.min(minTime, time)
      maxTime = Math.max(maxTime, time)
    }
    for (const leaf of leaves.sealed) await sealed.next(first + tree.size + leaf)
    tree.append(leaves.hashes, ignore)
    onProgress?.(tree.size)
  }
  if (Buffer.compare(tree.root, head.root) !== 0) {
    throw damagedArchive(path, {
      en: `its ${tree.size} entries have root ${hex(tree.root)}, not ${hex(head.root)}`,
      zh: `其 ${tree.size} 个条目的根为 ${hex(tree.root)}，应为 ${hex(head.root)}`,
    })
  }
  if (minTime === head.minTime && maxTime === head.maxTime) return
  throw damagedArchive(path, {
    en: `its records are of the times ${minTime} to ${maxTime}, not ${head.minTime} to ${head.maxTime}`,
    zh: `其记录的时间为 ${minTime} 至 ${maxTime}，应为 ${head.minTime} 至 ${head.maxTime}`,
  })
}

/** The sealed parts beside the entries that tell of them: one frame each, in order, unchanged or erased. */
class SealedCheck {
  count = 0
  erased = 0
  readonly #archive: ArchiveFile
  readonly #checks: Buffer
  readonly #reader: ForwardReader | undefined

  constructor(archive: ArchiveFile, checks: Buffer) {
    this.#archive = archive
    this.#checks = checks
    const { sealed } = archive
    this.#reader = sealed === undefined ? undefined : new ForwardReader(sealed, 0, sealed.size)
  }

  async next(index: number): Promise<void> {
    const reader = this.#reader
    const header = (await reader?.load(SEALED_HEADER_BYTES)) === true ? reader!.peek(SEALED_HEADER_BYTES) : undefined
    if (header?.readUIntBE(0, 6) !== index) {
      throw this.#damaged({
        en: `where the sealed part of leaf ${index} belongs is ${header === undefined ? 'none' : `that of leaf ${header.readUIntBE(0, 6)}`}`,
        zh: `应为第 ${index} 片叶的密封部分之处，${header === undefined ? '没有内容' : `是第 ${header.readUIntBE(0, 6)} 片叶的`}`,
      })
    }
    const length = SEALED_HEADER_BYTES + header.readUInt32BE(6)
    const at = this.count * CHECK_BYTES
    const isWhole = (await reader!.load(length)) && at + CHECK_BYTES <= this.#checks.length
    const frame = isWhole ? reader!.take(length) : undefined
    this.count++
    if (frame !== undefined && isErased(frame.subarray(SEALED_HEADER_BYTES))) {
      this.erased++
      return
    }
    if (frame !== undefined && crc32(frame) === this.#checks.readUInt32BE(at)) return
    throw this.#damaged({
      en: `the sealed part of leaf ${index} changed, and was not erased`,
      zh: `第 ${index} 片叶的密封部分被改动，而并非删除`,
    })
  }

  async end(): Promise<void> {
    const { sealedEnd } = this.#archive.head
    const at = this.#reader?.position ?? 0
    if (at === sealedEnd && this.count * CHECK_BYTES === this.#checks.length) return
    throw this.#damaged({
      en: `the sealed parts of its leaves end at byte ${at} of ${sealedEnd}, and there are ${this.#checks.length / CHECK_BYTES} checks for ${this.count}`,
      zh: `各叶的密封部分在第 ${at} 字节处结束（共 ${sealedEnd} 字节），而 ${this.count} 个部分有 ${this.#checks.length / CHECK_BYTES} 个校验值`,
    })
  }

  #damaged(finding: Words): LedgerError {
    return damagedArchive(this.#archive.path, finding)
  }
}

function ignore(): void {}

function hex(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex')
}
