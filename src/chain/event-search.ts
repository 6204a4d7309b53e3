// Where a chain may speak of given things: what to look for so that no word on them is missed, by blooms where a block
// has nothing to say, and event by event where it has. The same search is asked of a node in `eth_getLogs`.

import { from0x, to0x } from '../core/bytes.ts'
import { bloomBits, type Header, hasBits } from '../core/header-chain.ts'
import type { BlockLog } from '../core/whole-block.ts'
import type { ContractAddresses, ContractName } from './abi.ts'
import { decodeEvent, EVENTS, type RawEvent, topicOf } from './events.ts'
import { missingIn } from './idle.ts'
import type { EventName } from './ledger-event.ts'
import type { TimedEvent } from './state/act.ts'
import { keyOf, type Story, type Telling, type Thing, type ThingKind, tellersOf } from './things.ts'

/** Events of one contract that name a thing at one place among their topics. */
export interface Spoken {
  readonly contract: ContractName
  readonly names: readonly EventName[]
  readonly position: number
  readonly id: bigint
  /** No older block can speak of it so. */
  readonly from: number
}

/**
 * What to look for, of each thing.
 * @param known Events that are proven to be on the chain, in its order: nothing is spoken of before the event that made
 *   it, and by these the search can begin later than at the first block.
 */
export function spokenOf(things: readonly Thing[], telling: Telling, known: readonly TimedEvent[]): readonly Spoken[] {
  const beginning = beginningsIn(known)
  return things.flatMap(thing => {
    const from = beginning(thing)
    const groups = Map.groupBy(tellersOf(thing, telling), ([name, position]) => `${EVENTS[name]} ${position}`)
    return [...groups.values()].map(group => {
      const [name, position] = group[0]!
      return { contract: EVENTS[name], names: group.map(([name]) => name), position, id: thing.id, from }
    })
  })
}

/** The event that makes a thing of each kind: the first that names it, and the only one of its name that does. */
const MAKING: Readonly<Record<Exclude<ThingKind, 'grant' | 'source'>, readonly EventName[]>> = {
  organisation: ['OrganisationRegistered'],
  party: ['OrganisationRegistered'],
  computer: ['OrganisationRegistered'],
  resource: ['ResourceRegistered'],
  entry: ['ResourceRegistered'],
  agreement: ['AgreementApplied', 'AgreementOffered'],
  correction: ['CorrectionRaised'],
}

/**
 * The block before which nothing can speak of a thing; 0 where no event tells. Requests are numbered in the order in
 * which they are made, so that nothing about a grant is older than the request of any with a smaller number.
 */
function beginningsIn(known: readonly TimedEvent[]): (thing: Thing) => number {
  const requests = known.filter(({ event }) => event.name === 'AccessRequested')
  const made = new Map(known.map(({ event, log }) => [`${event.name} ${BigInt(log.topics[1] ?? 0)}`, log.blockNumber]))
  return ({ kind, id }) => {
    if (kind === 'grant' || kind === 'source') {
      return requests.findLast(({ log }) => BigInt(log.topics[1]!) <= id)?.log.blockNumber ?? 0
    }
    return MAKING[kind].map(name => made.get(`${name} ${id}`)).find(block => block !== undefined) ?? 0
  }
}

export interface EventSearch {
  /** No older block can speak of these things; infinite when there are none. */
  readonly from: number
  /** False when the block certainly has no event of these things. */
  readonly maySpeak: (header: Pick<Header, 'number' | 'bloom'>) => boolean
  /** Whether this event is one of these things. */
  readonly speaks: (log: Pick<BlockLog, 'address' | 'topics'>) => boolean
}

/** @param contracts The ledger's addresses, from a source the caller trusts. */
export function searchEvents(spoken: readonly Spoken[], contracts: ContractAddresses): EventSearch {
  const patterns = spoken.map(({ contract, names, position, id, from }) => {
    const [address, topics, topic] = [from0x(contracts[contract]), names.map(topicOf), toTopic(id)]
    return {
      from,
      address: bloomBits(address),
      names: topics.map(name => bloomBits(from0x(name))),
      id: bloomBits(from0x(topic)),
      // The place of the number counts, not only that it is there.
      wanted: topics.map(name => `${to0x(address)} ${name} ${position} ${topic}`),
    }
  })
  const wanted = new Set(patterns.flatMap(pattern => pattern.wanted))
  return {
    from: Math.min(...patterns.map(({ from }) => from)),
    maySpeak: ({ number, bloom }) =>
      patterns.some(
        ({ from, address, names, id }) =>
          number >= from && hasBits(bloom, address) && hasBits(bloom, id) && names.some(name => hasBits(bloom, name)),
      ),
    speaks: ({ address, topics: [name, ...values] }) =>
      name !== undefined &&
      values.some((value, k) => wanted.has(`${to0x(address)} ${to0x(name)} ${k + 1} ${to0x(value)}`)),
  }
}

/** A story, to be held against what a chain says: was anything left out of it? */
export interface StorySearch extends EventSearch {
  readonly spoken: readonly Spoken[]
  /** The first event that belongs to the story and is not told in it. */
  readonly findUntold: <Log extends FoundLog>(logs: readonly Log[]) => Log | undefined
}

/** An event as a block or a node has it, with its place. */
export type FoundLog = Pick<BlockLog, 'address' | 'topics' | 'data'> & {
  readonly block: number
  /** Position in the block, over all its transactions. */
  readonly logIndex: number
}

/** All events of a block, in its order, each with its place. */
export function numbered(logs: readonly BlockLog[], block: number): readonly (BlockLog & FoundLog)[] {
  return logs.map((log, logIndex) => ({ ...log, block, logIndex }))
}

/** @param contracts The ledger's addresses, from a source the caller trusts. */
export function searchStory({ things, events }: Story, telling: Telling, contracts: ContractAddresses): StorySearch {
  const spoken = spokenOf(things, telling, events)
  const search = searchEvents(spoken, contracts)
  const told = new Set(events.map(({ log }) => `${log.blockNumber} ${log.index}`))
  const known = new Set(things.map(keyOf))
  const story = events.map(({ event, log }) => ({ event, block: log.blockNumber, logIndex: log.index }))
  return {
    ...search,
    spoken,
    findUntold: logs => {
      const found = logs.flatMap(log => {
        if (told.has(`${log.block} ${log.logIndex}`) || !search.speaks(log)) return []
        const event = decodeEvent(rawOf(log), contracts)
        const belongs = event !== undefined && telling.matters(event, thing => known.has(keyOf(thing)))
        return belongs ? [{ event, block: log.block, logIndex: log.logIndex, log }] : []
      })
      const missing = telling.withoutIdle ? missingIn(story, found) : found
      return missing[0]?.log
    },
  }
}

/** As `decodeEvent` takes it. */
export function rawOf({ address, topics, data, block, logIndex }: FoundLog): RawEvent {
  return {
    address: to0x(address),
    topics: topics.map(to0x),
    data: to0x(data),
    blockNumber: block,
    blockHash: '0x',
    transactionHash: '0x',
    index: logIndex,
  }
}

export function toTopic(id: bigint): string {
  return `0x${id.toString(16).padStart(64, '0')}`
}
