// suyuan grants, grant, agreements, corrections, overdue, as people run them: tables in both languages, and next steps.

import { expect } from 'chai'
import { ZeroHash } from 'ethers'
import type { RegistryState } from '../../src/chain/registry-state.ts'
import { createDirectory } from '../../src/directory.ts'
import { readState } from '../chain/state-scene.ts'
import {
  CODES,
  CONDITIONAL,
  DAY,
  DIGEST,
  handoverOf,
  requestFor,
  START,
  UNCONDITIONAL,
  useScene,
} from '../contracts/fixture.ts'
import { type Ran, runCli, type Service, startService } from './run.ts'

const [, TAX, STATISTICS, , , , OPERATOR, , , , REGULATOR] = CODES
const ZH = { env: { LANG: 'zh_CN.UTF-8' } }

describe('the commands that tell of grants, agreements, corrections', function () {
  this.timeout(120_000)
  const scene = useScene()
  let service: Service
  let books: RegistryState
  const LATER = (START + 200 * DAY) * 1000
  /** The answers are overdue, and the grants not yet over. */
  const SOON = (START + 25 * DAY) * 1000
  let now = SOON

  before(async () => {
    await scene.act('statistics', 'accessLedger', 'request', requestFor(UNCONDITIONAL))
    await scene.act('tax', 'accessLedger', 'share', 1, handoverOf())
    await scene.act('statistics', 'accessLedger', 'confirmReceipt', 1, DIGEST)
    await scene.relayed('statistics', 'accessLedger', 'request', [requestFor(CONDITIONAL)])
    await scene.act('inspector', 'accessLedger', 'vetoGrant', 1, DIGEST, ZeroHash)
    await scene.act('agency', 'agreements', 'offerOperation', 6, START, START + 300 * DAY, [CONDITIONAL], DIGEST)
    await scene.act('operator', 'agreements', 'signAgreement', 1, DIGEST)
    await scene.act('statistics', 'corrections', 'raise', 1, DIGEST)
    const policy = { longestPeriod: 60 * DAY, validUntil: START + 300 * DAY, mostBytes: 1_000, mostRows: 100 }
    await scene.act('tax', 'policies', 'setPolicy', CONDITIONAL, { ...policy, scope: 0b1111, purposes: 0b11 }, [])
    const small = { quota: { byteCount: 10, rowCount: 10 }, until: START + 30 * DAY }
    await scene.act('statistics', 'accessLedger', 'request', { ...requestFor(CONDITIONAL), ...small })
    await scene.act('agency', 'agreements', 'offerOperation', 6, START, START + 300 * DAY, [CONDITIONAL], DIGEST)
    await scene.act('operator', 'agreements', 'signAgreement', 2, DIGEST)
    await scene.act('agency', 'agreements', 'fileAgreement', 2, DIGEST)
    await scene.act('registrar', 'accessLedger', 'setApprovalRule', 3, { needed: 2, roles: 0b101 })
    await scene.act('traffic', 'accessLedger', 'request', requestFor(CONDITIONAL))
    const asked = await scene.view('accessLedger', 'askedDigest', 4)
    await scene.act('regulator', 'accessLedger', 'approve', 4, asked, 2, START + 60 * DAY, DIGEST)
    books = await readState(scene)
    const registry = { books, block: { number: 99 } }
    const { contracts } = scene.deployment
    const directory = createDirectory({ registry, contracts, now: () => now })
    service = await startService({ directory })
    service.ledger.publish()
  })
  after(() => service[Symbol.asyncDispose]())

  const run = (...args: string[]): Promise<Ran> => service.run(args)

  it('grants: by consumer, provider and state, with what is overdue', async () => {
    const { out, code } = await service.run(['grants', STATISTICS], ZH)
    expect(code).to.equal(0)
    expect(out)
      .to.contain('统计局')
      .and.to.contain('官方统计')
      .and.to.contain('已暂停')
      .and.to.contain('申请中（逾期）')
    expect((await run('grants', '--provider', TAX, '--state', 'requested')).out).to.contain('requested (overdue)')
    expect((await run('grants', '--state', 'revoked')).out).to.equal('No request or grant fits.\n')
    const json = JSON.parse((await run('grants', STATISTICS, '--limit', '1', '--json')).out)
    expect([json.grants.length, json.next]).to.deep.equal([1, 3])
    expect((await run('grants', '--state', 'dead')).err).to.contain('[request_invalid]')
  })

  it('grant: what may be done now and what to do, by whose signature, and what was taken', async () => {
    const { out } = await run('grant', '1')
    expect(out).to.contain('now: it is suspended by a veto. An inspector and a regulator must both agree to lift it.')
    expect(out).to.contain('access was requested').and.to.contain('an inspector vetoed it').and.to.contain('shared')
    const zh = await service.run(['grant', '2'], ZH)
    const { relayer, statistics } = scene.accounts
    expect(zh.out).to.contain('现在：尚未决定。等待答复').and.to.contain('申请数据')
    for (const account of [relayer, statistics]) expect(zh.out).to.contain(account.slice(0, 8))
    expect(JSON.parse((await run('grant', '2', '--json')).out).grant.history).to.have.length(1)
    expect(out).to.contain('access was granted: by the contract (unconditional)')
    expect((await service.run(['grant', '1'], ZH)).out).to.contain('授权：由合约（无条件）')
    expect((await run('grant', '3')).out).to.contain('access was granted: by the contract (policy v1)')
    const none = await run('grant', '9')
    expect([none.code, none.err.includes('GET /v1/grants'), none.err.includes('[grant_not_found]')]).to.deep.equal([
      2,
      true,
      true,
    ])
  })

  it('grant: its terms, a line each, in both languages', async () => {
    const given = await run('grant', '1')
    expect(given.code, given.err).to.equal(0)
    expect(given.out)
      .to.match(/^answer due: none is owed$/mu)
      .and.to.match(/^fields \(counted from 0\): 0, 1, 2, 3$/mu)
      .and.to.match(/^quota: [\d,]+ of 1,000 bytes and [\d,]+ of [\d,]+ rows delivered$/mu)
      .and.to.match(/^approvals: none needed$/mu)
      .and.to.match(/^receipt confirmed by the consumer: 1 time, last in block \d+$/mu)
    const asked = (await run('grant', '2')).out
    expect(asked).to.match(/^answer due: before \d{4}-\d\d-\d\d [\d:]{8} \(Beijing\), .*overdue$/mu)
    const approvals = (await run('grant', '4')).out.match(/^approvals: .*$/mu)?.[0]
    expect(approvals).to.equal(
      `approvals: 1 of 2 needed, from chief data officer of the provider, regulator; standing: regulator (${REGULATOR})`,
    )
    const zh = (await service.run(['grant', '4'], ZH)).out
    expect(zh)
      .to.contain('会签：需 2 个，有效 1 个，可由提供部门首席数据官、监管作出；有效：监管')
      .and.to.contain('额度：已交付 0 字节')
      .and.to.contain('信息项（从 0 起）：')
      .and.to.contain('使用方签收：无')
      .and.to.contain('答复期限：')
  })

  it('usage: says that it was asked under a grant that there is not', async () => {
    const unknown = await run('usage', '--grant', '99999')
    expect([unknown.code, unknown.out]).to.deep.equal([0, 'No record fits.\n'])
    expect(unknown.err).to.contain('There is no request or grant 99999 up to block 99')
    expect((await service.run(['usage', '--grant', '99999'], ZH)).err).to.contain('没有申请或授权 99999')
    expect((await run('usage', '--grant', '1')).err).to.not.contain('no request or grant')
  })

  it('agreements and agreement: parties, signatures, filing', async () => {
    now = LATER
    const { out } = await run('agreements', OPERATOR)
    expect(out)
      .to.contain('operation agreement')
      .and.to.contain('in force')
      .and.to.contain('2/2')
      .and.to.contain('overdue')
    expect((await service.run(['agreement', '1'], ZH)).out)
      .to.contain('协议生效')
      .and.to.contain('逾期未备案')
    expect((await run('agreements', '--state', 'ended')).out).to.equal('No agreement fits.\n')
    expect((await run('agreement', '5')).err).to.contain('[agreement_not_found]')
    expect((await run('agreements', 'nobody')).err).to.contain('[organisation_not_found]')
    expect(JSON.parse((await run('agreement', '1', '--json')).out).agreement.id).to.equal(1)
  })

  it('agreement: filed is what somebody filed, and nothing else', async () => {
    const filing = async (id: number): Promise<string | undefined> =>
      (await run('agreement', String(id))).out.match(/filed late|filed(?= +│)|overdue|before \d{4}/u)?.[0]
    expect([await filing(1), await filing(2)]).to.deep.equal(['overdue', 'filed'])
    // Due by this machine's clock long since, and not by the ledger's.
    const due = Date.parse(JSON.parse((await run('agreement', '1', '--json')).out).agreement.filing.due.time)
    now = due - 1_000
    try {
      expect([await filing(1), await filing(2)]).to.deep.equal(['before 2026', 'filed'])
    } finally {
      now = LATER
    }
  })

  it('corrections and correction: raised, due, overdue', async () => {
    expect((await run('corrections', '--party', TAX)).out)
      .to.contain('raised')
      .and.to.contain('(overdue)')
    expect((await service.run(['correction', '1'], ZH)).out).to.contain('提出校核')
    expect((await run('corrections', '--resource', '306-01-003')).out).to.equal('No correction fits.\n')
    expect((await run('correction', '8')).err).to.contain('[correction_not_found]')
  })

  it('overdue: what, by whom, since when', async () => {
    const { out } = await run('overdue')
    for (const what of ['answer to a request', 'answer to a correction', 'filing of an agreement'])
      expect(out).to.contain(what)
    expect((await service.run(['overdue', '--owed-by', STATISTICS], ZH)).out).to.equal('没有逾期事项。\n')
    expect(JSON.parse((await run('overdue', '--what', 'filing', '--json')).out).overdue).to.have.length(1)
    expect((await run('overdue', '--what', 'lunch')).code).to.equal(2)
    const slip = await run('overdue', '--owed-by', 'nope')
    expect([slip.code, slip.out]).to.deep.equal([2, ''])
    expect(slip.err).to.contain('"nope"').and.to.contain('[organisation_not_found]')
  })

  it('calendar due: from a time, or from the start of a day in Beijing', async () => {
    const due = async (time: string): Promise<string> => (await run('calendar', 'due', time, '10')).out
    expect(await due('2026-03-05')).to.equal('Overdue from 2026-03-20 00:00:00, Beijing time, on\n')
    expect(await due('2026-03-05')).to.equal(await due('2026-03-05T00:00:00+08:00'))
    expect((await run('calendar', 'due', '2026-02-30', '10')).err).to.contain('[invalid_time]')
    expect((await run('calendar', 'due', '2026-3-5', '10')).err).to.contain('[invalid_time]')
  })

  it('are all in the help', async () => {
    const { out } = await runCli(['help'])
    for (const name of [
      'grants',
      'grant',
      'agreements',
      'agreement',
      'corrections',
      'correction',
      'overdue',
      'statement',
    ]) {
      expect(out).to.match(new RegExp(`^ {2}${name} `, 'mu'))
    }
  })
})
