// Acts over HTTP, against real contracts: what a client sends and gets, and what it is told when it is wrong.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Wallet } from 'ethers'
import type { Prepared } from '../../src/acts.ts'
import { openVault } from '../../src/vault.ts'
import {
  DIGEST,
  openProcess,
  type Process,
  requestOf,
  type Scene,
  STATISTICS,
  STRANGER,
  sign as signPrepared,
  startScene,
  TAX,
} from '../acts/scene.ts'
import { TestFacts, until } from '../chain/fixtures.ts'
import { type Ledger, openLedger, tokenWith } from './fixture.ts'

describe('acts over HTTP', () => {
  let scene: Scene
  let process: Process
  let ledger: Ledger
  let facts: TestFacts
  let dir: string

  before(async () => {
    scene = await startScene()
  })
  beforeEach(async () => {
    await scene.reset()
    facts = new TestFacts()
    dir = await mkdtemp(join(tmpdir(), 'suyuan-acts-'))
    process = await openProcess(scene, facts, { vault: await openVault(dir) })
    process.start()
    ledger = await openLedger({ acts: process.acts })
  })
  afterEach(async () => {
    await ledger[Symbol.asyncDispose]()
    await process[Symbol.asyncDispose]()
    await rm(dir, { recursive: true })
  })
  after(() => scene.node.close())

  const post = async (body: unknown, token = ledger.token) =>
    ledger.app.inject({
      method: 'POST',
      url: '/v1/acts',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      payload: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const sign = async (by: Wallet, prepared: Prepared) => {
    const { signature } = await signPrepared(by, prepared)
    const { actor, nonce, deadline, to, data } = prepared
    return { actor, nonce, deadline, to, data, signature }
  }
  const confirmed = async (digest: string) => {
    await until(
      'the act is confirmed',
      async () => (await ledger.get(`/v1/acts/${digest}`)).json().status !== 'accepted',
    )
    return (await ledger.get(`/v1/acts/${digest}`)).json()
  }

  it('from arguments to a signature to a block', async () => {
    const answer = await post(requestOf())
    expect(answer.statusCode, answer.body).to.equal(200)
    const prepared = answer.json()
    expect(prepared).to.include({ act: 'access-ledger.request', actor: STATISTICS.address, nonce: '0' })
    expect(prepared.summary.en).to.contain('Request access').and.to.contain('unlimited')
    const taken = await post(await sign(STATISTICS, prepared))
    expect(taken.statusCode, taken.body).to.equal(202)
    expect(taken.headers['location']).to.equal(`/v1/acts/${prepared.digest}`)
    const state = await confirmed(prepared.digest)
    expect(state).to.include({ status: 'confirmed', act: 'access-ledger.request' })
    expect(state.block.number).to.be.greaterThan(0)
    expect(state.events[0]).to.deep.include({ name: 'AccessRequested', contract: 'accessLedger' })
    expect(state.events[0].args).to.have.nested.property('terms.quota.byteCount', '18446744073709551615')
    expect((await post(await sign(STATISTICS, prepared))).json()).to.deep.equal(state)
  })

  it('by name and arguments with the signature, and the text beside it', async () => {
    const salt = `0x${'77'.repeat(32)}`
    const asked = requestOf({ purposeTextDigest: { text: '统计', salt } })
    const prepared = (await post(asked)).json()
    const { signature } = await sign(STATISTICS, prepared)
    const taken = await post({ ...asked, nonce: prepared.nonce, deadline: prepared.deadline, signature })
    expect(taken.statusCode, taken.body).to.equal(202)
    const digest = prepared.arguments.terms.purposeTextDigest as string
    const opened = await ledger.get(`/v1/texts/${digest}`)
    expect(opened.json()).to.deep.equal({ digest, salt, text: '统计' })
    expect(ledger.logged()).to.contain('text opened').and.to.contain(digest)
    expect(ledger.logged()).to.not.contain('统计').and.to.not.contain(signature.slice(10, 60))
    expect([...facts.values.values()].join(''), 'sealed on disk').to.not.contain('统计')
  })

  it('the contracts’ refusal as a problem, in words', async () => {
    const answer = await post({
      act: 'access-ledger.refuse',
      actor: TAX.address,
      arguments: { id: 42, reasonDigest: DIGEST },
    })
    expect(answer.statusCode).to.equal(422)
    expect(answer.json()).to.include({ code: 'grant_unknown', type: '/docs#grant_unknown', retryable: false })
    expect(answer.json().detail).to.contain('42')
  })

  const wrong: [what: string, status: number, code: string, body: () => unknown][] = [
    ['no JSON', 400, 'invalid_json', () => '{'],
    ['a key twice', 400, 'duplicate_key', () => '{"actor":"a","actor":"b"}'],
    ['no actor', 400, 'request_invalid', () => ({ act: 'corrections.accept', arguments: { id: 1 } })],
    ['no arguments', 400, 'act_incomplete', () => ({ act: 'corrections.accept', actor: TAX.address })],
    ['a nonce without a signature', 400, 'act_incomplete', () => ({ ...requestOf(), nonce: 1 })],
    ['a signature without a nonce', 400, 'act_incomplete', () => ({ ...requestOf(), signature: '0x00' })],
    [
      'both arguments and calldata',
      400,
      'act_incomplete',
      () => ({ ...requestOf(), nonce: 0, deadline: 1, signature: '0x00', to: TAX.address, data: '0x' }),
    ],
    ['an unknown act', 400, 'act_unknown', () => ({ ...requestOf(), act: 'relay.relay' })],
    ['an act of the object’s own', 400, 'act_unknown', () => ({ ...requestOf(), act: 'constructor' })],
    ['an unknown field', 400, 'request_invalid', () => ({ ...requestOf(), sign: true })],
    ['an unknown argument', 400, 'argument_unknown', () => requestOf({ extra: 1 })],
    [
      'a deadline in eight days',
      400,
      'deadline_invalid',
      () => ({ ...requestOf(), deadline: Math.floor(Date.now() / 1000) + 8 * 86_400 }),
    ],
    ['a deadline that is none', 400, 'argument_invalid', () => ({ ...requestOf(), deadline: 'soon' })],
    ['a body without end', 413, 'body_too_large', () => `"${'x'.repeat(300_000)}"`],
    ['a stranger', 422, 'account_unknown', () => ({ ...requestOf(), actor: STRANGER.address })],
    [
      'a signature of nobody',
      422,
      'signature_invalid',
      () => ({
        ...requestOf({ purposeTextDigest: DIGEST }),
        nonce: 0,
        deadline: Math.floor(Date.now() / 1000) + 60,
        signature: `0x${'11'.repeat(65)}`,
      }),
    ],
    ['a hostile nesting', 400, 'too_deep', () => `{"arguments":${'['.repeat(40)}${']'.repeat(40)}}`],
  ]
  for (const [what, status, code, body] of wrong) {
    it(`${what} is refused`, async () => {
      const answer = await post(body())
      expect(answer.json().code, answer.body).to.equal(code)
      expect(answer.statusCode).to.equal(status)
    })
  }

  it('only with the scope for it', async () => {
    const write = await tokenWith(ledger, 'write', 'read', 'metrics')
    expect((await post(requestOf(), write)).statusCode).to.equal(403)
    const act = await tokenWith(ledger, 'act')
    expect((await post(requestOf(), act)).statusCode).to.equal(200)
    expect((await ledger.get(`/v1/texts/${DIGEST}`, { authorization: `Bearer ${act}` })).statusCode).to.equal(403)
    expect((await ledger.get(`/v1/texts/${DIGEST}`)).json().code).to.equal('text_not_found')
    expect((await ledger.get(`/v1/acts/${DIGEST}`)).json().code).to.equal('act_not_found')
    expect((await ledger.app.inject({ url: `/v1/acts/${DIGEST}` })).statusCode).to.equal(401)
  })

  it('a full queue is said to be one, with when to come again', async () => {
    const full = await openProcess(scene, new TestFacts(), { limits: { waiting: 0, byHolder: 1, ofActor: 1 } })
    await using other = await openLedger({ acts: full.acts })
    const prepared = (await post(requestOf())).json()
    const answer = await other.app.inject({
      method: 'POST',
      url: '/v1/acts',
      headers: { authorization: `Bearer ${other.token}`, 'content-type': 'application/json' },
      payload: JSON.stringify(await sign(STATISTICS, prepared)),
    })
    expect(answer.statusCode).to.equal(503)
    expect(answer.headers['retry-after']).to.equal('5')
    expect(answer.json()).to.include({ code: 'acts_waiting', retryable: true })
    await full[Symbol.asyncDispose]()
  })

  it('a list of all acts, for everybody', async () => {
    const { acts } = (await ledger.app.inject({ url: '/v1/acts' })).json()
    const request = acts.find(({ act }: { act: string }) => act === 'access-ledger.request')
    expect(request.title.zh).to.equal('申请数据')
    expect(request.arguments[0].fields.map(({ name }: { name: string }) => name)).to.include.members([
      'resource',
      'scope',
      'quota',
    ])
  })

  it('numbers for codes, and what goes with them', async () => {
    const look = async (kind: string, name: string) =>
      (await ledger.get(`/v1/acts/lookup?kind=${kind}&name=${encodeURIComponent(name)}`)).json()
    expect(await look('organisation', '11520100MB0000002B')).to.deep.equal({ number: '2' })
    expect(await look('organisation', 'nobody')).to.deep.equal({})
    expect(await look('resource', '306-01-001')).to.deep.equal({ number: '1' })
    expect(await look('fields', '1')).to.deep.equal({ fields: { count: 3, names: ['name', 'id', 'address'] } })
    expect(await look('purpose', 'LegalCompliance')).to.deep.equal({ number: '0' })
    expect(await look('purpose', 'Unheard')).to.deep.equal({})
    expect(await look('grant', '1')).to.deep.equal({})
    expect((await look('grant', 'x')).code).to.equal('argument_invalid')
    for (const thing of ['organisation 1', 'resource 1', 'agreement 1', 'grant 1'])
      expect(await look('round', thing)).to.deep.equal({})
    for (const thing of ['correction 1', 'grant', 'grant x', '1'])
      expect((await look('round', thing)).code, thing).to.equal('argument_invalid')
  })
})
