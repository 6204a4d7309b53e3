// Where a chain may speak of given grants: what to look for so that no decision or revocation is missed, by blooms where
// a block has nothing to say, and event by event where it has.

import { bloomBits, type Header, hasBits } from '../core/header-chain.ts'
import type { BlockLog } from '../core/whole-block.ts'
import { type LedgerEvent, topicOf } from './events.ts'

/** What makes a grant what it is. Its id is the first indexed value of each. */
const GRANT_EVENTS = [
  'AccessRequested',
  'AccessGranted',
  'AccessRefused',
  'GrantRevoked',
] as const satisfies readonly LedgerEvent['name'][]

/** An event as evidence has it: hexadecimal, lower-case. */
interface KnownEvent {
  readonly block: number
  readonly logIndex: number
  readonly address: string
  readonly topics: readonly string[]
}

export interface GrantSearch {
  /** No older block can speak of these grants; infinite when there are none. */
  readonly from: number
  /** False when the block certainly has no event of these grants. */
  readonly maySpeak: (header: Header) => boolean
  /** The number of the first event in a block that speaks of these grants and is not among the known ones, or -1. */
  readonly findUnknown: (block: number, logs: readonly BlockLog[]) => number
}

/**
 * @param known Events that are proven to be on the chain, in its order: by them the search can begin later than at the
 *   first block. The contract numbers requests in the order in which they are made, so that nothing about a grant is
 *   older than the request of any with a smaller number.
 */
export function searchGrants(
  accessLedger: string,
  grants: readonly number[],
  known: readonly KnownEvent[],
): GrantSearch {
  const address = accessLedger.toLowerCase()
  const ids = new Set(grants.map(toTopic))
  const names = new Set(GRANT_EVENTS.map(topicOf))
  const places = new Set(known.map(({ block, logIndex }) => `${block} ${logIndex}`))
  const requested = topicOf('AccessRequested')
  const requests = known.filter(event => event.address === address && event.topics[0] === requested)
  const firstOf = (id: string): number => requests.findLast(({ topics }) => topics[1]! <= id)?.block ?? 0
  const bits = {
    address: bitsOf(address),
    names: [...names].map(bitsOf),
    ids: [...ids].map(bitsOf),
  }
  const speaks = ({ address: emitter, topics: [name, id] }: BlockLog): boolean =>
    toHex(emitter) === address && name !== undefined && id !== undefined && names.has(toHex(name)) && ids.has(toHex(id))
  return {
    from: Math.min(...[...ids].map(firstOf)),
    maySpeak: ({ bloom }) =>
      hasBits(bloom, bits.address) &&
      bits.names.some(name => hasBits(bloom, name)) &&
      bits.ids.some(id => hasBits(bloom, id)),
    findUnknown: (block, logs) => logs.findIndex((log, k) => speaks(log) && !places.has(`${block} ${k}`)),
  }
}

const bitsOf = (hex: string): readonly number[] => bloomBits(Buffer.from(hex.slice(2), 'hex'))
const toTopic = (grant: number): string => `0x${grant.toString(16).padStart(64, '0')}`
const toHex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`
