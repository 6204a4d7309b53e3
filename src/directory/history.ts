// The history of a thing as people and programs read it: event by event, each with its words and whose act it is.

import { toJson } from '../acts/events.ts'
import type { ContractAddresses } from '../chain/abi.ts'
import { historyOf, type KeptAct } from '../chain/registry-state.ts'
import type { HistoryEntry } from '../http/schemas/place.ts'
import { EVENT_WORDS } from './event-words.ts'
import { showPlace } from './place.ts'

export function showHistory(told: { readonly acts: readonly KeptAct[] }, contracts: ContractAddresses): HistoryEntry[] {
  return historyOf(told, contracts).map(({ event, args, place }) => ({
    event,
    says: EVENT_WORDS[event],
    arguments: toJson(args),
    place: showPlace(place),
  }))
}
