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

const [, TAX, STATISTICS, , , , OPERATOR] = CODES
const ZH = { env: { LANG: 'zh_CN.UTF-8' } }

describe('the commands that tell of grants, agreements, corrections', function () {
  this.timeout(120_000)
  const scene = useScene()
  let service: Service
  let books: RegistryState

  before(async () => {
    await scene.act('statistics', 'accessLedger', 'request', requestFor(UNCONDITIONAL))
    await scene.act('tax', 'accessLedger', 'share', 1, handoverOf())
    await scene.relayed('statistics', 'accessLedger', 'request', [requestFor(CONDITIONAL)])
    await scene.act('inspector', 'accessLedger', 'vetoGrant', 1, DIGEST, ZeroHash)
    await scene.act('agency', 'agreements', 'offerOperation', 6, START, START + 300 * DAY, [CONDITIONAL], DIGEST)
    await scene.act('operator', 'agreements', 'signAgreement', 1, DIGEST)
    await scene.act('statistics', 'corrections', 'raise', 1, DIGEST)
    books = await readState(scene)
    const registry = { books, block: { number: 99 } }
    const { contracts } = scene.deployment
    const directory = createDirectory({ registry, contracts, now: () => (START + 200 * DAY) * 1000 })
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
    expect([json.grants.length, json.next]).to.deep.equal([1, 2])
    expect((await run('grants', '--state', 'dead')).err).to.contain('[request_invalid]')
  })

  it('grant: what may be done now and what to do, by whose signature, and what was taken', async () => {
    const { out } = await run('grant', '1')
    expect(out).to.contain('now: is suspended by a veto. An inspector and a regulator must both agree to lift it.')
    expect(out).to.contain('access was requested').and.to.contain('an inspector vetoed it').and.to.contain('shared')
    const zh = await service.run(['grant', '2'], ZH)
    const { relayer, statistics } = scene.accounts
    expect(zh.out).to.contain('现在：尚未决定。等待答复').and.to.contain('申请数据')
    for (const account of [relayer, statistics]) expect(zh.out).to.contain(account.slice(0, 8))
    expect(JSON.parse((await run('grant', '2', '--json')).out).grant.history).to.have.length(1)
    const none = await run('grant', '9')
    expect([none.code, none.err.includes('GET /v1/grants'), none.err.includes('[grant_not_found]')]).to.deep.equal([
      2,
      true,
      true,
    ])
  })

  it('agreements and agreement: parties, signatures, filing', async () => {
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
