// One block as the journal keeps it: what must be fed to the engine to get the block again, and the hash that it must
// then have. Layout (all numbers big-endian), also in docs/embedded-chain.md:
//
//   number u64 | timestamp u64 | parentHash 32 | blockHash 32 | count u32 | count × (length u32 | transaction bytes)

export interface JournalBlock {
  readonly number: number
  /** Unix seconds. */
  readonly timestamp: number
  /** 32 bytes each. */
  readonly parentHash: Uint8Array
  readonly blockHash: Uint8Array
  /** Signed transactions as they were sent, in the order in which they stand in the block. */
  readonly transactions: readonly Uint8Array[]
}

const FIXED = 8 + 8 + 32 + 32 + 4

export function encodeBlock(block: JournalBlock): Uint8Array {
  let size = FIXED
  for (const transaction of block.transactions) size += 4 + transaction.length
  const out = Buffer.allocUnsafe(size)
  out.writeBigUInt64BE(BigInt(block.number), 0)
  out.writeBigUInt64BE(BigInt(block.timestamp), 8)
  out.set(hash32(block.parentHash), 16)
  out.set(hash32(block.blockHash), 48)
  let at = out.writeUInt32BE(block.transactions.length, 80)
  for (const transaction of block.transactions) {
    at = out.writeUInt32BE(transaction.length, at)
    out.set(transaction, at)
    at += transaction.length
  }
  return out
}

/** The block in these bytes, or undefined when they are not exactly one block. Never throws: the bytes are untrusted. */
export function decodeBlock(bytes: Uint8Array): JournalBlock | undefined {
  if (bytes.length < FIXED) return undefined
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const number = Number(data.readBigUInt64BE(0))
  const timestamp = Number(data.readBigUInt64BE(8))
  if (!Number.isSafeInteger(number) || !Number.isSafeInteger(timestamp)) return undefined
  const count = data.readUInt32BE(80)
  const transactions: Uint8Array[] = []
  let at = FIXED
  for (let index = 0; index < count; index++) {
    if (at + 4 > data.length) return undefined
    const start = at + 4
    at = start + data.readUInt32BE(at)
    if (at > data.length) return undefined
    transactions.push(data.subarray(start, at))
  }
  if (at !== data.length) return undefined
  return { number, timestamp, parentHash: data.subarray(16, 48), blockHash: data.subarray(48, 80), transactions }
}

function hash32(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== 32) throw new RangeError(`a block hash has 32 bytes, not ${bytes.length}`)
  return bytes
}
