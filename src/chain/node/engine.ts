// The EVM: Hardhat's EDR, a Rust implementation in this process's memory, driven by hand. It mines only when told to,
// and gives the same block for the same transactions, timestamp and parent: that is what makes a journal enough.
// API: hardhat.org, "Network manager" (`hre.network.create`) and "Hardhat Network methods" (`evm_*`, `hardhat_*`).

import { join } from 'node:path'
import { createHardhatRuntimeEnvironment } from 'hardhat/hre'
import { type Hex, toHex, toQuantity } from './bytes.ts'
import type { ChainOptions } from './options.ts'
import { REFUSED, RpcError } from './rpc-error.ts'

/** The newest block. */
export interface Head {
  readonly number: number
  readonly hash: Hex
  /** Unix seconds. */
  readonly timestamp: number
}

export interface MinedBlock extends Head {
  readonly parentHash: Hex
  /** Hashes of its transactions, in order. */
  readonly transactions: readonly Hex[]
}

/** A transaction that waits in the engine's pool. */
export interface PooledTransaction {
  readonly hash: Hex
  readonly from: Hex
  readonly nonce: number
}

export interface Engine {
  /** Name and versions, e.g. `hardhat 3.18.0, edr 0.22.0`. */
  readonly version: string
  readonly genesis: Head
  /** Any JSON-RPC method of the engine. @throws RpcError */
  request(method: string, params: readonly unknown[]): Promise<unknown>
  /** Puts a signed transaction into the pool. @throws RpcError when the engine refuses it */
  submit(transaction: Uint8Array): Promise<void>
  pool(): Promise<readonly PooledTransaction[]>
  /** Next nonce of an account by the newest block. */
  nextNonce(account: Hex): Promise<number>
  /** Takes a transaction out of the pool. */
  drop(hash: Hex): Promise<void>
  /** Makes a block of what the pool holds and can execute. */
  mine(timestamp: number): Promise<MinedBlock>
  head(): Promise<Head>
  close(): Promise<void>
}

export async function startEngine(options: ChainOptions): Promise<Engine> {
  const nowhere = join(import.meta.dirname, 'none')
  const runtime = await createHardhatRuntimeEnvironment(
    {
      // Hardhat would load the build output of the project it runs in, to explain stack traces: a node knows no contract.
      paths: { artifacts: nowhere, cache: nowhere },
      networks: {
        chain: {
          type: 'edr-simulated',
          chainType: options.chainType,
          chainId: options.chainId,
          networkId: options.chainId,
          hardfork: options.hardfork,
          // No account of the node's own, hence no key in its memory.
          accounts: [],
          coinbase: options.coinbase,
          initialBaseFeePerGas: options.baseFeePerGas,
          initialDate: new Date(options.genesisTime * 1000),
          blockGasLimit: options.blockGasLimit,
          // With `auto` every transaction would be a block at once; with an interval blocks would come unasked.
          mining: { auto: false, interval: 0, mempool: { order: 'fifo' } },
          allowBlocksWithSameTimestamp: true,
          allowUnlimitedContractSize: false,
          throwOnTransactionFailures: false,
          loggingEnabled: false,
        },
      },
    },
    {},
    import.meta.dirname,
  )
  const connection = await runtime.network.create({ network: 'chain', chainType: options.chainType })

  const request = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    try {
      return await connection.provider.request({ method, params: [...params] })
    } catch (error) {
      throw asRpcError(error)
    }
  }

  const readBlock = async (tag: Hex | 'latest'): Promise<MinedBlock> => {
    const block = (await request('eth_getBlockByNumber', [tag, false])) as EngineBlock
    return {
      number: Number(block.number),
      hash: block.hash,
      parentHash: block.parentHash,
      timestamp: Number(block.timestamp),
      transactions: block.transactions,
    }
  }

  // EIP-1559 raises the base fee after a block that is more than half full, from 0 to at least 1 wei; and 1 wei never
  // falls again, since an eighth of it rounds to 0. Where nobody has funds, one full block would be the last one with
  // a transaction in it. So the base fee of every next block is set, also because gas price and fee history show it.
  const freeNextBlock = (): Promise<unknown> =>
    request('hardhat_setNextBlockBaseFeePerGas', [toQuantity(options.baseFeePerGas)])

  await freeNextBlock()
  return {
    version: `hardhat ${runtime.versions.hardhat}, edr ${runtime.versions.edr}`,
    genesis: await readBlock('0x0'),
    request,
    async submit(transaction) {
      await request('eth_sendRawTransaction', [toHex(transaction)])
    },
    async pool() {
      const pooled = (await request('eth_pendingTransactions', [])) as readonly EngineTransaction[]
      return pooled.map(({ hash, from, nonce }) => ({ hash, from, nonce: Number(nonce) }))
    },
    async nextNonce(account) {
      return Number(await request('eth_getTransactionCount', [account, 'latest']))
    },
    async drop(hash) {
      await request('hardhat_dropTransaction', [hash])
    },
    async mine(timestamp) {
      await request('evm_mine', [toQuantity(timestamp)])
      const [block] = await Promise.all([readBlock('latest'), freeNextBlock()])
      return block
    },
    head: () => readBlock('latest'),
    close: () => connection.close(),
  }
}

interface EngineBlock {
  readonly number: Hex
  readonly hash: Hex
  readonly parentHash: Hex
  readonly timestamp: Hex
  readonly transactions: readonly Hex[]
}

interface EngineTransaction {
  readonly hash: Hex
  readonly from: Hex
  readonly nonce: Hex
}

/** Keeps what a client can use (code, message, return data) and nothing of the request, which the engine echoes. */
function asRpcError(error: unknown): RpcError {
  if (!(error instanceof Error)) return new RpcError(REFUSED, String(error))
  const code = 'code' in error && Number.isInteger(error.code) ? Number(error.code) : REFUSED
  const data = 'data' in error && typeof error.data === 'string' ? error.data : undefined
  return new RpcError(code, error.message, { data, cause: error })
}
