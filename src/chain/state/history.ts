// The history of a thing, from the raw events it keeps: what was said, when, by whom, by whose signature.

import type { ContractAddresses } from '../abi.ts'
import { decodeEvent, type EventName } from '../events.ts'
import type { Value } from '../values.ts'
import { type ActPlace, type By, placeOf, type Told } from './act.ts'

export interface HistoryEntry {
  readonly event: EventName
  /** Under the contract's names: numbers, bigints, hexadecimal text, words of codes.ts; times in seconds since 1970. */
  readonly args: Readonly<Record<string, Value>>
  readonly place: ActPlace
  readonly by: By
}

/**
 * What is kept of a request or grant, an agreement, a correction, a resource, a product, in the order of the chain.
 * @param contracts The ledger's addresses, from a source the caller trusts.
 */
export function historyOf({ acts }: Pick<Told, 'acts'>, contracts: ContractAddresses): readonly HistoryEntry[] {
  return acts.flatMap(act => {
    const event = decodeEvent({ ...act.log, topics: [...act.log.topics] }, contracts)
    if (event === undefined) return []
    const args = event.args as unknown as Readonly<Record<string, Value>>
    return [{ event: event.name, args, place: placeOf(act), by: act.by }]
  })
}
