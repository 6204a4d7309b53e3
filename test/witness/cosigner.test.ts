// A witness, asked by a log that grows, by one that lies, by strangers, and while its disk fails.

import { expect } from 'chai'
import fc from 'fast-check'
import { LedgerError } from '../../src/core/error.ts'
import { EMPTY_ROOT, hashLeaf } from '../../src/core/hash.ts'
import { checkNote, formatNote, parseNote } from '../../src/core/note.ts'
import {
  formatAddCheckpoint,
  mergeCosignatures,
  parseCosignatures,
  parseSize,
  SIZE_TYPE,
} from '../../src/core/witness.ts'
import { type Cosigner, createCosigner, type Fork, type WitnessAnswer } from '../../src/witness/cosigner.ts'
import { bytes, MemoryStore, makeKey, mutated, NOW, ORIGIN, refusalOf, TestLogOf } from './scene.ts'

describe('witness: a cosigner', () => {
  const witness = makeKey('witness.example/w')
  let log: TestLogOf
  let store: MemoryStore
  let forks: Fork[]
  let now: number
  let cosigner: Cosigner

  const open = (): Cosigner =>
    createCosigner({
      logs: new Map([[ORIGIN, log.logKey.key]]),
      key: witness.key,
      sign: witness.sign,
      store,
      clock: { now: () => now * 1000 + 999 },
      onFork: fork => forks.push(fork),
    })

  beforeEach(() => {
    log = new TestLogOf(40)
    store = new MemoryStore()
    forks = []
    now = NOW
    cosigner = open()
  })

  const request = async (oldSize: number, size: number, of = log): Promise<Uint8Array> =>
    bytes(formatAddCheckpoint({ oldSize, proof: await of.prove(oldSize, size), checkpoint: of.checkpoint(size) }))
  const ask = async (oldSize: number, size: number, of = log): Promise<WitnessAnswer> =>
    cosigner.addCheckpoint(await request(oldSize, size, of))
  const statusesOf = (answers: readonly WitnessAnswer[]): number[] =>
    answers.map(({ status }) => status).toSorted((a, b) => a - b)
  /** The time of the cosignature in an answer, which must be valid. */
  const timeOf = (answer: WitnessAnswer, checkpoint: string): number => {
    expect(answer.status).to.equal(200)
    const note = mergeCosignatures(parseNote(checkpoint), parseCosignatures(bytes(answer.body)))
    return checkNote(parseNote(formatNote(note)), [witness.key])[0]!.time!
  }

  it('cosigns each size of a log that grows, with the time', async () => {
    let size = 0
    for (const next of [0, 1, 2, 3, 7, 8, 9, 31, 32, 40]) {
      now++
      expect(timeOf(await ask(size, next), log.checkpoint(next))).to.equal(now)
      expect(store.held.get(ORIGIN)).to.equal(log.checkpoint(next))
      size = next
    }
    expect(forks).to.be.empty
  })

  it('goes on after a restart from what it stored', async () => {
    await ask(0, 9)
    cosigner = open()
    expect((await ask(9, 20)).status).to.equal(200)
  })

  it('tells its size to whoever starts from another', async () => {
    expect(await ask(3, 9)).to.deep.equal({ status: 409, contentType: SIZE_TYPE, body: '0\n' })
    await ask(0, 9)
    for (const [old, size] of [
      [0, 20],
      [8, 20],
      [10, 20],
      [0, 9],
      [3, 8],
    ] as const) {
      const { status, body } = await ask(old, size)
      expect([status, parseSize(bytes(body))], `${old} → ${size}`).to.deep.equal([409, 9])
    }
    expect(store.held.get(ORIGIN)).to.equal(log.checkpoint(9))
  })

  it('signs the same tree again, and stores nothing for it', async () => {
    await ask(0, 9)
    now += 60
    store.fail = () => 'lost'
    expect(timeOf(await ask(9, 9), log.checkpoint(9))).to.equal(now)
  })

  it('never signs an earlier time than before', async () => {
    await ask(0, 9)
    now -= 1000
    expect(timeOf(await ask(9, 12), log.checkpoint(12))).to.equal(NOW)
  })

  it('does not know other logs, whatever they sign', async () => {
    const other = log.sign({ size: 1, root: hashLeaf(bytes('x')) }, 'example.org/other')
    expect((await cosigner.addCheckpoint(bytes(`old 0\n\n${other}`))).status).to.equal(404)
  })

  it('signs nothing that the log has not signed', async () => {
    const [text, line] = log.checkpoint(5).split('\n\n') as [string, string]
    const stranger = new TestLogOf(5)
    for (const note of [
      stranger.checkpoint(), // its name, another key
      `${text.replace('\n5\n', '\n6\n')}\n\n${line}`, // another text
      `${text}\n\n${line.replace(ORIGIN, 'example.org/use2')}`, // another name of the key
      formatNote({
        text: `${text}\n`,
        signatures: [{ ...parseNote(log.checkpoint(5)).signatures[0]!, signature: Buffer.alloc(9) }],
      }),
    ]) {
      expect((await cosigner.addCheckpoint(bytes(`old 0\n\n${note}`))).status).to.equal(403)
    }
    expect(store.held).to.be.empty
  })

  it('refuses a size below the old one', async () => {
    await ask(0, 9)
    const body = formatAddCheckpoint({ oldSize: 9, proof: [], checkpoint: log.checkpoint(5) })
    expect((await cosigner.addCheckpoint(bytes(body))).status).to.equal(400)
  })

  it('refuses every proof that is not the right one', async () => {
    await ask(0, 9)
    const checkpoint = log.checkpoint(20)
    const proof = await log.prove(9, 20)
    const wrong = [
      [],
      proof.slice(1),
      proof.slice(0, -1),
      [...proof, proof[0]!],
      proof.toReversed(),
      ...proof.map((_, k) => proof.with(k, EMPTY_ROOT)),
    ]
    for (const proof of wrong) {
      const body = bytes(formatAddCheckpoint({ oldSize: 9, proof, checkpoint }))
      expect((await cosigner.addCheckpoint(body)).status).to.equal(422)
    }
    const fromNothing = formatAddCheckpoint({ oldSize: 0, proof, checkpoint })
    store.held.clear()
    expect((await cosigner.addCheckpoint(bytes(fromNothing))).status).to.equal(422)
    const notEmpty = formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint: log.sign({ size: 0, root: proof[0]! }) })
    expect((await cosigner.addCheckpoint(bytes(notEmpty))).status).to.equal(422)
    expect(store.held).to.be.empty
  })

  it('refuses another history, and keeps both notes where two roots have one size', async () => {
    await ask(0, 9)
    const liar = new TestLogOf(40, { seed: 'lie', logKey: log.logKey })
    expect((await ask(9, 20, liar)).status).to.equal(422)
    expect(forks).to.be.empty // a proof that fails proves nothing
    expect((await ask(9, 9, liar)).status).to.equal(422)
    const fork = { origin: ORIGIN, held: log.checkpoint(9), offered: liar.checkpoint(9) }
    expect(forks).to.deep.equal([fork])
    expect((await ask(4, 9, liar)).status).to.equal(409) // told its size, and caught all the same
    expect(forks).to.deep.equal([fork, fork])
    expect(store.held.get(ORIGIN)).to.equal(fork.held)
  })

  it('lets one of two pass that come at the same time', async () => {
    const answers = await Promise.all([ask(0, 20), ask(0, 9), ask(0, 30)])
    expect(statusesOf(answers)).to.deep.equal([200, 409, 409])
  })

  it('signs no smaller tree at a later time than a larger one', async () => {
    await ask(0, 9)
    const [growth, again] = [await request(9, 20), await request(9, 9)]
    store.slow = true
    const growing = cosigner.addCheckpoint(growth)
    now += 5
    // Were it signed while the larger tree is being stored, it would have the later time.
    expect(statusesOf(await Promise.all([growing, cosigner.addCheckpoint(again)]))).to.deep.equal([200, 409])
  })

  it('lets one of two pass that come to two processes with one store', async () => {
    const other = open()
    store.slow = true // both read before either writes
    const answers = await Promise.all([ask(0, 9), other.addCheckpoint(await request(0, 20))])
    expect(statusesOf(answers)).to.deep.equal([200, 409])
    const [won, lost] = answers[0].status === 200 ? [9, answers[1]] : [20, answers[0]]
    expect(lost.body).to.equal(`${won}\n`)
    expect(store.held.get(ORIGIN)).to.equal(log.checkpoint(won))
  })

  it('catches a fork whose halves go to two processes at once', async () => {
    const liar = new TestLogOf(40, { seed: 'lie', logKey: log.logKey })
    const other = open()
    store.slow = true
    const answers = await Promise.all([ask(0, 9), other.addCheckpoint(await request(0, 9, liar))])
    expect(statusesOf(answers)).to.deep.equal([200, 409])
    expect(forks).to.have.length(1)
  })

  for (const failure of ['lost', 'persisted'] as const) {
    it(`signs nothing when its store fails (${failure}), and goes on when it works again`, async () => {
      let signed = 0
      const { key, sign } = witness
      const counting = (message: Uint8Array): Uint8Array => {
        signed++
        return sign(message)
      }
      const parts = { logs: new Map([[ORIGIN, log.logKey.key]]), key, store, clock: { now: () => now * 1000 } }
      cosigner = createCosigner({ ...parts, sign: counting, onFork: fork => forks.push(fork) })
      await ask(0, 9)
      store.fail = () => failure
      expect((await refusalOf(ask(9, 20))).code).to.equal('store_broken')
      expect(signed).to.equal(1)
      store.fail = () => undefined
      const held = failure === 'lost' ? 9 : 20
      expect((await ask(held === 9 ? 20 : 9, 20)).body).to.equal(`${held}\n`)
      expect(timeOf(await ask(held, 20), log.checkpoint(20))).to.equal(now)
    })
  }

  it('signs nothing on a stored note that was changed', async () => {
    await ask(0, 9)
    store.held.set(ORIGIN, log.checkpoint(9).replace('\n9\n', '\n8\n'))
    const error = await refusalOf(ask(8, 20))
    expect(error.code).to.equal('witness_store_damaged')
    expect(error.words.zh).to.include('请恢复')
    expect(forks).to.be.empty
  })

  it('says in two languages why it refuses', async () => {
    const { body, contentType } = await cosigner.addCheckpoint(bytes('old x\n\n'))
    expect(contentType).to.equal('text/plain; charset=utf-8')
    expect(body).to.match(/^Not an add-checkpoint request: .*\n不是 add-checkpoint 请求：.*\n$/)
  })

  it('meets any bytes with a status, and signs none but those of the log', async () => {
    const right = await request(0, 9)
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated(right), fc.uint8Array({ maxLength: 200 })), async body => {
        store.held.clear()
        const { status } = await cosigner.addCheckpoint(body)
        expect(status).to.be.oneOf([200, 400, 403, 404, 409, 422])
        // Lines of unknown keys may come or go; the text may not.
        if (status === 200) expect(parseNote(store.held.get(ORIGIN)!).text).to.equal(parseNote(log.checkpoint(9)).text)
      }),
      { numRuns: 200 },
    )
  })

  it('refuses a text with an empty line in it, though the log signed it', async () => {
    const { key, sign } = log.logKey
    const text = `${parseNote(log.checkpoint(9)).text}\nextension\n`
    const note = formatNote({
      text,
      signatures: [{ name: key.name, id: key.id, signature: Buffer.from(sign(bytes(text))) }],
    })
    expect((await cosigner.addCheckpoint(bytes(`old 0\n\n${note}`))).status).to.equal(400)
  })

  it('lets a bug in what it is given be seen', async () => {
    store.replace = async () => false
    const error = await ask(0, 9).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(error).to.be.instanceOf(Error).and.not.instanceOf(LedgerError)
  })
})
