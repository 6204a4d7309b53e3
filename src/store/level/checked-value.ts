// Values in LevelDB, each behind a CRC-32 of its key and itself: LevelDB by itself gives out what it reads from a table
// without looking at the checksum of its block.

import { crc32 } from 'node:zlib'
import { LedgerError } from '../../core/error.ts'

/** Before each value. */
export const CRC_BYTES = 4

/** `u32 CRC-32 of key ‖ value, then the value`. */
export function checkedValue(key: string, value: string): Buffer {
  const bytes = Buffer.allocUnsafe(CRC_BYTES + Buffer.byteLength(value))
  bytes.write(value, CRC_BYTES)
  bytes.writeUInt32BE(checkOf(key, bytes.subarray(CRC_BYTES)))
  return bytes
}

/** @throws LedgerError `index_damaged` when it is not what was put there */
export function readChecked(directory: string, key: string, bytes: Buffer): string {
  const value = openChecked(key, bytes)
  if (value !== undefined) return value
  throw new LedgerError('index_damaged', {
    en: `The value of ${JSON.stringify(key)} in the index ${directory} changed on the disk. It is derived: stop the service and run suyuan fsck --repair.`,
    zh: `索引 ${directory} 中 ${JSON.stringify(key)} 的值在磁盘上被改动。它是派生数据：请停止服务并运行 suyuan fsck --repair。`,
  })
}

/** The value, or undefined when it is not what was put there. */
export function openChecked(key: string, bytes: Buffer): string | undefined {
  if (bytes.length < CRC_BYTES) return undefined
  const value = bytes.subarray(CRC_BYTES)
  return checkOf(key, value) === bytes.readUInt32BE() ? value.toString() : undefined
}

/** The CRC-32 of a key and its value. */
export function checkOf(key: Uint8Array | string, value: Uint8Array | string): number {
  return crc32(value, crc32(key))
}
