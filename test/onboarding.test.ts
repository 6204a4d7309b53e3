// A plan with everything in it, put on real contracts: run, run again, and run when what it waited for has come.

import { expect } from 'chai'
import { id as keccakOf, Wallet } from 'ethers'
import { createActs, createView } from '../src/chain/acts.ts'
import { logIdOf } from '../src/chain/deploy.ts'
import type { Chain } from '../src/chain/network.ts'
import { readHead } from '../src/chain/read.ts'
import { createRegistry, type Registry } from '../src/chain/registry.ts'
import { systemClock } from '../src/clock.ts'
import { type Onboarded, onboard } from '../src/onboarding.ts'
import { type Plan, parsePlan } from '../src/plan.ts'
import { seedLedger } from '../src/seeding.ts'
import { connect, type Ledger, ORIGIN, startLedger, TestLog } from './chain/fixtures.ts'

const POLICE = '11520100MB00000013'
const CIVIL = '11520100MB00000026'
const REGULATOR = '12520100MB00000031'
const PLATFORM = '91520100MB00000042'
const OPERATOR = '91520100MB00000053'
const DEVELOPER = '91520100MB00000064'
const AGENCY = '11520100MB00000075'

const DAY = 86_400

/** Times as a file has them; the node's clock is this machine's, more or less. */
function planAt(now: number): Plan {
  const at = (days: number): string => new Date((now + days * DAY) * 1000).toISOString()
  const resource = (code: string, level: number, more: object = {}): object => ({
    code,
    provider: POLICE,
    name: `资源 ${code}`,
    shareType: 'conditional',
    openType: 'on-application',
    level,
    fields: ['姓名', '号牌', '日期'],
    source: code,
    ...more,
  })
  const request = (code: string, consumer: string, more: object = {}): object => ({
    resource: code,
    consumer,
    purpose: 'LegalCompliance',
    purposeText: '核验',
    legalBasis: '筑府发〔2017〕6号',
    from: at(-1),
    until: at(100),
    decision: { grant: true },
    ...more,
  })
  return parsePlan(
    JSON.stringify({
      organisations: [
        { code: PLATFORM, name: '平台', kinds: ['operator'] },
        { code: POLICE, name: '公安局', kinds: ['provider', 'consumer'], officer: true, entrusts: PLATFORM },
        { code: CIVIL, name: '民政局', kinds: ['consumer'] },
        { code: REGULATOR, name: '监管', kinds: ['regulator'] },
        { code: AGENCY, name: '大数据局', kinds: ['implementing-agency'] },
        { code: OPERATOR, name: '运营机构', kinds: ['authorised-operator'] },
        { code: DEVELOPER, name: '开发主体', kinds: ['developer'] },
      ],
      approvalRules: [
        { fromLevel: 4, needed: 2, roles: ['provider-officer', 'consumer-officer', 'regulator'] },
        { fromLevel: 0, needed: 1, roles: ['regulator'] },
      ],
      resources: [
        resource('R/1', 1),
        resource('R/2', 2, {
          policy: { purposes: ['LegalCompliance'], longestDays: 200, validUntil: at(300), fields: ['姓名', '日期'] },
        }),
        resource('R/4', 4),
        resource('P/1', 1, { provider: OPERATOR, parents: ['R/1'], fields: ['指数'] }),
      ],
      agreements: [
        {
          name: 'op',
          kind: 'operation',
          parties: [AGENCY, OPERATOR],
          from: at(-1),
          until: at(700),
          range: ['R/1', 'R/4'],
          text: '运营',
        },
        {
          name: 'dev',
          kind: 'development',
          parties: [OPERATOR, DEVELOPER],
          parent: 'op',
          from: at(-1),
          until: at(600),
          range: ['P/1'],
          text: '开发',
        },
      ],
      requests: [
        request('R/1', CIVIL),
        request('R/2', CIVIL, { fields: ['日期'], quota: { rows: 10 } }),
        request('R/4', CIVIL),
        request('R/4', CIVIL, { purposeText: '另一事由', decision: { refuse: '无依据' } }),
        request('R/1', OPERATOR, { name: 'source', agreement: 'op' }),
        request('P/1', DEVELOPER, { agreement: 'dev' }),
        request('R/4', OPERATOR, { agreement: 'op' }),
      ],
      products: [
        {
          resource: 'P/1',
          agreement: 'op',
          price: 'paid',
          sources: ['source'],
          use: '指数',
          review: { release: true },
        },
      ],
    }),
  )
}

describe('onboarding', function () {
  this.timeout(60_000)
  let ledger: Ledger
  let chain: Chain
  let registry: Registry
  let plan: Plan

  before(async () => {
    ledger = await startLedger()
    chain = await connect(ledger.node)
    await seedLedger({
      chain,
      deployment: ledger.deployment,
      account: ledger.account,
      origin: ORIGIN,
      log: new TestLog(),
    })
    registry = createRegistry({
      chain,
      contracts: ledger.deployment.contracts,
      firstBlock: 0,
      clock: systemClock,
      log: new TestLog(),
    })
    await registry.refresh()
    plan = planAt((await readHead(chain)).time)
  })

  after(async () => {
    chain.close()
    await ledger.node.close()
  })

  async function run(planned: Plan = plan): Promise<Onboarded> {
    const { contracts } = ledger.deployment
    const accounts = new Map<string, Wallet>()
    const accountOf = (code: string): Wallet => {
      const wallet = accounts.get(code) ?? new Wallet(keccakOf(code))
      accounts.set(code, wallet)
      return wallet
    }
    const time = (await readHead(chain)).time * 1000
    const result = await onboard(planned, {
      act: createActs(chain, contracts),
      view: createView(chain, contracts),
      registrar: ledger.account,
      accountOf,
      officerOf: code => accountOf(`officer of ${code}`),
      digestText: keccakOf,
      known: registry,
      log: logIdOf(ORIGIN),
      now: () => time,
    })
    await registry.refresh()
    return result
  }

  it('does all that can be done, and says what has to wait', async () => {
    const { requests, waiting, differences } = await run()
    expect(differences).to.deep.equal([])
    expect(requests.map(id => id !== undefined)).to.deep.equal([true, true, true, true, true, false, true])
    expect(waiting).to.have.lengthOf(2)
    expect(waiting[0]?.en).to.match(/^agreement dev is public until /)
    expect(waiting[0]?.zh).to.match(/^协议 dev 公示至 /)
    expect(waiting[1]?.zh).to.match(/ 的申请须待协议 dev 生效$/)
    const decisions = requests.slice(0, 5).map(id => registry.grant(id!)!.decision)
    expect(decisions.map(decision => decision?.outcome)).to.deep.equal([
      'granted',
      'granted',
      'granted',
      'refused',
      'granted',
    ])
    expect(decisions.map(decision => decision?.basis)).to.deep.equal([
      'provider',
      'policy',
      'approvals',
      'provider',
      'approvals',
    ])
    // Of its level and of operation: both rules are met, and the regulator counts for both.
    expect(registry.grant(requests[4]!)!.approvals.map(({ role }) => role)).to.deep.equal(['regulator'])
    expect(registry.grant(requests[6]!)!.approvals.map(({ role }) => role)).to.deep.equal([
      'regulator',
      'provider-officer',
    ])
    expect(registry.grant(requests[6]!)!.decision).to.deep.include({ outcome: 'granted', basis: 'approvals' })
    const narrow = registry.grant(requests[1]!)!.asked
    expect([narrow.scope, narrow.quota.rowCount]).to.deep.equal([0b100n, 10n])
    expect(registry.resource('P/1')).to.deep.include({ product: true, parents: ['R/1'] })
    const { entrusted, products } = registry.books
    expect([...entrusted.values()].map(({ operator, log }) => [operator, log])).to.deep.equal([
      [PLATFORM, logIdOf(ORIGIN)],
    ])
    expect([...products.values()].map(({ state }) => state)).to.deep.equal(['released'])
  })

  it('run again, sends nothing', async () => {
    const before = (await readHead(chain)).number
    const again = await run()
    expect([again.acts, again.waiting.length, (await readHead(chain)).number]).to.deep.equal([0, 2, before])
  })

  it('finishes when publicity is over', async () => {
    await ledger.node.ask('evm_increaseTime', [30 * DAY])
    await ledger.node.ask('evm_mine')
    const { requests, waiting } = await run()
    expect(waiting).to.deep.equal([])
    expect(registry.grant(requests[5]!)).to.deep.include({ ground: 'development', agreement: 2 })
    expect(registry.grant(requests[5]!)?.decision?.outcome).to.equal('granted')
    expect((await run()).acts).to.equal(0)
  })

  it('never changes what is there, and says how it differs', async () => {
    const [rule] = plan.approvalRules!
    const resources = plan.resources.map(resource =>
      resource.policy === undefined ? resource : { ...resource, policy: { ...resource.policy, longestDays: 9 } },
    )
    const { acts, differences } = await run({ ...plan, resources, approvalRules: [{ ...rule!, needed: 3 }] })
    expect(acts).to.equal(0)
    expect(differences).to.have.lengthOf(2)
    expect(differences[0]).to.match(/^approvals from level 4 on: 2 of .* on the chain, 3 of /)
    expect(differences[1]).to.equal(`policy of R/2: longestPeriod is ${200 * DAY} on the chain, ${9 * DAY} in the plan`)
  })

  it('refuses a policy for a purpose that nobody registered', async () => {
    const resources = plan.resources.map(resource => ({
      ...resource,
      code: `new/${resource.code}`,
      source: `new ${resource.code}`,
      parents: [],
      policy: { purposes: ['Curiosity'], longestDays: 1, validUntil: plan.requests[0]!.until },
    }))
    const outcome = await run({ organisations: [], resources, requests: [] }).catch((error: unknown) => error)
    expect(outcome).to.have.property('code', 'purpose_unknown')
  })
})
