// A block shown whole: its transactions and their receipts, byte for byte, from which both roots of its header are made
// again (Yellow Paper 4.3; EIP-2718 for typed ones). Nothing can be left out of it, so it tells not only which events
// are in the block but also which are not, the number of each, and the transaction that each is of.

import { keccak256 } from '#keccak'
import { equal } from './bytes.ts'
import { because, type LedgerError } from './error.ts'
import { bloomBits, type Header, hasBits } from './header-chain.ts'
import { decodeReceiptLogs, type ReceiptLog, receiptKey } from './receipt-bytes.ts'
import { trieRoot } from './trie.ts'
import type { Words } from './words.ts'

export interface BlockBody {
  /** As they were signed and hashed, in the order of the block. */
  readonly transactions: readonly Uint8Array[]
  readonly receipts: readonly Uint8Array[]
}

export interface BlockLog extends ReceiptLog {
  /** Hash of its transaction; made when it is asked for, since few are. */
  readonly transaction: () => Uint8Array
}

/**
 * All events of a block; the place of each in the list is its number in the block.
 * @throws LedgerError `block_unproven` when the parts do not make the header's roots; `rlp_malformed`
 */
export function checkWholeBlock(header: Header, { transactions, receipts }: BlockBody): readonly BlockLog[] {
  if (transactions.length !== receipts.length) {
    throw unproven(header, {
      en: `${transactions.length} transactions have ${receipts.length} receipts`,
      zh: `${transactions.length} 笔交易却有 ${receipts.length} 份回执`,
    })
  }
  requireRoot(header, 'transactions', '交易', transactions)
  requireRoot(header, 'receipts', '回执', receipts)
  const logs = receipts.flatMap((receipt, k) => {
    let hash: Uint8Array | undefined
    const transaction = (): Uint8Array => (hash ??= keccak256(transactions[k]!))
    return decodeReceiptLogs(receipt).map(log => ({ ...log, transaction }))
  })
  // Some chains fill their blooms with nothing. There, a bloom that says nothing means nothing.
  const hidden = logs.find(({ address, topics }) =>
    [address, ...topics].some(item => !hasBits(header.bloom, bloomBits(item))),
  )
  if (hidden !== undefined)
    throw unproven(header, {
      en: 'its bloom leaves out an event that its receipts have',
      zh: '布隆过滤器缺少其回执中的一个事件',
    })
  return logs
}

function requireRoot(
  header: Header,
  what: 'transactions' | 'receipts',
  zh: string,
  parts: readonly Uint8Array[],
): void {
  const made = trieRoot(parts.map((value, k) => ({ key: receiptKey(k), value })))
  if (!equal(made, header[`${what}Root`]))
    throw unproven(header, {
      en: `its ${what} do not make the root in its header`,
      zh: `其${zh}得不出区块头中的根`,
    })
}

function unproven({ number }: Header, why: Words): LedgerError {
  const what = { en: `Block ${number} is not shown as it is`, zh: `区块 ${number} 的内容不属实` }
  return because('block_unproven', what)(why)
}
