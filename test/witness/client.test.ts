// A log asks a witness over a real connection: one that is honest, and ones that lie, stall and fail in every way.

import { expect } from 'chai'
import fc from 'fast-check'
import { systemClock } from '../../src/clock.ts'
import { LedgerError } from '../../src/core/error.ts'
import { checkNote, formatSignatures, type NoteSignature } from '../../src/core/note.ts'
import { MAX_BODY_BYTES, SIZE_TYPE } from '../../src/core/witness.ts'
import { inBoth } from '../../src/core/words.ts'
import { createWitnessClient, type WitnessClient } from '../../src/witness/client.ts'
import { bytes, cosign, makeKey, mutated, NOW, ORIGIN, refusalOf, TestLogOf, textOf } from './scene.ts'
import { type Handler, say, sayForever, startServer, startWitness } from './server.ts'

const never = new AbortController().signal

describe('witness: a client', () => {
  const log = new TestLogOf(70)
  const witness = makeKey('witness.example/w')
  let server: Awaited<ReturnType<typeof startWitness>>
  let client: WitnessClient

  const connect = (timeoutMs = 10_000, url = server.url): WitnessClient =>
    createWitnessClient({
      witness: { ...server.named, url },
      prove: log.prove,
      clock: { ...systemClock, now: () => NOW * 1000 },
      timeoutMs,
    })

  beforeEach(async () => {
    server = await startWitness('w', log, witness)
    client = connect()
  })
  afterEach(() => server[Symbol.asyncDispose]())

  const isValid = (line: NoteSignature, checkpoint: string): boolean =>
    checkNote({ text: textOf(checkpoint), signatures: [line] }, [witness.key])[0]?.time === NOW
  const sizesAsked = (): number[] => server.asked.map(body => Number(/^old (\d+)\n/.exec(body)![1]))
  const sizes = (...told: number[]): Handler => {
    const left = [...told]
    return (body, response) => {
      const next = left.shift()
      if (next === undefined) server.honest(body, response)
      else say(409, `${next}\n`, SIZE_TYPE)(body, response)
    }
  }
  const refusal = async (handler: Handler, checkpoint = log.checkpoint(20)): Promise<LedgerError> => {
    server.handler = handler
    const error = await refusalOf(client.cosign(checkpoint, never))
    expect(error.message).to.include('Witness "w" at http://127.0.0.1:')
    expect(error.words.zh).to.include('见证方“w”').and.match(/请|将/)
    return error
  }

  it('has a log cosigned as it grows, asking once for each checkpoint', async () => {
    expect(client.size).to.equal(undefined)
    for (const size of [1, 2, 20, 64, 70, 70]) {
      expect(isValid(await client.cosign(log.checkpoint(size), never), log.checkpoint(size))).to.be.true
      expect(client.size).to.equal(size)
    }
    expect(sizesAsked()).to.deep.equal([0, 1, 2, 20, 64, 70])
  })

  it('starts again from the size that the witness tells', async () => {
    await client.cosign(log.checkpoint(20), never)
    client = connect() // as after a restart
    expect(isValid(await client.cosign(log.checkpoint(30), never), log.checkpoint(30))).to.be.true
    expect(sizesAsked()).to.deep.equal([0, 0, 20])
    server.store.held.clear() // the witness lost what it knew
    expect(isValid(await client.cosign(log.checkpoint(40), never), log.checkpoint(40))).to.be.true
    expect(sizesAsked().slice(3)).to.deep.equal([30, 0])
  })

  it('sends the media type of a size in any spelling of its own', async () => {
    server.store.held.set(ORIGIN, log.checkpoint(20))
    server.handler = (body, response) =>
      server.asked.length === 1
        ? say(409, '20\n', 'Text/X.tlog.size; charset=utf-8')(body, response)
        : server.honest(body, response)
    await client.cosign(log.checkpoint(30), never)
  })

  it('does not believe a size above ours', async () => {
    const error = await refusal(sizes(21))
    expect(error.code).to.equal('witness_ahead')
    expect(error.message).to.include('size 21').and.include('size 20')
    expect(client.size).to.equal(undefined)
    expect(isValid(await client.cosign(log.checkpoint(20), never), log.checkpoint(20))).to.be.true
  })

  it('learns that a witness is ahead of an older checkpoint from the witness', async () => {
    await client.cosign(log.checkpoint(30), never)
    expect((await refusal(server.honest)).code).to.equal('witness_ahead')
  })

  it('asks twice at most', async () => {
    const error = await refusal(sizes(7, 9))
    expect(error.code).to.equal('witness_changes_size')
    expect(error.retryable).to.be.true
    expect(sizesAsked()).to.deep.equal([0, 7])
    expect((await refusal(sizes(7, 7))).code).to.equal('witness_refused_proof')
  })

  it('is told of another history where the size is the same', async () => {
    expect((await refusal(sizes(0))).code).to.equal('witness_refused_proof')
    const liar = new TestLogOf(20, { seed: 'lie', logKey: log.logKey })
    server.store.held.set(ORIGIN, liar.checkpoint(20))
    expect((await refusal(server.honest)).code).to.equal('witness_refused_proof')
    server.store.held.set(ORIGIN, liar.checkpoint(9))
    expect((await refusal(server.honest)).code).to.equal('witness_refused_proof')
  })

  const statuses: readonly (readonly [status: number, code: string, retryable: boolean])[] = [
    [400, 'witness_refused_request', false],
    [403, 'witness_refused_key', false],
    [404, 'witness_knows_no_log', false],
    [422, 'witness_refused_proof', false],
    [429, 'witness_failing', true],
    [500, 'witness_failing', true],
    [503, 'witness_failing', true],
    [204, 'witness_answer_malformed', false],
    [418, 'witness_answer_malformed', false],
  ]
  for (const [status, code, retryable] of statuses) {
    it(`says what to do about status ${status}`, async () => {
      const error = await refusal(say(status))
      expect([error.code, error.retryable]).to.deep.equal([code, retryable])
    })
  }

  it('follows no redirect', async () => {
    await using elsewhere = await startServer(server.honest)
    const error = await refusal((_, response) =>
      response.writeHead(307, { location: `${elsewhere.url}/add-checkpoint` }).end(),
    )
    expect(error.code).to.equal('witness_answer_malformed')
    expect(elsewhere.asked).to.be.empty
  })

  const checkpoint = log.checkpoint(20)
  const text = textOf(checkpoint)
  const line = cosign(witness, text)
  const lines = (...signatures: NoteSignature[]): string => formatSignatures(signatures)
  const lies: Readonly<Record<string, readonly [body: string, code: string]>> = {
    'a page': ['<html></html>\n', 'witness_answer_malformed'],
    nothing: ['', 'witness_answer_malformed'],
    'the checkpoint itself': [checkpoint, 'witness_answer_malformed'],
    'too many lines': [lines(line).repeat(65), 'witness_answer_malformed'],
    'the line of another key': [lines(cosign(makeKey('witness.example/x'), text)), 'witness_signature_invalid'],
    'the line of another key of its name': [
      lines(cosign(makeKey('witness.example/w'), text)),
      'witness_signature_invalid',
    ],
    "another key's signature as its own": [
      lines({ ...line, signature: cosign(makeKey('witness.example/w'), text).signature }),
      'witness_signature_invalid',
    ],
    'a signature of another text': [lines(cosign(witness, textOf(log.checkpoint(21)))), 'witness_signature_invalid'],
    'a signature of another time': [
      lines({
        ...line,
        signature: Buffer.concat([cosign(witness, text, NOW - 1).signature.subarray(0, 8), line.signature.subarray(8)]),
      }),
      'witness_signature_invalid',
    ],
    'a bare signature': [lines({ ...line, signature: line.signature.subarray(8) }), 'witness_signature_invalid'],
    'a signature that is too long': [
      lines({ ...line, signature: Buffer.concat([line.signature, Buffer.alloc(1)]) }),
      'witness_signature_invalid',
    ],
    'a bad line before the good one': [
      lines({ ...line, signature: Buffer.alloc(72) }, line),
      'witness_signature_invalid',
    ],
    'no time': [lines(cosign(witness, text, 0)), 'witness_time_wrong'],
    'a time to come': [lines(cosign(witness, text, NOW + 301)), 'witness_time_wrong'],
    'a time beyond numbers': [lines(cosign(witness, text, 2 ** 63)), 'witness_time_wrong'],
  }
  for (const [what, [body, code]] of Object.entries(lies)) {
    it(`takes no answer that is ${what}`, async () => {
      expect((await refusal(say(200, body))).code).to.equal(code)
      expect(client.size).to.equal(undefined)
    })
  }

  it('takes a time that is a little ahead', async () => {
    server.handler = say(200, lines(cosign(witness, text, NOW + 300)))
    await client.cosign(checkpoint, never)
  })

  it('drops the lines of others', async () => {
    const others = [makeKey('witness.example/x'), makeKey('witness.example/w'), log.logKey].map(key =>
      cosign(key, text),
    )
    server.handler = say(200, lines(...others, line))
    expect(await client.cosign(checkpoint, never)).to.deep.equal(line)
  })

  const conflicts = ['', '7', 'seven\n', '-1\n', '7\n7\n', '9'.repeat(30) + '\n', '<html>\n']
  for (const body of conflicts) {
    it(`takes no size that is ${JSON.stringify(body)}`, async () => {
      expect((await refusal(say(409, body, SIZE_TYPE))).code).to.equal('witness_answer_malformed')
    })
  }

  it('takes no size of another media type', async () => {
    expect((await refusal(say(409, '7\n', 'text/html'))).code).to.equal('witness_answer_malformed')
    expect(server.asked).to.have.length(1)
  })

  for (const status of [200, 409]) {
    it(`reads no more of an endless answer with status ${status} than it must`, async () => {
      let sent = 0
      const error = await refusal(sayForever(status, bytes => (sent += bytes)))
      expect(error.code).to.equal('witness_answer_malformed')
      expect(sent).to.be.lessThan(MAX_BODY_BYTES + 8_000_000) // what the sockets hold
    })
  }

  it('waits for no answer that does not come, or not to its end', async () => {
    client = connect(60)
    const stalls: readonly Handler[] = [
      () => {}, // says nothing
      (_, response) => response.writeHead(200).flushHeaders(),
      (_, response) => {
        response.writeHead(200)
        const drip = setInterval(() => response.write('—'), 5)
        response.on('close', () => clearInterval(drip))
      },
      (body, response) => {
        if (server.asked.length % 2 === 1) say(409, '7\n', SIZE_TYPE)(body, response)
      },
    ]
    for (const stall of stalls) {
      server.asked.length = 0
      const error = await refusal(stall)
      expect([error.code, error.retryable]).to.deep.equal(['witness_too_slow', true])
    }
  })

  it('waits no longer for a proof of our own than for the witness', async () => {
    const stuck = createWitnessClient({
      witness: server.named,
      prove: () => new Promise(() => {}),
      clock: systemClock,
      timeoutMs: 20,
    })
    expect((await refusalOf(stuck.cosign(checkpoint, never))).code).to.equal('witness_too_slow')
  })

  it('says when nobody is there, or the connection breaks', async () => {
    expect((await refusal((_, response) => response.destroy())).code).to.equal('witness_unreachable')
    const cut = await refusal((_, response) => {
      response.writeHead(200, { 'content-length': 1000 })
      response.write('— ')
      setTimeout(() => response.destroy(), 5)
    })
    expect(cut.code).to.equal('witness_unreachable')
    await server[Symbol.asyncDispose]()
    const error = await refusalOf(client.cosign(checkpoint, never))
    expect([error.code, error.retryable]).to.deep.equal(['witness_unreachable', true])
    server = await startWitness('w', log, witness) // for afterEach
  })

  it('ends when it is told to, for that reason', async () => {
    server.handler = () => {}
    const controller = new AbortController()
    const asking = client.cosign(checkpoint, controller.signal).catch((error: unknown) => error)
    setTimeout(() => controller.abort(new Error('the ledger stops')), 10)
    expect(await asking).to.have.property('message', 'the ledger stops')
    const before = await client
      .cosign(checkpoint, AbortSignal.abort(new Error('stopped')))
      .catch((error: unknown) => error)
    expect(before).to.have.property('message', 'stopped')
  })

  it('passes on what its own log throws', async () => {
    const broken = createWitnessClient({
      witness: server.named,
      prove: () => Promise.reject(new LedgerError('store_broken', inBoth('the disk failed'))),
      clock: systemClock,
      timeoutMs: 1000,
    })
    expect((await refusalOf(broken.cosign(checkpoint, never))).code).to.equal('store_broken')
  })

  it('takes only the true line out of any answer, or says why not', async () => {
    const whole = lines(cosign(makeKey('witness.example/x'), text), line)
    await fc.assert(
      fc.asyncProperty(mutated(bytes(whole)), fc.constantFrom(200, 409), async (body, status) => {
        server.handler = (_, response) => response.writeHead(status, { 'content-type': SIZE_TYPE }).end(body)
        const answer = await connect()
          .cosign(checkpoint, never)
          .catch((error: unknown) => error)
        if (answer instanceof LedgerError) expect(answer.code).to.match(/^witness_/)
        else expect(isValid(answer as NoteSignature, checkpoint)).to.be.true
      }),
      { numRuns: 60 },
    )
  })
})
