// A contract's event, proven from nothing but the hash of its block: the block's header hashes to it and holds the root
// of the block's receipts, a path leads from that root to the transaction's receipt, and the receipt lists the event
// (Yellow Paper 4.3 and 4.4; EIP-2718 for typed receipts). No node has to be believed.
//
// It does not prove the hash of the transaction, which the receipt does not hold, nor the event's number in the block.
// It holds on chains whose block hash is the Keccak-256 of the header as it is; Besu's QBFT and FISCO BCOS hash others.

import { LedgerError } from './error.ts'
import { decodeHeader } from './header-chain.ts'
import { decodeRlp, encodeInteger, encodeRlp, type Rlp } from './rlp.ts'
import { checkEntry } from './trie.ts'

export interface LogProof {
  /** RLP of the block's header. */
  readonly header: Uint8Array
  /** The nodes of the receipts' trie, from the root. */
  readonly receipt: readonly Uint8Array[]
  readonly transactionIndex: number
  /** Position among the events of its transaction. */
  readonly logIndex: number
}

/** An event as a receipt has it. */
export interface ReceiptLog {
  /** 20 bytes. */
  readonly address: Uint8Array
  readonly topics: readonly Uint8Array[]
  readonly data: Uint8Array
}

export interface ProvenLog extends ReceiptLog {
  readonly blockHash: Uint8Array
  readonly blockNumber: number
  /** Seconds since 1970, as the block has it. */
  readonly time: number
  readonly parentHash: Uint8Array
}

const RECEIPT_FIELDS = 4
const MAX_TOPICS = 4

/**
 * The event that the proof shows, and the block it shows it in. The caller compares the block's hash with one it trusts.
 * @throws LedgerError `event_unproven`, `trie_unproven`, `rlp_malformed`
 */
export function checkLogInBlock({ header, receipt, transactionIndex, logIndex }: LogProof): ProvenLog {
  const { hash: blockHash, number: blockNumber, time, parentHash, receiptsRoot } = decodeHeader(header)
  if (!Number.isSafeInteger(transactionIndex) || transactionIndex < 0) throw unproven('the transaction has no index')
  const logs = decodeReceiptLogs(checkEntry(receiptsRoot, receiptKey(transactionIndex), receipt))
  const log = logs[logIndex]
  if (log === undefined) throw unproven(`the receipt has ${logs.length} events, none at ${logIndex}`)
  return { blockHash, blockNumber, time, parentHash, ...log }
}

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
