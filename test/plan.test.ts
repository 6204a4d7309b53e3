import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { PURPOSES } from '../src/chain/terms.ts'
import { requireComplete } from '../src/onboarding/complete.ts'
import { type OnboardingParts, onboard } from '../src/onboarding.ts'
import { parsePlan } from '../src/plan.ts'

const TEXT = readFileSync(join(import.meta.dirname, 'e2e/plan.json'), 'utf8')

/** The plan with one place changed; `undefined` leaves it out. */
function changed(path: readonly (string | number)[], value: unknown): string {
  const plan = JSON.parse(TEXT) as Record<string, unknown>
  const parent = path
    .slice(0, -1)
    .reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, plan)
  parent[path.at(-1)!] = value
  return JSON.stringify(plan)
}

describe('plan', () => {
  it('reads the whole of a good one, times in seconds', () => {
    const { organisations, resources, requests } = parsePlan(TEXT)
    expect([organisations.length, resources.length, requests.length]).to.deep.equal([3, 2, 3])
    expect(requests[0]).to.include({ from: Date.parse('2026-01-01T00:00:00+08:00') / 1000 })
    expect(requests.map(({ decision }) => decision)).to.deep.equal([
      { grant: true },
      { refuse: '超出共享范围' },
      undefined,
    ])
  })

  it('reads the example of docs/register.md', () => {
    const text = readFileSync(join(import.meta.dirname, '../docs/register.md'), 'utf8')
    const [whole = '', agreement = '', product = ''] = [...text.matchAll(/```json\n(.*?)```/gs)].map(([, json]) => json)
    const parts = { agreements: [JSON.parse(agreement) as unknown], products: [JSON.parse(product) as unknown] }
    const plan = parsePlan(JSON.stringify({ ...(JSON.parse(whole) as object), ...parts }))
    expect(plan.resources[0]?.policy).to.deep.include({ longestDays: 365, rows: 100_000 })
    expect([plan.agreements?.[0]?.kind, plan.products?.[0]?.review]).to.deep.equal(['operation', { release: true }])
  })

  it('finds every plan that the documents print whole', () => {
    const folder = join(import.meta.dirname, '../docs')
    const plans = readdirSync(folder)
      .filter(name => name.endsWith('.md'))
      .flatMap(name => [...readFileSync(join(folder, name), 'utf8').matchAll(/```json\n(.*?)```/gs)])
      .map(([, json]) => json!)
      .filter(json => /^\{\s*"organisations"/.test(json))
    expect(plans).to.have.length.above(0)
    const known = { organisation: () => undefined, resource: () => undefined } as unknown as OnboardingParts['known']
    for (const json of plans) {
      const plan = parsePlan(json)
      requireComplete(plan, { known })
      for (const { purpose } of plan.requests) expect(PURPOSES, purpose).to.have.property(purpose)
      for (const { policy } of plan.resources) expect(PURPOSES).to.include.all.keys(policy?.purposes ?? [])
    }
  })

  it('names the place of what is wrong, and lets nothing unknown in', () => {
    const cases: readonly (readonly [readonly (string | number)[], unknown])[] = [
      [['organisations', 0, 'code'], '1152'],
      [['organisations', 0, 'kinds', 0], 'supplier'],
      [['resources', 0, 'shareType'], 'sometimes'],
      [['resources', 0, 'level'], 0],
      [['resources', 0, 'colour'], 'red'],
      [['resources', 1, 'code'], 'with space'],
      [['requests', 0, 'purpose'], 'no such thing!'],
      [['requests', 0, 'until'], '2026-02-30'],
      [['requests', 0, 'decision'], { grant: true, refuse: 'both' }],
      [['requests', 0, 'decision'], { grant: false }],
      [['requests', 0, 'purposeText'], undefined],
      [['requestz'], []],
      [['organisations', 0, 'officer'], 'yes'],
      [['organisations', 0, 'entrusts'], 'somebody'],
      [
        ['resources', 0, 'policy'],
        { purposes: ['LegalCompliance'], longestDays: 0, validUntil: '2027-01-01T00:00:00Z' },
      ],
      [['resources', 0, 'parents'], '30101/000001'],
      [['requests', 0, 'quota'], { rows: 0 }],
      [['approvalRules'], [{ fromLevel: 4, needed: 2, roles: ['mayor'] }]],
      [['agreements'], [{ name: 'a', kind: 'lease' }]],
      [['products'], [{ resource: '30101/000001', agreement: 'a', price: 'dear', sources: [], use: 'x' }]],
    ]
    for (const [path, value] of cases) {
      expect(() => parsePlan(changed(path, value)), path.join('.'))
        .to.throw(/^The plan cannot be used: .+Nothing was registered\.$/)
        .with.property('code', 'plan_invalid')
    }
    expect(() => parsePlan('{'))
      .to.throw()
      .with.property('code', 'plan_invalid')
  })

  it('is refused before anything is sent when it speaks of what nobody has', async () => {
    const parts = {
      act: () => Promise.reject(new Error('nothing may be sent')),
      known: { organisation: () => undefined, resource: () => undefined, grantsOfConsumer: () => [] },
    } as unknown as OnboardingParts
    const [resource, nobody] = ['30101/000001', '91520100MB00000999']
    const agreement = {
      name: 'a',
      kind: 'operation',
      parties: ['11520100MB00000013', '11520100MB00000026'],
      from: '2026-01-01T00:00:00Z',
      until: '2027-01-01T00:00:00Z',
      range: [resource],
      text: '…',
    }
    const product = { resource, agreement: 'a', price: 'free', sources: ['s'], use: '…' }
    const cases: readonly (readonly [readonly (string | number)[], unknown, string])[] = [
      [['organisations'], [], 'organisation 1'],
      [['resources'], [], 'resource 3'],
      [['organisations', 0, 'entrusts'], nobody, `organisation ${nobody}`],
      [['resources', 0, 'parents'], ['30101/9'], 'resource 30101/9'],
      [['requests', 0, 'fields'], ['星座'], 'field 星座'],
      [['requests', 0, 'agreement'], 'a', 'agreement a'],
      [['agreements'], [{ ...agreement, range: ['30101/9'] }], 'resource 30101/9'],
      [['agreements'], [{ ...agreement, parties: [nobody, nobody] }], `organisation ${nobody}`],
      [['agreements'], [{ ...agreement, kind: 'opening' }], 'has 2 parties'],
      [['agreements'], [{ ...agreement, kind: 'development' }], 'a development agreement alone names its parent'],
      [['agreements'], [{ ...agreement, parent: 'b' }], 'agreement b'],
      [['products'], [product], 'agreement a'],
    ]
    for (const [path, value, says] of cases) {
      const outcome = await onboard(parsePlan(changed(path, value)), parts).catch((error: unknown) => error)
      expect(outcome, path.join('.')).to.have.property('code', 'plan_incomplete')
      expect((outcome as Error).message).to.contain(says)
    }
  })
})
