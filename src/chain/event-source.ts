// Which contracts speak, and how what they say is read: one place, so that an event added to EVENTS is asked for, kept
// and decoded without anybody else being told.

import { artifactOf, type ContractAddresses, type ContractName } from './abi.ts'
import { decodeEvent, EVENTS } from './events.ts'
import type { ChainLog } from './read.ts'
import type { TimedEvent } from './registry-state.ts'

/** An event as the node gave it, with its block's time in seconds since 1970. */
export interface RawEvent {
  readonly log: ChainLog
  readonly time: number
}

/** The addresses of the contracts that emit events of the ledger. */
export function speakersOf(contracts: ContractAddresses): readonly string[] {
  return [...new Set(Object.values(EVENTS))].map(name => contracts[name])
}

/**
 * The events as data; what is not the ledger's is left out: a contract of ours may emit more than we read.
 * @throws LedgerError `event_malformed`
 */
export function decodeAll(raw: readonly RawEvent[], contracts: ContractAddresses): TimedEvent[] {
  return raw.flatMap(({ log, time }) => {
    const event = decodeEvent({ ...log, topics: [...log.topics] }, contracts)
    return event === undefined ? [] : [{ event, log, time }]
  })
}

/** What is read and how, as text: what was kept under another text was read by other rules. */
export function readingRules(): string {
  const rules = Object.entries(EVENTS).map(([name, contract]: [string, ContractName]) => {
    const fragment = artifactOf(contract).abi.find(item => item.type === 'event' && item.name === name)
    return [contract, name, fragment?.inputs ?? []]
  })
  return JSON.stringify(rules)
}
