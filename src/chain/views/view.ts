// How an entry of the table of views is written: a kind of thing, which of them there are, and what the contract's views
// should say of each if the events are all there are.

import type { ContractName } from '../abi.ts'
import type { RegistryState } from '../registry-state.ts'
import type { Values } from '../values.ts'

/** What the events up to one block add up to: the ledger's state, and what only the contracts' views say as well. */
export interface Held {
  readonly state: RegistryState
  /** By the log's id: the newest word of its events on each of their fields. */
  readonly logs: ReadonlyMap<string, Values>
  /** By the id of the resource: keccak256 of its source. */
  readonly sources: ReadonlyMap<number, string>
  /** By the id of the resource: version of the entry when it was registered as a product last. */
  readonly registrations: ReadonlyMap<number, number>
  /** By the id of the organisation: everybody it ever registered, and whether they still are. */
  readonly persons: ReadonlyMap<number, ReadonlyMap<string, boolean>>
  /** `consentOf` those who agreed to lift a veto when they were an inspector: what an organisation is can change later. */
  readonly inspectorsConsents: ReadonlySet<string>
}

/** Names the word of one organisation, by its code, in one transaction. */
export function consentOf(code: string, transaction: string): string {
  return `${code} ${transaction}`
}

/** The contracts' number of a thing, or several in text with a space between. */
export type Id = number | string

export interface View {
  /**
   * What it should say of one thing at a time in seconds since 1970: fields under the contract's names, a single unnamed
   * one under ''. All of them are compared; of what it says besides, nothing is.
   */
  readonly expect: (held: Held, id: Id, time: number) => Values
  /** The arguments of each call; the id alone, once, when absent. */
  readonly asks?: (held: Held, id: Id) => readonly (readonly unknown[])[]
  /**
   * `fields` when absent: what one call returns. `which`: each call returns yes or no, and the answer is the last
   * arguments of those with yes under '', and `count`. `check`: it returns nothing or refuses, and the answer is whether
   * it does not, under ''.
   */
  readonly answer?: 'fields' | 'which' | 'check'
}

export interface Kind {
  readonly zh: string
  readonly en: string
  readonly contract: ContractName
  /** The view that counts them, and the first of their numbers. */
  readonly count?: { readonly view: string; readonly first: 0 | 1 }
  readonly ids: (held: Held) => Iterable<Id>
  /** By the name of the view. */
  readonly views: Readonly<Record<string, View>>
}

/** The two numbers in an id that names a pair. */
export function pairIn(id: Id): readonly [number, number] {
  const [one = 0, other = 0] = String(id).split(' ').map(Number)
  return [one, other]
}

/** The same, without doubles. */
export function* distinct<T>(ids: Iterable<T>): Iterable<T> {
  yield* new Set(ids)
}
