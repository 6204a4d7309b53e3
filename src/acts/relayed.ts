// A signed act on its way through the Relay (contracts/interfaces/IRelay.sol): its digest, the call that sends it on,
// whether it would be taken now, and where on the chain it was.

import { dataSlice, TypedDataEncoder, zeroPadBytes, zeroPadValue } from 'ethers'
import { type ContractAddresses, interfaceOf } from '../chain/abi.ts'
import { readLogs } from '../chain/logs.ts'
import { type Chain, RpcRefusal } from '../chain/network.ts'
import { type ChainLog, type Receipt, readReceipt } from '../chain/read.ts'
import type { Names } from '../chain/refusals/describe.ts'
import { ContractRefusal } from '../chain/revert.ts'
import { explainRefusal } from '../chain/transaction.ts'
import type { TypedAct } from '../chain/typed-act.ts'

export interface SignedAct {
  readonly actor: string
  readonly to: string
  /** Selector and arguments. */
  readonly data: string
  readonly nonce: bigint
  /** Last second since 1970 at which it may be sent. */
  readonly deadline: number
  readonly signature: string
}

/** What is signed, in one word (EIP-712): the act's name in the queue, in its event and in the API. */
export function digestOf({ domain, types, primaryType, message }: TypedAct): string {
  return TypedDataEncoder.hash(domain, { [primaryType]: [...types[primaryType]!] }, message)
}

/** The call of the Relay that sends the act on. */
export function encodeRelay(act: SignedAct): string {
  return interfaceOf('relay').encodeFunctionData('relay', [act])
}

export interface Call {
  readonly from: string
  readonly to: string
  readonly data: string
}

/** Gas of a relayed act, tried or sent: more than any act needs. A contract that verifies signatures (ERC-1271) could otherwise make whoever relays pay for anything. */
export const MOST_GAS = 10_000_000

/**
 * Tries a call without sending it. Resolves if the contracts would take it at the newest block.
 * @param names Who the numbers in a refusal stand for, where the caller knows.
 * @throws LedgerError why they would not, by `explainRevert`; `chain_unreachable` (retryable)
 */
export async function tryCall(chain: Chain, { from, to, data }: Call, names?: Names): Promise<void> {
  try {
    await chain.request('eth_call', [{ from, to, data, gas: `0x${MOST_GAS.toString(16)}` }, 'latest'])
  } catch (error) {
    if (!(error instanceof RpcRefusal)) throw error
    const refusal = explainRefusal(error)
    throw names !== undefined && refusal instanceof ContractRefusal ? refusal.named(names) : refusal
  }
}

/** The act's own events in a transaction: what the contracts said after the Relay's event for it, before the next one. */
export function eventsOf(receipt: Receipt, relay: string, digest: string): readonly ChainLog[] | undefined {
  const start = receipt.logs.findIndex(log => relayedDigest(log, relay) === digest)
  if (start === -1) return undefined
  const rest = receipt.logs.slice(start + 1)
  const end = rest.findIndex(log => relayedDigest(log, relay) !== undefined)
  return end === -1 ? rest : rest.slice(0, end)
}

/** The transaction by which an act was done, whoever sent it; undefined while there is none. */
export async function findRelayed(
  chain: Chain,
  { relay }: ContractAddresses,
  { actor, to, data }: Pick<SignedAct, 'actor' | 'to' | 'data'>,
  digest: string,
  range: { readonly from: number; readonly to: number },
): Promise<Receipt | undefined> {
  const topics = [TOPIC(), zeroPadValue(actor, 32), zeroPadValue(to, 32), zeroPadBytes(dataSlice(data, 0, 4), 32)]
  for await (const { logs } of readLogs(chain, { addresses: [relay], topics }, range, { newestFirst: true })) {
    const log = logs.find(log => relayedDigest(log, relay) === digest)
    if (log !== undefined) return readReceipt(chain, log.transactionHash)
  }
  return undefined
}

const TOPIC = (): string => interfaceOf('relay').getEvent('ActRelayed')!.topicHash

function relayedDigest(log: ChainLog, relay: string): string | undefined {
  if (log.address !== relay.toLowerCase() || log.topics[0] !== TOPIC()) return undefined
  return String(interfaceOf('relay').decodeEventLog('ActRelayed', log.data, log.topics)['digest'])
}
