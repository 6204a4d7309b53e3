// Every attack: with the fault the parties see what the page says, without it nobody sees anything.

import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { Attack } from './attack.ts'
import { City } from './city.ts'
import { formatPage, isUnseen, withoutTimes } from './page.ts'
import { ATTACKS, type Ran, runAll } from './suite.ts'

const PAGE = new URL('../../docs/attacks.md', import.meta.url)
/** Most of a run is waiting for other processes. */
const AT_ONCE = 3

describe('attacks', function () {
  this.timeout(300_000)
  let city: Promise<City>
  let runs: ReadonlyMap<Attack, Promise<Ran>>

  before(() => {
    city = City.build()
    runs = runAll(city, AT_ONCE)
  })
  after(async () => {
    await Promise.allSettled(runs.values())
    await (await city)[Symbol.asyncDispose]()
  })

  for (const attack of ATTACKS) {
    it(`${attack.adversary}: ${attack.name}`, async () => {
      const { looks, control } = await runs.get(attack)!
      const told = looks.map(({ by, checks, verdict }) => ({ by, checks, verdict }))
      expect(told).to.deep.equal(attack.seen.map(({ by, checks, verdict }) => ({ by, checks, verdict })))
      expect(control.map(({ by, checks }) => ({ by, checks }))).to.deep.equal(
        attack.seen.map(({ by }) => ({ by, checks: [] })),
      )
    })
  }

  it('that nobody sees are said to be, with what it would take', () => {
    for (const attack of ATTACKS) expect(attack.open !== undefined, attack.name).to.equal(isUnseen(attack.seen))
  })

  it('are what docs/attacks.md says', async () => {
    const all = await Promise.all([...runs].map(async ([attack, run]) => [attack, await run] as const))
    expect(withoutTimes(formatPage(all)), 'npm run attacks writes it anew').to.equal(
      withoutTimes(readFileSync(PAGE, 'utf8')),
    )
  })
})
