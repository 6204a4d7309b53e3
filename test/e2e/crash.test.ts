// The real service ended again and again under load, the short form of `npm run test:crash` (docs/crash-safety.md): whatever
// it acknowledged is kept, nothing is doubled, every receipt goes on proving, and one size has one root.

import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { EndKind } from '../../scripts/crash/ends.ts'
import { runCrashes } from '../../scripts/crash/run.ts'

/** One of each sort; the long form has them all, hundreds of times. */
const ENDS: readonly EndKind[] = [
  'SIGKILL',
  'write fails: no space',
  'SIGTERM, then SIGKILL',
  'sync fails, then the power goes',
  'SIGKILL, then a torn tail',
  'power goes under load',
  'SIGKILL, then acknowledged bytes cut off',
]
const SEED = Number(process.env['SUYUAN_CRASH_SEED'] ?? randomInt(2 ** 31))

describe(`the service, ended again and again (SUYUAN_CRASH_SEED=${SEED})`, function () {
  this.timeout(300_000)
  let scratch: string

  before(async () => (scratch = await mkdtemp(join(tmpdir(), 'suyuan-crash-'))))
  after(() => rm(scratch, { recursive: true, force: true }))

  it('loses nothing, doubles nothing, and goes on', async () => {
    const { tallies, figures, leaves, receipts, failure } = await runCrashes({
      scratch,
      seed: SEED,
      ends: ENDS.length,
      lanes: 1,
      perLedger: ENDS.length,
      only: ENDS,
      onProgress() {},
    })
    if (failure !== undefined) throw failure
    expect(tallies.ends.total).to.equal(ENDS.length)
    expect(leaves, 'there was something to lose').to.be.greaterThan(100)
    expect(receipts).to.be.greaterThan(10)
    expect(figures.sent, 'the ends left batches unanswered').to.be.greaterThan(figures.acknowledged)
  })
})
