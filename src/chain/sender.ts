// Sends transactions one after another and waits for each. For set-up only: what runs for years goes through a journal,
// so that a crash between sending and confirming loses nothing.

import { concat, isError, type Provider, type Signer, type TransactionReceipt } from 'ethers'
import { LedgerError } from '../core/error.ts'
import { artifactOf, type ContractName, interfaceOf } from './abi.ts'
import { explainRevert } from './revert.ts'

export interface Sender {
  /** Deploys a contract and returns its address and block. */
  deploy(name: ContractName, ...args: readonly unknown[]): Promise<{ address: string; block: number }>
  /** Calls a function of a contract and waits until it is in a block. */
  call(name: ContractName, address: string, method: string, args: readonly unknown[]): Promise<TransactionReceipt>
}

/**
 * A sender for a signer's account, from its next nonce on. Nonces are counted here: ethers caches the node's answer for
 * a quarter of a second, which is longer than a block of a local chain.
 * @param timeoutMs How long to wait for each transaction to enter a block.
 */
export async function startSender(signer: Signer, provider: Provider, timeoutMs: number): Promise<Sender> {
  let nonce = await provider.getTransactionCount(await signer.getAddress(), 'pending')
  const fees = await feesFor(provider)

  const send = async (what: string, to: string | null, data: string): Promise<TransactionReceipt> => {
    try {
      const response = await signer.sendTransaction({ ...fees, to, data, nonce })
      nonce += 1
      const receipt = await response.wait(1, timeoutMs)
      if (!receipt) throw new Error(`no receipt for ${response.hash}`)
      return receipt
    } catch (cause) {
      if (isError(cause, 'TIMEOUT')) throw timedOut(what, timeoutMs, cause)
      throw explainRevert(cause)
    }
  }

  return {
    async deploy(name, ...args) {
      const data = concat([artifactOf(name).bytecode, interfaceOf(name).encodeDeploy(args)])
      const receipt = await send(`deploying ${name}`, null, data)
      if (!receipt.contractAddress) throw new Error(`no contract address in the receipt ${receipt.hash}`)
      return { address: receipt.contractAddress, block: receipt.blockNumber }
    },
    call: (name, address, method, args) =>
      send(`${name}.${method}`, address, interfaceOf(name).encodeFunctionData(method, args)),
  }
}

/**
 * The fee fields for a chain: none where there is a market for fees (ethers fills them in), an explicit zero where gas is
 * free, since there ethers would still offer a tip that an account without a balance cannot pay.
 */
async function feesFor(provider: Provider): Promise<{ type?: 0; gasPrice?: 0n }> {
  const block = await provider.getBlock('latest')
  const free =
    block?.baseFeePerGas === null ? (await provider.getFeeData()).gasPrice === 0n : block?.baseFeePerGas === 0n
  return free ? { type: 0, gasPrice: 0n } : {}
}

function timedOut(what: string, timeoutMs: number, cause: unknown): LedgerError {
  return new LedgerError(
    'deploy_timeout',
    {
      en: `The transaction ${what} entered no block within ${timeoutMs / 1000} s; see that the chain makes blocks and the account can pay, then deploy again.`,
      zh: `交易 ${what} 在 ${timeoutMs / 1000} 秒内没有进入区块；请确认链在出块、账户余额足够，然后重新部署。`,
    },
    { cause, retryable: true },
  )
}
