// Acts on the contracts, and questions to them. Acts are sent by the accounts whose acts they are. One sender's acts go one after the other, those of
// different senders side by side. For setting up; what must survive a crash by itself goes through the outbox.

import type { Wallet } from 'ethers'
import { LedgerError } from '../core/error.ts'
import { callContract } from './call.ts'
import {
  type ContractAddresses,
  type ContractName,
  decodeEvent,
  explainRevert,
  interfaceOf,
  type LedgerEvent,
} from './contracts.ts'
import { chooseFee, DEFAULT_FEE_LIMITS, type Fee } from './fees.ts'
import type { Chain } from './network.ts'
import { parseHash, type Receipt, readHead, readNonce, readReceipt } from './read.ts'

/** Sends one act and waits until it is mined; the ledger's events that it made. A sender's next act waits for the one before. */
export type Act = (
  by: Wallet,
  contract: ContractName,
  method: string,
  args: readonly unknown[],
) => Promise<LedgerEvent[]>

/** Asks a contract as it is now; what it returns, as `callContract` decodes it. */
export type View = (contract: ContractName, method: string, args: readonly unknown[]) => Promise<readonly unknown[]>

export function createView(chain: Chain, contracts: ContractAddresses): View {
  return (contract, method, args) => callContract(chain, contract, contracts[contract], method, args)
}

/** Room for any act; what is not used costs nothing. */
const GAS_LIMIT = 3_000_000
const PATIENCE_MS = 60_000

/** @throws LedgerError (the act) what `explainRevert` makes of a refusal; `act_not_mined`, `act_refused` (retryable) */
export function createActs(chain: Chain, contracts: ContractAddresses): Act {
  const nonces = new Map<string, number>()
  let fee: Fee | undefined
  const send: Act = async (by, contract, method, args) => {
    const to = contracts[contract]
    const data = interfaceOf(contract).encodeFunctionData(method, args)
    fee ??= await chooseFee(chain, await readHead(chain), DEFAULT_FEE_LIMITS)
    const nonce = nonces.get(by.address) ?? (await readNonce(chain, by.address, 'latest'))
    const raw = await by.signTransaction({ ...fee, chainId: chain.chainId, to, data, nonce, gasLimit: GAS_LIMIT })
    const hash = parseHash('transaction hash', await chain.request('eth_sendRawTransaction', [raw]))
    nonces.set(by.address, nonce + 1)
    const receipt = await waitForReceipt(chain, hash)
    if (!receipt.succeeded) await throwRefusal(chain, by.address, to, data)
    return receipt.logs.flatMap(log => decodeEvent({ ...log, topics: [...log.topics] }, contracts) ?? [])
  }
  const last = new Map<string, Promise<unknown>>()
  return (by, ...act) => {
    const sent = (last.get(by.address) ?? Promise.resolve()).then(() => send(by, ...act))
    last.set(
      by.address,
      sent.catch(() => {}),
    )
    return sent
  }
}

async function waitForReceipt(chain: Chain, hash: string): Promise<Receipt> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const receipt = await readReceipt(chain, hash)
    if (receipt !== undefined) return receipt
    if (Date.now() > deadline) {
      throw new LedgerError(
        'act_not_mined',
        {
          en: `Transaction ${hash} is in no block after ${PATIENCE_MS / 1000} s; see that the chain makes blocks and the account can pay, then try again.`,
          zh: `交易 ${hash} 在 ${PATIENCE_MS / 1000} 秒后仍未进入区块；请确认链在出块、账户余额足够，然后重试。`,
        },
        { retryable: true },
      )
    }
    await new Promise(resolve => setTimeout(resolve, chain.pollingMs))
  }
}

/** A mined refusal carries no reason; the same call, asked again, gives it. */
async function throwRefusal(chain: Chain, from: string, to: string, data: string): Promise<never> {
  try {
    await chain.request('eth_call', [{ from, to, data }, 'latest'])
  } catch (error) {
    throw explainRevert(error)
  }
  throw new LedgerError(
    'act_refused',
    {
      en: `The contract at ${to} refused the act when it was mined, and would take it now; try again.`,
      zh: `位于 ${to} 的合约在出块时拒绝了该操作，而现在会接受；请重试。`,
    },
    { retryable: true },
  )
}
