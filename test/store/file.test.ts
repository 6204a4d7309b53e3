import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { diskFiles, type LogFile } from '../../src/store/file.ts'
import { ReadInStep } from '../../src/store/read-in-step.ts'
import { failureOf } from './failure.ts'

describe('a file on the disk', () => {
  const BYTES = Buffer.from(Array.from({ length: 200_000 }, (_, k) => (k * 7919) % 251))
  let dir: string
  let file: LogFile

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'suyuan-file-'))
    await writeFile(join(dir, 'bytes'), BYTES)
  })

  beforeEach(async () => {
    file = await diskFiles.open(join(dir, 'bytes'))
  })

  afterEach(() => file.close().catch(() => {}))
  after(() => rm(dir, { recursive: true }))

  it('gives the bytes asked for, few and many', async () => {
    for (const [at, length] of [
      [0, 1],
      [4_095, 2],
      [1_000, 65_536],
      [1_000, 65_537],
      [0, 200_000],
      [199_999, 1],
      [200_000, 0],
    ] as const) {
      expect(
        Buffer.compare(await file.read(at, length), BYTES.subarray(at, at + length)),
        `${length} at ${at}`,
      ).to.equal(0)
    }
  })

  it('says where it ends when more is asked for, few bytes or many', async () => {
    for (const length of [2, 150_000]) {
      expect(await failureOf(file.read(200_001 - length, length))).to.include({ code: 'log_truncated' })
    }
  })

  it('cannot be read when it is closed, and says so in the words of the system', async () => {
    await file.close()
    for (const length of [1, 100_000]) expect(await failureOf(file.read(0, length))).to.include({ code: 'EBADF' })
  })

  it('lets others have their turn, however many small pieces are read', async () => {
    let turns = 0
    let isOver = false
    const count = async (): Promise<void> => {
      for (; !isOver; turns++) await nextTurn()
    }
    const counting = count()
    const began = performance.now()
    for (let k = 0; performance.now() - began < 60; k = (k + 4_096) % 190_000) await file.read(k, 4_096)
    isOver = true
    await counting
    expect(turns).to.be.greaterThan(10)
  })
})

describe('reading in step', () => {
  beforeEach(() => nextTurn())

  it('is for small pieces', () => {
    const reads = new ReadInStep()
    expect([1, 65_536, 65_537].map(bytes => reads.allows(bytes))).to.deep.equal([true, true, false])
  })

  it('ends for the next reads of a file when one came from the disk', async () => {
    const [reads, others] = [new ReadInStep(), new ReadInStep()]
    // Each in a turn of its own: one that the machine's other users drew out would have no room.
    const allows = async (file: ReadInStep): Promise<boolean> => {
      await nextTurn()
      return file.allows(1)
    }
    reads.took(0.01)
    expect(await allows(reads)).to.equal(true)
    reads.took(0.3)
    for (let k = 0; k < 64; k++) expect(await allows(reads)).to.equal(false)
    expect([await allows(reads), await allows(others)]).to.deep.equal([true, true])
  })

  it('ends for all files when it has held up the event loop, until the next turn', async () => {
    const [reads, others] = [new ReadInStep(), new ReadInStep()]
    expect(reads.allows(1)).to.equal(true)
    for (const began = performance.now(); performance.now() - began < 4; );
    expect([reads.allows(1), others.allows(1)]).to.deep.equal([false, false])
    await nextTurn()
    expect([reads.allows(1), others.allows(1)]).to.deep.equal([true, true])
  })
})
