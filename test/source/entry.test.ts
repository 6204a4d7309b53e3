// The client of a source under a program that calls it in any order, at the same time, or too late: no number is given
// twice, and nothing is signed but under the lock.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { createKey, openSource } from '../../src/source/entry.ts'
import { lockKey } from '../../src/source/lock.ts'
import type { Shipment, Source, SourceError } from '../../src/source/published.ts'
import { freshDirectory, removeDirectories } from '../store/directory.ts'

const line = (bytes: number): object => ({
  action: 'read',
  bytes,
  consumer: 'c',
  resource: 'r',
  source: 'gate',
  status: 'ok',
  time: '2026-03-01T00:00:00Z',
})
const codeOf = (error: unknown): string => (error as SourceError).code
const numbersOf = ({ body }: Shipment): number[] =>
  body
    .split('\n')
    .slice(0, -1)
    .map(text => (JSON.parse(text) as { seq: number }).seq)

after(removeDirectories)

async function open(): Promise<{ readonly source: Source; readonly path: string }> {
  const path = join(freshDirectory(), 'gate.key')
  await createKey(path, { source: 'gate', origin: 'suyuan.test/log' })
  return { source: await openSource(path), path }
}

describe('the client of a source', () => {
  it('asked twice at the same time, signs one and says of the other that it has to wait', async () => {
    const { source } = await open()
    using _ = source
    const [first, second] = await Promise.allSettled([source.sign('a', [line(1)]), source.sign('b', [line(2)])])
    expect(first.status === 'fulfilled' && numbersOf(first.value)).to.deep.equal([0])
    expect(second.status === 'rejected' && codeOf(second.reason)).to.equal('source_pending')
    expect(source.pending).to.deep.equal(first.status === 'fulfilled' && first.value)
    await source.shipped()
    expect(numbersOf(await source.sign('b', [line(2)]))).to.deep.equal([1])
  })

  it('told twice at the same time that lines arrived, notes them once', async () => {
    const { source, path } = await open()
    await source.sign('a', [line(1)])
    await Promise.all([source.shipped(), source.shipped()])
    source.close()
    expect(readFileSync(`${path}.chain`, 'utf8').split('\n')).to.have.length(2)
    using again = await openSource(path)
    expect(again.next).to.equal(1)
  })

  it('does not take for arrived what is signed only afterwards', async () => {
    const { source } = await open()
    using _ = source
    await source.sign('a', [line(1)])
    const [, second] = await Promise.all([source.shipped(), source.sign('b', [line(2)]), source.shipped()])
    expect(source.pending).to.deep.equal(second)
  })

  it('once closed, signs nothing and notes nothing', async () => {
    const { source, path } = await open()
    await source.sign('a', [line(1)])
    source.close()
    source.close()
    const kept = readFileSync(`${path}.chain`, 'utf8')
    expect(await source.sign('b', [line(2)]).catch(codeOf)).to.equal('source_closed')
    expect(await source.shipped().catch(codeOf)).to.equal('source_closed')
    expect(readFileSync(`${path}.chain`, 'utf8')).to.equal(kept)
    using again = await openSource(path)
    expect(again.pending?.key).to.equal('a')
  })

  it('closed in the middle, keeps its lock until what is under way is kept', async () => {
    const { source, path } = await open()
    const lines = Array.from({ length: 50 }, (_, k) => line(k))
    let done = false
    const signing = source.sign('a', lines).finally(() => {
      done = true
    })
    source.close()
    {
      using _ = await lockKey(path)
      expect(done).to.equal(true)
    }
    using again = await openSource(path)
    expect(again.pending).to.deep.equal(await signing)
  })
})
