// Blocks as a file shows them to whoever has no node (docs/evidence.md, "Verified by a block hash"): headers one behind the
// other, and blocks whole, asked of a node and put together again byte for byte.

import { encodeBase64 } from '../core/bytes.ts'
import type { OfflineProof } from '../core/evidence-chain.ts'
import type { Header } from '../core/header-chain.ts'
import type { BlockLog } from '../core/whole-block.ts'
import { readHeaderBytes, readWholeBlock } from './block-bytes.ts'
import type { Chain } from './network.ts'

/** Headers asked for at the same time. */
const AT_ONCE = 16

/**
 * The headers of the blocks from `first` to `last`, in RLP; whether they follow each other is for the caller to see.
 * @throws LedgerError as `readHeaderBytes`
 */
export async function readHeaders(first: number, last: number, chain: Chain): Promise<Uint8Array[]> {
  const headers: Uint8Array[] = []
  while (first + headers.length <= last) {
    const next = first + headers.length
    const numbers = Array.from({ length: Math.min(AT_ONCE, last - next + 1) }, (_, k) => next + k)
    headers.push(...(await Promise.all(numbers.map(number => readHeaderBytes(chain, number)))))
  }
  return headers
}

export interface ShownBlock {
  readonly shown: OfflineProof['blocks'][number]
  readonly logs: readonly BlockLog[]
  /** Of its transactions and receipts. */
  readonly bytes: number
}

/** @throws LedgerError as `readWholeBlock` */
export async function readShownBlock(chain: Chain, header: Header): Promise<ShownBlock> {
  const {
    logs,
    body: { transactions, receipts },
  } = await readWholeBlock(chain, header)
  return {
    shown: {
      number: header.number,
      transactions: transactions.map(encodeBase64),
      receipts: receipts.map(encodeBase64),
    },
    logs,
    bytes: [...transactions, ...receipts].reduce((sum, { length }) => sum + length, 0),
  }
}
