// Evidence verified with nothing but the hash of one block, on blocks of a real node: an honest answer verifies without
// a single call, and neither a stranger nor an operator who signs again gets anything else past it.

import { expect } from 'chai'
import * as fc from 'fast-check'
import { keccak256 } from '#keccak'
import { readHeaderBytes } from '../../src/chain/block-bytes.ts'
import { topicOf } from '../../src/chain/events.ts'
import { readBlock } from '../../src/chain/read.ts'
import { JUDGING } from '../../src/chain/things.ts'
import { encodeBase64 } from '../../src/core/bytes.ts'
import { LedgerError } from '../../src/core/error.ts'
import { answerText, type Evidence, parseEvidence } from '../../src/core/evidence.ts'
import type { OfflineProof } from '../../src/core/evidence-chain.ts'
import { decodeHeader } from '../../src/core/header-chain.ts'
import type { Question } from '../../src/core/question.ts'
import { decodeRlp, encodeRlp, type Rlp } from '../../src/core/rlp.ts'
import { proveOffline } from '../../src/evidence/offline.ts'
import { createEvidence } from '../../src/evidence.ts'
import type { Trust } from '../../src/verify/trust.ts'
import { type Verification, verifyEvidence } from '../../src/verify/verify.ts'
import { mine } from '../chain/fixtures.ts'
import { blindTo } from './blind.ts'
import { MUTATIONS, mutate, pathsOf } from './mutations.ts'
import { type Scene, setScene } from './scene.ts'

/** A story of nothing. */
const NONE = { things: [], events: [] }
const ALL: Question = { where: { source: 'exchange-1' } }

describe('evidence verified by a block hash', () => {
  let scene: Scene
  let honest: Evidence
  let offline: OfflineProof
  /** Knows one block: the one that the honest evidence ends with. */
  let trust: Trust

  const fileOf = (evidence: unknown): Buffer => Buffer.from(JSON.stringify(evidence))
  const verify = (evidence: unknown, trusted: Trust = trust): Promise<Verification> =>
    verifyEvidence(fileOf(evidence), trusted, undefined)
  const signAgain = (evidence: Evidence): Evidence => ({
    ...evidence,
    signature: scene.answerKey.sign(answerText(scene.trust.logKey.name, evidence)),
  })
  const withSection = (change: Partial<OfflineProof>): Evidence =>
    signAgain({ ...honest, offline: { ...offline, ...change } })
  /** As a verifier gets it: from elsewhere. */
  const trusting = async (...numbers: number[]): Promise<Trust> => ({
    ...scene.trust,
    blocks: await Promise.all(
      numbers.map(async number => ({ number, hash: (await readBlock(scene.chain, number))!.hash })),
    ),
  })
  const refused = async (result: Promise<Verification>, check: string, words: RegExp, verdict = 'tampered') => {
    const found = await result
    expect(`${found.verdict} ${found.failed?.check}: ${found.failed?.detail.en}`).to.match(
      new RegExp(`^${verdict} ${check}: .*${words.source}`, 's'),
    )
  }

  before(async () => {
    scene = await setScene()
    await scene.anchor()
    for (let k = 0; k < 5; k++) await mine(scene.node)
    honest = await scene.evidence(ALL, { limit: 100, offline: true })
    offline = honest.offline!
    trust = await trusting(honest.chain.asOf)
  })
  after(() => scene.close())

  it('verifies, every check passed, without one call to a node', async () => {
    expect(parseEvidence(fileOf(honest))).to.deep.equal(honest)
    scene.node.calls.length = 0
    const { verdict, failed, checks, answer } = await verify(honest)
    expect(failed).to.equal(undefined)
    expect(verdict).to.equal('verified')
    // The trust file names no keys of sources.
    const made = checks.filter(({ check }) => check !== 'sources')
    expect(made.every(({ result }) => result === 'passed')).to.equal(true)
    expect(answer!.rows).to.have.length(14)
    expect(scene.node.calls).to.deep.equal([])
  })

  it('answers other questions so: of one grant, of none, of a grant that does not exist, of no row', async () => {
    for (const where of [{ grant: '2' }, { grant: '999' }, { consumer: 'nobody' }, { purpose: 'ScientificResearch' }]) {
      const evidence = await scene.evidence({ where }, { limit: 3, offline: true })
      const { verdict, failed } = await verify(evidence)
      expect(failed, JSON.stringify(where)).to.equal(undefined)
      expect(verdict).to.equal('verified')
    }
  })

  it('begins at the first block where nothing tells how old a grant can be', async () => {
    const { offline } = await scene.evidence({ where: { grant: '999' } }, { limit: 3, offline: true })
    expect(decodeHeader(Buffer.from(offline!.headers[0]!, 'base64')).number).to.equal(0)
  })

  it('shows a block whole that only seems to speak of a grant', async () => {
    const evidence = await scene.evidence({ where: { grant: '2' } }, { limit: 3, offline: true })
    const told = new Set([...evidence.anchors, ...evidence.events].map(({ block }) => block))
    const extra = evidence.offline!.blocks.filter(({ number }) => !told.has(number))
    expect(extra).to.have.length.greaterThan(0)
    for (const { number } of extra.slice(0, 3)) {
      const blocks = evidence.offline!.blocks.filter(block => block.number !== number)
      const less = signAgain({ ...evidence, offline: { ...evidence.offline!, blocks } })
      await refused(verify(less), 'hidden', new RegExp(`Block ${number} may hold`))
    }
  })

  it('verifies with a node too, which then vouches for the last block; and the section is checked all the same', async () => {
    const withNode = (evidence: Evidence) => verifyEvidence(fileOf(evidence), scene.trust, async () => scene.chain)
    expect((await withNode(honest)).verdict).to.equal('verified')
    await refused(withNode(withSection({ headers: offline.headers.slice(1) })), 'chain', /has no header in the file/)
    await refused(withNode(withSection({ blocks: offline.blocks.slice(1) })), 'chain', /has no such event/)
  })

  describe('cannot be checked', () => {
    it('without the section, and says how to get it', async () => {
      const { offline: _, ...without } = honest
      await refused(verify(signAgain(without)), 'chain', /--rpc.*--offline/, 'unchecked')
    })

    it('without the hash of the last block, and says which; an older block does not do', async () => {
      const { asOf } = honest.chain
      const words = new RegExp(`hash of block ${asOf} of chain ${honest.chain.chainId}.*eth_getBlockByNumber`)
      await refused(verify(honest, scene.trust), 'chain', words, 'unchecked')
      await refused(verify(honest, await trusting(asOf - 1, honest.anchors[0]!.block)), 'chain', words, 'unchecked')
      const { failed } = await verify(honest, scene.trust)
      expect(failed!.detail.en + failed!.detail.zh).to.not.contain(honest.blocks.at(-1)!.hash)
    })
  })

  describe('changed by a stranger', () => {
    it('never verifies, whatever is changed in the section', async function () {
      this.timeout(60_000)
      const paths = pathsOf({ offline })
      const anyChange = fc.record({
        path: fc.constantFrom(...paths),
        mutation: fc.constantFrom(...MUTATIONS),
        seed: fc.nat({ max: 10_000 }),
      })
      await fc.assert(
        fc.asyncProperty(anyChange, async ({ path, mutation, seed }) => {
          const changed = mutate(honest, path, mutation, seed)
          fc.pre(changed !== undefined)
          expect((await verify(changed)).verdict).to.not.equal('verified')
        }),
        { numRuns: 300 },
      )
    })
  })

  describe('changed and signed again by a dishonest operator', () => {
    const WORD = new Set(['question', 'asked', 'limit', 'more'])
    const resign = (evidence: Evidence): Evidence => {
      try {
        return signAgain(evidence)
      } catch {
        return evidence // not even a form that can be signed
      }
    }

    it('never verifies but for the question, its time and its limit: no header, node, bit or event can be changed', async function () {
      this.timeout(120_000)
      const passed = new Set<string>()
      for (const path of pathsOf(honest)) {
        if (path[0] === 'signature') continue
        for (const mutation of ['change', 'shorten', 'drop', 'double', 'swap'] as const) {
          const changed = mutate(honest, path, mutation, 3 + path.length)
          if (changed === undefined) continue
          if ((await verify(resign(changed))).verdict === 'verified') passed.add(path.join('.'))
        }
      }
      // A line of the note by a key that the verifier does not know says nothing, as C2SP signed-note has it.
      const unexpected = [...passed].filter(path => !WORD.has(path.split('.')[0]!) && path !== 'log.checkpoint')
      expect(unexpected).to.deep.equal([])
    })

    it('never verifies with any one byte of a header, a transaction or a receipt flipped', async function () {
      this.timeout(60_000)
      const flip = (text: string, at: number, bit: number): string => {
        const bytes = Buffer.from(text, 'base64')
        bytes[at % bytes.length]! ^= 1 << bit
        return bytes.toString('base64')
      }
      await fc.assert(
        fc.asyncProperty(
          fc.nat(),
          fc.nat(),
          fc.nat(7),
          fc.constantFrom('headers', 'transactions', 'receipts'),
          async (which, at, bit, part) => {
            const block = which % offline.blocks.length
            const spoil = (texts: readonly string[]): readonly string[] => {
              const k = which % texts.length
              return texts.with(k, flip(texts[k]!, at, bit))
            }
            const shown = offline.blocks[block]!
            const changed =
              part === 'headers'
                ? withSection({ headers: spoil(offline.headers) })
                : withSection({ blocks: offline.blocks.with(block, { ...shown, [part]: spoil(shown[part]) }) })
            expect((await verify(changed)).verdict).to.equal('tampered')
          },
        ),
        { numRuns: 300 },
      )
    })

    it('a header dropped, exchanged, out of order, or of another number', async () => {
      const { headers } = offline
      const last = headers.length - 1
      const [first, second, ...others] = headers as [string, string, ...string[]]
      await refused(
        verify(withSection({ headers: headers.toSpliced(3, 1) })),
        'chain',
        /left out, exchanged or changed/,
      )
      await refused(verify(withSection({ headers: [second, first, ...others] })), 'chain', /names .* as its parent/)
      await refused(verify(withSection({ headers: headers.with(4, headers[5]!) })), 'chain', /exchanged or changed/)
      await refused(verify(withSection({ headers: headers.slice(0, last) })), 'chain', /end with block/)
      await refused(verify(withSection({ headers: [] })), 'chain', /has no header in the file/)
      await refused(verify(withSection({ headers: [], blocks: [] })), 'chain', /end with block \(none\)/)
    })

    it('a trusted hash that is another: the file shows another chain', async () => {
      const { asOf } = honest.chain
      const other = { ...scene.trust, blocks: [{ number: asOf, hash: `0x${'33'.repeat(32)}` }] }
      await refused(verify(honest, other), 'chain', /another chain than the one you trust/)
      const older = { ...trust, blocks: [...trust.blocks, { number: asOf - 2, hash: `0x${'33'.repeat(32)}` }] }
      await refused(verify(honest, older), 'chain', /another chain/)
      const beyond = { ...trust, blocks: [...trust.blocks, { number: asOf + 9, hash: `0x${'33'.repeat(32)}` }] }
      expect((await verify(honest, beyond)).verdict).to.equal('verified')
    })

    /** No revocation there, but in the blocks that are shown; judged and signed accordingly. */
    const withoutRevocation = async (): Promise<Evidence & { readonly offline: OfflineProof }> => {
      const chain = blindTo(scene.chain, ['GrantRevoked'])
      const blind = await createEvidence({ ...scene.parts, chain })(ALL, { limit: 100 })
      expect(blind.answer.judgements).to.not.include('after-revocation')
      return { ...signAgain({ ...blind, offline }), offline }
    }

    it('a revocation left out: its block is shown, or is missed', async () => {
      const evidence = await withoutRevocation()
      await refused(verify(evidence), 'hidden', /GrantRevoked 2, is about .* is not among the events/)
      const revoked = honest.events.at(-1)!.block
      const blocks = offline.blocks.filter(({ number }) => number !== revoked)
      const dark = signAgain({ ...evidence, offline: { ...offline, blocks } })
      await refused(verify(dark), 'hidden', new RegExp(`Block ${revoked} may hold a decision, revocation`))
    })

    it('a chain of its own, true in itself: the revocation gone, its bloom emptied, all headers linked anew', async () => {
      const blind = await withoutRevocation()
      const revoked = honest.events.at(-1)!.block
      const headers: Uint8Array[] = []
      for (const text of blind.offline.headers) {
        const bytes = Buffer.from(text, 'base64')
        const fields = [...(decodeRlp(bytes) as Rlp[])]
        if (headers.length > 0) fields[0] = keccak256(headers.at(-1)!)
        if (decodeHeader(bytes).number === revoked) fields[6] = Buffer.alloc(256)
        headers.push(encodeRlp(fields))
      }
      const decoded = headers.map(decodeHeader)
      const hashOf = (number: number): string =>
        `0x${Buffer.from(decoded.find(header => header.number === number)!.hash).toString('hex')}`
      const forged = signAgain({
        ...blind,
        blocks: blind.blocks.map(block => ({ ...block, hash: hashOf(block.number) })),
        offline: {
          headers: headers.map(encodeBase64),
          blocks: blind.offline.blocks.filter(({ number }) => number !== revoked),
        },
      })
      await refused(verify(forged), 'chain', /another chain than the one you trust/)
      const { number, hash } = forged.blocks.at(-1)!
      // Only who trusts the forged hash would believe it: it is the one input that must not come from the operator.
      expect((await verify(forged, { ...trust, blocks: [{ number, hash }] })).verdict).to.equal('verified')
      // And a block shown whole under an emptied bloom is seen through.
      const shown = signAgain({ ...forged, offline: { ...forged.offline!, blocks: blind.offline.blocks } })
      await refused(verify(shown), 'chain', /bloom leaves out an event/)
    })

    it('a whole grant left out, as if nobody had ever asked for it', async () => {
      const chain = blindTo(scene.chain, ['AccessRequested', 'AccessGranted'], 1)
      const asked: Question = { where: { grant: '1' } }
      const blind = await createEvidence({ ...scene.parts, chain })(asked, { limit: 100 })
      expect(new Set(blind.answer.judgements)).to.deep.equal(new Set(['unknown-grant']))
      const late = signAgain({ ...blind, offline })
      await refused(verify(late), 'hidden', /from block 0 on: blocks were left out/)
      // Nor does it help to show all blocks since the first.
      const first = decodeHeader(Buffer.from(offline.headers[0]!, 'base64')).number
      const older = await Promise.all(
        Array.from({ length: first }, (_, number) => readHeaderBytes(scene.chain, number)),
      )
      const headers = [...older.map(encodeBase64), ...offline.headers]
      const whole = signAgain({ ...blind, offline: { ...offline, headers } })
      await refused(verify(whole), 'hidden', /AccessRequested 1, is about .* is not among the events/)
    })

    it('an answer as of an earlier block verifies against no later one', async () => {
      const before = honest.chain.asOf
      for (let k = 0; k < 2; k++) await mine(scene.node)
      await refused(
        verify(honest, await trusting(before + 2)),
        'chain',
        new RegExp(`hash of block ${before}`),
        'unchecked',
      )
    })
  })

  describe('is not made', () => {
    const failure = (making: Promise<unknown>): Promise<unknown> =>
      making.then(
        () => 'made',
        (error: unknown) => error,
      )

    it('over more blocks than a file may hold: says how many, and what to do instead', async () => {
      const long = { ...honest, chain: { ...honest.chain, asOf: 1_000_000 } }
      const error = await failure(proveOffline(long, NONE, JUDGING, scene.chain))
      expect(error).to.be.instanceOf(LedgerError).and.include({ code: 'offline_too_long' })
      expect((error as Error).message).to.match(/headers of 999\d{3} blocks .* more than 20000.*--rpc/)
    })

    it('on a chain that hashes its blocks in a way of its own, or has transactions of its own kind', async () => {
      const { node } = scene
      const spoil = (method: string, change: object): void => {
        node.rule = call => {
          if (call.method !== method) return undefined
          return { result: { ...blockOf.get(String(call.params[0]))!, ...change } }
        }
      }
      const blockOf = new Map<string, object>()
      for (const { number, hash } of [...honest.blocks, { number: honest.chain.asOf, hash: '' }]) {
        const tag = `0x${number.toString(16)}`
        blockOf.set(tag, (await node.ask('eth_getBlockByNumber', [tag, false])) as object)
        if (hash !== '') blockOf.set(hash, (await node.ask('eth_getBlockByHash', [hash, true])) as object)
      }
      const made = () => failure(proveOffline(honest, NONE, JUDGING, scene.chain))
      spoil('eth_getBlockByNumber', { extraData: '0x1234' })
      expect(await made()).to.include({ code: 'block_not_provable' })
      spoil('eth_getBlockByHash', { transactions: [] })
      expect(await made()).to.include({ code: 'block_not_provable' })
      const { transactions } = blockOf.get(honest.blocks[0]!.hash) as { transactions: object[] }
      spoil('eth_getBlockByHash', { transactions: transactions.map(one => ({ ...one, type: '0x7e' })) })
      expect(await made()).to.include({ code: 'block_not_provable' })
      spoil('eth_getBlockByHash', { transactions: transactions.map(one => ({ ...one, nonce: '0x77' })) })
      expect(await made()).to.include({ code: 'block_not_provable' })
      node.rule = undefined
      expect((await readHeaderBytes(scene.chain, 1)).length).to.be.greaterThan(500)
    })

    it('from events of which the node left one out: an honest service must not sign that', async () => {
      const chain = { ...scene.chain }
      chain.request = async (method, params) => {
        const answer = await scene.chain.request(method, params)
        if (method !== 'eth_getLogs') return answer
        const topic = topicOf('GrantRevoked')
        return (answer as { topics: string[] }[]).filter(({ topics }) => topics[0] !== topic)
      }
      for (let k = 0; k < 12; k++) await mine(scene.node)
      const making = createEvidence({ ...scene.parts, chain })(ALL, { limit: 100, offline: true })
      expect(await failure(making)).to.include({ code: 'events_missing', retryable: true })
    })

    it('while the chain is being reorganised', async () => {
      const blocks = honest.blocks.map(block => ({ ...block, hash: `0x${'44'.repeat(32)}` }))
      expect(await failure(proveOffline({ ...honest, blocks }, NONE, JUDGING, scene.chain))).to.include({
        code: 'chain_moved',
        retryable: true,
      })
    })
  })
})
