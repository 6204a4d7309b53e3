// The next nonce of an account (Ethereum Yellow Paper, section 4.1: how many transactions it has sent). A signed nonce
// that is too high can never be mined, and the outbox would wait for it for ever; so a node's count is not believed
// beyond our own journal unless the chain shows the transaction that it counts last.

import { LedgerError } from '../core/error.ts'
import { type Chain, RpcRefusal } from './network.ts'
import type { Entry } from './outbox-journal.ts'
import { type Block, parseHash, parseList, parseNumber, parseObject, readNonce, toTag } from './read.ts'

/** How many blocks are read one by one on a node that has forgotten the account's past. */
const LONGEST_WALK = 10_000

/**
 * The nonce after all that the account has sent: those in the journal, and those that the chain shows. Deployment and
 * registration send from the same account and without a journal, so that a count beyond the journal's is nothing odd.
 * @throws LedgerError `nonce_unaccounted`, `chain_unreachable` and its like (retryable)
 */
export async function chooseNonce(
  chain: Chain,
  address: string,
  head: Block,
  journalled: readonly Entry[],
  signal?: AbortSignal,
): Promise<number> {
  const counted = await readNonce(chain, address, 'latest')
  // A node that lags may count less than was sent.
  const expected = Math.max(0, ...journalled.map(entry => entry.nonce + 1))
  if (counted <= expected) return expected
  if ((await findByNonce(chain, address, counted - 1, head.number, signal)) === undefined) {
    throw nonceUnaccounted(chain, address, counted - 1)
  }
  return counted
}

/**
 * The hash of the account's transaction with this nonce, if the chain up to block `newest` shows it; undefined says only
 * that this node does not show it. Found by the account's count at past blocks. A node that keeps those for a short time
 * only (128 blocks are common) still has the blocks: they are read one after the other, so many at most.
 */
export async function findByNonce(
  chain: Chain,
  address: string,
  nonce: number,
  newest: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  let [low, high] = [0, newest]
  let forgotten = -1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const count = await countAt(chain, address, middle)
    if (count === undefined) forgotten = middle
    if (count !== undefined && count > nonce) high = middle
    else low = middle + 1
  }
  const oldest = forgotten === high - 1 ? Math.max(0, high - LONGEST_WALK) : high
  for (let number = high; number >= oldest; number--) {
    signal?.throwIfAborted()
    const found = await findInBlock(chain, address, number, nonce)
    if (found !== undefined) return found
  }
  return undefined
}

export function nonceUnaccounted(chain: Chain, address: string, nonce: number): LedgerError {
  return new LedgerError(
    'nonce_unaccounted',
    {
      en: `The node at ${chain.name} counts more than ${nonce} transactions of ${address} but shows none with nonce ${nonce}; it is asked again by itself. If this stays, let SUYUAN_RPC_URL name a node that keeps the chain's past.`,
      zh: `节点 ${chain.name} 称 ${address} 的交易多于 ${nonce} 笔，却没有显示序号为 ${nonce} 的交易；将自动再次询问。如一直如此，请将 SUYUAN_RPC_URL 设为保存完整历史的节点。`,
    },
    { retryable: true },
  )
}

/** Undefined when the node refuses to say, as it does of blocks whose state it no longer keeps. */
async function countAt(chain: Chain, address: string, blockNumber: number): Promise<number | undefined> {
  try {
    return await readNonce(chain, address, blockNumber)
  } catch (error) {
    if (error instanceof RpcRefusal) return undefined
    throw error
  }
}

async function findInBlock(
  chain: Chain,
  address: string,
  blockNumber: number,
  nonce: number,
): Promise<string | undefined> {
  const block = parseObject('block', await chain.request('eth_getBlockByNumber', [toTag(blockNumber), true]))
  for (const value of parseList('transactions', block['transactions'])) {
    const transaction = parseObject('transaction', value)
    if (String(transaction['from']).toLowerCase() !== address.toLowerCase()) continue
    if (parseNumber('nonce', transaction['nonce']) === nonce) return parseHash('transaction hash', transaction['hash'])
  }
  return undefined
}
