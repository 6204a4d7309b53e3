// The chain of a key on disk, cut off between any two steps: whatever was signed is shipped, no number is given twice, and
// each line has one link.

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { LedgerError } from '../../src/core/error.ts'
import { parseRecordInput, type RecordInput } from '../../src/core/record.ts'
import { newChain, takeLink } from '../../src/core/source-chain.ts'
import { linkHash, linkText, type SignedRecord } from '../../src/core/source-link.ts'
import { ChainFile } from '../../src/source/chain-file.ts'
import { createKeyFile, readKeyFile } from '../../src/source/key-file.ts'
import type { SourceKey } from '../../src/source/sign.ts'
import { freshDirectory, removeDirectories } from '../store/directory.ts'

const ORIGIN = 'suyuan.test/log'
const line = (k: number, rows = 0): RecordInput =>
  parseRecordInput({
    action: 'read',
    bytes: k,
    consumer: 'c',
    resource: 'r',
    rows,
    source: 'gate',
    status: 'ok',
    time: '2026-03-01T00:00:00Z',
  })

after(removeDirectories)

/** What the service does with batches: lines of a key that it has are passed over, other ones are refused. */
class Service {
  readonly batches = new Map<string, readonly string[]>()
  readonly log: string[] = []

  post(key: string, body: string): void {
    const lines = body.split('\n').slice(0, -1)
    const known = this.batches.get(key) ?? []
    if (known.some((text, k) => text !== lines[k])) throw new Error('batch_differs')
    this.log.push(...lines.slice(known.length))
    this.batches.set(key, lines)
  }
}

interface Files {
  readonly chain: string
  readonly pending: string | undefined
}

const read = (path: string): Files => ({
  chain: readFileSync(`${path}.chain`, 'utf8'),
  pending: existsSync(`${path}.pending`) ? readFileSync(`${path}.pending`, 'utf8') : undefined,
})

function put(path: string, { chain, pending }: Files): void {
  writeFileSync(`${path}.chain`, chain)
  if (pending === undefined) rmSync(`${path}.pending`, { force: true })
  else writeFileSync(`${path}.pending`, pending, { mode: 0o600 })
}

/** As of the log alone: each number once, each behind the one before. */
function checkLog(log: readonly string[], { origin }: SourceKey): void {
  const chain = newChain()
  for (const [index, text] of log.entries()) {
    const record = parseRecordInput(JSON.parse(text)) as SignedRecord
    const hash = linkHash(linkText(record, origin))
    expect(takeLink(chain, { seq: record.seq, previous: record.previous, hash, index })).to.equal(true)
  }
  expect({ next: chain.next, holes: chain.holes, counts: chain.counts }).to.deep.equal({
    next: log.length,
    holes: [],
    counts: {},
  })
}

const CUTS = ['none', 'before', 'written', 'sent', 'noted half', 'noted'] as const

describe('the chain file', () => {
  it('goes on from wherever it was cut off', async () => {
    const dir = freshDirectory()
    let count = 0
    const step = fc.record({ batch: fc.nat(2), lines: fc.nat(4), cut: fc.constantFrom(...CUTS), at: fc.nat(150) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async steps => {
        const path = join(dir, `key-${count++}`)
        const key = await createKeyFile(path, 'gate', ORIGIN)
        const service = new Service()
        const lengths = new Map<number, number>()
        for (const { batch, lines, cut, at } of steps) {
          lengths.set(batch, (lengths.get(batch) ?? 0) + lines)
          // One run of the command: what is pending first, then the batch as it is now.
          using chain = await ChainFile.open(path, key)
          if (chain.pending !== undefined) {
            service.post(chain.pending.key, chain.pending.body)
            await chain.shipped()
          }
          const before = read(path)
          const all = Array.from({ length: lengths.get(batch)! }, (_, k) => line(batch * 1_000 + k))
          const texts = await chain.sign(`batch ${batch}`, all)
          const written = read(path)
          if (cut === 'before') put(path, before)
          else if (cut !== 'written') service.post(`batch ${batch}`, texts.map(text => `${text}\n`).join(''))
          if (cut === 'before' || cut === 'written' || cut === 'sent') continue
          await chain.shipped()
          const noted = read(path)
          const half = noted.chain.slice(0, Math.min(noted.chain.length, before.chain.length + at))
          if (cut === 'noted half') put(path, { chain: half, pending: written.pending })
          if (cut === 'noted') put(path, { chain: noted.chain, pending: written.pending })
        }
        // In the end all of it is shipped, once.
        using chain = await ChainFile.open(path, key)
        if (chain.pending !== undefined) {
          service.post(chain.pending.key, chain.pending.body)
          await chain.shipped()
        }
        for (const [batch, length] of lengths) {
          const all = Array.from({ length }, (_, k) => line(batch * 1_000 + k))
          const texts = await chain.sign(`batch ${batch}`, all)
          service.post(`batch ${batch}`, texts.map(text => `${text}\n`).join(''))
          await chain.shipped()
        }
        checkLog(service.log, key)
        expect(service.log).to.have.length([...lengths.values()].reduce((sum, length) => sum + length, 0))
      }),
      { numRuns: 60 },
    )
  }).timeout(120_000)

  it('signs nothing where lines are not what they were, or fewer', async () => {
    const path = join(freshDirectory(), 'key')
    const key = await createKeyFile(path, 'gate', ORIGIN)
    using chain = await ChainFile.open(path, key)
    await chain.sign('a', [line(1), line(2)])
    await chain.shipped()
    const kept = read(path)
    for (const lines of [[line(1), line(3)], [line(1)], [line(2), line(1)], [line(1, 1), line(2), line(3)]]) {
      const error: unknown = await chain.sign('a', lines).catch((error: unknown) => error)
      expect(error instanceof LedgerError && error.code).to.equal('links_differ')
    }
    expect(read(path)).to.deep.equal(kept)
    expect(await chain.sign('a', [line(1), line(2)])).to.have.length(2)
    expect(chain.place.seq).to.equal(2)
  })

  /** The next write of a file fails: after so much of it was written, or once all of it was. */
  async function failNext(written: 'half' | 'all'): Promise<void> {
    await using handle = await open(process.execPath)
    const files = Object.getPrototypeOf(handle) as FileHandle
    const { writeFile, sync } = Object.getOwnPropertyDescriptors(files)
    const fail = (): never => {
      Object.defineProperties(files, { writeFile, sync })
      throw new Error('the disk failed')
    }
    if (written === 'all') files.sync = async () => fail()
    else {
      files.writeFile = async function (this: FileHandle, text) {
        await Reflect.apply(writeFile.value!, this, [(text as string).slice(0, 40)])
        fail()
      }
    }
  }

  for (const written of ['half', 'all'] as const) {
    it(`is whole again when it is opened again, where the disk failed with ${written} of it written`, async () => {
      const path = join(freshDirectory(), 'key')
      const key = await createKeyFile(path, 'gate', ORIGIN)
      const codeOf = (error: Error): string => (error instanceof LedgerError ? error.code : error.message)
      {
        using chain = await ChainFile.open(path, key)
        await failNext(written)
        // Whether it was kept only the disk can tell: no other line gets its number, be it asked for already or later.
        const asked = [chain.sign('a', [line(1)]), chain.sign('b', [line(2)])].map(signed => signed.catch(codeOf))
        expect(await Promise.all(asked)).to.deep.equal(['the disk failed', 'source_closed'])
        expect(await chain.sign('b', [line(2)]).catch(codeOf)).to.equal('source_closed')
      }
      {
        using chain = await ChainFile.open(path, key)
        if (chain.pending === undefined) await chain.sign('a', [line(1)])
        await failNext(written)
        expect(await chain.shipped().catch(codeOf)).to.equal('the disk failed')
        expect(await chain.shipped().catch(codeOf)).to.equal('source_closed')
      }
      using chain = await ChainFile.open(path, key)
      await chain.shipped()
      expect(await chain.sign('a', [line(1)])).to.have.length(1)
      expect([chain.place.seq, chain.pending]).to.deep.equal([1, undefined])
    })
  }

  it('is not taken over by a new key, nor overwritten, where the key itself is gone', async () => {
    const create = (path: string): Promise<unknown> =>
      createKeyFile(path, 'gate', ORIGIN).then(
        () => 'created',
        (error: LedgerError) => error.code,
      )
    const path = join(freshDirectory(), 'key')
    const key = await createKeyFile(path, 'gate', ORIGIN)
    rmSync(path)
    // As a crash leaves it that came before the key was written.
    expect(await create(path)).to.equal('created')
    rmSync(path)
    {
      using chain = await ChainFile.open(path, key)
      await chain.sign('a', [line(1)])
      const pending = read(path)
      expect(await create(path)).to.equal('key_file_exists')
      expect(read(path)).to.deep.equal(pending)
      await chain.shipped()
    }
    const shipped = read(path)
    expect(await create(path)).to.equal('key_file_exists')
    expect(read(path)).to.deep.equal(shipped)
  })

  it('is read again as the key that it was', async () => {
    const path = join(freshDirectory(), 'key')
    const key = await createKeyFile(path, 'gate', ORIGIN)
    expect((await readKeyFile(path)).verifierKey).to.deep.equal(key.verifierKey)
  })
})
