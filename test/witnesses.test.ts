// A log with witnesses: what is published has their cosignatures, and only the policy decides whether it can be without.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { systemClock } from '../src/clock.ts'
import { formatVerifierKey, parseNote } from '../src/core/note.ts'
import { isMet } from '../src/core/witness-policy.ts'
import { parseWitnessPolicy } from '../src/core/witness-policy-text.ts'
import { type LogKey, openLogKey } from '../src/log-key.ts'
import { openPublisher, type Publisher } from '../src/published.ts'
import { openWitnesses } from '../src/witnesses.ts'
import { TestFacts } from './chain/fixtures.ts'
import { GrowingLog } from './growing-log.ts'
import { freshDirectory, removeDirectories } from './store/directory.ts'
import { makeKey, NOW, ORIGIN, TestLogOf } from './witness/scene.ts'
import { say, startWitness } from './witness/server.ts'

after(removeDirectories)

const NAMES = ['a', 'b', 'c'] as const

describe('a log with witnesses', () => {
  let logKey: LogKey
  let store: GrowingLog
  let servers: Awaited<ReturnType<typeof startWitness>>[]
  const dir = freshDirectory()
  const clock = { ...systemClock, now: () => NOW * 1000 }

  beforeEach(async () => {
    store = new GrowingLog(new TestFacts(), 5)
    logKey = await openLogKey({ dir: freshDirectory(), origin: ORIGIN, facts: store.facts })
    const log = new TestLogOf(0, { logKey: { key: logKey.verifierKey, sign: () => new Uint8Array() } })
    servers = await Promise.all(NAMES.map(name => startWitness(name, log)))
  })
  afterEach(async () => {
    for (const server of servers) await server[Symbol.asyncDispose]()
  })

  const policy = (quorum: string): string => {
    const witnesses = servers.map(({ named, url }) => `witness ${named.name} ${formatVerifierKey(named.key)} ${url}\n`)
    return `${witnesses.join('')}group all 2 a b c\nquorum ${quorum}\n`
  }
  const open = async (text: string): Promise<Publisher> => {
    const file = join(dir, 'policy')
    mkdirSync(dir, { recursive: true })
    writeFileSync(file, text)
    const witnesses = await openWitnesses({ file, store, logKey, clock })
    return openPublisher({ store, logKey, now: clock.now, witnesses })
  }
  const cosigned = (note: string): readonly string[] =>
    isMet(parseWitnessPolicy(policy('none')), parseNote(note)).cosigned

  it('publishes checkpoints with their cosignatures, and goes on from them after a restart', async () => {
    let publisher = await open(policy('all'))
    for (const size of [5, 12]) {
      const { checkpoint, time } = await publisher.publish()
      expect(cosigned(checkpoint)).to.deep.equal(NAMES)
      expect(time).to.equal(NOW)
      for (const server of servers) expect(server.store.held.get(ORIGIN)).to.contain(`\n${size}\n`)
      store.grow(7)
      publisher = await open(policy('all'))
      expect(publisher.current()!.checkpoint).to.equal(checkpoint)
    }
  })

  it('is stopped by no witness that is dead, lying or behind while enough are left', async () => {
    servers[0]!.handler = (_, response) => response.destroy()
    const publisher = await open(policy('all'))
    expect(cosigned((await publisher.publish()).checkpoint)).to.deep.equal(['b', 'c'])
    servers[0]!.handler = say(200, '— a AAAA\n')
    store.grow(3)
    expect(cosigned((await publisher.publish()).checkpoint)).to.deep.equal(['b', 'c'])
  })

  it('publishes nothing while the policy is not met, says who is missing, and goes on when it is', async () => {
    for (const server of servers.slice(0, 2)) server.handler = (_, response) => response.destroy()
    let publisher = await open(policy('all'))
    const error = await publisher.publish().catch((error: unknown) => error)
    expect(error).to.include({ code: 'witnesses_missing', retryable: true })
    expect(String(error)).to.contain('all has 1 of the 2 that it needs')
    expect(publisher.current()).to.equal(undefined)
    expect(await store.facts.get('checkpoint')).to.equal(undefined)
    // One has cosigned a tree that nobody published: it is a beginning of what is published next.
    store.grow(4)
    for (const server of servers) server.handler = server.honest
    publisher = await open(policy('all'))
    const { checkpoint, size } = await publisher.publish()
    expect([size, cosigned(checkpoint)]).to.deep.equal([9, NAMES])
  })

  it('needs none where the policy says so', async () => {
    for (const server of servers) server.handler = (_, response) => response.destroy()
    const publisher = await open(policy('none'))
    expect(cosigned((await publisher.publish()).checkpoint)).to.deep.equal([])
  })

  it('gives up when it is to end', async () => {
    for (const server of servers) server.handler = () => {}
    const publisher = await open(policy('all'))
    const stop = new AbortController()
    const publishing = publisher.publish(stop.signal).catch((error: unknown) => error)
    stop.abort(new Error('closing'))
    expect(String(await publishing)).to.equal('Error: closing')
  })

  it('is no witness of itself, and has a policy that can be read', async () => {
    const own = `witness me ${formatVerifierKey(logKey.timeKey)}\nquorum me\n`
    const code = (text: string): Promise<unknown> => open(text).catch(error => error.code)
    expect(await code(own)).to.equal('witness_policy_invalid')
    expect(await code(`witness x ${formatVerifierKey(makeKey('w.example').key)}\nquorum y\n`)).to.equal(
      'witness_policy_invalid',
    )
    const missing = openWitnesses({ file: join(dir, 'none'), store, logKey, clock })
    expect(await missing.catch(error => error.code)).to.equal('witness_policy_unreadable')
  })
})
