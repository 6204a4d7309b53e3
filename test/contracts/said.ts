// What the ledger's contracts said in a transaction: every event they declare, by the compiled ABI alone.

import { concat, type TransactionReceipt } from 'ethers'
import { artifactOf, CONTRACT_NAMES, type ContractAddresses, interfaceOf } from '../../src/chain/abi.ts'
import { decodeValues } from '../../src/chain/values.ts'

export interface Saying {
  readonly name: string
  readonly args: object
}

/** The events in a receipt that come from the ledger's own addresses, in order. */
export function sayingsIn(receipt: TransactionReceipt, contracts: ContractAddresses): Saying[] {
  return receipt.logs.flatMap(({ address, topics, data }) => {
    const contract = CONTRACT_NAMES.find(name => contracts[name] === address)
    const name = contract && interfaceOf(contract).getEvent(topics[0] ?? '')?.name
    if (!contract || !name) return []
    const inputs = artifactOf(contract).abi.find(item => item.type === 'event' && item.name === name)?.inputs ?? []
    const indexed = inputs.filter(input => input.indexed)
    const rest = inputs.filter(input => !input.indexed)
    return [{ name, args: { ...decodeValues(indexed, concat(topics.slice(1))), ...decodeValues(rest, data) } }]
  })
}
