// More than the service can do: it says so, with when to come back; clients get to read that; and one client's load is
// that client's own trouble.

import { request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'chai'
import type { Gate, Turn } from '../../src/admission.ts'
import type { LedgerError } from '../../src/core/error.ts'
import { HTTP_LIMITS, type HttpLimits } from '../../src/http/limits.ts'
import { PROBLEMS } from '../../src/http/problems.ts'
import { INGEST_LIMITS, openIngestGate } from '../../src/ingest/gate.ts'
import { type Ledger, line, openLedger } from './fixture.ts'
import { connectRaw, head, listen, until } from './raw-client.ts'

const NDJSON = { 'content-type': 'application/x-ndjson' }
const batch = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, k) => `${JSON.stringify(line(from + k))}\n`).join('')

describe('overload', () => {
  let ledger: Ledger
  let gate: Gate
  const open = async (
    limits: Partial<HttpLimits> = {},
    options: Parameters<typeof openLedger>[0] = {},
    ingest: Partial<typeof INGEST_LIMITS> = {},
  ): Promise<string> => {
    gate = openIngestGate({ ...INGEST_LIMITS, patienceMs: 50, ...ingest })
    ledger = await openLedger({ ...options, gate, settings: { limits } })
    return `http://127.0.0.1:${await listen(ledger)}`
  }
  afterEach(() => ledger[Symbol.asyncDispose]())

  /** The log is as busy as it can be. */
  const fill = async (): Promise<Disposable> => {
    const held = new DisposableStack()
    held.use(await gate.take('a', INGEST_LIMITS.share))
    held.use(await gate.take('b', INGEST_LIMITS.room - INGEST_LIMITS.share))
    return held
  }
  const metric = async (name: string): Promise<number> => {
    const { body } = await ledger.get('/metrics')
    return Number(
      body
        .split('\n')
        .find(one => one.startsWith(`${name} `))
        ?.slice(name.length + 1),
    )
  }

  describe('of ingest', () => {
    it('answers 503 with Retry-After, before it reads the body, to any client, however large the body', async () => {
      const url = await open()
      const small = batch(0, 10)
      using _full = await fill()
      const large = Buffer.alloc(20_000_000, 'x')
      const authorization = `Bearer ${ledger.token}`
      for (const body of [small, large]) {
        const response = await fetch(`${url}/v1/records`, {
          method: 'POST',
          headers: { ...NDJSON, authorization },
          body,
        })
        expect(response.status).to.equal(503)
        expect(response.headers.get('retry-after')).to.equal('2')
        expect(await response.json()).to.include({ code: 'overloaded', retryable: true })
      }

      const status = await new Promise((resolve, reject) => {
        const headers = { ...NDJSON, authorization, 'content-length': large.length }
        const sending = httpRequest(`${url}/v1/records`, { method: 'POST', headers }, answer => {
          answer.resume()
          answer.on('end', () => resolve(answer.statusCode))
        })
        sending.on('error', reject)
        sending.end(large)
      })
      expect(status).to.equal(503)

      // One that writes all before it reads anything.
      using raw = await connectRaw(ledger)
      raw.write(head(ledger, 'POST /v1/records', { ...NDJSON, 'content-length': 900_000 }))
      raw.write(large.subarray(0, 900_000))
      expect(await raw.over).to.equal('ended')
      expect(raw.answer()).to.match(/^HTTP\/1\.1 503 .*\r\nretry-after: 2\r\n.*overloaded/s)
      expect(ledger.store.head.size).to.equal(0)
      expect(ledger.logged(), 'no failure of the service').not.to.contain('"level":50')
      expect(await metric('suyuan_work_refused_total{work="lines",reason="late"}')).to.equal(4)
    })

    it('asks for a body only when it will read it (Expect: 100-continue)', async () => {
      await open()
      const body = batch(0, 3)
      const expecting = { ...NDJSON, expect: '100-continue', 'content-length': body.length }
      using stranger = await connectRaw(ledger)
      stranger.write(head(ledger, 'POST /v1/records', { ...expecting, authorization: 'Bearer x' }))
      expect(await stranger.over).to.equal('ended')
      expect(stranger.answer()).to.match(/^HTTP\/1\.1 401 /)
      const full = await fill()
      using early = await connectRaw(ledger)
      early.write(head(ledger, 'POST /v1/records', expecting))
      expect(await early.over).to.equal('ended')
      expect(early.answer()).to.match(/^HTTP\/1\.1 503 /)
      full[Symbol.dispose]()
      const person = JSON.stringify({ person: 'staff-7' })
      for (const [target, type, text, answer] of [
        ['POST /v1/records', NDJSON['content-type'], body, /"accepted":3/],
        ['POST /v1/actors', 'application/json', person, /"actor":/],
      ] as const) {
        using client = await connectRaw(ledger)
        client.write(head(ledger, target, { ...expecting, 'content-type': type, 'content-length': text.length }))
        await until(() => client.answer() !== '', 'the go-ahead')
        expect(client.answer(), target).to.equal('HTTP/1.1 100 Continue\r\n\r\n')
        client.write(text)
        await until(() => answer.test(client.answer()), 'the answer')
      }
    })

    it('takes the same batch once there is room', async () => {
      const url = await open({}, {}, { patienceMs: 5_000 })
      const full = await fill()
      const sending = fetch(`${url}/v1/records`, {
        method: 'POST',
        headers: { ...NDJSON, authorization: `Bearer ${ledger.token}` },
        body: batch(0, 10),
      })
      await until(() => gate.figures.waiting === 1, 'it waits')
      full[Symbol.dispose]()
      expect((await sending).status).to.equal(200)
      expect(gate.figures).to.include({ held: 0, waiting: 0 })
    })

    it('says why a batch is refused in the middle, though more of it is on its way', async () => {
      const url = await open({ lingerMs: 1_000 })
      const headers = { ...NDJSON, authorization: `Bearer ${ledger.token}`, 'idempotency-key': 'k' }
      const send = (body: string) => fetch(`${url}/v1/records`, { method: 'POST', headers, body })
      expect((await send(batch(0, 2_000))).status).to.equal(200)
      const other = await send(batch(1, 30_000))
      expect(other.status).to.equal(409)
      expect(await other.json()).to.include({ code: 'batch_differs' })
      // Who has not read the answer yet finds the connection whole.
      let service: Socket | undefined
      ledger.app.server.once('connection', (socket: Socket) => (service = socket))
      using client = await connectRaw(ledger, { halfOpen: true })
      const text = batch(2, 12_000)
      client.write(
        head(ledger, 'POST /v1/records', { ...NDJSON, 'idempotency-key': 'k', 'content-length': 10 * text.length }),
      )
      client.write(text)
      await until(() => client.answer() !== '', 'the answer')
      await wait(100)
      expect(service?.destroyed, 'right after the answer').to.equal(false)
      await until(() => service?.destroyed === true, 'closed in the end')
      expect(client.answer()).to.match(/^HTTP\/1\.1 409 .*batch_differs/s)
      await until(() => gate.figures.held === 0, 'nothing is held')
    })

    it('reads no more than a little of a body that it refused, and hangs up', async () => {
      await open({ lingerMs: 200, lingerBytes: 100_000 })
      using client = await connectRaw(ledger, { halfOpen: true })
      client.write(head(ledger, 'POST /v1/records?wrong=1', { ...NDJSON, 'transfer-encoding': 'chunked' }))
      const started = performance.now()
      const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, 'x'), Buffer.from('\r\n')])
      let sent = 0
      const timer = setInterval(() => {
        while (client.socket.writable && client.socket.writableLength < 1_000_000) {
          client.write(chunk)
          sent += chunk.length
        }
      }, 1)
      await client.over
      clearInterval(timer)
      expect(performance.now() - started).to.be.within(150, 10_000)
      expect(client.answer()).to.match(/^HTTP\/1\.1 400 /)
      expect(sent).to.be.lessThan(32_000_000) // what the buffers of both sockets take
    })

    it('holds nothing for senders that go away in the middle', async () => {
      await open()
      const text = batch(0, 3_000)
      const clients = await Promise.all(Array.from({ length: 50 }, () => connectRaw(ledger)))
      for (const client of clients) {
        client.write(head(ledger, 'POST /v1/records', { ...NDJSON, 'content-length': 10 * text.length }) + text)
      }
      await wait(100)
      for (const client of clients) client[Symbol.dispose]()
      await until(() => gate.figures.held === 0 && gate.figures.waiting === 0, 'nothing is held')
      await wait(100)
      expect(gate.figures).to.include({ held: 0, waiting: 0 })
      const response = await fetch(`http://127.0.0.1:${await listen(ledger)}/v1/records`, {
        method: 'POST',
        headers: { ...NDJSON, authorization: `Bearer ${ledger.token}` },
        body: batch(0, 1),
      })
      expect(response.status).to.equal(200)
    })

    it('keeps nobody waiting for a long batch or a slow sender, not even others of the same client', async () => {
      const url = await open({}, {}, { burst: 1, patienceMs: 20_000 })
      const headers = { ...NDJSON, authorization: `Bearer ${ledger.token}` }
      const send = (body: string) => fetch(`${url}/v1/records`, { method: 'POST', headers, body })
      // As many slow senders as there are turns for, each with whole lines in hand and more announced.
      const slow = await Promise.all(Array.from({ length: 40 }, () => connectRaw(ledger)))
      for (const client of slow) {
        client.write(head(ledger, 'POST /v1/records', { ...NDJSON, 'content-length': 10_000_000 }) + batch(0, 600))
      }
      let over = false
      const long = send(batch(0, 15_000)).then(response => {
        over = true
        return response.status
      })
      await until(() => ledger.store.head.size > 0, 'the long batch has begun')
      expect((await send(batch(0, 10))).status).to.equal(200)
      expect(over, 'the long one is not over').to.equal(false)
      expect(await long).to.equal(200)
      for (const client of slow) client[Symbol.dispose]()
    })

    it('lets a client with one connection through beside one with hundreds', async function () {
      this.timeout(30_000)
      const url = await open({}, {}, { patienceMs: 1_000, burst: 1 })
      const greedy = await ledger.tokens.create(['write'], 'greedy')
      const polite = await ledger.tokens.create(['write'], 'polite')
      const body = batch(0, 20)
      const send = async (token: string): Promise<number> => {
        const headers = { ...NDJSON, authorization: `Bearer ${token}` }
        const response = await fetch(`${url}/v1/records`, { method: 'POST', headers, body })
        await response.arrayBuffer()
        return response.status
      }
      let stop = false
      // How many turns others had between a request for one and the turn: time says little where all share a processor.
      let turns = 0
      const passes: Record<string, number[]> = { greedy: [], polite: [] }
      const count = async (client: string, asked: Turn | Promise<Turn>): Promise<Turn> => {
        const before = turns
        const turn = await asked
        passes[client]?.push(turns - before)
        turns++
        return turn
      }
      const plain = { ...gate }
      gate.take = (client, weight) => count(client, plain.take(client, weight))
      gate.ask = (client, weight, signal) => count(client, plain.ask(client, weight, signal))
      const load = Array.from({ length: 100 }, async () => {
        while (!stop) await send(greedy)
      })
      await wait(300)
      for (let k = 0; k < 10; k++) expect(await send(polite)).to.equal(200)
      stop = true
      await Promise.all(load)
      expect(Math.max(...passes['greedy']!), 'the greedy one waits for itself').to.be.greaterThan(20)
      // One that was under way, and one each.
      expect(Math.max(...passes['polite']!)).to.be.at.most(4)
    })
  })

  it('says with every 503 when to come back', async () => {
    await open()
    for (const [code, { status, retryAfter }] of Object.entries(PROBLEMS)) {
      if (status === 503) expect(retryAfter, code).to.be.within(1, 60)
    }
    // The more of a client's batches wait, the later: they would all be back at once.
    using _full = await fill()
    const crowd = Array.from({ length: 100 }, async () => gate.ask('a', 1))
    const errors = (await Promise.allSettled(crowd)).map(one => (one as PromiseRejectedResult).reason as LedgerError)
    expect(errors[0]).to.include({ code: 'overloaded', retryable: true, retryAfter: 5 })
    expect(errors.at(-1)).to.include({ retryAfter: 2 })
  })

  it('takes as many connections as it says, and a question among more idle ones than that', async function () {
    this.timeout(30_000)
    await open()
    const { connections } = HTTP_LIMITS
    const idle = []
    for (let k = 0; k < connections + 200; k++) idle.push(await connectRaw(ledger))
    using client = await connectRaw(ledger)
    client.write(head(ledger, 'GET /v1/status', { connection: 'close' }))
    expect(await client.over).to.equal('ended')
    expect(client.answer()).to.match(/^HTTP\/1\.1 200 /)
    const held = await metric('suyuan_connections')
    expect(held).to.be.within(connections - 50, connections)
    expect(await metric('suyuan_connections_cut_total{reason="room"}')).to.be.within(200, 250)
    for (const one of idle) one[Symbol.dispose]()
  })

  describe('of questions', () => {
    const SUMS = { room: 3, share: 2, mostWaiting: 2, patienceMs: 100 }

    it('bounds those that go through the whole log, client by client, and lets pages by', async () => {
      const done = Promise.withResolvers<void>()
      let asked = 0
      const slow = async () => {
        asked++
        await done.promise
        return {}
      }
      await open({ sums: SUMS }, { evidence: slow })
      await ledger.send([line(0)])
      const other = { authorization: `Bearer ${await ledger.tokens.create(['read'], 'other')}` }
      const held = [ledger.get('/v1/evidence'), ledger.get('/v1/evidence')]
      await until(() => asked === 2, 'two are at work')
      const waiting = [ledger.get('/v1/evidence'), ledger.get('/v1/usage')]
      await wait(20)
      const many = await ledger.get('/v1/evidence')
      expect(many.statusCode).to.equal(503)
      expect(many.headers['retry-after']).to.equal('2')
      expect(many.json()).to.include({ code: 'overloaded', retryable: true })
      for (const late of await Promise.all(waiting)) expect(late.statusCode).to.equal(503)
      // Somebody else has a place, and who asks for rows alone needs none.
      expect((await ledger.get('/v1/usage', other)).statusCode).to.equal(200)
      expect((await ledger.get('/v1/usage?totals=false')).statusCode).to.equal(200)
      done.resolve()
      for (const one of await Promise.all(held)) expect(one.statusCode).to.equal(200)
      expect((await ledger.get('/v1/usage')).statusCode).to.equal(200)
      expect(await metric('suyuan_work_refused_total{work="sum",reason="late"}')).to.equal(2)
      expect(await metric('suyuan_work_refused_total{work="sum",reason="many"}')).to.equal(1)
      expect(await metric('suyuan_work_held{work="sum"}')).to.equal(0)
    })

    it('gives a place back, however a question ends', async () => {
      const fail = async (): Promise<never> => {
        await wait(20)
        throw new Error('it broke')
      }
      await open({ sums: { ...SUMS, patienceMs: 5_000 } }, { evidence: fail })
      for (let k = 0; k < 5; k++) expect((await ledger.get('/v1/evidence')).statusCode).to.equal(500)
      expect((await ledger.get('/v1/evidence?limit=x')).statusCode).to.equal(400)
      // Those whose asker hangs up, at work and waiting.
      for (let k = 0; k < 4; k++) {
        using client = await connectRaw(ledger)
        client.write(head(ledger, 'GET /v1/evidence'))
        await wait(2)
      }
      await wait(200)
      expect(ledger.logged(), 'who hangs up is no failure of the service').not.to.match(/abort/i)
      expect(ledger.logged()).to.contain('request_cut')
      expect(await metric('suyuan_work_held{work="sum"}')).to.equal(0)
      expect(await metric('suyuan_work_waiting{work="sum"}')).to.equal(0)
    })
  })
})
