// Intent → signed transaction: fee, gas, nonce, signature. What the contract would refuse is refused here, before
// anything is signed.

import { Transaction, type TransactionRequest } from 'ethers'
import type { Clock } from '../clock.ts'
import { LedgerError, type Reason } from '../core/error.ts'
import type { Words } from '../core/words.ts'
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
/** EIP-7825: no transaction may have more, whatever a block may hold. */
const MOST_TRANSACTION_GAS = 16_777_216n
/** Gas of a transaction that calls nothing (Yellow Paper, appendix G). */
const EMPTY_GAS = 21_000n

/**
 * A new entry for the journal, with the nonce after all others.
 * @throws LedgerError what the contract refuses with; `gas_above_limit`; `account_cannot_pay`, `nonce_unaccounted`,
 *   `chain_unreachable` (retryable)
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
  const withdraws = withdrawalOf(entry)
  const alike = entry.attempts.filter(attempt => (attempt.withdraws === undefined) === (withdraws === undefined))
  if (alike.length >= MAX_ATTEMPTS) return undefined
  const fee = await raiseFee(signing.chain, head, entry.attempts.at(-1)!.fee, signing.fees)
  if (fee === undefined) return undefined
  if (withdraws !== undefined) return signEmpty(signing, entry, fee, withdraws)
  const attempt = await signAttempt(signing, entry.intent, entry.nonce, BigInt(entry.gasLimit), fee)
  return { ...entry, attempts: [...entry.attempts, attempt] }
}

/**
 * The entry with an attempt in place of the others that does nothing. They cannot be called back, some node may have them;
 * but of all that share a nonce the chain takes one.
 */
export async function signWithdrawal(signing: Signing, entry: Entry, head: Block, withdraws: Reason): Promise<Entry> {
  const last = entry.attempts.at(-1)!.fee
  // Higher, since a pool that has an earlier attempt replaces it by nothing less.
  const fee = (await raiseFee(signing.chain, head, last, signing.fees)) ?? last
  return signEmpty(signing, entry, fee, withdraws)
}

/** Why the entry's intent was given up; undefined while it is being done. */
export function withdrawalOf({ attempts }: Entry): Reason | undefined {
  return attempts.find(({ withdraws }) => withdraws !== undefined)?.withdraws
}

/** A node's refusal of a call in plain words: the contract's own when it gave any. */
export function explainRefusal({ data, reason, words }: RpcRefusal): LedgerError {
  if (data === undefined && /insufficient funds|enough funds|balance/i.test(reason)) {
    return explainRevert({ code: 'INSUFFICIENT_FUNDS', shortMessage: reason })
  }
  if (data !== undefined || /revert/i.test(reason)) {
    return explainRevert({ code: 'CALL_EXCEPTION', data, shortMessage: reason })
  }
  return new LedgerError('chain_refused', words, { retryable: true })
}

/**
 * Half again as much as needed now, since the state may change before it is mined; but never more than the intent, a block
 * and the chain allow, since no node takes a transaction that asks for more.
 */
async function estimateGas({ chain, account }: Signing, intent: Intent, fee: Fee, head: Block): Promise<bigint> {
  const { label, to, data, mostGas } = intent
  const most = [head.gasLimit, MOST_TRANSACTION_GAS, BigInt(mostGas ?? MOST_TRANSACTION_GAS)].reduce(min)
  const price = fee.type === 0 ? { gasPrice: quantity(fee.gasPrice) } : { maxFeePerGas: quantity(fee.maxFeePerGas) }
  const bound = mostGas === undefined ? {} : { gas: quantity(most) }
  const call = { from: account.address, to, data, ...price, ...bound }
  try {
    const gas = parseBigInt('gas estimate', await chain.request('eth_estimateGas', [call]))
    if (gas > most) throw gasAboveLimit(label, most, { en: `it needs ${gas}`, zh: `需要 ${gas}` })
    return min(gas + gas / 2n, most)
  } catch (error) {
    throw error instanceof RpcRefusal ? explainRefusal(error) : error
  }
}

function gasAboveLimit(label: string, most: bigint, why: Words): LedgerError {
  return new LedgerError('gas_above_limit', {
    en: `The transaction "${label}" may have ${most} gas and ${why.en}, so it is not sent; make it smaller, or several.`,
    zh: `交易“${label}”最多可用 ${most} gas，而${why.zh}，故不发送；请改小，或分成几笔。`,
  })
}

/** Not every node looks at the balance when it estimates; a journalled transaction that cannot be paid only waits. */
async function requireFunds({ chain, account }: Signing, gasLimit: bigint, fee: Fee): Promise<void> {
  const cost = gasLimit * BigInt(fee.type === 0 ? fee.gasPrice : fee.maxFeePerGas)
  if (cost === 0n) return
  const balance = parseBigInt('balance', await chain.request('eth_getBalance', [account.address, 'latest']))
  if (balance >= cost) return
  throw new LedgerError(
    'account_cannot_pay',
    {
      en: `The account ${account.address} has ${balance} wei, and the transaction may cost up to ${cost}; send it some of the chain's currency. It is tried again by itself.`,
      zh: `账户 ${account.address} 有 ${balance} wei，而交易最多需要 ${cost}；请向其转入该链的原生币。将自动重试。`,
    },
    { retryable: true },
  )
}

async function signEmpty(signing: Signing, entry: Entry, fee: Fee, withdraws: Reason): Promise<Entry> {
  const nothing = { to: signing.account.address, data: '0x' }
  const attempt = await signAttempt(signing, nothing, entry.nonce, EMPTY_GAS, fee)
  return { ...entry, attempts: [...entry.attempts, { ...attempt, withdraws }] }
}

async function signAttempt(
  { chain, account, clock }: Signing,
  { to, data }: Pick<Intent, 'to' | 'data'>,
  nonce: number,
  gasLimit: bigint,
  fee: Fee,
): Promise<Attempt> {
  const raw = await account.signTransaction({ to, data, value: 0n, nonce, gasLimit, chainId: chain.chainId, ...fee })
  const { hash } = Transaction.from(raw)
  if (hash === null) throw new Error('the signed transaction has no hash')
  return { hash, raw, fee, signedAt: clock.now() }
}

const quantity = (number: string | bigint): string => `0x${BigInt(number).toString(16)}`
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b)
