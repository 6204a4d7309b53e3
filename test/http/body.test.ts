// Bodies as they come over a real connection, and what becomes of their memory.

import { once } from 'node:events'
import { connect } from 'node:net'
import type { Readable } from 'node:stream'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import { readBody } from '../../src/http/body.ts'
import { release } from '../../src/release.ts'
import { type Ledger, openLedger } from './fixture.ts'

describe('the body of a request', () => {
  let ledger: Ledger
  let parts: Uint8Array[]
  /** What each held while it was looked at. */
  let bytes: Buffer[]
  /** Who listened to the body once it was read. */
  let listening: readonly (number | string)[] | undefined
  /** What became of reading a body that its client gave up. */
  let outcome: Promise<unknown> | undefined

  before(async () => {
    ledger = await openLedger()
    await ledger.app.register(async scope => {
      scope.addContentTypeParser('text/plain', (_request, body, done) => done(null, body))
      scope.post('/read', { config: { access: 'public', stream: true } }, async (request, reply) => {
        const read = await readBody(request, reply, request.body as Readable)
        for await (const part of read instanceof Uint8Array ? [read] : read) {
          parts.push(part)
          bytes.push(Buffer.from(part))
          await setTimeout(2) // meanwhile more comes
        }
        return {}
      })
      scope.post('/small', { config: { access: 'public', stream: true } }, async (request, reply) => {
        const body = request.body as Readable
        outcome = Promise.resolve(readBody(request, reply, body)).catch((error: unknown) => error)
        await outcome
        listening = ['data', 'error', 'end'].filter(event => body.listenerCount(event) > 0)
        await setTimeout(50) // the client may hang up meanwhile
        return {}
      })
    })
    await ledger.app.listen({ host: '127.0.0.1', port: 0 })
  })
  after(() => ledger[Symbol.asyncDispose]())
  beforeEach(() => {
    parts = []
    bytes = []
    listening = undefined
    outcome = undefined
  })

  const send = async (body: Buffer): Promise<string> => {
    const { port } = ledger.app.server.address() as { port: number }
    const socket = connect(port, '127.0.0.1')
    socket.write(
      `POST /read HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\n\r\n`,
    )
    let answer = ''
    socket.on('data', part => {
      answer += part.toString('latin1')
    })
    for (let at = 0; at < body.length; at += 20_000) {
      socket.write(body.subarray(at, at + 20_000))
      await setImmediate()
    }
    await once(socket, 'close')
    return answer
  }

  it('comes in the parts that the connection gives, of which only small ones are joined', async () => {
    const body = Buffer.alloc(2_000_000, 'abcdefg')
    expect(await send(body)).to.match(/^HTTP\/1\.1 200/)
    expect(Buffer.concat(bytes).equals(body)).to.equal(true)
    expect(Math.max(...bytes.map(({ length }) => length))).to.be.at.most(16_384 + 65_536)
  })

  it('takes no memory once the next part is asked for', async () => {
    expect(await send(Buffer.alloc(1_000_000, 'x'))).to.match(/^HTTP\/1\.1 200/)
    expect(parts).to.have.length.above(10)
    expect(parts.filter(({ length }) => length > 0)).to.deep.equal([])
  })

  it('stays where it is small, and read in one piece', async () => {
    const body = Buffer.alloc(5_000, 'x')
    expect(await send(body)).to.match(/^HTTP\/1\.1 200/)
    expect(parts.map(part => Buffer.from(part))).to.deep.equal([body])
  })

  // By listeners that stay, V8 keeps each request beyond the young generation (docs/performance.md).
  it('has nobody listening once it is read in one piece, and its client may hang up', async () => {
    const { port } = ledger.app.server.address() as { port: number }
    const begin = async (rest: string): Promise<void> => {
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      socket.write(`POST /small HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: text/plain\r\n${rest}`)
      await setTimeout(20)
      socket.destroy()
      await setTimeout(100) // an error that nobody listens to would end the process
    }
    await begin('content-length: 4\r\n\r\ntext')
    expect(await outcome).to.deep.equal(Buffer.from('text'))
    expect(listening).to.deep.equal([])

    await begin('content-length: 9\r\n\r\ntext')
    expect(await outcome)
      .to.be.an('error')
      .with.property('code', 'ECONNRESET')
    expect((await fetch(`http://127.0.0.1:${port}/small`, { method: 'POST', body: 'text' })).status).to.equal(200)
  })
})

describe('memory given back', () => {
  it('is gone at once; that which others share is left to them', () => {
    const alone = Buffer.allocUnsafeSlow(10)
    release(alone)
    expect(alone.length).to.equal(0)
    const whole = new Uint8Array(100)
    const shared = new Uint8Array(new SharedArrayBuffer(10))
    const pooled = Buffer.from('a few bytes')
    for (const bytes of [whole.subarray(50), shared, pooled, Buffer.alloc(0)]) release(bytes)
    expect([whole.length, shared.length, pooled.toString()]).to.deep.equal([100, 10, 'a few bytes'])
  })
})
