// What a transaction offers for its gas: nothing where gas is free, a bounded EIP-1559 fee where there is a market.

import { LedgerError } from '../core/error.ts'
import type { Chain } from './network.ts'
import { type Block, parseBigInt } from './read.ts'

/** The fee fields of a transaction, in wei. Plain strings, since they are journalled. */
export type Fee =
  | { readonly type: 0; readonly gasPrice: string }
  | { readonly type: 2; readonly maxFeePerGas: string; readonly maxPriorityFeePerGas: string }

export interface FeeLimits {
  /** Never offer more than this for one unit of gas, in wei. */
  readonly maxFeePerGas: bigint
}

const GWEI = 1_000_000_000n
export const DEFAULT_FEE_LIMITS: FeeLimits = { maxFeePerGas: 500n * GWEI }
const DEFAULT_TIP = GWEI

/** A fee with room for the base fee to double. On a free chain an explicit zero: an account without a balance can pay no tip. */
export async function chooseFee(chain: Chain, head: Block, limits: FeeLimits): Promise<Fee> {
  if (head.baseFee === 0n) return { type: 0, gasPrice: '0' }
  if (head.baseFee === undefined) {
    const price = parseBigInt('gas price', await chain.request('eth_gasPrice', []))
    return { type: 0, gasPrice: String(min(price, limits.maxFeePerGas)) }
  }
  const tip = min(await suggestTip(chain), limits.maxFeePerGas)
  return makeFee(min(head.baseFee * 2n + tip, limits.maxFeePerGas), tip)
}

/**
 * A fee that replaces `old` in the nodes' pools, which ask for a tenth more; undefined when the limit is reached or there
 * is nothing to raise.
 */
export async function raiseFee(chain: Chain, head: Block, old: Fee, limits: FeeLimits): Promise<Fee | undefined> {
  if (old.type === 0) return undefined
  const fresh = await chooseFee(chain, head, limits)
  if (fresh.type === 0) return undefined
  const fee = max(BigInt(fresh.maxFeePerGas), plusEighth(BigInt(old.maxFeePerGas)))
  const tip = max(BigInt(fresh.maxPriorityFeePerGas), plusEighth(BigInt(old.maxPriorityFeePerGas)))
  return fee > limits.maxFeePerGas || tip > fee ? undefined : makeFee(fee, tip)
}

async function suggestTip(chain: Chain): Promise<bigint> {
  try {
    return parseBigInt('tip', await chain.request('eth_maxPriorityFeePerGas', []))
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'chain_refused') return DEFAULT_TIP // not every node offers it
    throw error
  }
}

const makeFee = (fee: bigint, tip: bigint): Fee => ({
  type: 2,
  maxFeePerGas: String(fee),
  maxPriorityFeePerGas: String(tip),
})
const plusEighth = (n: bigint): bigint => n + n / 8n + 1n
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)
