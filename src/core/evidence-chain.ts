// The part of an evidence file that speaks of the chain, the same in every kind of evidence (docs/evidence.md): which
// chain, the blocks, the raw events, and what proves them without a node.

import { isBase64 } from './bytes.ts'
import { contractAddresses } from './contract-addresses.ts'
import { list, object, type Read, type Reader, text, textThat, wholeNumber } from './reader.ts'
import { PATTERNS } from './record/shape.ts'

/** Events that one file may hold. */
export const MAX_EVENTS = 40_000
/** Block headers that one file may hold. */
export const MAX_OFFLINE_HEADERS = 20_000
const MAX_BLOCK_TRANSACTIONS = 100_000
const MAX_DATA_DIGITS = 1_000_000

const bytesInHex = (count: number): Reader<string> =>
  text(new RegExp(`^0x[0-9a-f]{${2 * count}}$`), {
    en: `0x and ${2 * count} lower-case hexadecimal digits`,
    zh: ` 0x 加 ${2 * count} 位小写十六进制数字`,
  })
const BYTES32 = bytesInHex(32)
const ADDRESS = bytesInHex(20)
const HEX_BYTES = textThat(value => value.length <= MAX_DATA_DIGITS && /^0x(?:[0-9a-f]{2})*$/.test(value), {
  en: `0x and at most ${MAX_DATA_DIGITS} lower-case hexadecimal digits`,
  zh: `0x 加最多 ${MAX_DATA_DIGITS} 位小写十六进制数字`,
})
export const BASE64 = textThat(isBase64, { en: 'bytes in base64', zh: 'base64 书写的字节' })
export const HASH = text(PATTERNS.hash, { en: 'a hash of 32 bytes in base64', zh: '以 base64 书写的 32 字节哈希' })

/** An event of a contract, raw, as a node's receipt shows it. */
export const EVENT = object({
  /** Number of its block, which stands in `blocks`. */
  block: wholeNumber(),
  transaction: BYTES32,
  /** Position in the block, over all its transactions. */
  logIndex: wholeNumber(),
  address: ADDRESS,
  topics: list(BYTES32, 4),
  data: HEX_BYTES,
})
export type EvidenceEvent = Read<typeof EVENT>

const BLOCK = object({
  number: wholeNumber(),
  hash: BYTES32,
  /** Seconds since 1970, as the block states. */
  time: wholeNumber(),
})
export type EvidenceBlock = Read<typeof BLOCK>

/** What the chain said, proven by the hash of block `chain.asOf` instead of by a node. */
export const OFFLINE = object({
  /** RLP of each block's header, in base64; each is the parent of the next, and the last is block `chain.asOf`. */
  headers: list(BASE64, MAX_OFFLINE_HEADERS),
  /** Blocks shown whole, ascending: those of the events, and every other that may have an event the answer hangs on. */
  blocks: list(
    object({
      number: wholeNumber(),
      /** In base64, as they were signed and hashed. */
      transactions: list(BASE64, MAX_BLOCK_TRANSACTIONS),
      receipts: list(BASE64, MAX_BLOCK_TRANSACTIONS),
    }),
    MAX_OFFLINE_HEADERS,
  ),
})
export type OfflineProof = Read<typeof OFFLINE>

/** Which chain, and as of which block. */
export const CHAIN = object({
  chainId: wholeNumber(1),
  contracts: contractAddresses(ADDRESS),
  /** The newest block whose events were known to the author: the answer is as of this block, which is the last of `blocks`. */
  asOf: wholeNumber(),
})
/** Every block that an event of the file lies in, and `chain.asOf`; ascending. */
export const BLOCKS = list(BLOCK, MAX_EVENTS)
/** In the order of the chain. */
export const EVENTS = list(EVENT, MAX_EVENTS)

/** What a file of any kind says of the chain. */
export interface ChainPart {
  readonly chain: Read<typeof CHAIN>
  readonly blocks: Read<typeof BLOCKS>
  readonly events: Read<typeof EVENTS>
  /** Where the file has rows of a log: the event that anchored it, and the one behind it that anchored its index log. */
  readonly anchors?: readonly EvidenceEvent[]
  readonly offline?: OfflineProof
}
