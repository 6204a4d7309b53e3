// Intent → signed transaction: fee, gas, nonce, signature. What the contract would refuse is refused here, before
// anything is signed.

import { Transaction, type TransactionRequest } from 'ethers'
import type { Clock } from '../clock.ts'
import { LedgerError } from '../core/error.ts'
import { chooseFee, type Fee, type FeeLimits, raiseFee } from './fees.ts'
import { type Chain, RpcRefusal } from './network.ts'
import { chooseNonce } from './nonce.ts'
import type { Attempt, Entry, Intent } from './outbox-journal.ts'
import { type Block, parseBigInt } from './read.ts'
import { explainRevert } from './revert.ts'

/** Who signs; an ethers `Wallet` is one. */
export interface Account {
  readonly address: string
  signTransaction(transaction: TransactionRequest): Promise<string>
}

export interface Signing {
  readonly chain: Chain
  readonly account: Account
  readonly clock: Clock
  readonly fees: FeeLimits
}

/** Transactions for one nonce, the first and its raised fees. */
const MAX_ATTEMPTS = 6

/**
 * A new entry for the journal, with the nonce after all others.
 * @throws LedgerError what the contract refuses with; `account_cannot_pay`, `nonce_unaccounted`, `chain_unreachable` (retryable)
 */
export async function signIntent(
  signing: Signing,
  intent: Intent,
  head: Block,
  journalled: readonly Entry[],
  signal?: AbortSignal,
): Promise<Entry> {
  const { chain, account } = signing
  const fee = await chooseFee(chain, head, signing.fees)
  const gasLimit = await estimateGas(signing, intent, fee, head)
  await requireFunds(signing, gasLimit, fee)
  const nonce = await chooseNonce(chain, account.address, head, journalled, signal)
  const attempt = await signAttempt(signing, intent, nonce, gasLimit, fee)
  return { intent, nonce, gasLimit: String(gasLimit), signedAtBlock: head.number, attempts: [attempt] }
}

/** The entry with one more attempt, at a higher fee and the same nonce; undefined when the fee's limit is reached. */
export async function signRaised(signing: Signing, entry: Entry, head: Block): Promise<Entry | undefined> {
  if (entry.attempts.length >= MAX_ATTEMPTS) return undefined
  const fee = await raiseFee(signing.chain, head, entry.attempts.at(-1)!.fee, signing.fees)
  if (fee === undefined) return undefined
  const attempt = await signAttempt(signing, entry.intent, entry.nonce, BigInt(entry.gasLimit), fee)
  return { ...entry, attempts: [...entry.attempts, attempt] }
}

/** A node's refusal of a call in plain words: the contract's own when it gave any. */
export function explainRefusal({ data, reason, message }: RpcRefusal): LedgerError {
  if (data === undefined && /insufficient funds|enough funds|balance/i.test(reason)) {
    return explainRevert({ code: 'INSUFFICIENT_FUNDS', shortMessage: reason })
  }
  if (data !== undefined || /revert/i.test(reason)) {
    return explainRevert({ code: 'CALL_EXCEPTION', data, shortMessage: reason })
  }
  return new LedgerError('chain_refused', message, { retryable: true })
}

/** Half again as much as needed now, since the state may change before it is mined. */
async function estimateGas({ chain, account }: Signing, { to, data }: Intent, fee: Fee, head: Block): Promise<bigint> {
  const price = fee.type === 0 ? { gasPrice: quantity(fee.gasPrice) } : { maxFeePerGas: quantity(fee.maxFeePerGas) }
  const call = { from: account.address, to, data, ...price }
  try {
    const gas = parseBigInt('gas estimate', await chain.request('eth_estimateGas', [call]))
    const padded = gas + gas / 2n
    return padded < head.gasLimit ? padded : head.gasLimit
  } catch (error) {
    throw error instanceof RpcRefusal ? explainRefusal(error) : error
  }
}

/** Not every node looks at the balance when it estimates; a journalled transaction that cannot be paid only waits. */
async function requireFunds({ chain, account }: Signing, gasLimit: bigint, fee: Fee): Promise<void> {
  const cost = gasLimit * BigInt(fee.type === 0 ? fee.gasPrice : fee.maxFeePerGas)
  if (cost === 0n) return
  const balance = parseBigInt('balance', await chain.request('eth_getBalance', [account.address, 'latest']))
  if (balance >= cost) return
  throw new LedgerError(
    'account_cannot_pay',
    `The account ${account.address} has ${balance} wei, and the transaction may cost up to ${cost}; send it some of the chain's currency. It is tried again by itself.`,
    { retryable: true },
  )
}

async function signAttempt(
  { chain, account, clock }: Signing,
  { to, data }: Intent,
  nonce: number,
  gasLimit: bigint,
  fee: Fee,
): Promise<Attempt> {
  const raw = await account.signTransaction({ to, data, value: 0n, nonce, gasLimit, chainId: chain.chainId, ...fee })
  const { hash } = Transaction.from(raw)
  if (hash === null) throw new Error('the signed transaction has no hash')
  return { hash, raw, fee, signedAt: clock.now() }
}

const quantity = (decimal: string): string => `0x${BigInt(decimal).toString(16)}`
