// What became of a transaction that was sent: waiting, mined, or beaten to its nonce by another. Nodes lag, lose and
// contradict themselves, so each verdict is reached only on what cannot change any more.

import { LedgerError } from '../core/error.ts'
import { type Chain, RpcRefusal } from './network.ts'
import { findByNonce, nonceUnaccounted } from './nonce.ts'
import type { Entry, MinedIn, Outcome } from './outbox-journal.ts'
import { type Block, type Receipt, readBlock, readNonce, readReceipt, toTag } from './read.ts'
import { explainRefusal } from './transaction.ts'

export interface Watching {
  readonly chain: Chain
  /** The account that signs. */
  readonly address: string
  /** How many blocks deep a transaction must be to be called confirmed, its own block being 1. */
  readonly confirmations: number
  /** How many blocks deep a block must be to be there for good. */
  readonly finality: number
}

export type Fate =
  | { readonly is: 'waiting' }
  /** In a block that is not deep enough, or that is being taken back. */
  | { readonly is: 'shallow' }
  | { readonly is: 'settled'; readonly outcome: Outcome }
  /** Another transaction of the account has its nonce for good: it can never be mined. */
  | { readonly is: 'beaten' }

export async function learnFate(watching: Watching, entry: Entry, head: Block, signal?: AbortSignal): Promise<Fate> {
  const receipt = await findReceipt(watching.chain, entry)
  if (receipt !== undefined) return judge(watching, entry, receipt, head)
  return (await lostItsNonce(watching, entry, head, signal)) ? { is: 'beaten' } : { is: 'waiting' }
}

/** Does the chain still hold this very block? */
export async function stands(chain: Chain, { number, hash }: MinedIn): Promise<boolean> {
  return (await readBlock(chain, number))?.hash === hash
}

async function findReceipt(chain: Chain, { attempts }: Entry): Promise<Receipt | undefined> {
  for (const { hash } of attempts.toReversed()) {
    const receipt = await readReceipt(chain, hash)
    if (receipt !== undefined) return receipt
  }
  return undefined
}

async function judge(watching: Watching, entry: Entry, receipt: Receipt, head: Block): Promise<Fate> {
  const { chain, confirmations, finality } = watching
  const withdraws = entry.attempts.find(({ hash }) => hash === receipt.transactionHash)?.withdraws
  // What was given up is not looked at again, so it must be impossible for good.
  const depth = withdraws === undefined ? confirmations : finality
  if (head.number - receipt.blockNumber + 1 < depth) return { is: 'shallow' }
  const block = await readBlock(chain, receipt.blockNumber)
  if (block === undefined || block.hash !== receipt.blockHash) return { is: 'shallow' }
  if (withdraws !== undefined) return { is: 'settled', outcome: { kind: 'dropped', ...withdraws } }
  const mined = {
    transaction: receipt.transactionHash,
    block: { number: block.number, hash: block.hash, time: block.time },
  }
  if (receipt.succeeded) return { is: 'settled', outcome: { kind: 'confirmed', ...mined } }
  const { code, message } = await findReason(watching, entry, receipt.blockNumber)
  return { is: 'settled', outcome: { kind: 'reverted', ...mined, code, message } }
}

/** A mined revert carries no reason; the same call on the block before usually gives it. */
async function findReason({ chain, address }: Watching, { intent }: Entry, blockNumber: number): Promise<LedgerError> {
  const call = { from: address, to: intent.to, data: intent.data }
  try {
    await chain.request('eth_call', [call, toTag(blockNumber - 1)])
  } catch (error) {
    if (!(error instanceof RpcRefusal)) throw error
    if (error.data !== undefined) return explainRefusal(error)
  }
  return new LedgerError('transaction_reverted', {
    en: `The transaction "${intent.label}" was mined in block ${blockNumber} but reverted, and the call alone does not; an earlier transaction of that block was in its way, or its gas ran out. It is not sent again by itself.`,
    zh: `交易“${intent.label}”已在区块 ${blockNumber} 出块但被回退，而单独调用不会：同一区块中先前的交易妨碍了它，或其 gas 用尽。不会自动重发。`,
  })
}

/**
 * The count of a final block says that some transaction took the nonce; the blocks say which, since a node that lags may
 * merely not show our receipt.
 */
async function lostItsNonce(
  watching: Watching,
  { nonce, attempts }: Entry,
  head: Block,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { chain, address, finality } = watching
  const final = head.number - finality + 1
  if (final < 0 || (await readNonce(chain, address, final)) <= nonce) return false
  // Anywhere in the past: a node that lagged may have made us sign a nonce that was taken long before.
  const taker = await findByNonce(chain, address, nonce, final, signal)
  if (taker === undefined) throw nonceUnaccounted(chain, address, nonce)
  return !attempts.some(({ hash }) => hash === taker)
}
