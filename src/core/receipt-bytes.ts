// What a transaction's receipt says, read from its bytes (Yellow Paper 4.3 and 4.4; EIP-2718 for typed receipts).

import { LedgerError } from './error.ts'
import { decodeRlp, encodeInteger, encodeRlp, type Rlp } from './rlp.ts'

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
export function receiptKey(transactionIndex: number): Buffer {
  return encodeRlp(encodeInteger(transactionIndex))
}

/** The events that a receipt lists. @throws LedgerError `event_unproven`, `rlp_malformed` */
export function decodeReceiptLogs(receipt: Uint8Array): readonly ReceiptLog[] {
  // A typed receipt begins with its type, which no list does.
  const fields = decodeRlp(receipt[0]! < 0x80 ? receipt.subarray(1) : receipt)
  const logs = fields instanceof Uint8Array || fields.length !== RECEIPT_FIELDS ? undefined : fields[3]
  if (logs === undefined || logs instanceof Uint8Array) throw unproven('the receipt is none')
  return logs.map(decodeLog)
}

function decodeLog(log: Rlp): ReceiptLog {
  const [address, topics, data] = log instanceof Uint8Array || log.length !== 3 ? [] : log
  if (
    !(data instanceof Uint8Array) ||
    topics === undefined ||
    topics instanceof Uint8Array ||
    topics.length > MAX_TOPICS
  ) {
    throw unproven('the event is none')
  }
  return { address: requireBytes(address, 20), topics: topics.map(topic => requireBytes(topic, 32)), data }
}

function requireBytes(value: Rlp | undefined, length: number): Uint8Array {
  if (value instanceof Uint8Array && value.length === length) return value
  throw unproven(`a field is not ${length} bytes long`)
}

function unproven(why: string): LedgerError {
  return new LedgerError('event_unproven', `The event is not proven: ${why}.`)
}
