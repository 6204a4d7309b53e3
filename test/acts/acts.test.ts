// Acts from outside, on real contracts: what is signed is done, once, and nothing else is; whatever breaks in between.

import { expect } from 'chai'
import { concat, Interface, Transaction, type Wallet } from 'ethers'
import { artifacts } from 'hardhat'
import { type Asked, type Prepared, type Sent } from '../../src/acts.ts'
import { interfaceOf } from '../../src/chain/abi.ts'
import { createActs } from '../../src/chain/acts.ts'
import { callContract } from '../../src/chain/call.ts'
import { encodePurpose, kindsToBits, UNLIMITED } from '../../src/chain/terms.ts'
import { LedgerError } from '../../src/core/error.ts'
import { statementsIn } from '../../src/statements/under-way.ts'
import { digestText } from '../../src/text-digest.ts'
import { TestFacts, until } from '../chain/fixtures.ts'
import {
  DIGEST,
  INSPECTOR,
  openProcess,
  type Process,
  RELAYER,
  requestOf,
  type Scene,
  STATISTICS,
  STRANGER,
  sign,
  startScene,
  TAX,
} from './scene.ts'

/** The terms of `requestOf`, where the contracts take numbers. */
const REQUEST_NUMBERS = {
  resource: 1,
  purpose: encodePurpose('LegalCompliance'),
  purposeTextDigest: DIGEST,
  scope: 0b111,
  quota: { byteCount: UNLIMITED, rowCount: 1_000 },
}

describe('acts from outside', () => {
  let scene: Scene
  let facts: TestFacts
  let opened: Process[]

  before(async () => {
    scene = await startScene()
  })
  beforeEach(async () => {
    await scene.reset()
    facts = new TestFacts()
    opened = []
  })
  afterEach(async () => {
    scene.node.rule = undefined
    for (const process of opened) await process[Symbol.asyncDispose]()
  })
  after(() => scene.node.close())

  const open = async (
    ...options: Parameters<typeof openProcess> extends [unknown, unknown, ...infer R] ? R : never
  ): Promise<Process> => {
    const process = await openProcess(scene, facts, ...options)
    opened.push(process)
    return process
  }
  const started = async (): Promise<Process> => {
    const process = await open()
    process.start()
    return process
  }
  const grants = async (): Promise<number> => {
    const data = interfaceOf('accessLedger').encodeFunctionData('grantCount')
    return Number(await scene.node.ask('eth_call', [{ to: scene.deployment.contracts.accessLedger, data }, 'latest']))
  }
  const refusal = async (work: Promise<unknown>): Promise<LedgerError> => {
    const outcome = await work.then(
      () => new Error('it was taken'),
      (error: unknown) => error,
    )
    if (outcome instanceof LedgerError) return outcome
    throw outcome
  }
  const settled = async ({ acts }: Process, digest: string) => {
    await until(`act ${digest} is settled`, async () => (await acts.find(digest)).is.status !== 'accepted')
    return (await acts.find(digest)).is
  }
  const does = async (process: Process, by: Wallet, asked: Asked) => {
    const prepared = await process.acts.prepare(asked)
    await process.acts.send(await sign(by, prepared), 'holder')
    const is = await settled(process, prepared.digest)
    if (is.status !== 'confirmed') throw new Error(JSON.stringify(is))
    return is
  }
  const refuse = (id: number, changes: object = {}): Asked => ({
    act: 'access-ledger.refuse',
    actor: TAX.address,
    arguments: { id, reasonDigest: DIGEST },
    ...changes,
  })
  const isAt = (time: number) => scene.node.ask('evm_setNextBlockTimestamp', [time])

  it('are prepared, signed, accepted and confirmed, with what the contracts said', async () => {
    const process = await started()
    const prepared = await process.acts.prepare(requestOf())
    expect(prepared.arguments).to.have.nested.property('terms.scope').deep.equal([0, 1, 2])
    expect(prepared.summary.zh).to.contain('申请数据').and.to.contain('不限')
    const sent = await sign(STATISTICS, prepared)
    const accepted = await process.acts.send(sent, 'holder')
    expect(accepted).to.include({ act: 'access-ledger.request', digest: prepared.digest })
    const is = await settled(process, prepared.digest)
    if (is.status !== 'confirmed') throw new Error(JSON.stringify(is))
    expect(is.events.map(({ name }) => name)).to.deep.equal(['AccessRequested'])
    expect(is.events[0]?.args).to.deep.include({ id: 1, resource: 1, consumer: 2 })
    expect(await process.acts.send(sent, 'holder'), 'the same act again').to.deep.include({ is })
    expect(await grants()).to.equal(1)
  })

  it('are refused before they are signed, in words', async () => {
    const { acts } = await open()
    const error = await refusal(acts.prepare(refuse(1)))
    expect(error.code).to.equal('grant_unknown')
    expect(error.message).to.contain('no request or grant 1')
    expect(await refusal(acts.prepare({ ...requestOf(), actor: STRANGER.address }))).to.include({
      code: 'account_unknown',
    })
  })

  // Each row: what is done to a signed act, and what it is refused with.
  const rows: [what: string, code: string, change: (prepared: Prepared, sent: Sent) => Sent | Promise<Sent>][] = [
    ['a signature of somebody else', 'signature_invalid', prepared => sign(STRANGER, prepared)],
    ['another actor', 'signature_invalid', (_, sent) => ({ ...sent, actor: TAX.address })],
    ['no signature', 'signature_invalid', (_, sent) => ({ ...sent, signature: '0x' })],
    ['another nonce', 'signature_invalid', (_, sent) => ({ ...sent, nonce: 1n << 64n })],
    ['a later deadline', 'signature_invalid', (_, sent) => ({ ...sent, deadline: sent.deadline + 1 })],
    ['a deadline too far ahead', 'deadline_invalid', (_, sent) => ({ ...sent, deadline: sent.deadline + 8 * 86_400 })],
    ['a deadline that is over', 'deadline_invalid', (_, sent) => ({ ...sent, deadline: 1 })],
    [
      'other arguments',
      'signature_invalid',
      (_, { data, ...sent }) => ({ ...sent, data: data.replace(/0003e8/u, '0003e9') }),
    ],
    ['another chain', 'signature_invalid', (prepared, sent) => otherDomain(prepared, sent, { chainId: 1 })],
    [
      'another Relay',
      'signature_invalid',
      (prepared, sent) => otherDomain(prepared, sent, { verifyingContract: STRANGER.address }),
    ],
    ['another contract', 'act_misdirected', (_, sent) => ({ ...sent, to: STRANGER.address })],
    [
      'a contract of the ledger that has no such act',
      'act_misdirected',
      (_, sent) => ({ ...sent, to: scene.deployment.contracts.catalogue }),
    ],
    [
      'the Relay itself',
      'act_unknown',
      (_, sent) => ({
        ...sent,
        to: scene.deployment.contracts.relay,
        data: interfaceOf('relay').encodeFunctionData('cancel', [0]),
      }),
    ],
    [
      'a function of the roles',
      'act_unknown',
      (_, sent) => ({
        ...sent,
        to: scene.deployment.contracts.accessManager,
        data: interfaceOf('accessManager').encodeFunctionData('grantRole', [1, STRANGER.address, 0]),
      }),
    ],
    [
      'arguments with something behind them',
      'act_malformed',
      (_, sent) => ({ ...sent, data: `${sent.data}${'0'.repeat(64)}` }),
    ],
    ['arguments cut short', 'act_malformed', (_, sent) => ({ ...sent, data: sent.data.slice(0, -64) })],
    ['more than a transaction holds', 'act_too_large', (_, sent) => ({ ...sent, data: `0x${'00'.repeat(100_000)}` })],
    [
      'a text that is not the act’s',
      'text_differs',
      (_, sent) => ({ ...sent, texts: [{ salt: DIGEST, text: 'another' }] }),
    ],
  ]
  for (const [what, code, change] of rows) {
    it(`are refused with ${what}`, async () => {
      const { acts } = await open()
      const prepared = await acts.prepare(requestOf())
      const error = await refusal(acts.send(await change(prepared, await sign(STATISTICS, prepared)), 'holder'))
      expect(error.code, error.message).to.equal(code)
      expect(facts.values.get(`act/${prepared.digest}`)).to.equal(undefined)
      expect(await refusal(acts.find(prepared.digest))).to.include({ code: 'act_not_found' })
    })
  }

  it('are not done again with the same signature, under whatever name', async () => {
    const process = await started()
    const prepared = await process.acts.prepare(requestOf())
    const sent = await sign(STATISTICS, prepared)
    await process.acts.send(sent, 'holder')
    await settled(process, prepared.digest)
    facts = new TestFacts() // another service, which never saw it
    const other = await open()
    expect((await refusal(other.acts.send(sent, 'holder'))).code).to.equal('invalid_account_nonce')
    // The other form of the same ECDSA signature (EIP-2): s → n − s.
    const twin = await malleate(sent)
    expect((await refusal(other.acts.send(twin, 'holder'))).code).to.be.oneOf([
      'signature_invalid',
      'invalid_account_nonce',
    ])
    expect(await grants()).to.equal(1)
  })

  it('are sent once, when the process died after it had accepted them', async () => {
    const first = await open() // never starts to send
    const prepared = await first.acts.prepare(requestOf())
    await first.acts.send(await sign(STATISTICS, prepared), 'holder')
    expect(await grants()).to.equal(0)
    const second = await started()
    expect(await settled(second, prepared.digest)).to.include({ status: 'confirmed' })
    expect(await grants()).to.equal(1)
  })

  it('are sent once, when the process died after it had sent them', async () => {
    const first = await started()
    const prepared = await first.acts.prepare(requestOf())
    // From the moment that the act is in a block, nothing can be written any more.
    facts.fail = changed =>
      `act/${prepared.digest}` in changed && changed[`act/${prepared.digest}`]!.includes('"confirmed"')
        ? 'lost'
        : undefined
    await first.acts.send(await sign(STATISTICS, prepared), 'holder')
    await until('it is mined', async () => (await grants()) === 1)
    await first[Symbol.asyncDispose]()
    expect(facts.values.get(`act/${prepared.digest}`)).to.contain('"accepted"')
    facts.fail = undefined
    const second = await started()
    expect(await settled(second, prepared.digest)).to.include({ status: 'confirmed' })
    expect(await grants()).to.equal(1)
  })

  it('are not accepted when they cannot be written down', async () => {
    const process = await started()
    const prepared = await process.acts.prepare(requestOf())
    facts.fail = changed => (`act/${prepared.digest}` in changed ? 'lost' : undefined)
    const sent = await sign(STATISTICS, prepared)
    expect((await refusal(process.acts.send(sent, 'holder'))).code).to.equal('store_broken')
    facts.fail = undefined
    await process.acts.send(sent, 'holder')
    expect(await settled(process, prepared.digest)).to.include({ status: 'confirmed' })
    expect(await grants()).to.equal(1)
  })

  it('are confirmed by another’s transaction, when somebody else sent them first', async () => {
    const process = await open()
    const prepared = await process.acts.prepare(requestOf())
    const sent = await sign(STATISTICS, prepared)
    await process.acts.send(sent, 'holder')
    const act = createActs(process.chain, scene.deployment.contracts)
    await act(INSPECTOR, 'relay', 'relay', [sent])
    process.start()
    const is = await settled(process, prepared.digest)
    expect(is).to.include({ status: 'confirmed' })
    const receipt = (await scene.node.ask('eth_getTransactionReceipt', [
      (is as { transaction: string }).transaction,
    ])) as { from: string }
    expect(receipt.from).to.equal(INSPECTOR.address.toLowerCase())
    expect(await grants()).to.equal(1)
  })

  it('that the contracts refuse when their turn comes end with the reason, and hold up nobody', async () => {
    const before = await started()
    await does(before, STATISTICS, requestOf())
    await before[Symbol.asyncDispose]()
    const process = await open()
    const twice = [
      await process.acts.prepare(refuse(1, { lane: 1n })),
      await process.acts.prepare(refuse(1, { lane: 2n })),
    ]
    for (const prepared of twice) await process.acts.send(await sign(TAX, prepared), 'holder')
    const other = await process.acts.prepare(requestOf())
    await process.acts.send(await sign(STATISTICS, other), 'holder')
    process.start()
    expect(await settled(process, twice[0]!.digest)).to.include({ status: 'confirmed' })
    const second = await settled(process, twice[1]!.digest)
    expect(second).to.deep.include({ status: 'refused' })
    expect((second as { reason: { code: string; message: string } }).reason.code).to.equal('grant_state_wrong')
    expect(await settled(process, other.digest)).to.include({ status: 'confirmed' })
    // Nothing of it is tried again, and it can be sent again by who has it, for the same reason.
    expect((await refusal(process.acts.send(await sign(TAX, twice[1]!), 'holder'))).code).to.equal('grant_state_wrong')
  })

  it('that the node will not take just now let the others pass', async () => {
    const process = await open()
    const stuck = await process.acts.prepare(requestOf({ from: 7 }))
    await process.acts.send(await sign(STATISTICS, stuck), 'holder')
    const free = await process.acts.prepare({ ...requestOf(), actor: STATISTICS.address })
    await process.acts.send(await sign(STATISTICS, free), 'holder')
    scene.node.rule = ({ method, params }) =>
      method === 'eth_estimateGas' && JSON.stringify(params).includes(stuck.data.slice(10))
        ? { error: { code: -32_000, message: 'this node is in a mood' } }
        : undefined
    process.start()
    expect(await settled(process, free.digest)).to.include({ status: 'confirmed' })
    expect((await process.acts.find(stuck.digest)).is).to.have.nested.property('trouble.code', 'chain_refused')
    scene.node.rule = undefined
    expect(await settled(process, stuck.digest)).to.include({ status: 'confirmed' })
  })

  it('are sent again when a reorganisation takes them back', async () => {
    const process = await open({ finality: 100 })
    const prepared = await process.acts.prepare(requestOf())
    await process.acts.send(await sign(STATISTICS, prepared), 'holder')
    const before = await scene.node.ask('evm_snapshot')
    process.start()
    expect(await settled(process, prepared.digest)).to.include({ status: 'confirmed' })
    await scene.node.ask('evm_revert', [before])
    await scene.node.ask('evm_mine') // another block in the place of the one that held it
    expect(await grants()).to.equal(0)
    expect((await process.acts.find(prepared.digest)).is.status).to.equal('accepted')
    expect(await settled(process, prepared.digest)).to.include({ status: 'confirmed' })
    expect(await grants()).to.equal(1)
  })

  it('survive a node that is gone for a while', async () => {
    const process = await open()
    const prepared = await process.acts.prepare(requestOf())
    await process.acts.send(await sign(STATISTICS, prepared), 'holder')
    let asked = 0
    scene.node.rule = () => (asked++ < 6 ? 'dead' : undefined)
    process.start()
    expect(await settled(process, prepared.digest)).to.include({ status: 'confirmed' })
    expect(await grants()).to.equal(1)
  })

  it('expire: one that waited too long is refused', async () => {
    const process = await open()
    const prepared = await process.acts.prepare({ ...requestOf(), deadline: Math.floor(Date.now() / 1_000) + 3_600 })
    await process.acts.send(await sign(STATISTICS, prepared), 'holder')
    await isAt(Math.floor(Date.now() / 1_000) + 3_700)
    await scene.node.ask('evm_mine')
    process.start()
    expect(await settled(process, prepared.digest)).to.have.nested.property('reason.code', 'act_expired')
    expect(await grants()).to.equal(0)
  })

  it('wait in a bounded queue, in which nobody has all the room', async () => {
    const limits = { waiting: 4, byHolder: 3, ofActor: 2 }
    const { acts } = await open({ limits })
    const asked = [requestOf(), requestOf({ from: 1 }), requestOf({ from: 2 })]
    const lanes = [5n, 6n, 7n]
    const sents: Sent[] = []
    for (const [k, ask] of asked.entries())
      sents.push(await sign(STATISTICS, await acts.prepare({ ...ask, lane: lanes[k]! })))
    await acts.send(sents[0]!, 'a')
    await acts.send(sents[1]!, 'a')
    const full = await refusal(acts.send(sents[2]!, 'a'))
    expect(full).to.include({ code: 'acts_waiting', retryable: true })
    expect(full.message).to.contain(STATISTICS.address)
    const policy = {
      longestPeriod: '1d',
      validUntil: Math.floor(Date.now() / 1000) + 9_999_999,
      mostBytes: 1,
      mostRows: 1,
      scope: 'all',
      purposes: ['LegalCompliance'],
    }
    const ofTax: Asked = {
      act: 'policies.set-policy',
      actor: TAX.address,
      arguments: { resource: 1, terms: policy, consumers: [] },
    }
    await acts.send(await sign(TAX, await acts.prepare({ ...ofTax, lane: 1n })), 'a')
    const more = await sign(TAX, await acts.prepare({ ...ofTax, lane: 2n }))
    expect((await refusal(acts.send(more, 'a'))).message).to.contain('token')
    await acts.send(more, 'b')
    expect(acts.status()).to.deep.equal({ relayer: RELAYER.address, waiting: 4 })
    const freeze: Asked = {
      act: 'organisations.veto-organisation',
      actor: INSPECTOR.address,
      arguments: { id: 2, reasonDigest: DIGEST, referenceDigest: 'none' },
    }
    expect((await refusal(acts.send(await sign(INSPECTOR, await acts.prepare(freeze)), 'c'))).message).to.contain(
      '4 acts wait',
    )
  })

  it('take lanes that do not wait for each other, and no nonce twice', async () => {
    const { acts } = await open()
    const first = await acts.prepare(requestOf())
    const rival = await acts.prepare(requestOf({ from: 1 }))
    expect(rival.nonce).to.equal(first.nonce)
    await acts.send(await sign(STATISTICS, first), 'holder')
    expect((await refusal(acts.send(await sign(STATISTICS, rival), 'holder'))).code).to.equal('nonce_waiting')
    expect((await acts.prepare(requestOf({ from: 1 }))).nonce).to.equal(1n << 64n)
    expect((await acts.prepare({ ...requestOf(), lane: 9n })).nonce).to.equal(9n << 64n)
  })

  it('that wait are known, and of those that state use, what they state', async () => {
    const process = await open()
    const { acts } = process
    const { contracts } = scene.deployment
    const act = createActs(process.chain, contracts)
    const { terms } = requestOf().arguments as { terms: { until: number } }
    await act(STATISTICS, 'accessLedger', 'request', [{ ...terms, ...REQUEST_NUMBERS }])
    const [asked] = await callContract(process.chain, 'accessLedger', contracts.accessLedger, 'askedDigest', [1])
    await act(TAX, 'accessLedger', 'grant', [1, asked, terms.until, REQUEST_NUMBERS.quota, DIGEST])
    const handover = { channel: 'online-query', rowCount: 5, byteCount: 70, scope: [0], contentDigest: DIGEST }
    const deliver = (kind: string, range: object): Asked => ({
      act: 'access-ledger.deliver',
      actor: TAX.address,
      arguments: { deliveries: [{ grant: 1, kind, handover: { ...handover, ...range } }] },
      lane: 7n,
    })
    const stated = await acts.prepare(deliver('statement', { accessCount: 3, logFirst: 2, logEnd: 9 }))
    await acts.send(await sign(TAX, stated), 'holder')
    const taken = deliver('download', { accessCount: 0, logFirst: 0, logEnd: 0 })
    await acts.send(await sign(TAX, await acts.prepare({ ...taken, lane: 8n })), 'holder')
    // The same lines, signed again meanwhile: of the one lane, only one of the two can land.
    const again = await acts.prepare(deliver('statement', { accessCount: 3, logFirst: 2, logEnd: 10 }))
    expect(again.nonce).to.equal(stated.nonce)
    expect((await refusal(acts.send(await sign(TAX, again), 'holder'))).code).to.equal('nonce_waiting')
    const claim = { grant: 1, accesses: 3n, bytes: 70n, rows: 5n, logFirst: 2n, logEnd: 9n }
    expect(statementsIn(await acts.listWaiting(), contracts)).to.deep.equal([claim])
    process.start()
    expect(await settled(process, stated.digest)).to.include({ status: 'confirmed' })
    await until('both are done', async () => (await acts.listWaiting()).length === 0)
    expect((await refusal(acts.send(await sign(TAX, again), 'holder'))).code).to.equal('invalid_account_nonce')
  })

  it('that come at once pass no limit of the queue, and give their places back', async () => {
    const process = await open({ limits: { waiting: 5, byHolder: 3, ofActor: 2 } })
    const signed: Sent[] = []
    for (let lane = 0n; lane < 8n; lane++) {
      signed.push(await sign(STATISTICS, await process.acts.prepare({ ...requestOf(), lane })))
    }
    const forged = { ...signed[7]!, signature: signed[6]!.signature }
    for (let k = 0; k < 3; k++) {
      expect((await refusal(process.acts.send(forged, 'a'))).code).to.equal('signature_invalid')
    }
    const outcomes = await Promise.allSettled(signed.map(sent => process.acts.send(sent, 'a')))
    const refused = outcomes.filter(outcome => outcome.status === 'rejected')
    expect(refused).to.have.length(6)
    for (const outcome of refused) expect(outcome).to.have.nested.property('reason.code', 'acts_waiting')
    expect(process.acts.status().waiting).to.equal(2)
  })

  it('that come at once with one nonce are one act', async () => {
    const { acts } = await open()
    const rivals = [
      await sign(STATISTICS, await acts.prepare({ ...requestOf(), lane: 9n })),
      await sign(STATISTICS, await acts.prepare({ ...requestOf({ from: 1 }), lane: 9n })),
    ]
    const outcomes = await Promise.allSettled(rivals.map(sent => acts.send(sent, 'holder')))
    expect(outcomes.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected'])
    const refused = outcomes.find(({ status }) => status === 'rejected')
    expect(refused).to.have.nested.property('reason.code', 'nonce_waiting')
  })

  it('come twice at once and are one', async () => {
    const process = await started()
    const prepared = await process.acts.prepare(requestOf())
    const sent = await sign(STATISTICS, prepared)
    const [one, two] = await Promise.all([process.acts.send(sent, 'a'), process.acts.send(sent, 'b')])
    expect(one).to.equal(two)
    expect(await settled(process, prepared.digest)).to.include({ status: 'confirmed' })
    expect(await grants()).to.equal(1)
  })

  it('keep their texts sealed, under the digest that is on the chain', async () => {
    const process = await started()
    const prepared = await process.acts.prepare(requestOf())
    const [text] = prepared.texts
    expect(text).to.include({ text: '核定统计口径' })
    expect(text!.digest).to.equal(digestText(Buffer.from(text!.salt.slice(2), 'hex'), text!.text))
    expect(prepared.data).to.contain(text!.digest.slice(2))
    expect(await process.acts.texts.open(text!.digest)).to.deep.equal(text)
    expect((await refusal(process.acts.texts.open(DIGEST))).code).to.equal('text_not_found')

    const salt = `0x${'5a'.repeat(32)}`
    const own = { salt, text: '自己保管的理由' }
    await does(process, STATISTICS, requestOf())
    const refused = await process.acts.prepare(
      refuse(1, { arguments: { id: 1, reasonDigest: digestText(Buffer.alloc(32, 0x5a), own.text) } }),
    )
    await process.acts.send({ ...(await sign(TAX, refused)), texts: [own] }, 'holder')
    const digest = digestText(Buffer.alloc(32, 0x5a), own.text)
    expect(await process.acts.texts.open(digest)).to.deep.equal({ digest, ...own })
  })

  it('may be signed by an account that is a contract (ERC-1271)', async () => {
    const process = await started()
    const account = await deploySmartAccount(scene, TAX.address, STRANGER.address)
    const move = createActs(process.chain, scene.deployment.contracts)
    await move(scene.account, 'organisations', 'changeAccount', [2, account])
    const prepared = await process.acts.prepare({ ...requestOf(), actor: account })
    const [first, second] = [await sign(TAX, prepared), await sign(STRANGER, prepared)]
    expect((await refusal(process.acts.send(first, 'holder'))).code, 'one key of two').to.equal('signature_invalid')
    await process.acts.send({ ...first, signature: first.signature + second.signature.slice(2) }, 'holder')
    expect(await settled(process, prepared.digest)).to.include({ status: 'confirmed' })
  })

  it('of a contract that is cheap in the trial and burns all gas when it is paid for hold up nobody', async () => {
    const process = await started()
    const account = await deployBurner(scene)
    const move = createActs(process.chain, scene.deployment.contracts)
    await move(scene.account, 'organisations', 'register', [
      '11520100MB0000009J',
      'x',
      kindsToBits(['consumer']),
      account,
    ])
    const hostile = await process.acts.prepare({ ...requestOf(), actor: account })
    const other = await sign(STATISTICS, await process.acts.prepare(requestOf()))
    const { actor, to, data, nonce, deadline } = hostile
    await scene.node.ask('hardhat_setNextBlockBaseFeePerGas', ['0x3b9aca00']) // from now on gas has a price
    await scene.node.ask('evm_mine')
    await process.acts.send({ actor, to, data, nonce, deadline, signature: '0x00' }, 'holder')
    await process.acts.send(other, 'holder')
    const digest = (await process.acts.send(other, 'holder')).digest
    expect(await settled(process, digest)).to.include({ status: 'confirmed' })
    expect(await settled(process, hostile.digest)).to.include({ status: 'refused' })
    const limits = scene.node.calls
      .filter(({ method }) => method === 'eth_sendRawTransaction')
      .map(({ params }) => Transaction.from(String(params[0])))
      .filter(({ from }) => from === RELAYER.address)
      .map(({ gasLimit }) => gasLimit)
    expect(limits.every(limit => limit <= 10_000_000n)).to.equal(true)
  })

  it('never stand in the log with signature or text', async () => {
    const process = await started()
    const prepared = await process.acts.prepare(requestOf())
    const sent = await sign(STATISTICS, prepared)
    await process.acts.send(sent, 'holder')
    await settled(process, prepared.digest)
    const log = process.log.lines.join('\n')
    expect(log).to.contain(prepared.digest)
    expect(log).to.not.contain(sent.signature.slice(10, 60))
    expect(log).to.not.contain('核定')
  })
})

/** Two keys that sign together. */
async function deploySmartAccount(scene: Scene, first: string, second: string): Promise<string> {
  const { abi, bytecode } = await artifacts.readArtifact('SmartAccount')
  const data = concat([bytecode, new Interface(abi).encodeDeploy([first, second])])
  const [from] = (await scene.node.ask('eth_accounts')) as [string]
  const hash = await scene.node.ask('eth_sendTransaction', [{ from, data, gas: '0x2dc6c0' }])
  return ((await scene.node.ask('eth_getTransactionReceipt', [hash])) as { contractAddress: string }).contractAddress
}

/**
 * Takes every signature (ERC-1271) where gas costs nothing, as in a trial; where it has a price it first runs until less
 * than 0x5b8d80 gas is left.
 */
async function deployBurner(scene: Scene): Promise<string> {
  const code = '3a15601b575a62b71b0011602c5762b71b005a035b805a116014575b631626ba7e60e01b60005260206000f35b60006000fd'
  const data = `0x60${(code.length / 2).toString(16)}80600b6000396000f3${code}`
  const [from] = (await scene.node.ask('eth_accounts')) as [string]
  const hash = await scene.node.ask('eth_sendTransaction', [{ from, data, gas: '0x2dc6c0' }])
  return ((await scene.node.ask('eth_getTransactionReceipt', [hash])) as { contractAddress: string }).contractAddress
}

async function otherDomain(prepared: Prepared, sent: Sent, changes: object): Promise<Sent> {
  const typedData = { ...prepared.typedData, domain: { ...prepared.typedData.domain, ...changes } }
  return { ...sent, signature: (await sign(STATISTICS, { ...prepared, typedData })).signature }
}

async function malleate(sent: Sent): Promise<Sent> {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const [r, s, v] = [
    sent.signature.slice(2, 66),
    BigInt(`0x${sent.signature.slice(66, 130)}`),
    sent.signature.slice(130),
  ]
  const twin = (order - s).toString(16).padStart(64, '0')
  return { ...sent, signature: `0x${r}${twin}${v === '1b' ? '1c' : '1b'}` }
}
