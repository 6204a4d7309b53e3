// Clients that are slow, half gone, or greedy for connections: each is cut off within its time, and costs nobody else
// anything. The times are those of the service, made short.

import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'chai'
import type { HttpLimits } from '../../src/http/limits.ts'
import { type Ledger, line, openLedger } from './fixture.ts'
import { connectRaw, head, listen, until } from './raw-client.ts'

const SHORT: Partial<HttpLimits> = {
  checkMs: 20,
  headersMs: 150,
  keepAliveMs: 150,
  silenceMs: 400,
  bodyWindowMs: 200,
  bodyBytesPerSecond: 1_000,
  answerMs: 200,
  answerBytesPerSecond: 1e9,
  lingerMs: 100,
}
const NDJSON = { 'content-type': 'application/x-ndjson' }

describe('slow and half-open clients', () => {
  let ledger: Ledger
  const open = async (
    limits: Partial<HttpLimits> = {},
    options: Parameters<typeof openLedger>[0] = {},
  ): Promise<void> => {
    ledger = await openLedger({ ...options, settings: { limits: { ...SHORT, ...limits } } })
    await listen(ledger)
  }
  afterEach(() => ledger[Symbol.asyncDispose]())

  const connections = async (): Promise<number> =>
    new Promise((resolve, reject) => {
      ledger.app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))
    })
  const untilNone = async (): Promise<void> => {
    for (let k = 0; (await connections()) > 0; k++) {
      expect(k, 'the connection is still there').to.be.lessThan(200)
      await wait(10)
    }
  }
  const cutFor = async (reason: string): Promise<number> => {
    const { body } = await ledger.get('/metrics')
    return Number(new RegExp(`suyuan_connections_cut_total\\{reason="${reason}"\\} (\\d+)`).exec(body)?.[1])
  }
  /** Sends a byte every 10 ms until the connection is over. */
  const drip = async (client: Awaited<ReturnType<typeof connectRaw>>, byte = 'a'): Promise<number> => {
    const started = performance.now()
    const timer = setInterval(() => client.socket.writable && client.write(byte), 10)
    await client.over
    clearInterval(timer)
    return performance.now() - started
  }

  it('cuts who connects and says nothing', async () => {
    await open()
    using client = await connectRaw(ledger)
    expect(await client.over).to.equal('ended')
    await until(() => client.socket.destroyed, 'closed')
    await untilNone()
  })

  it('cuts who takes too long over headers, byte by byte, even when it ignores that', async () => {
    await open()
    using client = await connectRaw(ledger, { halfOpen: true })
    client.write('GET /v1/status HTTP/1.1\r\nhost: localhost\r\nx: ')
    expect(await drip(client)).to.be.lessThan(2_000)
    expect(client.answer()).to.match(/^HTTP\/1\.1 408 /)
    await untilNone()
  })

  it('cuts who sends a body byte by byte, and says why', async () => {
    await open()
    for (const [target, type] of [
      ['POST /v1/records', 'application/x-ndjson'],
      ['POST /v1/actors', 'application/json'],
    ] as const) {
      using client = await connectRaw(ledger, { halfOpen: true })
      client.write(head(ledger, target, { 'content-type': type, 'content-length': 4_000 }))
      expect(await drip(client), target).to.be.within(150, 2_000)
      expect(client.answer(), target).to.match(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s)
    }
    expect(await cutFor('body')).to.equal(2)
    expect(ledger.logged()).not.to.contain('"level":50')
  })

  it('does not let a slow sender keep the service from stopping', async () => {
    await open({ silenceMs: 30_000 })
    using client = await connectRaw(ledger, { halfOpen: true })
    client.write(head(ledger, 'POST /v1/records', { ...NDJSON, 'content-length': 4_000 }))
    await wait(50)
    const started = performance.now()
    await Promise.all([ledger.app.close(), drip(client)])
    expect(performance.now() - started).to.be.lessThan(5_000)
  })

  it('cuts who stops in the middle of a body, or vanishes', async () => {
    await open()
    for (const [form, bytes] of [
      [{ 'transfer-encoding': 'chunked' }, '5\r\nabcde\r\n'],
      [{ 'content-length': 10 }, 'abcde'],
    ] as const) {
      using client = await connectRaw(ledger)
      client.write(head(ledger, 'POST /v1/records', { ...NDJSON, ...form }) + bytes)
      expect(await client.over).to.equal('ended')
      expect(client.answer()).to.match(/^HTTP\/1\.1 408 /)
    }
    {
      using gone = await connectRaw(ledger)
      gone.write(`${head(ledger, 'POST /v1/records', { ...NDJSON, 'content-length': 10 })}abcde`)
    }
    expect((await ledger.get('/readyz')).statusCode).to.equal(200)
  })

  it('does not cut a sender whom the log keeps waiting, nor one that is fast enough', async () => {
    await open(
      { silenceMs: 5_000 },
      {
        ingest: ingest => ({
          ...ingest,
          async submit(stream, options) {
            await wait(600) // three windows
            return ingest.submit(stream, options)
          },
        }),
      },
    )
    const lines = Array.from({ length: 20 }, (_, k) => `${JSON.stringify(line(k))}\n`)
    const body = lines.join('')
    const long = body.repeat(5) // what is short is read whole before anybody has to wait for the log
    using waiting = await connectRaw(ledger)
    waiting.write(head(ledger, 'POST /v1/records', { ...NDJSON, 'content-length': long.length }) + long.slice(0, -10))
    await until(() => waiting.answer() === '', 'no answer')
    await wait(500)
    waiting.write(long.slice(-10))
    using steady = await connectRaw(ledger)
    steady.write(head(ledger, 'POST /v1/records', { ...NDJSON, 'content-length': body.length }))
    for (const one of lines) {
      steady.write(one)
      await wait(50)
    }
    await until(() => waiting.answer() !== '' && steady.answer() !== '', 'both answers')
    expect(waiting.answer()).to.match(/^HTTP\/1\.1 200 .*"accepted":100/s)
    expect(steady.answer()).to.match(/^HTTP\/1\.1 200 .*"accepted":20/s)
    expect(await cutFor('body')).to.equal(0)
  })

  it('cuts who does not take its answer', async () => {
    const large = 'x'.repeat(16_000_000)
    await open({}, { evidence: async () => ({ large }) })
    using client = await connectRaw(ledger)
    client.socket.pause()
    client.write(head(ledger, 'GET /v1/evidence'))
    await until(() => client.socket.destroyed || client.socket.bytesRead > 0, 'the answer begins')
    // All of it was made, and what the network does not take is in memory until then.
    for (let k = 0; (await cutFor('answer')) === 0; k++) {
      expect(k, 'cut').to.be.lessThan(100)
      await wait(20)
    }
    await until(() => ledger.app.server.listening, 'still there')
    await untilNone()
    // What is cut is told before its memory is given back.
    for (let k = 0; !/^suyuan_answers_bytes 0$/m.test((await ledger.get('/metrics')).body); k++) {
      expect(k, 'its memory is given back').to.be.lessThan(100)
      await wait(20)
    }
  })

  it('lets a reader finish who is merely not quick', async () => {
    const large = 'x'.repeat(16_000_000)
    await open({ answerBytesPerSecond: 4_000_000 }, { evidence: async () => ({ large }) })
    using client = await connectRaw(ledger)
    client.socket.pause()
    client.write(head(ledger, 'GET /v1/evidence', { connection: 'close' }))
    await wait(600)
    client.socket.resume()
    expect(await client.over).to.equal('ended')
    expect(client.answer().length).to.be.greaterThan(large.length)
  })

  it('bounds the answers that nobody takes, and tells who asks for more to read first', async () => {
    const large = 'x'.repeat(8_000_000)
    await open(
      { answerBytes: 40_000_000, answerShareBytes: 20_000_000, answerMs: 10_000, silenceMs: 10_000 },
      { evidence: async () => ({ large }) },
    )
    const greedy = []
    for (let k = 0; k < 3; k++) {
      const client = await connectRaw(ledger)
      client.socket.pause()
      client.write(head(ledger, 'GET /v1/evidence'))
      greedy.push(client)
      await wait(50)
    }
    const refused = await ledger.get('/v1/evidence')
    expect(refused.statusCode).to.equal(503)
    expect(refused.headers['retry-after']).to.equal('2')
    expect(refused.json().detail).to.contain('read those first')
    // Another client has its answer all the same, and so has this one, when its answers are gone.
    const other = await ledger.tokens.create(['read'], 'other')
    expect((await ledger.get('/v1/evidence', { authorization: `Bearer ${other}` })).statusCode).to.equal(200)
    for (const client of greedy) client[Symbol.dispose]()
    await wait(100)
    expect((await ledger.get('/v1/evidence')).statusCode).to.equal(200)
  })

  it('answers some requests of one connection at once, and not any number', async () => {
    let asked = 0
    const held = Promise.withResolvers<void>()
    await open(
      { pipelined: 4, sums: { room: 100, share: 99, mostWaiting: 1_000, patienceMs: 5_000 }, silenceMs: 5_000 },
      {
        evidence: async () => {
          asked++
          await held.promise
          return {}
        },
      },
    )
    using client = await connectRaw(ledger)
    client.write(head(ledger, 'GET /v1/evidence').repeat(200))
    await until(() => asked > 0, 'asked')
    await wait(100)
    expect(asked).to.equal(4)
    held.resolve()
    await client.over
    expect(client.answer().match(/HTTP\/1\.1 200 /g)).to.have.length(4)
    expect(client.answer().match(/HTTP\/1\.1 503 /g)).not.to.equal(null)
    expect(client.answer().match(/HTTP\/1\.1 200 /g)).to.have.length(4)
  })

  it('keeps no client out because another has its connections busy', async () => {
    await open({ clientRequests: 20, connections: 40, bodyWindowMs: 60_000, silenceMs: 60_000, headersMs: 60_000 })
    const slow = await Promise.all(Array.from({ length: 60 }, () => connectRaw(ledger)))
    for (const client of slow) client.write(head(ledger, 'POST /v1/records', { ...NDJSON, 'content-length': 1_000 }))
    await wait(300)
    const other = await ledger.tokens.create(['read'], 'other')
    using client = await connectRaw(ledger)
    client.write(head(ledger, 'GET /v1/usage', { authorization: `Bearer ${other}`, connection: 'close' }))
    expect(await client.over).to.equal('ended')
    expect(client.answer()).to.contain('not_published_yet')
    const refused = slow.filter(one => one.answer().startsWith('HTTP/1.1 503 '))
    expect(refused.length).to.be.within(4, 40)
    for (const one of slow) one[Symbol.dispose]()
    await until(() => slow.every(({ socket }) => socket.destroyed), 'gone')
    await wait(50)
    expect((await ledger.get('/v1/status')).statusCode).to.equal(200)
  })

  it('makes room for whoever comes, while others only hold connections', async function () {
    this.timeout(20_000)
    await open({ connections: 40, spareConnections: 4, headersMs: 60_000, keepAliveMs: 60_000, silenceMs: 60_000 })
    const idle = await Promise.all(Array.from({ length: 200 }, () => connectRaw(ledger)))
    await wait(200)
    expect(await connections()).to.be.at.most(40)
    for (let k = 0; k < 5; k++) {
      using client = await connectRaw(ledger)
      client.write(head(ledger, 'GET /v1/status', { connection: 'close' }))
      expect(await client.over).to.equal('ended')
      expect(client.answer()).to.match(/^HTTP\/1\.1 200 /)
    }
    expect(await cutFor('room')).to.be.greaterThan(160)
    for (const client of idle) client[Symbol.dispose]()
  })

  it('makes room by closing the connection that has asked nothing for the longest', async () => {
    await open({ connections: 6, spareConnections: 2, headersMs: 60_000, keepAliveMs: 60_000, silenceMs: 60_000 })
    using first = await connectRaw(ledger)
    await wait(20)
    using second = await connectRaw(ledger)
    await wait(20)
    using third = await connectRaw(ledger)
    // Whoever came first has asked last.
    for (const client of [first, third]) {
      client.write(head(ledger, 'GET /v1/status'))
      await until(() => client.answer().includes('HTTP/1.1 200 '), 'answered')
    }
    using fourth = await connectRaw(ledger)
    using fifth = await connectRaw(ledger)
    expect(await second.over).to.equal('ended')
    expect(await cutFor('room')).to.equal(1)
    using sixth = await connectRaw(ledger)
    expect(await first.over).to.equal('ended')
    for (const { socket } of [third, fourth, fifth, sixth]) expect(socket.readyState).to.equal('open')
  })

  it('never closes a connection for room on which something is asked', async () => {
    const held = Promise.withResolvers<void>()
    await open(
      {
        connections: 10,
        spareConnections: 2,
        headersMs: 60_000,
        silenceMs: 60_000,
        sums: { room: 100, share: 99, mostWaiting: 100, patienceMs: 5_000 },
      },
      {
        evidence: async () => {
          await held.promise
          return {}
        },
      },
    )
    const asking = await Promise.all(Array.from({ length: 8 }, () => connectRaw(ledger)))
    for (const client of asking) client.write(head(ledger, 'GET /v1/evidence', { connection: 'close' }))
    await wait(100)
    const idle = await Promise.all(Array.from({ length: 20 }, () => connectRaw(ledger)))
    await wait(100)
    expect(await cutFor('room')).to.be.greaterThan(10)
    held.resolve()
    for (const client of asking) {
      await client.over
      expect(client.answer()).to.match(/^HTTP\/1\.1 200 /)
    }
    for (const client of idle) client[Symbol.dispose]()
  })
})
