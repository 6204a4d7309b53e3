// Making the proof that an event is in a block (src/core/log-proof.ts checks it): the header and all receipts of the
// block, as a node tells them, put back into the bytes that the block's hash was made of. If they do not hash to it,
// there is no proof to be had, and nothing else is said.

import { type LogProof, receiptKey } from '../core/log-proof.ts'
import { proveEntry, type TrieEntry, trieRoot } from '../core/trie.ts'
import { encodeHeader, encodeReceipt, notProvable, readReceipts } from './block-bytes.ts'
import type { Chain } from './network.ts'
import { type ChainLog, parseHash, parseList, parseLog, parseObject } from './read.ts'

/**
 * The proof that an event is in its block.
 * @throws LedgerError `block_not_provable` when the node's answers do not hash to the block; `chain_unreachable`
 */
export async function proveLog(
  chain: Chain,
  { blockHash, transactionIndex, transactionHash, index }: ChainLog,
): Promise<LogProof> {
  const block = parseObject('block', await chain.request('eth_getBlockByHash', [blockHash, false]))
  const header = encodeHeader(chain, block, blockHash)
  const receipts = await readReceipts(chain, blockHash, parseList('transactions', block['transactions']))
  const entries = receipts.map((receipt, k): TrieEntry => ({ key: receiptKey(k), value: encodeReceipt(receipt) }))
  const root = parseHash('receipts root', block['receiptsRoot'])
  if (`0x${trieRoot(entries).toString('hex')}` !== root) {
    throw notProvable(chain, blockHash, 'receipts')
  }
  const own = receipts[transactionIndex]
  const logIndex =
    own === undefined
      ? -1
      : parseList('events', own['logs'])
          .map(parseLog)
          .findIndex(log => log.index === index)
  if (logIndex === -1) throw notProvable(chain, blockHash, `event ${index} of transaction ${transactionHash}`)
  return { header, receipt: proveEntry(entries, receiptKey(transactionIndex)), transactionIndex, logIndex }
}
