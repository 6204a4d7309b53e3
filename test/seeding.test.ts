// What a new ledger starts with: loaded once, finished after a crash, never laid over what the keeper did.

import { expect } from 'chai'
import { Wallet } from 'ethers'
import { dayOfDate } from '../src/calendar/day.ts'
import { SEED_CALENDAR, spansOf } from '../src/calendar.ts'
import { createActs, createView, type View } from '../src/chain/acts.ts'
import { isRegistered, readAnchored } from '../src/chain/anchor.ts'
import { logIdOf } from '../src/chain/deploy.ts'
import type { Chain } from '../src/chain/network.ts'
import { readHead } from '../src/chain/read.ts'
import { indexOrigin } from '../src/core/completeness/epoch.ts'
import { missingPurposes, registerPurposes, seedLedger, setSpans } from '../src/seeding.ts'
import { PURPOSE_SEED } from '../src/vocabulary.ts'
import { connect, ORIGIN, startLedger, TestLog } from './chain/fixtures.ts'

describe('seeding a ledger', function () {
  this.timeout(60_000)
  let ledger: Awaited<ReturnType<typeof startLedger>>
  let chain: Chain
  let view: View

  before(async () => {
    ledger = await startLedger()
    chain = await connect(ledger.node)
    view = createView(chain, ledger.deployment.contracts)
  })

  afterEach(() => ledger.reset())

  after(async () => {
    chain.close()
    await ledger.node.close()
  })

  const seed = async (account = ledger.account): Promise<readonly string[]> => {
    const log = new TestLog()
    await seedLedger({ chain, deployment: ledger.deployment, account, origin: ORIGIN, log })
    return log.lines
  }
  const keeper = () => ({ act: createActs(chain, ledger.deployment.contracts), by: ledger.account })
  const height = async (): Promise<number> => (await readHead(chain)).number
  const coverage = async (): Promise<number[]> => (await view('workCalendar', 'coverage', [])).map(Number)

  it('registers the vocabulary and loads the years at hand, once', async () => {
    expect(await seed()).to.have.lengthOf(2)
    expect(await missingPurposes(view)).to.deep.equal([])
    const [, endDay] = await coverage()
    expect(endDay).to.equal(dayOfDate(`${SEED_CALENDAR.years.at(-1)!.year + 1}-01-01`))
    const before = await height()
    expect([await seed(), await height()]).to.deep.equal([[], before])
  })

  it('finishes what an earlier start began', async () => {
    await registerPurposes(PURPOSE_SEED.slice(0, 25), keeper())
    expect(await missingPurposes(view)).to.deep.equal(PURPOSE_SEED.slice(25))
    await seed()
    expect(await missingPurposes(view)).to.deep.equal([])
    expect((await view('vocabulary', 'purposeCount', []))[0]).to.equal(BigInt(PURPOSE_SEED.length))
  })

  it('adds years behind what the keeper loaded, and leaves those as they are', async () => {
    const { year } = SEED_CALENDAR.years.at(-2)!
    const own = { ...SEED_CALENDAR, years: SEED_CALENDAR.years.filter(one => one.year <= year) }
    const [span] = spansOf(own, year)
    const sourceDigest = `0x${'77'.repeat(32)}`
    const aDay = span!.firstDay + 100
    await setSpans([{ ...span!, exceptions: [aDay], sourceDigest }], keeper())
    await seed()
    expect(await coverage()).to.deep.equal([span!.firstDay, dayOfDate(`${year + 2}-01-01`), 2])
    expect((await view('workCalendar', 'isWorkingDay', [span!.firstDay]))[0]).to.equal(
      ![0, 6].includes(new Date(span!.firstDay * 86_400_000).getUTCDay()),
    )
  })

  it('registers the index log of contracts that were deployed before there was one, once', async () => {
    const deployer = new Wallet(`0x${'43'.repeat(32)}`)
    const act = createActs(chain, ledger.deployment.contracts)
    await act(deployer, 'checkpointAnchor', 'registerLog', ['old', ledger.account.address])
    const { deployment } = ledger
    expect(await isRegistered(chain, deployment, indexOrigin('old'))).to.equal(false)
    const unknown = await readAnchored(chain, deployment, indexOrigin('old')).catch(error => error)
    expect(unknown).to.include({ code: 'log_unregistered', retryable: true })
    for (const lines of [1, 0]) {
      const log = new TestLog()
      await seedLedger({ chain, deployment, account: deployer, origin: 'old', log })
      expect(log.lines.filter(line => line.includes('index log registered'))).to.have.lengthOf(lines)
    }
    const [anchorer] = await view('checkpointAnchor', 'anchorerOf', [logIdOf(indexOrigin('old'))])
    expect(anchorer).to.equal(ledger.account.address)
  })

  it('does nothing for an account that is no keeper, and says who has to', async () => {
    const before = await height()
    const lines = await seed(new Wallet(`0x${'44'.repeat(32)}`))
    expect(lines).to.have.lengthOf(2)
    expect(lines[0]).to.match(/^warn vocabulary: .* let the keeper run: suyuan purposes add/)
    expect(lines[1]).to.match(/^warn calendar: .* let the keeper run: suyuan calendar load FILE/)
    expect(await height()).to.equal(before)
  })
})
