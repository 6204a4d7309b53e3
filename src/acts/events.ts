// The events that an act made, as answers show them: names and words as everywhere, large numbers in decimal.

import type { ContractAddresses } from '../chain/abi.ts'
import { decodeEvent } from '../chain/events.ts'
import type { ChainLog } from '../chain/read.ts'
import type { ActEvent } from './journal.ts'
import type { Json } from './show.ts'

/** The ledger's events among the logs. Throws `event_malformed`. */
export function formatActEvents(logs: readonly ChainLog[], contracts: ContractAddresses): readonly ActEvent[] {
  return logs.flatMap(log => {
    const event = decodeEvent({ ...log, topics: [...log.topics] }, contracts)
    return event === undefined ? [] : [{ name: event.name, contract: event.contract, args: toJson(event.args) }]
  })
}

/** Any decoded value as JSON. */
export function toJson(value: unknown): Json {
  if (typeof value === 'bigint') return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value)
  if (Array.isArray(value)) return value.map(toJson)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toJson(member)]))
  }
  return value as string | number | boolean
}
