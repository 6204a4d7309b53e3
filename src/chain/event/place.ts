// How an event is shown: where it stands, whose it is, its name and what it says.

import type { ContractName } from '../abi.ts'

/** Where an event stands on the chain. */
export interface EventPlace {
  /** The contract that emitted it, and its address. */
  readonly contract: ContractName
  readonly address: string
  readonly blockNumber: number
  readonly blockHash: string
  readonly transactionHash: string
  /** Position in the block, over all its transactions. */
  readonly logIndex: number
}

/** The union of all events of a contract, from its list of names and arguments. */
export type EventsOf<Contract extends ContractName, List> = {
  readonly [Name in keyof List & string]: EventPlace & {
    readonly contract: Contract
    readonly name: Name
    readonly args: List[Name]
  }
}[keyof List & string]
