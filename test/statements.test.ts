// Usage statements on real contracts: random lines, stated round by round, and what a dishonest operator would try.

import { createHash } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { logIdOf } from '../src/chain/deploy.ts'
import type { RegistryState } from '../src/chain/registry-state.ts'
import { CHANNELS, DELIVERY_KINDS } from '../src/chain/terms.ts'
import type { TreeHead } from '../src/core/checkpoint.ts'
import { hashLeaf } from '../src/core/hash.ts'
import { packLeaves } from '../src/core/leaves.ts'
import type { AccessRecord } from '../src/core/record.ts'
import { encodeBundle, parseTilePath, TILE_WIDTH } from '../src/core/tile.ts'
import { readLogOf } from '../src/statements/read-log.ts'
import { createStatements, type DueStatement, type Statements } from '../src/statements.ts'
import { createMemoryStore } from '../src/store/memory.ts'
import type { Store } from '../src/store/store.ts'
import { readState } from './chain/state-scene.ts'
import { CODES, DAY, ORIGIN, requestFor, START, UNCONDITIONAL, useScene } from './contracts/fixture.ts'
import { toLeaf } from './store/leaves.ts'

const [, TAX, STATISTICS, TRAFFIC, , , , , PLATFORM] = CODES
const LOG = logIdOf(ORIGIN)
const GRANTED = START + DAY
const HOUR = 3_600

/** What a line of the test is made to be. */
type Sort = 'within' | 'early' | 'elsewhere' | 'ahead'
interface Line {
  readonly grant: 1 | 2
  readonly bytes: number
  readonly rows: number
  readonly sort: Sort
}

const anyLine: fc.Arbitrary<Line> = fc.record({
  grant: fc.constantFrom(1, 2),
  bytes: fc.integer({ min: 0, max: 300 }),
  rows: fc.integer({ min: 0, max: 20 }),
  sort: fc.constantFrom<Sort>('within', 'within', 'within', 'early', 'elsewhere', 'ahead'),
})

describe('usage statements', () => {
  const scene = useScene()
  let store: Store
  let state: RegistryState
  /** Of the newest block. */
  let time: number

  /** The statistics bureau has grant 1, the traffic bureau grant 2: 1,000 bytes and 100 rows each. */
  const openGrants = async (): Promise<void> => {
    store = createMemoryStore()
    await scene.at(GRANTED)
    await scene.act('tax', 'accessLedger', 'entrust', 8, LOG)
    await scene.act('statistics', 'accessLedger', 'request', requestFor(UNCONDITIONAL))
    await scene.act('traffic', 'accessLedger', 'request', requestFor(UNCONDITIONAL))
    await pass(GRANTED + HOUR)
  }
  const pass = async (seconds: number): Promise<void> => {
    await scene.at(seconds)
    await scene.request('evm_mine', [])
    await refresh()
  }
  const refresh = async (): Promise<void> => {
    state = await readState(scene)
    time = (await scene.provider.getBlock('latest'))?.timestamp ?? 0
  }
  const statements = (log: Store = store): Statements =>
    createStatements({
      store: log,
      registry: {
        get books() {
          return state
        },
        get block() {
          return { time }
        },
      },
      log: LOG,
      anchored: () => store.head.size,
    })

  const recordOf = ({ grant, bytes, rows, sort }: Line): AccessRecord => {
    const seconds = sort === 'early' ? GRANTED - HOUR : sort === 'ahead' ? time + 60 : time - 60
    return {
      action: 'read',
      bytes,
      channel: 'online-query',
      consumer: sort === 'elsewhere' ? TAX : grant === 1 ? STATISTICS : TRAFFIC,
      grant,
      provider: TAX,
      purpose: 'ProvideOfficialStatistics',
      resource: '306-01-002',
      rows,
      source: 'gateway',
      status: 'ok',
      time: new Date(seconds * 1000).toISOString(),
    }
  }
  const write = async (lines: readonly Line[]): Promise<void> => {
    if (lines.length > 0) await store.append([{ leaves: packLeaves(lines.map(line => toLeaf(recordOf(line)))) }])
  }
  const deliver = async (
    due: readonly Partial<DueStatement>[],
    party: 'platform' | 'tax' = 'platform',
  ): Promise<void> => {
    const deliveries = due.map(({ grant, accesses, bytes, rows, fields, contentDigest, logFirst, logEnd }) => ({
      grant,
      kind: DELIVERY_KINDS.statement.value,
      handover: {
        channel: CHANNELS['online-query'].value,
        rowCount: rows,
        byteCount: bytes,
        scope: fields,
        contentDigest,
        accessCount: accesses,
        logFirst,
        logEnd,
      },
    }))
    await scene.act(party, 'accessLedger', 'deliver', deliveries)
    await refresh()
  }
  /** The content digest of one line. */
  const digestOf = async (index: number): Promise<string> => {
    const [entry] = await store.readEntries([index])
    return `0x${createHash('sha256').update(hashLeaf(entry!)).digest('hex')}`
  }
  const line = (fields: Partial<Line> = {}): Line => ({ grant: 1, bytes: 10, rows: 1, sort: 'within', ...fields })

  it('state every line within its grant once, up to the quota, and leave no other out of sight', async function () {
    this.timeout(60_000)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(anyLine, { maxLength: 10 }), { minLength: 1, maxLength: 3 }), async rounds => {
        const snapshot = await scene.request('evm_snapshot', [])
        await openGrants()
        const written: Line[] = []
        for (const lines of rounds) {
          await write(lines)
          written.push(...lines)
          const { statements: due } = await statements().pending(PLATFORM)
          if (due.length > 0) await deliver(due)
          await pass(time + HOUR)
        }
        const left = await statements().pending(undefined)
        for (const id of [1, 2] as const) {
          const grant = state.grants.get(id)!
          const mine = written.map((one, index) => ({ ...one, index })).filter(one => one.grant === id)
          // A line that lay ahead of the chain lies behind it now.
          const within = mine.filter(({ sort }) => sort === 'within' || sort === 'ahead')
          let end = 0n
          for (const stated of grant.deliveries.toReversed()) {
            expect(stated.logFirst).to.equal(end)
            end = stated.logEnd
            const sum = within.filter(({ index }) => index >= stated.logFirst && index < stated.logEnd)
            expect([stated.accesses, stated.bytes, stated.rows]).to.deep.equal([
              BigInt(sum.length),
              BigInt(sum.reduce((all, { bytes }) => all + bytes, 0)),
              BigInt(sum.reduce((all, { rows }) => all + rows, 0)),
            ])
          }
          expect(grant.delivered.bytes <= 1_000n && grant.delivered.rows <= 100n).to.equal(true)
          const count = (all: readonly { readonly grant: number; readonly accesses: number }[]): number =>
            all.filter(one => one.grant === id).reduce((sum, { accesses }) => sum + accesses, 0)
          expect(Number(grant.stated.accesses) + count(left.statements) + count(left.unstated)).to.equal(within.length)
          expect(count(left.outside)).to.equal(
            mine.filter(({ sort, index }) => sort !== 'within' && sort !== 'ahead' && index >= end).length,
          )
          for (const { agrees } of (await statements().check(id)).statements) expect(agrees).to.equal(true)
        }
        await scene.request('evm_revert', [snapshot])
      }),
      { numRuns: 12 },
    )
  })

  it('state up to the quota, and report what is beyond it again and again', async () => {
    await openGrants()
    await write([line({ bytes: 600 }), line({ bytes: 500 }), line({ bytes: 1 })])
    const { statements: due, unstated } = await statements().pending(PLATFORM)
    expect(
      due.map(({ grant, accesses, bytes, logFirst, logEnd }) => ({ grant, accesses, bytes, logFirst, logEnd })),
    ).to.deep.equal([{ grant: 1, accesses: 1, bytes: 600n, logFirst: 0, logEnd: 1 }])
    expect(unstated).to.have.length(1)
    expect(unstated[0]).to.include({ grant: 1, why: 'over-quota', accesses: 2, bytes: 501n, first: 1 })
    await deliver(due)
    const again = await statements().pending(PLATFORM)
    expect(again.statements).to.deep.equal([])
    expect(again.unstated[0]).to.include({ why: 'over-quota', accesses: 2, bytes: 501n })
  })

  it('tell of lines that the chain will not take any more, with the reason', async () => {
    await openGrants()
    await write([line()])
    await scene.act('tax', 'accessLedger', 'revoke', 1, LOG)
    await write([line({ grant: 2 })])
    await refresh()
    const { statements: due, unstated } = await statements().pending(PLATFORM)
    expect(due.map(({ grant }) => grant)).to.deep.equal([2])
    expect(unstated.map(({ grant, why, accesses }) => ({ grant, why, accesses }))).to.deep.equal([
      { grant: 1, why: 'revoked', accesses: 1 },
    ])
    await pass(START + 31 * DAY)
    await write([line({ grant: 2 })])
    const late = await statements().pending(PLATFORM)
    expect(late.statements).to.deep.equal([])
    expect(late.unstated.map(({ grant, why }) => [grant, why])).to.deep.equal([
      [1, 'revoked'],
      [2, 'expired'],
    ])
    expect(late.outside.map(({ grant, judgement }) => [grant, judgement])).to.deep.equal([[2, 'after-expiry']])
  })

  it('wait while no line says how much was taken, since the chain takes no empty delivery', async () => {
    await openGrants()
    await write([line({ bytes: 0, rows: 0 })])
    expect((await statements().pending(PLATFORM)).unstated[0]).to.include({ why: 'nothing-taken', accesses: 1 })
    await write([line({ bytes: 5 })])
    const { statements: due } = await statements().pending(PLATFORM)
    expect(due[0]).to.include({ accesses: 2, bytes: 5n, logFirst: 0, logEnd: 2 })
  })

  it('are for the provider, and for operators that it entrusted with this very log', async () => {
    await openGrants()
    await write([line()])
    const countFor = async (by?: string): Promise<number> => (await statements().pending(by)).statements.length
    expect([await countFor(PLATFORM), await countFor(TAX), await countFor()]).to.deep.equal([1, 1, 1])
    expect([await countFor(STATISTICS), await countFor(TRAFFIC)]).to.deep.equal([0, 0])
    await scene.act('tax', 'accessLedger', 'entrust', 8, logIdOf('another log'))
    await refresh()
    expect(await countFor(PLATFORM)).to.equal(0)
    await deliver((await statements().pending(TAX)).statements, 'tax')
    expect(state.grants.get(1)!.stated.count).to.equal(1)
  })

  const CLAIM = { grant: 1, accesses: 1, bytes: 1n, rows: 0n, fields: 1n, contentDigest: `0x${'11'.repeat(32)}` }

  it('go on after a statement that names more than the log has, and tell of it', async () => {
    await openGrants()
    await write([line({ bytes: 600 }), line({ bytes: 200 })])
    await deliver([{ ...CLAIM, logFirst: 0, logEnd: 1_000_000 }], 'tax')
    const { statements: due, unstated } = await statements().pending(PLATFORM)
    expect(due.map(({ logFirst, logEnd, bytes }) => [logFirst, logEnd, bytes])).to.deep.equal([[0, 2, 800n]])
    expect(unstated).to.have.length(1)
    expect(unstated[0]).to.include({ grant: 1, why: 'stated-beyond-log', accesses: 1, bytes: 1n, first: 0 })
    await deliver(due)
    expect((await statements().pending(PLATFORM)).statements).to.deep.equal([])
    const { statements: checked } = await statements().check(1)
    expect(checked.map(({ agrees, overlaps }) => [agrees, overlaps])).to.deep.equal([
      [true, false],
      [false, false],
    ])
  })

  it('go on after a statement of another log, which is no contradiction of this one', async () => {
    await openGrants()
    await write([line(), line()])
    await scene.act('tax', 'accessLedger', 'entrust', 8, logIdOf('another log'))
    await deliver([{ ...CLAIM, logFirst: 0, logEnd: 2 }])
    await scene.act('tax', 'accessLedger', 'entrust', 8, LOG)
    await refresh()
    const { statements: due, unstated } = await statements().pending(PLATFORM)
    expect(due.map(({ logFirst, logEnd }) => [logFirst, logEnd])).to.deep.equal([[0, 2]])
    expect(unstated).to.deep.equal([])
    expect(await statements().check(1)).to.deep.equal({ statements: [] })
  })

  it('state truthfully what was stated falsely, and go on telling of the false one', async () => {
    await openGrants()
    await write([line(), line(), line({ bytes: 30 })])
    await deliver([{ ...CLAIM, logFirst: 0, logEnd: 2 }])
    const { statements: due, unstated } = await statements().pending(PLATFORM)
    expect(due.map(({ logFirst, logEnd, bytes }) => [logFirst, logEnd, bytes])).to.deep.equal([[0, 3, 50n]])
    const told = [['stated-otherwise', 1, 1n]]
    expect(unstated.map(({ why, accesses, bytes }) => [why, accesses, bytes])).to.deep.equal(told)
    await deliver(due)
    const again = await statements().pending(PLATFORM)
    expect(again.statements).to.deep.equal([])
    expect(again.unstated.map(({ why, accesses, bytes }) => [why, accesses, bytes])).to.deep.equal(told)
    const { statements: checked } = await statements().check(1)
    expect(checked.map(({ agrees, overlaps }) => [agrees, overlaps])).to.deep.equal([
      [true, false],
      [false, false],
    ])
  })

  it('fill what was skipped between two of them, several of one grant in one act', async () => {
    await openGrants()
    await write([line(), line({ bytes: 20 }), line({ bytes: 30 })])
    const { statements: all } = await statements().pending(PLATFORM)
    await deliver([
      { ...all[0], accesses: 1, bytes: 20n, rows: 1n, contentDigest: await digestOf(1), logFirst: 1, logEnd: 2 },
    ])
    const { statements: due } = await statements().pending(PLATFORM)
    expect(due.map(({ logFirst, logEnd, bytes }) => [logFirst, logEnd, bytes])).to.deep.equal([
      [0, 1, 10n],
      [2, 3, 30n],
    ])
    await deliver(due)
    expect(await statements().pending(PLATFORM)).to.deep.include({ statements: [], unstated: [] })
    const { statements: checked } = await statements().check(1)
    expect(checked.map(({ agrees }) => agrees)).to.deep.equal([true, true, true])
  })

  it('speak of nothing that is not anchored', async () => {
    await openGrants()
    await write([line(), line({ bytes: 20 })])
    const only = (size: number | undefined): Statements =>
      createStatements({ store, registry: { books: state, block: { time } }, log: LOG, anchored: () => size })
    expect((await only(1).pending(PLATFORM)).statements[0]).to.include({ accesses: 1, bytes: 10n, logEnd: 1 })
    expect((await only(0).pending(PLATFORM)).statements).to.deep.equal([])
    expect(
      await only(undefined)
        .pending(PLATFORM)
        .catch((error: { code: string }) => error.code),
    ).to.equal('not_anchored_yet')
  })

  describe('of a dishonest operator', () => {
    let due: DueStatement

    beforeEach(async () => {
      await openGrants()
      await write([line(), line({ bytes: 20 }), line({ bytes: 30 }), line({ grant: 2 })])
      due = (await statements().pending(PLATFORM)).statements[0]!
      expect(due).to.include({ accesses: 3, bytes: 60n })
    })

    const verdicts = async (log?: Store): Promise<boolean[]> =>
      (await statements(log).check(1)).statements.map(({ agrees }) => agrees)

    it('show, when a sum, a count or the lines summed are not those of the log', async () => {
      for (const change of [{ bytes: 61n }, { bytes: 59n }, { rows: 4n }, { accesses: 2 }, { contentDigest: LOG }]) {
        const snapshot = await scene.request('evm_snapshot', [])
        await deliver([{ ...due, ...change }])
        expect(await verdicts(), Object.keys(change).join()).to.deep.equal([false])
        await scene.request('evm_revert', [snapshot])
        await refresh()
      }
      await deliver([due])
      expect(await verdicts()).to.deep.equal([true])
    })

    it('show, when lines are skipped or counted twice', async () => {
      const part = { accesses: 1, bytes: 30n, rows: 1n, contentDigest: await digestOf(2), logFirst: 2, logEnd: 3 }
      await deliver([{ ...due, ...part }])
      const [skipping] = (await statements().check(1)).statements
      expect(skipping).to.deep.include({
        agrees: false,
        overlaps: false,
        skipped: { accesses: 2, bytes: 30n, rows: 2n },
      })
      await deliver([{ ...due, ...part }])
      const [twice] = (await statements().check(1)).statements
      expect(twice).to.include({ agrees: false, overlaps: true })
    })

    it('show, when the log is another one since, or is not as long as was stated', async () => {
      await deliver([due])
      const other = createMemoryStore()
      expect(await verdicts(other)).to.deep.equal([false])
      const leaves = [line(), line({ bytes: 21 }), line({ bytes: 29 }), line({ grant: 2 })].map(one =>
        toLeaf(recordOf(one)),
      )
      await other.append([{ leaves: packLeaves(leaves) }])
      expect(await verdicts(other)).to.deep.equal([false])
    })

    it('are checked from the public log alone, whose tree must be the anchored one', async () => {
      await deliver([due])
      const serve = (log: Store) => async (path: string) => {
        const tile = parseTilePath(path)!
        const indices = Array.from({ length: tile.width }, (_, k) => tile.index * TILE_WIDTH + k)
        return encodeBundle(await log.readEntries(indices))
      }
      const head: TreeHead = store.head
      const { statements: checked } = await statements((await readLogOf(1, head, serve(store))) as Store).check(1)
      expect(checked.map(({ agrees }) => agrees)).to.deep.equal([true])
      const other = createMemoryStore()
      await other.append([{ leaves: packLeaves([1, 2, 3, 4].map(bytes => toLeaf(recordOf(line({ bytes }))))) }])
      const refused = await readLogOf(1, head, serve(other)).catch((error: { code: string }) => error.code)
      expect(refused).to.equal('log_differs')
    })
  })

  it('of a grant that there is not are not found', async () => {
    await openGrants()
    expect(
      await statements()
        .check(9)
        .catch((error: { code: string }) => error.code),
    ).to.equal('grant_not_found')
    expect(await statements().check(1)).to.deep.equal({ statements: [] })
  })
})
