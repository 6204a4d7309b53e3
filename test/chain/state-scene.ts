// What the tests of the registry's state start from: the state that a scene's chain makes, and events made up one by one.

import { type ContractAddresses, interfaceOf } from '../../src/chain/abi.ts'
import { decodeEvent, EVENTS, type EventName, type EventNamed, type LedgerEvent } from '../../src/chain/events.ts'
import { type ChainLog, parseLog } from '../../src/chain/read.ts'
import { RegistryState, type TimedEvent } from '../../src/chain/registry-state.ts'
import type { Scene } from '../contracts/fixture.ts'

/** What the events of the scene's chain make, from the first block to the last. */
export async function readState(scene: Scene): Promise<RegistryState> {
  const state = new RegistryState()
  for (const event of await readEvents(scene)) state.apply(event)
  return state
}

/** The events of the scene's chain, from the first block to the last. */
export async function readEvents(scene: Scene): Promise<readonly TimedEvent[]> {
  const { contracts } = scene.deployment
  const answer = await scene.request('eth_getLogs', [
    { address: Object.values(contracts), fromBlock: '0x0', toBlock: 'latest' },
  ])
  const times = new Map<number, number>()
  const events: TimedEvent[] = []
  for (const log of (answer as unknown[]).map(parseLog)) {
    const { blockNumber } = log
    const time = times.get(blockNumber) ?? (await timeOf(scene, blockNumber))
    times.set(blockNumber, time)
    const event = decodeEvent({ ...log, topics: [...log.topics] }, contracts)
    if (event !== undefined) events.push({ event, log, time })
  }
  return events
}

async function timeOf(scene: Scene, number: number): Promise<number> {
  const block = (await scene.request('eth_getBlockByNumber', [`0x${number.toString(16)}`, false])) as {
    timestamp: string
  }
  return Number(block.timestamp)
}

/** The time that a call on the newest block sees, in milliseconds. */
export async function nowOn(scene: Scene): Promise<number> {
  return (await timeOf(scene, await scene.provider.getBlockNumber())) * 1000
}

/** A chain of made-up events: each in a block of its own unless told to stand in the transaction before. */
export class MadeUp {
  readonly state = new RegistryState()
  readonly contracts: ContractAddresses
  #block = 0
  #index = 0

  constructor() {
    const names = [...new Set(Object.values(EVENTS))]
    const addresses = names.map((name, k) => [name, addressOf(k + 1)] as const)
    this.contracts = Object.fromEntries([...addresses, ['accessManager', addressOf(99)]]) as ContractAddresses
  }

  /** Puts an event into a new block at that time, in seconds. */
  say<Name extends EventName>(time: number, name: Name, args: EventNamed<Name>['args']): ChainLog {
    this.#block++
    this.#index = 0
    return this.#apply(time, name, args)
  }

  /** Puts one more event into the same transaction. */
  also<Name extends EventName>(time: number, name: Name, args: EventNamed<Name>['args']): ChainLog {
    this.#index++
    return this.#apply(time, name, args)
  }

  #apply(time: number, name: EventName, args: object): ChainLog {
    const contract = EVENTS[name]
    const address = this.contracts[contract]
    const hash = `0x${this.#block.toString(16).padStart(64, '0')}`
    const place = { blockNumber: this.#block, blockHash: hash, transactionHash: hash }
    const log: ChainLog = { address, topics: [name], data: '0x', ...place, transactionIndex: 0, index: this.#index }
    const event = { name, contract, address, ...place, logIndex: this.#index, args } as unknown as LedgerEvent
    const timed: TimedEvent = { event, log, time }
    this.state.apply(timed)
    return log
  }
}

export function addressOf(k: number): string {
  return `0x${k.toString(16).padStart(40, '0')}`
}

export function selectorOf(contract: keyof ContractAddresses, method: string): string {
  const fragment = interfaceOf(contract).getFunction(method)
  if (!fragment) throw new Error(`${contract} has no function ${method}`)
  return fragment.selector
}
