import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
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
    for (const path of [['organisations'], ['resources']]) {
      const outcome = await onboard(parsePlan(changed(path, [])), parts).catch((error: unknown) => error)
      expect(outcome).to.have.property('code', 'plan_incomplete')
    }
  })
})
