// How the journal's bytes are framed, and the judgement that decides whether a broken end is a *torn* record (a write
// that a crash cut off, hence never acknowledged) or *damage* (a record that was whole once). Pure: no file here.
//
//   file   = header, frame*
//   header = "EVMJRNL\n" | version u32 | chainId u64 | genesisHash 32 | optionsDigest 32 | engine: length u16, UTF-8 | crc32 u32
//   frame  = length u32 | crc32(length) u32 | payload (length bytes) | crc32(payload) u32
//
// The length has a checksum of its own because it alone says where the next frame begins: without it, one flipped bit
// in the middle would make the rest of the file look like one long torn record, and every block after it would be cut.

import { crc32 } from 'node:zlib'

const MAGIC = Buffer.from('EVMJRNL\n', 'latin1')
export const FORMAT_VERSION = 1

/** Bytes before a frame's payload, and after it. */
export const FRAME_HEAD = 8
export const FRAME_TAIL = 4
/** No block can be longer: its gas limit holds 15 MB of call data (4 gas for a zero byte). Bounds memory on reading. */
const MAX_PAYLOAD = 64 * 1024 * 1024

export interface JournalHeader {
  readonly version: number
  readonly chainId: number
  readonly genesisHash: Uint8Array
  readonly optionsDigest: Uint8Array
  /** Which engine began the journal: for messages only, since another engine with the same hashes may go on. */
  readonly engine: string
}

const HEADER_FIXED = 8 + 4 + 8 + 32 + 32 + 2
/** Bytes that hold any header. */
export const MAX_HEADER = HEADER_FIXED + 65_535 + 4

export function encodeHeader(header: JournalHeader): Uint8Array {
  const engine = Buffer.from(header.engine, 'utf8')
  const out = Buffer.alloc(HEADER_FIXED + engine.length + 4)
  out.set(MAGIC, 0)
  out.writeUInt32BE(header.version, 8)
  out.writeBigUInt64BE(BigInt(header.chainId), 12)
  out.set(header.genesisHash, 20)
  out.set(header.optionsDigest, 52)
  out.writeUInt16BE(engine.length, 84)
  out.set(engine, HEADER_FIXED)
  out.writeUInt32BE(crc32(out.subarray(0, -4)), out.length - 4)
  return out
}

/** The header at the start of these bytes and its size; `version` when only the version is one we cannot read. */
export function decodeHeader(
  bytes: Uint8Array,
): { kind: 'header'; header: JournalHeader; size: number } | { kind: 'version'; version: number } | { kind: 'damage' } {
  const data = asBuffer(bytes)
  if (data.length < 12 || !data.subarray(0, 8).equals(MAGIC)) return { kind: 'damage' }
  const version = data.readUInt32BE(8)
  if (data.length < HEADER_FIXED + 4)
    return version === FORMAT_VERSION ? { kind: 'damage' } : { kind: 'version', version }
  const end = HEADER_FIXED + data.readUInt16BE(84)
  const whole = data.length >= end + 4 && data.readUInt32BE(end) === crc32(data.subarray(0, end))
  if (!whole) return version === FORMAT_VERSION ? { kind: 'damage' } : { kind: 'version', version }
  if (version !== FORMAT_VERSION) return { kind: 'version', version }
  const header = {
    version,
    chainId: Number(data.readBigUInt64BE(12)),
    genesisHash: data.subarray(20, 52),
    optionsDigest: data.subarray(52, 84),
    engine: data.subarray(HEADER_FIXED, end).toString('utf8'),
  }
  return { kind: 'header', header, size: end + 4 }
}

export function encodeFrame(payload: Uint8Array): Uint8Array {
  if (payload.length > MAX_PAYLOAD) throw new RangeError(`a frame holds at most ${MAX_PAYLOAD} bytes`)
  const out = Buffer.allocUnsafe(FRAME_HEAD + payload.length + FRAME_TAIL)
  out.writeUInt32BE(payload.length, 0)
  out.writeUInt32BE(crc32(out.subarray(0, 4)), 4)
  out.set(payload, FRAME_HEAD)
  out.writeUInt32BE(crc32(payload), FRAME_HEAD + payload.length)
  return out
}

/** Length of the payload that these 8 bytes announce, or undefined when they are not the head of a frame. */
export function decodeFrameHead(head: Uint8Array): number | undefined {
  const data = asBuffer(head)
  if (data.readUInt32BE(4) !== crc32(data.subarray(0, 4))) return undefined
  const length = data.readUInt32BE(0)
  return length > MAX_PAYLOAD ? undefined : length
}

/** Whether payload and tail (the bytes after the head) are what was written. `unwritten`: the tail is still zero. */
export function checkFrameBody(body: Uint8Array): 'whole' | 'unwritten' | 'damage' {
  const data = asBuffer(body)
  const tail = data.readUInt32BE(data.length - FRAME_TAIL)
  if (tail === crc32(data.subarray(0, -FRAME_TAIL))) return 'whole'
  return tail === 0 ? 'unwritten' : 'damage'
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
