// Nothing is skipped and nothing is doubled: whatever the chain, the disk and the nodes do, the registry shows what the
// chain says up to the block that it names, and the journal holds just the events of it.

import { expect } from 'chai'
import { id } from 'ethers'
import * as fc from 'fast-check'
import type { Deployment } from '../../src/chain/deploy.ts'
import { type EventJournal, openEventJournal } from '../../src/chain/event-journal.ts'
import { encodeLine } from '../../src/chain/event-lines.ts'
import { decodeAll, type RawEvent } from '../../src/chain/event-source.ts'
import { createRegistry, type Registry } from '../../src/chain/registry.ts'
import { RegistryState, type TimedEvent } from '../../src/chain/registry-state.ts'
import { systemClock } from '../../src/clock.ts'
import { LedgerError } from '../../src/core/error.ts'
import { inBoth } from '../../src/core/words.ts'
import { TestLog } from './fixtures.ts'
import {
  ancestorsOf,
  CONTRACTS,
  type Emitted,
  eventsUpTo,
  type SimulatedBlock,
  type SimulatedChain,
  simulateChain,
} from './simulated-chain.ts'
import { type Failure, TestFile } from './test-file.ts'

const LAG = 4
const DEPLOYMENT: Deployment = {
  chainId: 31_337,
  genesisHash: id('genesis'),
  block: 1,
  contracts: CONTRACTS,
  codeHashes: Object.fromEntries(Object.keys(CONTRACTS).map(name => [name, id(name)])) as Deployment['codeHashes'],
}

/** Two organisations, a resource, a grant: what deliveries can be counted on. */
const BASE: readonly Emitted[] = [
  { name: 'OrganisationRegistered', args: { id: 1, code: 'P', name: 'provider' } },
  { name: 'OrganisationRegistered', args: { id: 2, code: 'C', name: 'consumer' } },
  { name: 'ResourceRegistered', args: { id: 1, provider: 1, code: 'R', description: { name: 'R', fieldCount: 8 } } },
  { name: 'AccessRequested', args: { id: 1, resource: 1, consumer: 2, terms: { resource: 1, scope: 1 } } },
  { name: 'AccessGranted', args: { id: 1, resource: 1, consumer: 2, provider: 1, until: 1 } },
]
const delivered = (bytes: number): Emitted => ({
  name: 'Delivered',
  args: { grant: 1, resource: 1, consumer: 2, recordedBy: 1, handover: { byteCount: bytes } },
})
const renamed = (name: string): Emitted => ({ name: 'OrganisationUpdated', args: { id: 1, name } })

interface Shown {
  readonly organisations: readonly unknown[]
  readonly resources: readonly unknown[]
  readonly grant: unknown
}

const shownBy = (registry: Registry): Shown => ({
  organisations: [...registry.organisations()],
  resources: [...registry.resources()],
  grant: registry.grant(1),
})

/** The events of one block, decoded once however often the truth is told. */
const decodedIn = (block: SimulatedBlock): readonly TimedEvent[] => {
  const { logs, time } = block
  const events =
    decoded.get(block) ??
    decodeAll(
      logs.map(log => ({ log, time })),
      CONTRACTS,
    )
  decoded.set(block, events)
  return events
}
const decoded = new WeakMap<SimulatedBlock, readonly TimedEvent[]>()

/** What a reader who sees everything shows of the chain that ends with this block. */
const truthOf = (block: SimulatedBlock): Shown => {
  const state = new RegistryState()
  for (const event of ancestorsOf(block).toReversed().flatMap(decodedIn)) state.apply(event)
  const grant = state.grants.get(1)
  return {
    organisations: [...state.organisations.values()],
    resources: [...state.resources.values()],
    grant: grant && { ...grant, purpose: grant.terms.purpose },
  }
}

const held = async (journal: EventJournal): Promise<RawEvent[]> => (await Array.fromAsync(journal.replay())).flat()

class World {
  readonly chain: SimulatedChain = simulateChain(LAG)
  readonly file = new TestFile()
  readonly log = new TestLog()
  journal!: EventJournal
  registry!: Registry

  constructor() {
    this.chain.mine(BASE)
    this.start()
  }

  start(deployment: Deployment = DEPLOYMENT): void {
    const { chain, log } = this
    this.journal = openEventJournal({ file: this.file, deployment, log })
    const { contracts, block: firstBlock } = deployment
    this.registry = createRegistry({
      chain,
      contracts,
      firstBlock,
      lag: LAG,
      journal: this.journal,
      clock: systemClock,
      log,
    })
  }

  restart(lost = 0): void {
    this.file.restart(lost)
    this.start()
  }

  mine(...events: Emitted[]): void {
    this.chain.mine(events)
  }

  /** A fork that replaces so many blocks; of the very first, the base is made anew. */
  fork(depth: number): void {
    const after = Math.max(0, this.chain.tip.number - depth)
    this.chain.fork(after)
    this.chain.mine(after === 0 ? BASE : [])
  }

  /** Reads once. Whatever was read, is shown as it was at the block that is named. */
  async refresh(): Promise<LedgerError | undefined> {
    let failure: LedgerError | undefined
    await this.registry.refresh().catch((error: unknown) => {
      if (!(error instanceof LedgerError)) throw error
      failure = error
    })
    const { block } = this.registry
    if (block !== undefined && failure === undefined) {
      const told = this.blocks().find(({ hash }) => hash === block.hash)
      if (told !== undefined) expect(shownBy(this.registry)).to.deep.equal(truthOf(told))
    }
    return failure
  }

  blocks(): SimulatedBlock[] {
    return ancestorsOf(this.chain.tip)
  }

  /** With nodes and disk well again. */
  async settle(): Promise<void> {
    this.chain.nodeFor = undefined
    this.file.fail = undefined
    this.mine()
    expect(await this.refresh()).to.equal(undefined)
    expect(this.registry.block).to.include({ hash: this.chain.tip.hash })
    expect(shownBy(this.registry)).to.deep.equal(truthOf(this.chain.tip))
  }

  asked(method: string): number {
    return this.chain.asked.get(method) ?? 0
  }
}

describe('journal of events', () => {
  it('lets a start read on from where the last one stopped', async () => {
    const world = new World()
    world.mine(delivered(5))
    for (let k = 0; k < 40; k++) world.mine(k % 3 === 0 ? delivered(k) : renamed(`名称 ${k}`))
    await world.settle()
    world.restart()
    world.chain.asked.clear()
    await world.settle()
    expect(world.asked('eth_getLogs')).to.equal(1) // of the block mined since
    expect(world.log.lines).to.deep.equal([])
    expect(await held(world.journal)).to.deep.equal(eventsUpTo(world.chain.tip))
  })

  it('takes back what a reorganisation took back, and reads nothing else again', async () => {
    const world = new World()
    for (let k = 0; k < 100; k++) world.mine(delivered(k))
    await world.settle()
    for (let k = 0; k < 10; k++) {
      world.mine(delivered(k))
      await world.refresh()
    }
    world.fork(7)
    world.mine(renamed('after the fork'))
    world.chain.asked.clear()
    await world.settle()
    expect(world.asked('eth_getLogs')).to.be.lessThan(8)
    expect(world.log.lines).to.have.length(1)
    expect(world.log.lines[0]).to.contain('reorganised').and.contain('"common":105')
    expect(await held(world.journal)).to.deep.equal(eventsUpTo(world.chain.tip))
    world.restart()
    await world.settle()
  })

  it('goes back into the middle of a step that was read at once', async () => {
    const world = new World()
    for (let k = 0; k < 60; k++) world.mine(delivered(k), renamed(`${k}`))
    await world.settle()
    world.restart()
    world.fork(20)
    await world.settle()
    expect(world.log.lines).to.have.length(1)
    expect(await held(world.journal)).to.deep.equal(eventsUpTo(world.chain.tip))
  })

  it('reads everything again when the chain parts before all that is remembered, and says so', async () => {
    const world = new World()
    for (let k = 0; k < 20; k++) world.mine(delivered(k))
    await world.settle()
    world.fork(1_000)
    await world.settle()
    expect(world.log.lines).to.have.length(1)
    expect(world.log.lines[0]).to.contain('deeper than is remembered')
    expect(await held(world.journal)).to.deep.equal(eventsUpTo(world.chain.tip))
  })

  it('forgets nothing for a node that lags, but follows it at a start', async () => {
    const world = new World()
    for (let k = 0; k < 10; k++) world.mine(delivered(k))
    await world.refresh()
    const { tip } = world.chain
    world.chain.fork(tip.number - 2) // so far its node is
    expect(await world.refresh()).to.equal(undefined)
    expect(world.registry.block).to.include({ hash: tip.hash })
    world.restart()
    expect(await world.refresh()).to.equal(undefined)
    expect(world.registry.block).to.include({ number: tip.number - 2 })
    expect(world.log.lines).to.have.length(1)
    expect(world.log.lines[0]).to.contain('ends before what was read')
    expect(shownBy(world.registry)).to.deep.equal(truthOf(world.chain.tip))
  })

  it('writes nothing for blocks without events, until there are very many', async () => {
    const world = new World()
    await world.settle()
    const { size } = world.file
    for (let k = 0; k < 5; k++) {
      world.mine()
      await world.refresh()
    }
    expect(world.file.size).to.equal(size)
    for (let k = 0; k < 1_000; k++) world.mine()
    await world.refresh()
    expect(world.file.size).to.be.greaterThan(size)
    world.restart()
    world.chain.asked.clear()
    await world.settle()
    expect(world.asked('eth_getLogs')).to.be.lessThan(1 + LAG + 1)
  })

  it('begins anew for another deployment and after other rules, and says so', async () => {
    const world = new World()
    world.mine(delivered(1))
    await world.settle()
    world.start({ ...DEPLOYMENT, genesisHash: id('another') })
    await world.settle()
    expect(world.log.lines).to.have.length(1)
    expect(world.log.lines[0]).to.contain('another deployment')
    expect(await held(world.journal)).to.deep.equal(eventsUpTo(world.chain.tip))

    const [header, ...steps] = world.file.bytes.toString().trimEnd().split('\n')
    const { rules, ...owner } = JSON.parse(header!.slice(9)) as { rules: string }
    expect(rules).to.contain('AccessGranted')
    const older = encodeLine({ ...owner, rules: rules.replace('AccessGranted', 'AccessGiven') })
    world.file.bytes = Buffer.concat([older, Buffer.from(`${steps.join('\n')}\n`)])
    world.restart()
    await world.settle()
    expect(world.log.lines.filter(line => line.includes('another version'))).to.have.length(2)
  })

  it('cuts off what is damaged, wherever a byte is wrong, and reads the rest again', async () => {
    const world = new World()
    for (let k = 0; k < 6; k++) {
      world.mine(delivered(k))
      await world.refresh()
    }
    const whole = Buffer.from(world.file.bytes)
    const places = Array.from({ length: 60 }, (_, k) => Math.floor((k * (whole.length - 1)) / 59))
    for (const place of places) {
      world.log.lines.length = 0
      world.file.bytes = Buffer.from(whole)
      world.file.bytes[place]! ^= 0x20
      world.restart()
      await world.settle()
      expect(world.log.lines, `byte ${place}`).to.have.length(1)
      expect(await held(world.journal)).to.deep.equal(eventsUpTo(world.chain.tip))
    }
    for (const length of places) {
      world.file.bytes = Buffer.from(whole.subarray(0, length))
      world.restart()
      await world.settle()
      expect(await held(world.journal)).to.deep.equal(eventsUpTo(world.chain.tip))
    }
  })

  it('takes no line twice, out of turn or of another place, though each is whole in itself', async () => {
    const world = new World()
    for (let k = 0; k < 4; k++) {
      world.mine(delivered(k))
      await world.refresh()
    }
    const lines = world.file.bytes.toString().trimEnd().split('\n')
    for (const wrong of [
      [...lines, lines.at(-1)!],
      [...lines.slice(0, 2), ...lines.slice(3)],
      [...lines.slice(0, 3), lines[2]!, ...lines.slice(3)],
      [lines[0]!, ...lines.slice(1).toReversed()],
    ]) {
      world.log.lines.length = 0
      world.file.bytes = Buffer.from(`${wrong.join('\n')}\n`)
      world.restart()
      await world.settle()
      expect(world.log.lines).to.have.length(1)
      expect(await held(world.journal)).to.deep.equal(eventsUpTo(world.chain.tip))
    }
  })

  it('begins anew when its events do not fit together', async () => {
    const world = new World()
    world.mine(delivered(1))
    await world.settle()
    const [header, step] = world.file.bytes.toString().split('\n')
    const told = JSON.parse(step!.slice(9)) as { events: unknown[] }
    const gutted = encodeLine({ ...told, events: told.events.slice(1) })
    world.file.bytes = Buffer.concat([Buffer.from(`${header}\n`), gutted])
    world.restart()
    await world.settle()
    expect(world.log.lines).to.have.length(1)
    expect(world.log.lines[0]).to.contain('do not fit together')
  })

  it('takes back blocks without events, and makes nothing anew for it', async () => {
    const world = new World()
    await world.settle()
    for (let k = 0; k < 3; k++) {
      world.mine()
      await world.refresh()
    }
    const { size } = world.file
    const grant = world.registry.grant(1)!.events
    world.fork(2)
    world.mine()
    await world.settle()
    expect(world.registry.grant(1)!.events).to.equal(grant) // the very same, so nothing was applied again
    expect(world.file.size).to.equal(size)
  })

  it('goes on from the last step that was kept when a reading is broken off', async () => {
    const world = new World()
    await world.settle()
    for (let k = 0; k < 20; k++) world.mine(delivered(k))
    world.chain.onRequest = (method, params) => {
      if (method === 'eth_getLogs' && 'blockHash' in (params[0] as object))
        throw new LedgerError('chain_refused', inBoth(''))
    }
    const before = shownBy(world.registry)
    expect(await world.refresh()).to.include({ code: 'chain_refused' })
    expect(shownBy(world.registry)).to.deep.equal(before)
    world.chain.onRequest = undefined
    await world.settle()
    expect(await held(world.journal)).to.deep.equal(eventsUpTo(world.chain.tip))
  })

  it('keeps nothing of a page that was read while the chain was reorganised under it', async () => {
    // Less deep than what was read before, and deeper; the newest blocks that are read by range have no events.
    for (const deep of [14, 24])
      for (let at = 0; at < 30; at++) {
        const world = new World()
        for (let k = 0; k < 8; k++) world.mine(delivered(k))
        await world.refresh()
        for (let k = 0; k < 20; k++) world.mine(...(k < 12 ? [delivered(k)] : []))
        let left = at
        world.chain.onRequest = () => {
          if (left-- !== 0) return
          world.fork(deep)
          for (let k = 0; k < 20; k++) world.mine(...(k % 2 === 0 ? [delivered(50 + k)] : []))
        }
        await world.refresh()
        world.chain.onRequest = undefined
        await world.settle()
        expect(await held(world.journal), `${deep} deep, after ${at} requests`).to.deep.equal(
          eventsUpTo(world.chain.tip),
        )
      }
  })

  it('stops with the cause while it cannot be written, shows no more than is kept, and goes on by itself', async () => {
    for (const failure of ['refused', 'short', 'persisted'] as const) {
      for (const operation of ['append', 'truncate', 'datasync'] as const) {
        const world = new World()
        await world.settle()
        const before = shownBy(world.registry)
        world.mine(delivered(3))
        world.file.fail = at => (at === operation ? failure : undefined)
        expect(await world.refresh()).to.include({ code: 'event_journal_unwritable', retryable: true })
        expect(shownBy(world.registry)).to.deep.equal(before)
        await world.settle()
        expect(await held(world.journal)).to.deep.equal(eventsUpTo(world.chain.tip))
      }
    }
  })

  it('says which file cannot be read, and goes on when it can', async () => {
    const world = new World()
    await world.settle()
    world.restart()
    const broken = world.file
    const read = broken.read.bind(broken)
    broken.read = async () => {
      throw new Error('EIO: i/o error, read')
    }
    const failure = await world.refresh()
    expect(failure).to.include({ code: 'event_journal_unreadable', retryable: true })
    expect(failure!.message).to.contain('data/events').and.contain('EIO')
    broken.read = read
    await world.settle()
  })

  it('skips and doubles nothing, whatever happens in whatever order', async function () {
    this.timeout(120_000)
    const event = fc.oneof(
      fc.integer({ min: 1, max: 99 }).map(delivered),
      fc.integer({ min: 0, max: 99 }).map(k => renamed(`${k}`)),
      fc.constant({ name: 'CheckpointAnchored', args: { size: 1 } } as const),
    )
    const failure = fc.constantFrom<Failure>('refused', 'short', 'persisted')
    const turn = fc.oneof(
      { weight: 4, arbitrary: fc.record({ mine: fc.array(fc.array(event, { maxLength: 3 }), { maxLength: 6 }) }) },
      { weight: 2, arbitrary: fc.record({ fork: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(1_000)) }) },
      { weight: 4, arbitrary: fc.record({ refresh: fc.array(fc.nat(9), { maxLength: 12 }) }) },
      { weight: 2, arbitrary: fc.record({ crash: fc.nat(5), how: failure, lost: fc.constantFrom(0, 0.5, 1) }) },
      { weight: 2, arbitrary: fc.record({ during: fc.nat(20), deep: fc.integer({ min: 1, max: 12 }), event }) },
      { weight: 1, arbitrary: fc.record({ restart: fc.constantFrom(0, 1) }) },
      { weight: 1, arbitrary: fc.record({ damage: fc.double({ min: 0, max: 1, noNaN: true }) }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { maxLength: 25 }), fc.constantFrom(3, 1_000), async (turns, largestRange) => {
        const world = new World()
        world.chain.largestRange = largestRange
        for (const turn of turns) {
          if ('mine' in turn) for (const events of turn.mine) world.mine(...events)
          if ('fork' in turn) world.fork(turn.fork)
          if ('refresh' in turn) {
            let k = 0
            world.chain.nodeFor = () => turn.refresh[k++ % Math.max(1, turn.refresh.length)] ?? 0
            await world.refresh()
            world.chain.nodeFor = undefined
          }
          if ('during' in turn) {
            let left = turn.during
            world.chain.onRequest = () => {
              if (left-- !== 0) return
              world.fork(turn.deep)
              for (let k = 0; k < turn.deep; k++) world.mine(turn.event)
            }
            await world.refresh()
            world.chain.onRequest = undefined
          }
          if ('crash' in turn) {
            let left = turn.crash
            world.file.fail = () => (left-- > 0 ? undefined : turn.how)
            await world.refresh()
            world.restart(turn.lost)
          }
          if ('restart' in turn) world.restart(turn.restart)
          if ('damage' in turn && world.file.bytes.length > 0) {
            world.file.bytes = Buffer.from(world.file.bytes)
            world.file.bytes[Math.floor(turn.damage * (world.file.bytes.length - 1))]! ^= 0x01
            world.restart()
          }
        }
        await world.settle()
        expect(await held(world.journal)).to.deep.equal(eventsUpTo(world.chain.tip))
        world.restart()
        await world.settle()
      }),
      { numRuns: 300 },
    )
  })
})
