// What this chain is: the fixed options of its genesis block and of every block after it. A block's hash depends on
// all of them, so a journal is bound to their digest: replaying it under other options could not give the same hashes.

import { hash } from 'node:crypto'

/** Chain id when none is given. Any number works; this one is not in the public registry of chain ids. */
export const DEFAULT_CHAIN_ID = 520017

/**
 * Gas of one block, hence also of one transaction and one call. It is EIP-7825's cap on a transaction, so that what works
 * here works on newer forks. And it bounds memory: the engine records every step it executes (it explains failures by
 * them), some hundred bytes each, while one step may cost a single gas.
 */
export const BLOCK_GAS_LIMIT = 16_777_216

export interface ChainOptions {
  readonly chainId: number
  readonly chainType: 'l1'
  readonly hardfork: 'cancun'
  readonly blockGasLimit: number
  /** Time of the genesis block, Unix seconds. */
  readonly genesisTime: number
  /** Base fee of *every* block in wei: acts on this chain cost nothing, whatever the load (see `Engine.mine`). */
  readonly baseFeePerGas: number
  /** Who would be paid the fees that nobody pays; it is part of each block's header. */
  readonly coinbase: string
}

/** The options of a chain with this id. Everything else is pinned: change a value and old journals are refused. */
export function chainOptions(chainId: number = DEFAULT_CHAIN_ID): ChainOptions {
  if (!Number.isSafeInteger(chainId) || chainId < 1) throw new RangeError(`${chainId} cannot be a chain id`)
  return {
    chainId,
    chainType: 'l1',
    hardfork: 'cancun',
    blockGasLimit: BLOCK_GAS_LIMIT,
    genesisTime: Date.UTC(2024, 0, 1) / 1000,
    baseFeePerGas: 0,
    coinbase: '0x0000000000000000000000000000000000000000',
  }
}

/** SHA-256 (32 bytes) over the options as JSON in the order of the type above. */
export function digestOptions(options: ChainOptions): Uint8Array {
  const { chainId, chainType, hardfork, blockGasLimit, genesisTime, baseFeePerGas, coinbase } = options
  const text = JSON.stringify({
    chainId,
    chainType,
    hardfork,
    blockGasLimit,
    genesisTime,
    baseFeePerGas,
    coinbase,
  })
  return hash('sha256', text, 'buffer')
}
