import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'chai'
import { LedgerError } from '../../src/core/error.ts'
import { checkReceipt, decodeReceipt, type ReceiptJson } from '../../src/core/receipt.ts'
import { inBoth } from '../../src/core/words.ts'
import { type Ledger, line, NOW, openLedger, tokenWith } from './fixture.ts'

const NDJSON = 'application/x-ndjson'
const ndjson = (lines: readonly unknown[]): string => lines.map(one => `${JSON.stringify(one)}\n`).join('')

describe('POST /v1/records', () => {
  let ledger: Ledger
  beforeEach(async () => {
    ledger = await openLedger()
  })
  afterEach(() => ledger[Symbol.asyncDispose]())

  const post = (payload: string | Buffer | Readable, headers: Record<string, string> = {}, url = '/v1/records') =>
    ledger.app.inject({
      method: 'POST',
      url,
      headers: { authorization: `Bearer ${ledger.token}`, 'content-type': NDJSON, ...headers },
      payload: Buffer.isBuffer(payload) ? Buffer.from(payload) : payload, // which the service may use up
    })

  it('takes lines, and gives receipts for them', async () => {
    const response = await post(ndjson([line(0), line(1), line(2)]))
    expect(response.statusCode).to.equal(200)
    const result = response.json()
    expect(result).to.include({ lines: 3, accepted: 3, already: 0 })
    expect(result.refused).to.deep.equal([])
    const receipt = decodeReceipt(result.receipts[0] as ReceiptJson)
    expect(receipt.leaves).to.have.length(3)
    expect(checkReceipt(receipt, ledger.logKey, ledger.timeKey)).to.include({ size: 3, time: NOW / 1000 })
    // With one character beyond, all of it would cost twice: the checkpoint's dashes are escapes.
    expect(result.receipts[0].checkpoint).to.include('\n— ')
    expect(response.body).to.match(/^[\0-\u007f]+$/)
  })

  it('refuses line by line, with number, code and reason, and takes the others', async () => {
    const lines = [
      JSON.stringify(line(0)),
      '{"time":',
      JSON.stringify(line(2, { resource: 'unknown' })),
      JSON.stringify(line(3, { extra: 1 })),
      '{"a":1,"a":2}',
      JSON.stringify(line(5, { time: new Date(NOW + 3_600_000).toISOString() })),
      '',
      JSON.stringify(line(7)),
    ]
    const response = await post(Buffer.concat([Buffer.from(`${lines.join('\n')}\n`), Buffer.from([0xff, 0x0a])]))
    expect(response.statusCode).to.equal(200)
    const { accepted, refused } = response.json()
    expect(accepted).to.equal(2)
    expect(refused.map((one: { line: number }) => one.line)).to.deep.equal([2, 3, 4, 5, 6, 7, 9])
    const codes = refused.map((one: { code: string }) => one.code)
    expect(codes).to.deep.equal([
      'invalid_json',
      'unknown_resource',
      'unknown_field',
      'duplicate_key',
      'time_in_future',
      'line_empty',
      'invalid_utf8',
    ])
  })

  it('passes over a line of 10 MB without keeping it', async () => {
    const long = Buffer.alloc(10 * 1024 * 1024, 0x61)
    const body = Readable.from([
      ndjson([line(0)]),
      ...Array.from({ length: 10 }, (_, k) => long.subarray(k * 1_048_576, (k + 1) * 1_048_576)),
      '\n',
      ndjson([line(2)]),
    ])
    const result = (await post(body)).json()
    expect(result.accepted).to.equal(2)
    expect(result.refused).to.have.length(1)
    expect(result.refused[0]).to.include({ line: 2, code: 'line_too_long' })
  })

  it('adds nothing twice under one idempotency key, and says so', async () => {
    const body = ndjson([line(0), line(1)])
    const headers = { 'idempotency-key': 'day 1' }
    expect((await post(body, headers)).json()).to.include({ accepted: 2, already: 0 })
    const again = (await post(body, headers)).json()
    expect(again).to.include({ accepted: 0, already: 2 })
    expect(again.receipts).to.have.length(1)
    expect((await post(body + ndjson([line(2)]), headers)).json()).to.include({ accepted: 1, already: 2 })
    expect(ledger.store.head.size).to.equal(3)

    const other = await post(ndjson([line(7), line(8), line(9)]), headers)
    expect(other.statusCode).to.equal(409)
    expect(other.json()).to.include({ code: 'batch_differs', retryable: false })
  })

  it('keeps the key over a change of token, but not over a change of sender', async () => {
    const body = ndjson([line(0)])
    const first = await ledger.tokens.create(['write'], 'gateway')
    const second = await ledger.tokens.create(['write'], 'gateway')
    const stranger = await tokenWith(ledger, 'write')
    const send = async (token: string) =>
      (await post(body, { 'idempotency-key': 'k', authorization: `Bearer ${token}` })).json().accepted as number
    expect([await send(first), await send(second), await send(stranger)]).to.deep.equal([1, 0, 1])
  })

  it('stores nothing in a dry run, and still says what would happen', async () => {
    const result = (await post(ndjson([line(0), { time: 'x' }]), {}, '/v1/records?dryRun=true')).json()
    expect(result).to.include({ lines: 2, accepted: 1 })
    expect(result.refused).to.have.length(1)
    expect(ledger.store.head.size).to.equal(0)
  })

  it('takes no other content type, no encoding, no wrong key and no unknown parameter', async () => {
    const body = ndjson([line(0)])
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      const response = await post(body, { 'content-type': type })
      expect(response.statusCode, type).to.equal(415)
      expect(response.json().code).to.equal('media_type_unsupported')
    }
    expect((await post(body, { 'content-encoding': 'gzip' })).json().code).to.equal('encoding_unsupported')
    const key = await post(body, { 'idempotency-key': 'é'.repeat(3) })
    expect(key.statusCode).to.equal(400)
    expect(key.json().detail).to.contain('header "idempotency-key"')
    const long = await post(body, { 'idempotency-key': 'x'.repeat(201) })
    expect(long.statusCode).to.equal(400)
    const typo = await post(body, {}, '/v1/records?dryrun=true')
    expect(typo.json().detail).to.contain('no query parameter "dryrun"')
    expect(ledger.store.head.size).to.equal(0)
  })

  it('counts a batch of rubbish, and keeps what is right in it', async () => {
    const response = await post(ndjson([line(0)]) + 'rubbish\n'.repeat(3_000))
    expect(response.statusCode).to.equal(200)
    expect(response.json()).to.include({ accepted: 1, lines: 3_001, refusedCount: 3_000 })
  })

  it('gives receipts again, by range', async () => {
    await ledger.send(Array.from({ length: 20 }, (_, k) => line(k)))
    const response = await ledger.get('/v1/receipts?firstIndex=5&count=10')
    expect(response.json()).to.include({ firstIndex: 5, count: 10 })
    expect((await ledger.get('/v1/receipts?firstIndex=15&count=10')).json().code).to.equal('index_beyond_tree')
    expect((await ledger.get('/v1/receipts?firstIndex=0&count=10001')).statusCode).to.equal(400)
  })
})

describe('POST /v1/records over a socket', () => {
  const listen = async (ledger: Ledger): Promise<number> => {
    await ledger.app.listen({ host: '127.0.0.1', port: 0 })
    return (ledger.app.server.address() as AddressInfo).port
  }

  it('turns a sender without a token away, and hangs up, before reading the body', async () => {
    await using ledger = await openLedger()
    const port = await listen(ledger)
    let written = 0
    const closed = await new Promise<{ status: number; connection: string | undefined }>((resolve, reject) => {
      const request = httpRequest({ port, method: 'POST', path: '/v1/records', headers: { 'content-type': NDJSON } })
      request.on('response', response => {
        response.resume()
        resolve({ status: response.statusCode ?? 0, connection: response.headers.connection })
      })
      request.on('error', reject)
      const pump = (): void => {
        if (request.destroyed || written > 64 * 1024 * 1024) return
        written += 65_536
        request.write(Buffer.alloc(65_536, 0x20), () => setImmediate(pump))
      }
      pump()
    }).catch((error: NodeJS.ErrnoException) => ({ status: 401, connection: error.code }))
    expect(closed.status).to.equal(401)
    expect(closed.connection).to.be.oneOf(['close', 'ECONNRESET', 'EPIPE'])
    expect(written).to.be.lessThan(32 * 1024 * 1024)
  })

  it('reads no faster than the log takes the lines', async () => {
    let consumed = 0
    await using ledger = await openLedger({
      ingest: ingest => ({
        ...ingest,
        async submit(stream) {
          for await (const part of stream as AsyncIterable<Uint8Array>) {
            consumed += part.length
            await wait(25)
          }
          return { lines: 0, accepted: 0, already: 0, refused: [], refusedCount: 0, receipts: [], receiptsOmitted: [] }
        },
      }),
    })
    const port = await listen(ledger)
    const request = httpRequest({
      port,
      method: 'POST',
      path: '/v1/records',
      headers: { authorization: `Bearer ${ledger.token}`, 'content-type': NDJSON },
    })
    request.on('error', () => {})
    let sent = 0
    const pump = (): void => {
      if (request.destroyed || sent >= 64 * 1024 * 1024) return
      sent += 65_536
      if (request.write(Buffer.alloc(65_536, 0x20))) setImmediate(pump)
      else request.once('drain', pump)
    }
    pump()
    await wait(250)
    // What lies between the two is in buffers of the sockets, which are bounded, and not in the service.
    expect(sent).to.be.lessThan(32 * 1024 * 1024)
    expect(consumed).to.be.lessThan(2 * 1024 * 1024)
    request.destroy()
  })

  it('survives a sender that goes away in the middle, and keeps what it took', async () => {
    await using ledger = await openLedger()
    const port = await listen(ledger)
    const request = httpRequest({
      port,
      method: 'POST',
      path: '/v1/records',
      headers: { authorization: `Bearer ${ledger.token}`, 'content-type': NDJSON, 'idempotency-key': 'cut' },
    })
    request.on('error', () => {})
    const lines = Array.from({ length: 12_000 }, (_, k) => line(k % 1_000))
    request.write(ndjson(lines.slice(0, 10_000)))
    await wait(500)
    request.destroy()
    await wait(100)
    const send = () =>
      ledger.app.inject({
        method: 'POST',
        url: '/v1/records',
        headers: { authorization: `Bearer ${ledger.token}`, 'content-type': NDJSON, 'idempotency-key': 'cut' },
        payload: ndjson(lines),
      })
    let again = await send()
    // The key is held until what had come is written.
    for (; again.statusCode === 409; again = await send()) await wait(100)
    const { accepted, already } = again.json<{ accepted: number; already: number }>()
    expect(already).to.be.within(1_000, 10_000) // the chunks that were whole
    expect(accepted).to.equal(12_000 - already)
    expect(ledger.store.head.size).to.equal(12_000)
    expect(ledger.logged()).to.not.contain('"level":50')
  })

  it('lets a request that is under way finish when it closes, and takes no new one', async () => {
    const gate = Promise.withResolvers<void>()
    await using ledger = await openLedger({
      ingest: ingest => ({
        ...ingest,
        async submit(stream, options) {
          await gate.promise
          return ingest.submit(stream, options)
        },
      }),
    })
    const port = await listen(ledger)
    const under = fetch(`http://127.0.0.1:${port}/v1/records`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ledger.token}`, 'content-type': NDJSON },
      body: ndjson([line(0)]),
    })
    await wait(100)
    const closing = ledger.app.close()
    await wait(50)
    const late = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      response => response.status,
      () => 'refused',
    )
    expect(late).to.equal('refused')
    gate.resolve()
    expect(((await (await under).json()) as { accepted: number }).accepted).to.equal(1)
    await closing
  })
})

describe('errors on the way to the store', () => {
  const failing = (error: Error) =>
    openLedger({
      ingest: ingest => ({
        ...ingest,
        async submit() {
          throw error
        },
      }),
    })
  const post = (ledger: Ledger) =>
    ledger.app.inject({
      method: 'POST',
      url: '/v1/records',
      headers: { authorization: `Bearer ${ledger.token}`, 'content-type': NDJSON },
      payload: '{}\n',
    })

  it('says when to come back when the log is overloaded or its disk is full', async () => {
    for (const code of ['overloaded', 'store_broken']) {
      await using ledger = await failing(new LedgerError(code, inBoth('The disk is full.'), { retryable: true }))
      const response = await post(ledger)
      expect(response.statusCode).to.equal(503)
      expect(Number(response.headers['retry-after'])).to.be.greaterThan(0)
      expect(response.json()).to.include({ code, retryable: true })
    }
  })

  it('keeps to itself what failed inside, but for an id that its own log has too', async () => {
    await using ledger = await failing(new Error('password=hunter2 at /srv/secret'))
    const response = await post(ledger)
    expect(response.statusCode).to.equal(500)
    expect(response.body).to.not.match(/hunter2|srv/)
    const id = (response.json().instance as string).replace('urn:uuid:', '')
    expect(ledger.logged()).to.contain(id).and.to.contain('hunter2')
  })

  it('treats a code that has no status yet as one of its own failures', async () => {
    await using ledger = await failing(new LedgerError('brand_new_code', inBoth('Something about /srv/secret.')))
    const response = await post(ledger)
    expect(response.statusCode).to.equal(500)
    expect(response.body).to.not.contain('secret')
  })
})
