// What a transaction's receipt says, read from its bytes (Yellow Paper 4.3 and 4.4; EIP-2718 for typed receipts).

import { bytesOf, decodeRlp, encodeInteger, encodeRlp, listOf, type Rlp } from './rlp.ts'

/** An event as a receipt has it. */
export interface ReceiptLog {
  /** 20 bytes. */
  readonly address: Uint8Array
  readonly topics: readonly Uint8Array[]
  readonly data: Uint8Array
}

const RECEIPT_FIELDS = 4
const MAX_TOPICS = 4

/** The key of a transaction in the trie of the transactions, and of its receipt in that of the receipts. */
export function receiptKey(transactionIndex: number): Uint8Array {
  return encodeRlp(encodeInteger(transactionIndex))
}

/** The events that a receipt lists. @throws LedgerError `rlp_malformed` */
export function decodeReceiptLogs(receipt: Uint8Array): readonly ReceiptLog[] {
  // A typed receipt begins with its type, which no list does.
  const fields = decodeRlp(receipt[0]! < 0x80 ? receipt.subarray(1) : receipt)
  const logs = listOf(fields, RECEIPT_FIELDS, RECEIPT_FIELDS)[3]
  return listOf(logs, 0, Infinity).map(decodeLog)
}

function decodeLog(log: Rlp): ReceiptLog {
  const [address, topics, data] = listOf(log, 3, 3)
  return {
    address: bytesOf(address, 20),
    topics: listOf(topics, 0, MAX_TOPICS).map(topic => bytesOf(topic, 32)),
    data: bytesOf(data),
  }
}
