// The sealed parts, beside the log: frames `u48be leaf index ‖ u32be length ‖ bytes`, in order of leaf, for the leaves
// whose record says it has one. The bytes are ciphertext and mean nothing to the store; the entry commits to what they
// hide, and the cipher's own tag tells whoever opens them if they changed.

import { LedgerError } from '../core/error.ts'
import type { LogFile } from './file.ts'
import type { ForwardReader } from './forward.ts'

const HEADER_BYTES = 10

export function sealedFrameBytes(sealed: Uint8Array): number {
  return HEADER_BYTES + sealed.length
}

/** Writes one frame into `target`; returns where the next one starts. */
export function writeSealedFrame(target: Buffer, at: number, index: number, sealed: Uint8Array): number {
  target.writeUIntBE(index, at, 6)
  target.writeUInt32BE(sealed.length, at + 6)
  target.set(sealed, at + HEADER_BYTES)
  return at + sealedFrameBytes(sealed)
}

export async function readSealedFrame(file: LogFile, position: number, index: number): Promise<Buffer> {
  const header = await file.read(position, HEADER_BYTES)
  requireIndex(file.path, position, header.readUIntBE(0, 6), index)
  return file.read(position + HEADER_BYTES, header.readUInt32BE(6))
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
    const header = (await this.#reader.load(HEADER_BYTES)) ? this.#reader.peek(HEADER_BYTES) : undefined
    requireIndex(this.path, position, header?.readUIntBE(0, 6), index)
    this.#reader.skip(HEADER_BYTES + header!.readUInt32BE(6))
    return position
  }
}

function requireIndex(path: string, position: number, found: number | undefined, wanted: number): void {
  if (found === wanted) return
  throw new LedgerError('sealed_damaged', {
    en: `${path}: at byte ${position} is ${found === undefined ? 'no frame' : `a frame of leaf ${found}`}, where the sealed part of leaf ${wanted} belongs. The log itself is not affected; restore this file from a backup.`,
    zh: `${path}：第 ${position} 字节处应为第 ${wanted} 片叶的密封部分，却${found === undefined ? '没有帧' : `是第 ${found} 片叶的帧`}。日志本身不受影响；请从备份恢复该文件。`,
  })
}
