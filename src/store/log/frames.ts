// Frames, by which a file that only grows keeps its records apart: `u32be length ‖ u32be CRC-32 of the JSON ‖ JSON`
// (docs/data-directory.md). Each is written after the one before is on the disk, so a crash can tear only the last;
// everything else that does not read is damage.

import { crc32 } from 'node:zlib'
import type { Words } from '../../core/words.ts'
import type { LogFile } from '../file.ts'
import { ForwardReader } from './forward.ts'

/** A record and the bytes [start, end) of its frame. */
export interface Frame {
  readonly json: Buffer
  readonly start: number
  readonly end: number
}

const HEADER_BYTES = 8
/**
 * Kept below 0x20202020: the JSON of a frame has no byte below 0x20, so nothing a client gets into one (a batch key, a
 * refused line) can read as the header of another.
 */
const MAX_JSON_BYTES = 2 ** 28
const OPENING_BRACE = 0x7b

/** @throws RangeError for JSON that no frame holds */
export function encodeFrame(json: string): Buffer {
  const bytes = Buffer.byteLength(json)
  if (bytes > MAX_JSON_BYTES)
    throw new RangeError(`a frame of ${bytes} bytes is asked for, more than ${MAX_JSON_BYTES}`)
  const frame = Buffer.allocUnsafe(HEADER_BYTES + bytes)
  frame.write(json, HEADER_BYTES)
  frame.writeUInt32BE(bytes, 0)
  frame.writeUInt32BE(crc32(frame.subarray(HEADER_BYTES)), 4)
  return frame
}

/** The frames from byte `start` on, up to the first that is not whole: `findTailDamage` judges that one. */
export async function* scanFrames(file: LogFile, start: number): AsyncGenerator<Frame> {
  const reader = new ForwardReader(file, start, file.size)
  while (await reader.load(HEADER_BYTES)) {
    const header = reader.peek(HEADER_BYTES)
    const length = header.readUInt32BE(0)
    if (!isJsonLength(length) || !(await reader.load(HEADER_BYTES + length))) return
    const at = reader.position
    const json = reader.peek(HEADER_BYTES + length).subarray(HEADER_BYTES)
    if (crc32(json) !== header.readUInt32BE(4)) return
    reader.take(HEADER_BYTES + length)
    yield { json, start: at, end: reader.position }
  }
}

/**
 * Judges the bytes from `end`, where `scanFrames` stopped, to the end of the file. Undefined for a torn last frame; what
 * was found when a whole frame after it shows that bytes in the middle went bad.
 */
export async function findTailDamage(file: LogFile, end: number): Promise<Words | undefined> {
  const length = file.size - end
  if (length > HEADER_BYTES + MAX_JSON_BYTES) {
    return { en: `is followed by ${length} bytes of no frame`, zh: `后面有 ${length} 字节不成帧` }
  }
  const tail = await file.read(end, length)
  for (let at = tail.indexOf(0, 1); at !== -1; at = tail.indexOf(0, at + 1)) {
    if (at + HEADER_BYTES > tail.length) return undefined
    const bytes = tail.readUInt32BE(at)
    const from = at + HEADER_BYTES
    if (!isJsonLength(bytes) || from + bytes > tail.length || tail[from] !== OPENING_BRACE) continue
    if (crc32(tail.subarray(from, from + bytes)) === tail.readUInt32BE(at + 4)) {
      return {
        en: `does not read, but the frame at byte ${end + at} after it does`,
        zh: `无法读取，而其后第 ${end + at} 字节处的帧可以读取`,
      }
    }
  }
  return undefined
}

function isJsonLength(length: number): boolean {
  return length >= 2 && length <= MAX_JSON_BYTES
}
