// What a transaction's receipt says, read from its bytes (Yellow Paper 4.3 and 4.4; EIP-2718 for typed receipts).

import { LedgerError } from './error.ts'
import { decodeRlp, encodeInteger, encodeRlp, type Rlp } from './rlp.ts'
import type { Words } from './words.ts'

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

/** The events that a receipt lists. @throws LedgerError `event_unproven`, `rlp_malformed` */
export function decodeReceiptLogs(receipt: Uint8Array): readonly ReceiptLog[] {
  // A typed receipt begins with its type, which no list does.
  const fields = decodeRlp(receipt[0]! < 0x80 ? receipt.subarray(1) : receipt)
  const logs = fields instanceof Uint8Array || fields.length !== RECEIPT_FIELDS ? undefined : fields[3]
  if (logs === undefined || logs instanceof Uint8Array)
    throw unproven({ en: 'the receipt is none', zh: '不是交易回执' })
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
    throw unproven({ en: 'the event is none', zh: '不是事件' })
  }
  return { address: requireBytes(address, 20), topics: topics.map(topic => requireBytes(topic, 32)), data }
}

function requireBytes(value: Rlp | undefined, length: number): Uint8Array {
  if (value instanceof Uint8Array && value.length === length) return value
  throw unproven({ en: `a field is not ${length} bytes long`, zh: `有字段不是 ${length} 字节` })
}

function unproven(why: Words): LedgerError {
  return new LedgerError('event_unproven', {
    en: `The event is not proven: ${why.en}.`,
    zh: `事件未得到证明：${why.zh}。`,
  })
}
