// The index as a monitor derives it is that of the plain derivation, over ends of stretches and of epochs, and after an end
// in the middle of one.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { DerivedIndex, type RecordsOf } from '../../src/monitor/derived-index.ts'
import { derivedRoot } from '../completeness/plain-index.ts'
import { makeRecord } from '../store/leaves.ts'

const STRETCH = 64
const EPOCHS = [10, 64, 65, 200, 256, 500]
const never = new AbortController().signal

describe('monitor: the index derived again', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'suyuan-derived-'))
  })
  afterEach(() => rm(dir, { recursive: true }))

  const records: RecordsOf = async function* (start, end) {
    for (let k = start; k < end; k++) yield makeRecord(k)
  }
  const hexOf = (root: Uint8Array): string => Buffer.from(root).toString('hex')

  it('comes to the root of every epoch, opened anew for each', async () => {
    for (const [k, size] of EPOCHS.entries()) {
      await using index = await DerivedIndex.open(dir, STRETCH)
      expect(index.leads(EPOCHS[k - 1] ?? 0, size)).to.be.true
      const root = await index.grow(size, records, never)
      expect(hexOf(root)).to.equal(hexOf(derivedRoot(EPOCHS.slice(0, k + 1), STRETCH)))
    }
  })

  it('goes on with an epoch that was interrupted, and with no other', async () => {
    {
      await using index = await DerivedIndex.open(dir, STRETCH)
      await index.grow(10, records, never)
      const broken: RecordsOf = async function* (start, end) {
        if (start >= 128) throw new Error('cut off')
        yield* records(start, end)
      }
      const failure = await index.grow(200, broken, never).catch((error: unknown) => error)
      expect(failure).to.have.property('message', 'cut off')
    }
    await using index = await DerivedIndex.open(dir, STRETCH)
    expect([index.leads(10, 200), index.leads(10, 300), index.leads(200, 300)]).to.deep.equal([true, false, false])
    expect(hexOf(await index.grow(200, records, never))).to.equal(hexOf(derivedRoot([10, 200], STRETCH)))
    await index.startAnew()
    expect([index.leads(0, 50), index.leads(10, 50), index.isAnew]).to.deep.equal([true, false, true])
  })
})
