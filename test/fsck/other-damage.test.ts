// What is no flipped bit: files that are gone, cut short or of another ledger, values that were put in the place of
// others with their checksums right, and what a crash leaves.

import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Level } from 'level'
import { openAccounts } from '../../src/accounts.ts'
import { explainUnread } from '../../src/cli/disk-failure.ts'
import { hashLeaf } from '../../src/core/hash.ts'
import { packLeaves } from '../../src/core/leaves.ts'
import { checkData, type DataReport } from '../../src/fsck/check-data.ts'
import { repairData } from '../../src/fsck/repair.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { checkedValue, openChecked } from '../../src/store/level/checked-value.ts'
import type { Store } from '../../src/store/store.ts'
import { copyOf, freshDirectory, removeDirectories } from '../store/directory.ts'
import { failureOf } from '../store/failure.ts'
import { makeLeaf, makeLeaves, makeState, packed } from '../store/leaves.ts'
import { fillDirectory, makeErasure, SEGMENT_LEAVES, SIZE } from './scene.ts'

after(removeDirectories)

function check(data: string): Promise<DataReport> {
  return checkData({ data, archives: join(data, 'archive'), onProgress() {} })
}

/** What was found: code and file, each once. */
async function found(data: string): Promise<string[]> {
  const { findings } = await check(data)
  return [...new Set(findings.map(({ code, file }) => `${code} ${file}`))]
}

function open(dir: string): ReturnType<typeof openEmbeddedStore> {
  return openEmbeddedStore({ dir, segmentLeaves: SEGMENT_LEAVES })
}

describe('fsck: other damage', () => {
  const source = freshDirectory()
  before(() => fillDirectory(source))

  it('names files that are gone', async () => {
    const gone: Record<string, string[]> = {
      'log/commits': ['log_truncated log/commits'],
      'log/facts': ['facts_damaged log/facts'],
      'log/000001/entries': ['log_truncated log/000001/entries'],
      'log/000001/sealed': ['sealed_damaged log/000001/sealed'],
      'log/000001/index': ['index_damaged log/000001/index'],
      'log/tile/0': ['tile_damaged log/tile/0'],
      'archive/000000.archive': ['log_truncated log/000000/entries'],
      'keys/seal.key': ['key_lost keys/seal.key'],
      'keys/time.pem': ['log_key_lost keys/time.pem'],
      'chain/journal': ['chain_journal_damaged chain/journal'],
    }
    for (const [file, expected] of Object.entries(gone)) {
      const data = copyOf(source)
      rmSync(join(data, file))
      expect(await found(data), file).to.deep.equal(expected)
    }
    const data = copyOf(source)
    rmSync(join(data, 'index'), { recursive: true })
    expect(await found(data)).to.deep.equal(['index_damaged index'])
  })

  it('misses the journal of the embedded chain also where nothing of it is left, but not of a network', async () => {
    const data = copyOf(source)
    rmSync(join(data, 'chain'), { recursive: true })
    const options = { data, archives: join(data, 'archive'), onProgress() {} }
    const [finding, ...more] = (await checkData(options)).findings
    expect([finding!.code, finding!.isDerived, more]).to.deep.equal(['chain_journal_damaged', false, []])
    expect(finding!.words.en).to.contain('restore this file from a backup').and.contain('SUYUAN_RPC_URL')
    expect((await checkData({ ...options, isNetworkNamed: true })).findings).to.deep.equal([])
  })

  it('notes that there are no tokens, and keys of organisations without their sums', async () => {
    const data = copyOf(source)
    await openAccounts(join(data, 'keys'), ['11520100MB1234567X'])
    expect((await check(data)).notes).to.deep.equal([])
    rmSync(join(data, 'keys/tokens.json'))
    rmSync(join(data, 'keys/organisations/SUMS'))
    const { findings, notes } = await check(data)
    expect(findings).to.deep.equal([])
    expect(notes.map(({ en }) => en.slice(0, en.indexOf(':')))).to.deep.equal([
      'keys/tokens.json',
      'keys/organisations',
    ])
  })

  it('names the folder that stands where a file belongs, and the file that cannot be read', async () => {
    const files = ['log/commits', 'log/facts', 'log/000001/entries', 'log/000001/index', 'log/tile/0', 'events']
    for (const file of [...files, 'chain/journal', 'index/SUMS', 'keys/organisations/SUMS']) {
      const data = copyOf(source)
      rmSync(join(data, file), { force: true })
      mkdirSync(join(data, file), { recursive: true })
      const error = await failureOf(explainUnread(data, check(data)))
      expect([error.code, file], String(error.stack)).to.deep.equal(['data_unreadable', file])
      expect(error.words.en)
        .to.contain(`${join(data, file)} is a folder`)
        .and.contain('move it away')
      expect(error.words.zh).to.contain(`${join(data, file)} 是目录`)
    }
    const denied = { code: 'EACCES', errno: -13, path: '/somewhere/log/facts' }
    const error = await failureOf(explainUnread('/somewhere', Promise.reject(Object.assign(new Error('no'), denied))))
    expect(error.code).to.equal('data_unreadable')
    expect(error.words.en).to.contain('/somewhere/log/facts').and.contain('the account that owns the directory')
    expect(error.words.zh).to.contain('/somewhere/log/facts').and.contain('所属的账户')
  })

  it('asks nobody to change the mode of a folder in the place of a key', async () => {
    const data = copyOf(source)
    rmSync(join(data, 'keys/seal.key'))
    mkdirSync(join(data, 'keys/seal.key'))
    const { findings } = await check(data)
    expect(findings.map(({ code, file }) => [code, file])).to.deep.equal([['key_unreadable', 'keys/seal.key']])
    expect(findings[0]!.words.en).to.contain('is a folder').and.not.contain('chmod')
  })

  it('names files that were cut short', async () => {
    const cut: Record<string, string> = {
      'log/commits': 'commits_damaged log/commits',
      'log/facts': 'facts_damaged log/facts',
      'log/000001/entries': 'log_damaged log/000001/entries',
      'log/000002/entries': 'log_damaged log/000002/entries',
      'log/000001/sealed': 'sealed_damaged log/000001/sealed',
      'log/000001/index': 'index_damaged log/000001/index',
      'log/tile/1': 'tile_damaged log/tile/1',
      'chain/journal': 'chain_journal_damaged chain/journal',
      events: 'events_damaged events',
    }
    for (const [file, expected] of Object.entries(cut)) {
      const data = copyOf(source)
      truncateSync(join(data, file), statSync(join(data, file)).size - 5)
      expect(await found(data), file).to.deep.equal([expected])
    }
  })

  it('compares what LevelDB has with what it was made from, though its checksums are right', async () => {
    const harm: Record<string, (database: Level<string, Buffer>) => Promise<void>> = {
      'a state that is gone': database => database.del('b/batch%0020to%0020640'),
      'a state of another batch': async database => {
        const state = JSON.parse(openChecked('b/batch%0020to%002090', await database.get('b/batch%0020to%002090'))!)
        const wrong = JSON.stringify({ ...state, ranges: [{ firstIndex: 5, count: 89 }] })
        await database.put('b/batch%0020to%002090', checkedValue('b/batch%0020to%002090', wrong))
      },
      'a state that no commit has': async database => {
        await database.put('b/forged', checkedValue('b/forged', JSON.stringify(makeState('forged', 1))))
      },
      'a mark of another commit': async database => {
        const mark = JSON.parse(openChecked('flushed', await database.get('flushed'))!)
        await database.put('flushed', checkedValue('flushed', JSON.stringify({ ...mark, size: mark.size - 1 })))
      },
      'an anchor that is gone': database => database.del('f/anchor/0000000000000090'),
      'a fact that no journal has': database => database.put('f/forged', checkedValue('f/forged', 'x')),
    }
    for (const [what, change] of Object.entries(harm)) {
      const data = copyOf(source)
      const database = new Level<string, Buffer>(join(data, 'index'), { valueEncoding: 'buffer' })
      await change(database)
      await database.close()
      expect(await found(data), what).to.deep.equal(['index_damaged index'])
    }
  })

  it('believes no fact about the tree that the tree does not show', async () => {
    const change = async (facts: (store: Store) => Promise<Record<string, string>>): Promise<string> => {
      const data = copyOf(source)
      const store = await open(data)
      await store.facts.put(await facts(store))
      await store[Symbol.asyncDispose]()
      const { findings } = await check(data)
      expect(findings.map(({ code }) => code)).to.deep.equal(['facts_damaged'])
      return findings[0]!.words.en
    }
    const [one, other] = ['anchor/0000000000000090', 'anchor/0000000000000250']
    expect(
      await change(async ({ facts }) => ({
        [one]: JSON.stringify({ ...JSON.parse((await facts.get(other))!), size: 90 }),
      })),
    ).to.contain(`the fact ${one} is no anchor, or its checkpoint is of another tree`)
    const moved = await change(async ({ facts }) => {
      const { checkpoint, ...anchor } = JSON.parse((await facts.get(one))!)
      const told = { ...anchor, size: 91, checkpoint: checkpoint.replace('\n90\n', '\n91\n') }
      return { 'anchor/0000000000000091': JSON.stringify(told) }
    })
    expect(moved).to.contain('tells of a tree of 91 leaves').and.contain('no commit ends at that size')
    expect(
      await change(async ({ facts }) => ({
        checkpoint: (await facts.get('checkpoint'))!.replace(`\n${SIZE - 1}\n`, '\n90\n'),
      })),
    )
      .to.contain('the fact checkpoint: ')
      .and.contain('signature')
  })

  it('finds a sealed part erased of which no record tells', async () => {
    const data = copyOf(source)
    const store = await open(data)
    await store.eraseSealed(304)
    await store[Symbol.asyncDispose]()
    const { findings } = await check(data)
    expect(findings.map(({ file }) => file)).to.deep.equal(['log/000001/sealed'])
    expect(findings[0]!.words.en).to.contain('leaf 304 was erased, but no record of the log tells of it')
  })

  it('finds a sealed part that is there again though a record tells of its erasure, and erases it', async () => {
    const data = copyOf(source)
    const store = await open(data)
    await store.append([{ leaves: packLeaves([8, 304].map(makeErasure)) }]) // 8 is in an archive
    await store[Symbol.asyncDispose]()
    const report = await check(data)
    expect(report.findings.map(({ code, file, isDerived }) => [code, file, isDerived])).to.deep.equal([
      ['erasure_undone', 'log/000000/sealed', true],
      ['erasure_undone', 'log/000001/sealed', true],
    ])
    expect(report.findings[1]!.words.en).to.contain('leaf 304')
    await repairData(report, { data, archives: join(data, 'archive'), onProgress() {}, onNotice() {} })
    expect((await check(data)).findings).to.deep.equal([])
    const again = await open(data)
    for (const leaf of [8, 304]) expect((await again.readSealed(leaf))!.every(byte => byte === 0)).to.equal(true)
    expect((await again.readSealed(308))!.every(byte => byte === 0)).to.equal(false)
    await again[Symbol.asyncDispose]()
  })

  it('finds entries that were committed but are no records', async () => {
    const dir = freshDirectory()
    const store = await open(dir)
    await store.append([{ leaves: packed(0, 5) }])
    const entry = Buffer.from(JSON.stringify({ ...makeLeaf(5).record, unheard: 'of' }))
    const length = Buffer.of(entry.length >> 8, entry.length & 255)
    const odd = { ...packLeaves([makeLeaf(5)]), entries: Buffer.concat([length, entry]), hashes: hashLeaf(entry) }
    await store.append([{ leaves: odd }])
    await store[Symbol.asyncDispose]()
    const { findings } = await check(dir)
    expect(findings.map(({ code }) => code)).to.include('entry_not_canonical')
    expect(findings[0]!.words.en).to.contain('entry 5')
  })

  it('knows what is left of pruned entries: of them the tiles cannot be made again', async () => {
    const data = copyOf(source)
    const store = await open(data)
    const anchor = { size: 300, transaction: '0x1', block: 1, time: 1 }
    await store.old.prune(0, { by: 'operator', time: 1, anchor, retentionYears: 5 })
    await store[Symbol.asyncDispose]()
    const { findings, notes } = await check(data)
    expect(findings).to.deep.equal([])
    expect(notes.map(({ en }) => en).join()).to.contain('The index was not derived again')
    for (const [file, isDerived] of [
      ['log/tile/0', false],
      ['log/tile/1', true],
      ['postings/CURRENT', false],
    ] as const) {
      const damaged = copyOf(data)
      const bytes = readFileSync(join(damaged, file))
      bytes[5]! ^= 1
      writeFileSync(join(damaged, file), bytes)
      const report = await check(damaged)
      expect(report.findings.map(finding => [finding.file, finding.isDerived])).to.deep.equal([[file, isDerived]])
      await repairData(report, { data: damaged, archives: join(damaged, 'archive'), onProgress() {}, onNotice() {} })
      expect((await check(damaged)).findings).to.have.length(isDerived ? 0 : 1)
    }
  })

  it('takes what a crash leaves for what it is, and finds nothing after the next start and stop', async () => {
    const data = copyOf(source)
    const running = await open(data)
    const unsealed = makeLeaves(0, 200).filter(({ sealed }) => sealed === undefined)
    await running.append([{ leaves: packLeaves(unsealed), state: makeState('late', 150) }])
    await running.facts.put({ late: 'fact' })
    const killed = copyOf(data)
    await running[Symbol.asyncDispose]()
    for (const name of ['log/commits', 'log/facts', 'log/000003/entries']) {
      const bytes = readFileSync(join(killed, name))
      writeFileSync(join(killed, name), Buffer.concat([bytes, bytes.subarray(-10)]))
    }
    const { findings, notes } = await check(killed)
    expect(findings.filter(({ isDerived }) => !isDerived)).to.deep.equal([])
    expect(notes.map(({ en }) => /^log\/\w+/.exec(en)?.[0])).to.include.members(['log/commits', 'log/facts'])
    await (await open(killed))[Symbol.asyncDispose]()
    expect((await check(killed)).findings).to.deep.equal([])
  })

  it('reads on behind the leaves that index.open was put down with', async () => {
    const data = copyOf(source)
    const running = await open(data)
    const unsealed = makeLeaves(0, 60).filter(({ sealed }) => sealed === undefined)
    await running.append([{ leaves: packLeaves(unsealed) }])
    const killed = copyOf(data)
    await running[Symbol.asyncDispose]()
    copyFileSync(join(source, 'log/000002/index.open'), join(killed, 'log/000002/index.open'))
    const { findings, size } = await check(killed)
    expect(findings.filter(({ isDerived }) => !isDerived)).to.deep.equal([])
    expect(size).to.equal(SIZE + unsealed.length)
  })

  it('says which files it knows nothing of', async () => {
    const data = copyOf(source)
    copyFileSync(join(data, 'log/commits'), join(data, 'log/commits.old'))
    const { findings, notes } = await check(data)
    expect(findings).to.deep.equal([])
    expect(notes.map(({ en }) => en)).to.deep.equal(['Not checked, for nothing is known of them: log/commits.old.'])
  })

  it('checks no directory that holds no ledger', async () => {
    expect(await failureOf(check(freshDirectory()))).to.have.property('code', 'data_unknown')
  })
})
