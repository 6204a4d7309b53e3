// Invariant: no delivery is ever recorded that its grant, at that block, did not allow, and the deliveries under a grant
// never add up to more than its quota. Random acts by both sides, checked against a model that is a few lines long.

import { expect } from 'chai'
import { ZeroHash } from 'ethers'
import * as fc from 'fast-check'
import { explainRevert } from '../../src/chain/contracts.ts'
import { DELIVERY_KINDS, wordFor } from '../../src/chain/terms.ts'
import { CONDITIONAL, DIGEST, handoverOf, requestFor, type Scene, useScene } from './fixture.ts'

const AMOUNT = fc.record({ rowCount: fc.integer({ min: 0, max: 8 }), byteCount: fc.integer({ min: 0, max: 8 }) })
const QUOTA = fc.record({ rowCount: fc.integer({ min: 5, max: 40 }), byteCount: fc.integer({ min: 5, max: 40 }) })
type Amount = { readonly rowCount: number; readonly byteCount: number }

const ACT = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('share' as const), amounts: fc.tuple(AMOUNT) }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant('download' as const), amounts: fc.tuple(AMOUNT) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('deliver' as const),
      amounts: fc.array(AMOUNT, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 60 }) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('revoke' as const) }) },
)

/** What the rules say, in plain numbers. */
interface Model {
  time: number
  readonly until: number
  revoked: boolean
  left: Amount
}

function allows(model: Model, amounts: readonly Amount[]): boolean {
  const total = (of: keyof Amount): number => amounts.reduce((sum, amount) => sum + amount[of], 0)
  return (
    !model.revoked &&
    model.time < model.until &&
    amounts.every(({ rowCount, byteCount }) => rowCount + byteCount > 0) &&
    total('rowCount') <= model.left.rowCount &&
    total('byteCount') <= model.left.byteCount
  )
}

function take(model: Model, amounts: readonly Amount[]): void {
  for (const { rowCount, byteCount } of amounts) {
    model.left = { rowCount: model.left.rowCount - rowCount, byteCount: model.left.byteCount - byteCount }
  }
}

describe('AccessLedger under random acts', () => {
  const scene = useScene()

  it('records exactly what the model allows, and leaves exactly what the model leaves', async function () {
    this.timeout(40_000)
    let count = 0
    const tried = { taken: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(QUOTA, QUOTA, fc.array(ACT, { minLength: 1, maxLength: 14 }), async (asked, given, acts) => {
        const quota = {
          rowCount: Math.min(asked.rowCount, given.rowCount),
          byteCount: Math.min(asked.byteCount, given.byteCount),
        }
        const id = ++count
        const start = (await time(scene)) + 1
        const model: Model = { time: start, until: start + 200, revoked: false, left: quota }
        await scene.act(
          'statistics',
          'accessLedger',
          'request',
          requestFor(CONDITIONAL, { until: model.until, quota: asked }),
        )
        const digest = await scene.view('accessLedger', 'askedDigest', id)
        await scene.act('tax', 'accessLedger', 'grant', id, digest, model.until, quota, ZeroHash)
        model.time = await time(scene)

        for (const step of acts) {
          if (step.act === 'wait') {
            model.time += step.seconds
            continue
          }
          model.time += 1
          await scene.at(model.time)
          if (step.act === 'revoke') {
            const may = !model.revoked && model.time < model.until
            expect(await tries(scene.act('tax', 'accessLedger', 'revoke', id, DIGEST))).to.equal(may)
            model.revoked ||= may
            continue
          }
          const may = allows(model, step.amounts)
          expect(await tries(record(scene, id, step.act, step.amounts))).to.equal(may)
          if (may) take(model, step.amounts)
          tried[may ? 'taken' : 'refused'] += 1
        }

        const grant = (await scene.view('accessLedger', 'grantOf', id)) as {
          rowsLeft: bigint
          bytesLeft: bigint
          state: bigint
        }
        expect([Number(grant.rowsLeft), Number(grant.bytesLeft)]).to.deep.equal([
          model.left.rowCount,
          model.left.byteCount,
        ])
        expect(['granted', 'revoked', 'expired', 'exhausted']).to.include(wordFor('State', grant.state))
      }),
      { numRuns: 60 },
    )
    // Far below what is usual (some 100 of each): only a test that no longer tests falls under it.
    expect(Math.min(tried.taken, tried.refused), JSON.stringify(tried)).to.be.greaterThan(20)
  })
})

function record(
  scene: Scene,
  grant: number,
  act: 'share' | 'download' | 'deliver',
  amounts: readonly Amount[],
): Promise<unknown> {
  const handovers = amounts.map(amount => handoverOf(amount))
  if (act === 'share') return scene.act('tax', 'accessLedger', 'share', grant, handovers[0])
  if (act === 'download') return scene.act('statistics', 'accessLedger', 'download', grant, handovers[0])
  const batch = handovers.map(handover => ({ grant, kind: DELIVERY_KINDS.share.value, handover }))
  return scene.act('tax', 'accessLedger', 'deliver', batch)
}

const REFUSALS = new Set([
  'grant_state_wrong',
  'grant_expired',
  'byte_quota_exceeded',
  'row_quota_exceeded',
  'delivery_empty',
])

/** Whether the contract took the act; any refusal but the expected ones is a failure of the test. */
async function tries(act: Promise<unknown>): Promise<boolean> {
  try {
    await act
    return true
  } catch (error) {
    const { code, message } = explainRevert(error)
    expect(REFUSALS, message).to.include(code)
    return false
  }
}

async function time(scene: Scene): Promise<number> {
  return (await scene.provider.getBlock('latest'))?.timestamp ?? 0
}
