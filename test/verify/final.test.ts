// As of which block evidence is made: the newest that the chain calls final, or that lies deep enough; with `newest` the
// newest of all. What is signed as of a final block, no reorganisation can contradict.

import { expect } from 'chai'
import { createActsEvidence } from '../../src/acts-evidence.ts'
import { readFinalBlock } from '../../src/chain/final.ts'
import { type Chain, RpcRefusal } from '../../src/chain/network.ts'
import { readBlock, readHead } from '../../src/chain/read.ts'
import { LedgerError } from '../../src/core/error.ts'
import { createEvidence } from '../../src/evidence.ts'
import { verifyActs } from '../../src/verify/acts.ts'
import { verifyEvidence } from '../../src/verify/verify.ts'
import { CODES, type Life, liveThrough } from './life.ts'
import { MADE, makeProduct, PRODUCT } from './product-life.ts'

const refusal = () => new RpcRefusal('the node', 'eth_getBlockByNumber', { code: -39_001, message: 'Unknown block' })

describe('evidence as of a final block', () => {
  let life: Life
  /** Before the product was made, and now. */
  let early: number
  let head: number

  /** The same chain with another word on what is final; without one it has none. */
  const saying = (finalized: () => Promise<unknown>): Chain => ({
    ...life.chain,
    request: (method, params) =>
      method === 'eth_getBlockByNumber' && params[0] === 'finalized' ? finalized() : life.chain.request(method, params),
  })
  const finalAt = (number: number): Chain =>
    saying(() => life.chain.request('eth_getBlockByNumber', [`0x${number.toString(16)}`, false]))
  const failure = (making: Promise<unknown>): Promise<unknown> => making.catch((error: unknown) => error)

  before(async () => {
    life = await liveThrough()
    early = (await readHead(life.chain)).number
    await makeProduct(life)
    head = (await readHead(life.chain)).number
  })
  after(() => life.close())

  describe('which is', () => {
    const chosen = async (chain: Chain, finality: number): Promise<number | undefined> =>
      (await readFinalBlock(chain, await readHead(life.chain), finality))?.number

    it('the one that the chain calls final, whatever depth is configured', async () => {
      expect(await chosen(finalAt(early), 1)).to.equal(early)
      expect(await chosen(finalAt(head), 12)).to.equal(head)
    })

    it('one that lies deep enough, where the chain has no such word', async () => {
      for (const silent of [
        () => Promise.reject(refusal()),
        async () => null,
        () => life.chain.request('eth_getBlockByNumber', ['0x0', false]),
      ]) {
        expect(await chosen(saying(silent), 1)).to.equal(head)
        expect(await chosen(saying(silent), 12)).to.equal(head - 11)
        expect(await chosen(saying(silent), head + 2)).to.equal(undefined)
      }
    })

    it('never newer than what was read', async () => {
      const older = (await readBlock(life.chain, early))!
      expect(await readFinalBlock(life.chain, older, 1)).to.equal(older)
    })

    it('not guessed at while the node does not answer', async () => {
      const gone = saying(() => Promise.reject(new LedgerError('chain_unreachable', { zh: '无应答', en: 'no answer' })))
      expect(await failure(chosen(gone, 1))).to.include({ code: 'chain_unreachable' })
    })
  })

  it('says of acts what was so then, and verifies by its hash and by a node', async () => {
    const { hash } = (await readBlock(life.chain, early))!
    const trust = { ...life.trust, blocks: [{ number: early, hash }] }
    const make = createActsEvidence({ ...life.parts, chain: finalAt(early) })
    const evidence = await make({ party: CODES.health }, { offline: true })
    expect(evidence.chain.asOf).to.equal(early)
    const file = Buffer.from(JSON.stringify(evidence))
    for (const { failed, acts } of [
      await verifyActs(file, trust, undefined),
      await verifyActs(file, life.trust, async () => life.chain),
    ]) {
      expect(failed?.detail.en).to.equal(undefined)
      expect(acts!.answer.grants!.map(({ id }) => id)).to.deep.equal([1])
    }
    expect((await make({ party: CODES.health }, { newest: true })).chain.asOf).to.equal(head)
  })

  it('makes none of a code that was registered later, and says what to do; of a number that there is none yet', async () => {
    const make = createActsEvidence({ ...life.parts, chain: finalAt(early) })
    const error = await failure(make({ resource: PRODUCT }))
    expect(error).to.be.instanceOf(LedgerError).and.include({ code: 'not_final_yet', retryable: true })
    expect((error as Error).message).to.match(new RegExp(`registered after block ${early}.*newest=true`))
    expect((await make({ grant: MADE.grant })).answer).to.include({ about: null })
    expect((await make({ resource: PRODUCT }, { newest: true })).answer).to.include({ about: 'resource' })
  })

  it('proves rows by the newest anchor up to it', async () => {
    const asked = { where: { consumer: CODES.health } }
    const make = createEvidence({ ...life.parts, chain: finalAt(early) })
    const { chain, log } = await make(asked, { limit: 20 })
    expect([chain.asOf, log.indices]).to.deep.equal([early, [0, 1, 2, 5]])
    const newest = await make(asked, { limit: 20, newest: true })
    expect([newest.chain.asOf, newest.log.indices]).to.deep.equal([head, [0, 1, 2, 5, 6, 7, 8]])
    const { verdict } = await verifyEvidence(Buffer.from(JSON.stringify(newest)), life.trust, async () => life.chain)
    expect(verdict).to.equal('verified')
  })

  it('makes no rows while no anchor is final, nor anything while no block is', async () => {
    const young = createEvidence({ ...life.parts, chain: finalAt(early - 1) })
    const error = await failure(young({ where: {} }, { limit: 5 }))
    expect(error).to.include({ code: 'not_final_yet', retryable: true })
    expect((error as Error).message).to.contain(`final up to block ${early - 1}`)
    const silent = saying(() => Promise.reject(refusal()))
    const none = createActsEvidence({ ...life.parts, chain: silent, finality: head + 2 })
    expect(await failure(none({ grant: 1 }))).to.include({ code: 'not_final_yet' })
  })
})
