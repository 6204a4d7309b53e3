// An act as the ledger's state keeps it: where it stands on the chain, whose it is, and the raw event by which anybody
// can check that. Evidence carries the raw events.

import type { LedgerEvent } from '../events.ts'
import type { EventName } from '../ledger-event.ts'
import type { ChainLog } from '../read.ts'

/** An event with its block's time, in seconds since 1970, and as the node gave it. */
export interface TimedEvent {
  readonly event: LedgerEvent
  readonly log: ChainLog
  readonly time: number
}

/** Whose act it is. All absent: an act of the contract itself. */
export interface By {
  /** Code of the organisation; absent where one of the ledger's keepers (registrar, …) acted. */
  readonly organisation?: string
  /** The account that spoke for it then: its own or its officer's. */
  readonly account?: string
  /** Of an act that another sent: who did, and what was signed. Absent when the account sent the act itself. */
  readonly relayer?: string
  readonly digest?: string
  readonly signature?: string
}

/** Where an act stands on the chain, and whose it is. */
export interface ActPlace {
  readonly transaction: string
  readonly block: { readonly number: number; readonly hash: string; readonly time: number }
  readonly by?: By
}

/** What is kept of an act. */
export interface KeptAct {
  readonly name: EventName
  readonly log: ChainLog
  /** Of its block, seconds since 1970. */
  readonly time: number
  readonly by: By
  /** The Relay's event, of an act that was relayed. */
  readonly relayed?: ChainLog
}

/** What things keep of the acts that made them what they are. */
export interface Told {
  /** In the order of the chain. */
  readonly acts: readonly KeptAct[]
  /** The same as raw events, each relayed act's signature before it. */
  readonly events: readonly ChainLog[]
}

export function placeOf({ log, time, by }: KeptAct): ActPlace {
  return { transaction: log.transactionHash, block: { number: log.blockNumber, hash: log.blockHash, time }, by }
}

/**
 * What is kept once one more act is told.
 * @param group Of these events only the newest `most` are kept: whoever can do an act again and again must not be able to
 *   make all evidence about a thing unreadable.
 */
export function tell(told: Told | undefined, act: KeptAct, group: readonly EventName[] = [], most = Infinity): Told {
  const known = told?.acts ?? []
  const old = known.filter(({ name }) => group.includes(name))
  const dropped = new Set(old.slice(0, Math.max(0, old.length + 1 - most)))
  const acts = [...known.filter(one => !dropped.has(one)), act]
  return { acts, events: rawEvents(acts) }
}

function rawEvents(acts: readonly KeptAct[]): readonly ChainLog[] {
  return [...new Set(acts.flatMap(({ log, relayed }) => (relayed === undefined ? [log] : [relayed, log])))]
}

/** A due time that the contracts fixed, in milliseconds since 1970: the first moment at which it is overdue. */
export interface Deadline {
  readonly at: number
  readonly calendarVersion: number
  /** Computed over days that no calendar covered yet. */
  readonly provisional: boolean
}

/** The newest of a list that somebody could make as long as they like, newest first. */
export function newest<T>(item: T, items: readonly T[], most: number): readonly T[] {
  return [item, ...items].slice(0, most)
}
