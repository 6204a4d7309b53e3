// A run of block headers, each the parent of the next (Yellow Paper 4.3): whoever trusts the hash of the last one has
// all of them proven, and with them what their roots and blooms say. A bloom (Yellow Paper 4.3.1) never misses what is
// in its block, so blocks that say nothing about a thing can be told from 256 bytes each.
//
// Holds on chains whose block hash is the Keccak-256 of the header as it is; Besu's QBFT and FISCO BCOS hash others.

import { keccak256 } from '#keccak'
import { equal, to0x, toHex } from './bytes.ts'
import { LedgerError } from './error.ts'
import { bytesOf, decodeInteger, decodeRlp, listOf } from './rlp.ts'

export interface Header {
  readonly hash: Uint8Array
  readonly parentHash: Uint8Array
  readonly number: number
  /** Seconds since 1970. */
  readonly time: number
  readonly transactionsRoot: Uint8Array
  readonly receiptsRoot: Uint8Array
  /** 256 bytes. */
  readonly bloom: Uint8Array
}

/** Later forks only append. */
const LEAST_FIELDS = 15
const MOST_FIELDS = 32
const HASH_BYTES = 32
const BLOOM_BYTES = 256

/** @throws LedgerError `rlp_malformed` when the bytes are not the RLP of a block's header */
export function decodeHeader(bytes: Uint8Array): Header {
  const [parentHash, , , , transactionsRoot, receiptsRoot, bloom, , number, , , time] = listOf(
    decodeRlp(bytes),
    LEAST_FIELDS,
    MOST_FIELDS,
  )
  return {
    hash: keccak256(bytes),
    parentHash: bytesOf(parentHash, HASH_BYTES),
    number: decodeInteger(number!),
    time: decodeInteger(time!),
    transactionsRoot: bytesOf(transactionsRoot, HASH_BYTES),
    receiptsRoot: bytesOf(receiptsRoot, HASH_BYTES),
    bloom: bytesOf(bloom, BLOOM_BYTES),
  }
}

/**
 * The headers, once each has proven to be the parent of the next. The caller compares the hash of the last with one it
 * trusts; before that, nothing is proven.
 * @throws LedgerError `headers_unlinked`, naming the block; `rlp_malformed`
 */
export function checkHeaderChain(headers: readonly Uint8Array[]): readonly Header[] {
  const decoded = headers.map(decodeHeader)
  for (const [k, { number, parentHash }] of decoded.entries()) {
    const parent = decoded[k - 1]
    if (parent === undefined) continue
    if (number === parent.number + 1 && equal(parentHash, parent.hash)) continue
    const [named, hash] = [to0x(parentHash), to0x(parent.hash)]
    throw new LedgerError('headers_unlinked', {
      en: `Header ${k} is of block ${number} and names ${named} as its parent, but the one before it is of block ${parent.number} with hash ${hash}: a header was left out, exchanged or changed.`,
      zh: `第 ${k} 个区块头是区块 ${number}，写明的上一区块为 ${named}，而前一个区块头是区块 ${parent.number}，哈希为 ${hash}：有区块头被遗漏、调换或改动。`,
    })
  }
  return decoded
}

/** The three bits that stand for an address or a topic in a bloom: the low 11 of each of the hash's first byte pairs. */
export function bloomBits(item: Uint8Array): readonly number[] {
  const name = toHex(item)
  const known = bits.get(name)
  if (known !== undefined) return known
  const hash = keccak256(item)
  const made = [0, 2, 4].map(at => (hash[at]! * 256 + hash[at + 1]!) % (8 * BLOOM_BYTES))
  if (bits.size >= MOST_KNOWN) bits.clear()
  bits.set(name, made)
  return made
}

/** The same few addresses and topics stand in block after block, and a hash in JavaScript takes its time. */
const bits = new Map<string, readonly number[]>()
const MOST_KNOWN = 4_096

/** False when what has these bits is certainly not in the block; true when it may be. */
export function hasBits(bloom: Uint8Array, bits: readonly number[]): boolean {
  return bits.every(bit => (bloom[BLOOM_BYTES - 1 - Math.floor(bit / 8)]! & (1 << (bit % 8))) !== 0)
}
