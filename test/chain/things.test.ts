// What an answer hangs on, found by following what events name; and what may be told of it.

import { expect } from 'chai'
import { ZeroAddress, ZeroHash } from 'ethers'
import fc from 'fast-check'
import { CONTRACT_NAMES, type ContractAddresses, interfaceOf } from '../../src/chain/abi.ts'
import { searchStory } from '../../src/chain/event-search.ts'
import { decodeEvent, EVENTS, type EventName } from '../../src/chain/events.ts'
import type { TimedEvent } from '../../src/chain/registry-state.ts'
import { encodePurpose } from '../../src/chain/terms.ts'
import { ACTING, JUDGING, keyOf, type Telling, type Thing, tellStory } from '../../src/chain/things.ts'

const contracts = Object.fromEntries(
  CONTRACT_NAMES.map((name, k) => [name, `0x${String(k + 1).padStart(40, '0')}`]),
) as unknown as ContractAddresses
let block = 0

function say(name: EventName, ...args: readonly unknown[]): TimedEvent {
  const contract = EVENTS[name]
  block++
  const { topics, data } = interfaceOf(contract).encodeEventLog(name, args)
  const hash = `0x${block.toString(16).padStart(64, '0')}`
  const place = { blockNumber: block, blockHash: hash, transactionHash: hash, transactionIndex: 0, index: 0 }
  const log = { address: contracts[contract], topics, data, ...place }
  return { event: decodeEvent(log, contracts)!, log, time: block }
}

const entry = (parents: readonly number[]) => ['name', 1, 2, 3, 8, parents, ZeroHash, '0x7b7d']
const terms = (resource: number, agreement: number) => [
  resource,
  agreement,
  encodePurpose('LegalCompliance'),
  ZeroHash,
  ZeroHash,
  1,
  0,
  100,
  [1, 1],
]
const handover = [0, 1, 1, 1, ZeroHash, 1, 0, 1]
const requested = (id: number, resource: number, consumer: number, agreement = 0) =>
  say('AccessRequested', id, resource, consumer, 1, 0, [0, 0], 0, 0, false, terms(resource, agreement))

const EVENTS_TOLD = [
  ...[1, 2, 3, 4, 9].map(id => say('OrganisationRegistered', id, ZeroHash, ZeroAddress, 1, `C${id}`, 'name')),
  say('ResourceRegistered', 1, 1, ZeroHash, 'raw', entry([])),
  say('ResourceRegistered', 2, 2, ZeroHash, 'product', entry([1])),
  say('ResourceRegistered', 8, 9, ZeroHash, 'other', entry([])),
  say('ResourceUpdated', 1, 1, 2, entry([])),
  say('AgreementOffered', 5, 3, 2, 0, 0, 0, 100, [1, 8], ZeroHash),
  requested(1, 1, 2, 5),
  say('ProductRegistered', 2, 5, 2, 0, [1], ZeroHash),
  requested(2, 2, 4),
  requested(3, 8, 9),
  say('Delivered', 1, 1, 2, 1, 2, handover),
  say('Delivered', 2, 2, 4, 2, 0, handover),
  say('Delivered', 2, 2, 4, 2, 2, handover),
  say('ResourceVetoed', 1, 9, ZeroHash, ZeroHash),
  say('ResourceVetoed', 8, 9, ZeroHash, ZeroHash),
]

const LOGS = [ZeroHash, `0x${'11'.repeat(32)}`, `0x${'22'.repeat(32)}`]

/** As a block has it. */
const foundOf = (log: TimedEvent['log']) => ({
  address: Buffer.from(log.address.slice(2), 'hex'),
  topics: log.topics.map(topic => Buffer.from(topic.slice(2), 'hex')),
  data: Buffer.from(log.data.slice(2), 'hex'),
  block: log.blockNumber,
  logIndex: log.index,
})

const told = (start: Thing, telling: Telling): { things: string[]; events: string[] } => {
  const { things, events } = tellStory([start], EVENTS_TOLD, telling)
  return {
    things: things.map(keyOf).toSorted(),
    events: events.map(({ event, log }) => `${event.name} ${BigInt(log.topics[1]!)}`),
  }
}

describe('what an answer hangs on', () => {
  it('of a grant of a product: its sources, what they are made from, the agreement, everybody named', () => {
    const { things, events } = told({ kind: 'grant', id: 2n }, JUDGING)
    expect(things).to.deep.equal([
      'agreement 5',
      'computer 4',
      'entry 1',
      'entry 8',
      'grant 2',
      'organisation 1',
      'organisation 2',
      'organisation 3',
      'organisation 4',
      'organisation 9',
      'resource 1',
      'resource 2',
      'source 1',
    ])
    expect(events).to.include.members(['ResourceVetoed 1', 'ResourceRegistered 8', 'AccessRequested 1', 'Delivered 2'])
    // A veto on what the agreement merely reaches, another's request, and what was taken under a source say nothing.
    expect(events).to.not.include.members(['ResourceVetoed 8', 'AccessRequested 3', 'Delivered 1'])
  })

  it('for judging not updates that name nothing, nor other deliveries than statements; for acts all', () => {
    const [judging, acting] = [JUDGING, ACTING].map(telling => told({ kind: 'grant', id: 2n }, telling).events)
    const count = (events: readonly string[] | undefined, name: string) => events!.filter(one => one === name).length
    expect([count(judging, 'Delivered 2'), count(acting, 'Delivered 2')]).to.deep.equal([1, 2])
    expect([count(judging, 'ResourceUpdated 1'), count(acting, 'ResourceUpdated 1')]).to.deep.equal([0, 1])
  })

  it('of a party: its requests, by the number of the consumer', () => {
    expect(told({ kind: 'party', id: 4n }, ACTING).things).to.include.members(['grant 2', 'source 1', 'resource 1'])
    expect(told({ kind: 'party', id: 9n }, ACTING).things)
      .to.include('grant 3')
      .and.not.include('grant 2')
  })

  it('is searched for from the event that made each thing on, and any one left out is found', () => {
    const start: Thing = { kind: 'grant', id: 2n }
    const whole = tellStory([start], EVENTS_TOLD, JUDGING)
    const logs = whole.events.map(({ log }) => foundOf(log))
    expect(searchStory(whole, JUDGING, contracts).findUntold(logs)).to.equal(undefined)
    expect(searchStory(whole, JUDGING, contracts).from).to.equal(EVENTS_TOLD[0]!.log.blockNumber)
    for (const [k, event] of whole.events.entries()) {
      const story = { ...whole, events: whole.events.filter(other => other !== event) }
      expect(searchStory(story, JUDGING, contracts).findUntold(logs), event.event.name).to.equal(logs[k])
    }
  })

  it('grows by nothing that can be repeated without end: entrusting to and fro, the same parents again', () => {
    const start: Thing = { kind: 'grant', id: 2n }
    const repeated = Array.from({ length: 50 }, (_, k) => [
      say('OperatorEntrusted', 2, 3, LOGS[k % 2]),
      say('ResourceUpdated', 2, 2, 2 + k, entry([1])),
    ])
    const [before, after] = [EVENTS_TOLD, [...EVENTS_TOLD, ...repeated.flat()]].map(
      events => tellStory([start], events, JUDGING).events,
    )
    expect(after).to.deep.equal(before)
    // What a statement hangs on, and what makes it from more, is told.
    const said = [
      say('OperatorEntrusted', 2, 3, LOGS[0]),
      say('Delivered', 2, 2, 4, 3, 2, handover),
      say('ResourceUpdated', 2, 2, 60, entry([1, 8])),
      say('ResourceRegistered', 10, 9, ZeroHash, 'more', entry([])),
    ]
    const grown = tellStory([start], [...EVENTS_TOLD, ...repeated.flat(), ...said], JUDGING)
    expect(grown.events.slice(before!.length - 1)).to.include.members(said.slice(0, 3))
    expect(grown.events).to.not.include(said[3])
    expect(grown.things.map(keyOf)).to.include('organisation 3').and.to.include('resource 8')
  })

  it('misses nothing that was left out, however often else is repeated, and asks for nothing more', () => {
    const start: Thing = { kind: 'grant', id: 2n }
    const anySaid = fc.oneof(
      fc.record({ say: fc.constant('entrust' as const), to: fc.constantFrom(3, 4), log: fc.nat(2) }),
      fc.record({ say: fc.constant('state' as const), by: fc.constantFrom(2, 3, 4) }),
      fc.record({ say: fc.constant('update' as const), parents: fc.subarray([1, 8, 11, 12]) }),
    )
    const registered = [11, 12].map(id => say('ResourceRegistered', id, 9, ZeroHash, `other ${id}`, entry([])))
    fc.assert(
      fc.property(fc.array(anySaid, { maxLength: 12 }), fc.nat(), (sayings, pick) => {
        const more = sayings.map(one => {
          if (one.say === 'entrust') return say('OperatorEntrusted', 2, one.to, LOGS[one.log])
          if (one.say === 'state') return say('Delivered', 2, 2, 4, one.by, 2, handover)
          return say('ResourceUpdated', 2, 2, 2, entry(one.parents))
        })
        const all = [...EVENTS_TOLD, ...registered, ...more]
        const whole = tellStory([start], all, JUDGING)
        expect(tellStory([start], whole.events, JUDGING), 'told again').to.deep.equal(whole)
        const logs = all.map(({ log }) => foundOf(log))
        const search = searchStory(whole, JUDGING, contracts)
        expect(search.findUntold(logs)).to.equal(undefined)
        for (const log of logs) expect(search.findUntold([log]), 'one by one').to.equal(undefined)
        const gone = whole.events[pick % whole.events.length]!
        const less = { ...whole, events: whole.events.filter(event => event !== gone) }
        expect(searchStory(less, JUDGING, contracts).findUntold(logs)).to.equal(logs[all.indexOf(gone)])
        expect(searchStory(less, JUDGING, contracts).findUntold([logs[all.indexOf(gone)]!])).to.not.equal(undefined)
      }),
      { numRuns: 60 },
    )
  })

  it('is not longer for what swells another grant', () => {
    const grown = Array.from({ length: 50 }, () => [
      say('Delivered', 2, 2, 4, 2, 2, handover),
      say('ApprovalGiven', 2, 9, 1, ZeroAddress, 100, 1, 0, ZeroHash),
      say('ApprovalWithdrawn', 2, 9, 1, ZeroAddress, ZeroHash),
    ]).flat()
    const [before, after] = [EVENTS_TOLD, [...EVENTS_TOLD, ...grown]].map(events =>
      [1n, 2n, 3n].map(id => tellStory([{ kind: 'grant', id }], events, JUDGING).events.length),
    )
    expect([after![0], after![2]]).to.deep.equal([before![0], before![2]])
    expect(after![1]! - before![1]!).to.be.at.least(grown.length)
  })
})
