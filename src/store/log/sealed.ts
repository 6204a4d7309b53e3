// The sealed parts, beside the log: frames `u48be leaf index ‖ u32be length ‖ bytes`, in order of leaf, for the leaves
// whose record says it has one. The bytes are ciphertext and mean nothing to the store; the entry commits to what they
// hide, and the cipher's own tag tells whoever opens them if they changed.

import { LedgerError } from '../../core/error.ts'
import type { LogFile } from '../file.ts'
import type { ForwardReader } from './forward.ts'

export const SEALED_HEADER_BYTES = 10

export function sealedFrameBytes(sealed: Uint8Array): number {
  return SEALED_HEADER_BYTES + sealed.length
}

/** Writes one frame into `target`; returns where the next one starts. */
export function writeSealedFrame(target: Buffer, at: number, index: number, sealed: Uint8Array): number {
  target.writeUIntBE(index, at, 6)
  target.writeUInt32BE(sealed.length, at + 6)
  target.set(sealed, at + SEALED_HEADER_BYTES)
  return at + sealedFrameBytes(sealed)
}

/**
 * The part in bytes [start, end). Where it ends is not believed of its own length, by which an erasure could leave some of
 * it, or destroy those behind.
 * @throws LedgerError `sealed_damaged` when what is there is no frame of this leaf that ends there
 */
export async function readSealedFrame(file: LogFile, start: number, end: number, index: number): Promise<Buffer> {
  const header = await file.read(start, SEALED_HEADER_BYTES)
  requireIndex(file.path, start, header.readUIntBE(0, 6), index)
  const at = start + SEALED_HEADER_BYTES
  const length = header.readUInt32BE(6)
  if (at + length !== end) throw otherLength(file.path, start, index, length, end - at)
  return file.read(at, length)
}

/** Writes zeros over the part in bytes [start, end): all else stays as it is. Durable when it resolves. */
export async function eraseSealedFrame(file: LogFile, start: number, end: number): Promise<void> {
  const at = start + SEALED_HEADER_BYTES
  await file.rewrite(Buffer.alloc(end - at), at)
  await file.datasync()
}

/** Nothing is left of an erased part. */
export function isErased(part: Uint8Array): boolean {
  return part.every(byte => byte === 0)
}

/** Finds the sealed parts again, frame by frame, while the log is replayed. */
export class SealedScanner {
  readonly path: string
  readonly #reader: ForwardReader

  constructor(reader: ForwardReader, path: string) {
    this.#reader = reader
    this.path = path
  }

  /** Position of the next frame not yet given out. */
  get position(): number {
    return this.#reader.position
  }

  /** The position of the next frame, which must be that of leaf `index`. */
  async next(index: number): Promise<number> {
    const position = this.#reader.position
    const header = (await this.#reader.load(SEALED_HEADER_BYTES)) ? this.#reader.peek(SEALED_HEADER_BYTES) : undefined
    requireIndex(this.path, position, header?.readUIntBE(0, 6), index)
    this.#reader.skip(SEALED_HEADER_BYTES + header!.readUInt32BE(6))
    return position
  }
}

function otherLength(path: string, start: number, index: number, told: number, is: number): LedgerError {
  return new LedgerError('sealed_damaged', {
    en: `${path}: the frame of leaf ${index} at byte ${start} says that its sealed part has ${told} bytes, where it has ${is}. The log itself is not affected; restore this file from a backup, then run suyuan fsck: an older copy may have what was erased since.`,
    zh: `${path}：第 ${start} 字节处第 ${index} 片叶的帧称其密封部分有 ${told} 字节，实为 ${is} 字节。日志本身不受影响；请从备份恢复该文件，然后运行 suyuan fsck：较旧的副本中可能有此后已删除的内容。`,
  })
}

function requireIndex(path: string, position: number, found: number | undefined, wanted: number): void {
  if (found === wanted) return
  throw new LedgerError('sealed_damaged', {
    en: `${path}: at byte ${position} is ${found === undefined ? 'no frame' : `a frame of leaf ${found}`}, where the sealed part of leaf ${wanted} belongs. The log itself is not affected; restore this file from a backup, then run suyuan fsck: an older copy may have what was erased since.`,
    zh: `${path}：第 ${position} 字节处应为第 ${wanted} 片叶的密封部分，却${found === undefined ? '没有帧' : `是第 ${found} 片叶的帧`}。日志本身不受影响；请从备份恢复该文件，然后运行 suyuan fsck：较旧的副本中可能有此后已删除的内容。`,
  })
}
