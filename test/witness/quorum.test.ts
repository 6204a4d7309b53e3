// All witnesses of a policy asked at once, some of them dead, slow, lying or behind: what that costs, and what not.

import { expect } from 'chai'
import fc from 'fast-check'
import { type Clock, systemClock } from '../../src/clock.ts'
import { checkCheckpoint } from '../../src/core/checkpoint.ts'
import { formatNote, formatSignatures, formatVerifierKey, parseNote } from '../../src/core/note.ts'
import { mergeCosignatures, SIZE_TYPE } from '../../src/core/witness.ts'
import { isMet } from '../../src/core/witness-policy.ts'
import { parseWitnessPolicy } from '../../src/core/witness-policy-text.ts'
import { createQuorum, type Quorum } from '../../src/witness/quorum.ts'
import { cosign, makeKey, NOW, ORIGIN, refusalOf, type TestKey, TestLogOf, textOf } from './scene.ts'
import { type Handler, say, sayForever, startWitness } from './server.ts'

const NAMES = ['a', 'b', 'c', 'd'] as const
/** Told apart by the clock of these tests, which passes when a test says so. */
const TIMEOUT_MS = 5000
const GRACE_MS = 500
const never = new AbortController().signal

describe('witness: a quorum', () => {
  const log = new TestLogOf(60)
  const keys: readonly TestKey[] = NAMES.map(name => makeKey(`witness.example/${name}`))
  let servers: Awaited<ReturnType<typeof startWitness>>[]
  let now: number
  /** Has so much time passed? Nothing here waits for real time, so that a busy machine changes nothing. */
  let passes: (milliseconds: number) => boolean
  const clock: Clock = {
    now: () => now,
    async sleep(milliseconds, signal) {
      while (!passes(milliseconds)) await systemClock.sleep(1, signal)
    },
  }

  beforeEach(async () => {
    now = NOW * 1000
    passes = () => false
    servers = await Promise.all(NAMES.map((name, k) => startWitness(name, log, keys[k])))
  })
  afterEach(() => Promise.all(servers.map(server => server[Symbol.asyncDispose]())))

  const policyOf = (rule: string): ReturnType<typeof parseWitnessPolicy> =>
    parseWitnessPolicy(
      `${NAMES.map((name, k) => `witness ${name} ${formatVerifierKey(keys[k]!.key)} ${servers[k]!.url}\n`).join('')}${rule}`,
    )
  const open = (rule = 'group all 2 a b c d\nquorum all'): Quorum =>
    createQuorum({ policy: policyOf(rule), prove: log.prove, clock, timeoutMs: TIMEOUT_MS, graceMs: GRACE_MS })
  const namesOf = (note: string): string[] =>
    parseNote(note)
      .signatures.map(({ name }) => name)
      .slice(1)
      .map(name => name.replace('witness.example/', ''))
  /** Answers as the real witness would, once it is let. */
  const held = (server: (typeof servers)[number]): { readonly handler: Handler; release(): void } => {
    const released = Promise.withResolvers<void>()
    const handler: Handler = (body, response) => released.promise.then(() => server.honest(body, response))
    return { handler, release: released.resolve }
  }
  const haveCosigned = (quorum: Quorum, size: number, names: string): boolean =>
    quorum.status().every(status => !names.includes(status.name) || status.size === size)
  const dead: Handler = () => {}

  it('has a growing log cosigned by all, in the order of the policy', async () => {
    const quorum = open()
    for (const size of [1, 20, 60]) {
      const { note, met, missing } = await quorum.cosign(log.checkpoint(size), never)
      expect([met, missing]).to.deep.equal([true, []])
      expect(namesOf(note)).to.deep.equal(['a', 'b', 'c', 'd'])
      expect(checkCheckpoint(note, log.logKey.key).checkpoint.size).to.equal(size)
      expect(isMet(policyOf('group all all a b c d\nquorum all'), parseNote(note)).met).to.be.true
    }
    for (const [k, status] of quorum.status().entries()) {
      expect(status).to.deep.equal({ name: NAMES[k], url: servers[k]!.url, size: 60, lastSuccess: NOW * 1000 })
    }
  })

  it('waits for no dead one when there are enough, but a little for the others', async () => {
    servers[0]!.handler = dead
    const late = held(servers[1]!)
    servers[1]!.handler = late.handler
    const quorum = open()
    passes = milliseconds => {
      if (haveCosigned(quorum, 9, 'cd')) late.release()
      return milliseconds === GRACE_MS && haveCosigned(quorum, 9, 'bcd')
    }
    const { note, met } = await quorum.cosign(log.checkpoint(9), never)
    expect(met).to.be.true
    expect(namesOf(note)).to.deep.equal(['b', 'c', 'd'])
  })

  it('waits no longer than the grace once there are enough', async () => {
    servers[0]!.handler = dead
    servers[1]!.handler = dead
    const quorum = open()
    passes = milliseconds => milliseconds === GRACE_MS
    expect((await quorum.cosign(log.checkpoint(9), never)).met).to.be.true
    expect(quorum.status()[0]).to.not.have.property('lastError')
  })

  it('waits for one that the policy demands, and no longer than its time-out', async () => {
    const late = held(servers[0]!)
    servers[0]!.handler = late.handler
    const demanding = open('quorum a')
    passes = () => {
      if (haveCosigned(demanding, 9, 'bcd')) late.release()
      return false
    }
    expect(namesOf((await demanding.cosign(log.checkpoint(9), never)).note)).to.deep.equal(['a', 'b', 'c', 'd'])
    servers[0]!.handler = dead
    passes = milliseconds => milliseconds === TIMEOUT_MS && haveCosigned(demanding, 10, 'bcd')
    const unmet = await demanding.cosign(log.checkpoint(10), never)
    expect(unmet).to.include({ met: false }).and.have.deep.property('missing', ['a'])
    expect(unmet.words?.zh).to.include('检查点缺少联署：a')
    expect(namesOf(unmet.note)).to.deep.equal(['b', 'c', 'd'])
    expect(demanding.status()[0]).to.have.nested.property('lastError.code', 'witness_too_slow')
  })

  it('waits for no more than the grace where no cosignature is needed, and takes those that come', async () => {
    servers[0]!.handler = dead
    const checkpoint = log.checkpoint(9)
    const quorum = open('quorum none')
    passes = milliseconds => milliseconds === GRACE_MS && haveCosigned(quorum, 9, 'bcd')
    const { note, met, missing } = await quorum.cosign(checkpoint, never)
    expect({ met, missing }).to.deep.equal({ met: true, missing: [] })
    expect(namesOf(note)).to.deep.equal(['b', 'c', 'd'])
  })

  it('is met by nobody when all are dead, and says so', async () => {
    for (const server of servers) server.handler = (_, response) => response.destroy()
    const checkpoint = log.checkpoint(9)
    const { note, met, words } = await open().cosign(checkpoint, never)
    expect([note, met]).to.deep.equal([checkpoint, false])
    expect(words?.en).to.include('all has 0 of the 2 that it needs (not yet: a, b, c, d)')
  })

  it('takes no lie, and shows who told it', async () => {
    const text = textOf(log.checkpoint(9))
    servers[0]!.handler = say(200, formatSignatures([cosign(keys[0]!, textOf(log.checkpoint(8)))])) // another text
    servers[1]!.handler = say(200, formatSignatures([cosign(keys[2]!, text)])) // another witness's line
    servers[2]!.handler = say(409, '1000\n', SIZE_TYPE)
    const quorum = open()
    const { note, met } = await quorum.cosign(log.checkpoint(9), never)
    expect(met).to.be.false
    expect(namesOf(note)).to.deep.equal(['d'])
    const codes = quorum.status().map(({ lastError }) => lastError?.code)
    expect(codes).to.deep.equal(['witness_signature_invalid', 'witness_signature_invalid', 'witness_ahead', undefined])
    expect(quorum.status()[2]!.lastError?.zh).to.include('见证方“c”')
  })

  it('brings one that is behind up to date', async () => {
    servers[0]!.store.held.set(ORIGIN, log.checkpoint(3))
    expect(namesOf((await open().cosign(log.checkpoint(9), never)).note)).to.include('a')
  })

  it('leaves a failing one alone for a while that grows, and asks it again', async () => {
    servers[0]!.handler = say(503)
    const quorum = open()
    const asks: number[] = []
    for (let second = 0; second < 20; second++) {
      const before = servers[0]!.asked.length
      await quorum.cosign(log.checkpoint(9), never)
      if (servers[0]!.asked.length > before) asks.push(second)
      now += 1000
    }
    expect(asks).to.deep.equal([0, 1, 3, 7, 15]) // pauses of 1, 2, 4, 8 s
    expect(quorum.status()[0]!.notBefore).to.equal((NOW + 31) * 1000)
    servers[0]!.handler = servers[0]!.honest
    now += 11_000
    expect(namesOf((await quorum.cosign(log.checkpoint(9), never)).note)).to.include('a')
    expect(quorum.status()[0]).to.deep.equal({ name: 'a', url: servers[0]!.url, size: 9, lastSuccess: now })
  })

  it('does not pause for longer than that after the clock was set back', async () => {
    servers[0]!.handler = say(503)
    const quorum = open()
    await quorum.cosign(log.checkpoint(9), never)
    now -= 3_600_000
    servers[0]!.handler = servers[0]!.honest
    // The witness's own clock is right, so ours finds its time to come.
    await quorum.cosign(log.checkpoint(9), never)
    expect(quorum.status()[0]!.lastError?.code).to.equal('witness_time_wrong')
  })

  it('asks one that is late about nothing else until it ends, and notes that it came', async () => {
    const late = held(servers[0]!)
    servers[0]!.handler = late.handler
    const quorum = open()
    for (const size of [9, 10]) {
      passes = milliseconds => milliseconds === GRACE_MS && haveCosigned(quorum, size, 'bcd')
      expect(namesOf((await quorum.cosign(log.checkpoint(size), never)).note)).to.deep.equal(['b', 'c', 'd'])
    }
    expect(servers[0]!.asked).to.have.length(1)
    late.release()
    while (!haveCosigned(quorum, 9, 'a')) await systemClock.sleep(1)
    expect(quorum.status()[0]).to.not.have.property('lastError')
    expect(namesOf((await quorum.cosign(log.checkpoint(11), never)).note)).to.deep.equal(['a', 'b', 'c', 'd'])
  })

  it('asks again only those that are missing, of a note that came back', async () => {
    for (const server of servers.slice(1)) server.handler = say(503)
    const quorum = open()
    const first = await quorum.cosign(log.checkpoint(9), never)
    expect(first.met).to.be.false
    now += 5000
    for (const server of servers) server.handler = server.honest
    const second = await quorum.cosign(first.note, never)
    expect(second.met).to.be.true
    expect(namesOf(second.note)).to.deep.equal(['a', 'b', 'c', 'd'])
    expect(servers[0]!.asked).to.have.length(1)
  })

  it('keeps what the note has, and never asks a witness without an address', async () => {
    const policy = parseWitnessPolicy(`witness a ${formatVerifierKey(keys[0]!.key)}\nquorum a`)
    const quorum = createQuorum({ policy, prove: log.prove, clock, timeoutMs: TIMEOUT_MS, graceMs: GRACE_MS })
    const bare = await quorum.cosign(log.checkpoint(9), never)
    expect(bare).to.include({ note: log.checkpoint(9), met: false })
    expect(quorum.status()).to.deep.equal([{ name: 'a' }])
    const line = cosign(keys[0]!, textOf(log.checkpoint(9)))
    const signed = formatNote(mergeCosignatures(parseNote(log.checkpoint(9)), [line]))
    expect(await quorum.cosign(signed, never)).to.include({ note: signed, met: true })
  })

  it('is not stopped by what nobody foresaw', async () => {
    const policy = policyOf('quorum a')
    const prove = (): never => {
      throw new TypeError('a bug')
    }
    const quorum = createQuorum({ policy, prove, clock, timeoutMs: TIMEOUT_MS, graceMs: GRACE_MS })
    expect((await quorum.cosign(log.checkpoint(9), never)).met).to.be.false
    expect(quorum.status()[0]!.lastError).to.have.property('code', 'witness_ask_failed')
    expect(quorum.status()[0]!.lastError?.message).to.include('a bug')
  })

  it('ends when it is told to, and holds that against nobody', async () => {
    servers[0]!.handler = dead
    const quorum = open('quorum a')
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('the ledger stops')), 30)
    const ended = await quorum.cosign(log.checkpoint(9), controller.signal).catch((error: unknown) => error)
    expect(ended).to.have.property('message', 'the ledger stops')
    expect(quorum.status()[0]).to.deep.equal({ name: 'a', url: servers[0]!.url })
  })

  it('refuses what is no checkpoint', async () => {
    expect((await refusalOf(open().cosign('hello', never))).code).to.equal('note_malformed')
  })

  it('is met exactly when enough are honest, whatever the others do', async () => {
    const ways: Readonly<Record<string, (k: number) => Handler>> = {
      honest: k => servers[k]!.honest,
      silent: () => dead,
      broken: () => (_, response) => response.destroy(),
      refusing: () => say(404),
      lying: k => say(200, formatSignatures([{ ...cosign(keys[k]!, 'x\n1\n'), signature: Buffer.alloc(72, k) }])),
      endless: () => sayForever(200),
    }
    const way = fc.oneof(fc.constant('honest'), fc.constantFrom(...Object.keys(ways)))
    await fc.assert(
      fc.asyncProperty(fc.tuple(way, way, way, way), async chosen => {
        for (const [k, server] of servers.entries()) {
          server.store.held.clear()
          server.handler = ways[chosen[k]!]!(k)
        }
        const policy = policyOf('group all 2 a b c d\nquorum all')
        const quorum = open()
        // Time passes when all that will ever answer has. By its size alone a witness has not: what it was asked before may
        // reach it late, and then it says first that it has cosigned that already.
        passes = () =>
          quorum
            .status()
            .every(
              ({ lastSuccess, lastError }, k) =>
                chosen[k] === 'silent' || lastSuccess !== undefined || lastError !== undefined,
            )
        const { note, met } = await quorum.cosign(log.checkpoint(9), never)
        const honest = chosen.filter(way => way === 'honest').length
        expect(met).to.equal(honest >= 2)
        expect(isMet(policy, parseNote(note)).met).to.equal(met)
        checkCheckpoint(note, log.logKey.key)
      }),
      { numRuns: 20 },
    )
  })
})
