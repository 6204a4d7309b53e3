// suyuan archive and suyuan prune, as an operator runs them on the data directory of a stopped service, and as a stranger
// runs `archive verify` on one file.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import { openAnchors } from '../../src/anchors.ts'
import { openAnswerKey } from '../../src/answer-key.ts'
import type { ContractAddresses } from '../../src/chain/contracts.ts'
import { rememberDeployment } from '../../src/chain/identity.ts'
import { DEFAULT_CHAIN_ID } from '../../src/chain/node/options.ts'
import { packLeaves } from '../../src/core/leaves.ts'
import { frontierNodes, frontierRoot } from '../../src/core/tree.ts'
import { type LogKey, openLogKey } from '../../src/log-key.ts'
import { type EmbeddedStore, openEmbeddedStore, SEGMENT_LEAVES } from '../../src/store/embedded.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { formatTrust } from '../../src/verify/trust.ts'
import { type AnchorNode, anchorIn, deploymentOn, startAnchorNode } from '../chain/anchor-node.ts'
import { freshDirectory, removeDirectories } from '../store/directory.ts'
import { makeRecord, toLeaf } from '../store/leaves.ts'
import { quickParts } from '../store/quick-parts.ts'
import { type Ran, runCli } from './run.ts'

const ORIGIN = 'archive.test/log'
const THEN = Date.UTC(2015, 5, 1)
// Not a part of a segment: commits reach over its end, as they do.
const BATCH = 8_000
/** Two segments that can be archived, one that a start still reads, and the open one. */
const SIZE = 3 * SEGMENT_LEAVES + BATCH
/** Blocks of the anchors: of the first segment, of the second, and the newest. */
const ANCHORED = [Date.UTC(2015, 6, 1), Date.UTC(2019, 11, 1), Date.UTC(2024, 0, 1)]

const NAMES = [
  'relay',
  'accessManager',
  'organisations',
  'vocabulary',
  'workCalendar',
  'catalogue',
  'policies',
  'agreements',
  'products',
  'accessLedger',
  'corrections',
  'conduct',
  'checkpointAnchor',
]
const CONTRACTS = Object.fromEntries(NAMES.map(name => [name, `0x${'1'.repeat(40)}`])) as ContractAddresses

after(removeDirectories)

describe('suyuan archive, suyuan prune', function () {
  this.timeout(120_000)
  const data = freshDirectory()
  const files = freshDirectory()
  let key: LogKey
  let node: AnchorNode

  const run = (args: readonly string[], env: Record<string, string> = {}): Promise<Ran> =>
    runCli(args, { env: { SUYUAN_RPC_URL: node.url, ...env } })
  const open = async (): Promise<EmbeddedStore> => openEmbeddedStore({ dir: data, work: await quickParts() })
  const list = async (): Promise<{ place: string; archiveBytes?: number; entriesBytes: number }[]> => {
    const { out } = await run(['archive', 'list', '--data', data, '--json'])
    return JSON.parse(out) as { place: string; entriesBytes: number }[]
  }
  const trust = async (name: string, { origin, verifierKey, timeKey }: LogKey): Promise<string> => {
    const path = join(files, name)
    const answerKey = (await openAnswerKey(join(files, name.replace('.json', '')), origin)).verifierKey
    const parts = { logKey: verifierKey, answerKey, timeKey, chainId: 1, contracts: CONTRACTS }
    await writeFile(path, JSON.stringify(formatTrust(parts)))
    return path
  }

  before(async () => {
    await mkdir(files, { recursive: true })
    node = await startAnchorNode(ORIGIN)
    await using store = await open()
    key = await openLogKey({ dir: data, origin: ORIGIN, facts: store.facts })
    await rememberDeployment(store.facts, deploymentOn(node.chainId))
    const leaves = packLeaves(
      Array.from({ length: BATCH }, (_, i) => {
        const time = new Date(THEN + i * 1000).toISOString()
        return toLeaf(makeRecord(i, { time }), i % 64 === 0 ? Buffer.from(`sealed ${i}`) : undefined)
      }),
    )
    while (store.head.size < SIZE) await store.append([{ leaves }])
    while (store.old.list().length < 2) await setTimeout(10)
    const anchors = openAnchors(store.facts)
    for (const [k, time] of ANCHORED.entries()) {
      // As they came: each of the tree as it was then.
      const size = k === 2 ? SIZE : (k + 1) * SEGMENT_LEAVES + 5
      const root = frontierRoot({ size, hashes: await store.readNodes(frontierNodes(size)) })
      const checkpoint = key.sign({ size, root }, time / 1000)
      const told = anchorIn(10 + k, time / 1000, size, root)
      const { transaction, block } = told
      await anchors.record({ size, root: Buffer.from(root).toString('base64'), checkpoint, transaction, block })
      node.anchors = [...node.anchors, told]
    }
  })
  after(() => node[Symbol.asyncDispose]())

  it('lists the full segments of a stopped service, and only of one', async () => {
    expect((await list()).map(({ place }) => place)).to.deep.equal(['log', 'log'])
    const { code, out } = await run(['archive', 'list', '--data', data])
    expect(code).to.equal(0)
    expect(out)
      .to.include('日志 log')
      .and.include(`${SEGMENT_LEAVES}–${2 * SEGMENT_LEAVES - 1}`)
    const none = await run(['archive', 'list', '--data', join(files, 'nothing')])
    expect([none.code, none.out]).to.deep.equal([2, ''])
    expect(none.err).to.include('[data_unknown]')
    await using _ = await open()
    const busy = await run(['archive', 'move', '--data', data])
    expect([busy.code, busy.out]).to.deep.equal([2, ''])
    expect(busy.err).to.include('Stop the service').and.include('[data_in_use]').and.not.include('of its own')
  })

  it('moves nothing that is younger than asked for, and then all that can be moved', async () => {
    const young = await run(['archive', 'move', '--data', data, '--older-than', '100', '--json'])
    expect([young.code, young.out.trim()]).to.deep.equal([0, '[]'])
    const why = await run(['archive', 'move', '--data', data, '--older-than', '100'])
    expect([why.code, why.out]).to.deep.equal([0, ''])
    expect(why.err)
      .to.include('Segment 0, and all behind it, stay: its newest record, of 2015-06-0')
      .and.include('is not so old')
    expect((await run(['archive', 'move', '--data', data, '--older-than', 'x'])).code).to.equal(2)
    const { code, out } = await run(['archive', 'move', '--data', data, '--json'])
    expect(code).to.equal(0)
    expect(JSON.parse(out)).to.have.length(2)
    const rest = await run(['archive', 'move', '--data', data], { LANG: 'zh_CN.UTF-8' })
    expect([rest.code, rest.out]).to.deep.equal([0, ''])
    expect(rest.err).to.include('均已归档')
    for (const { place, archiveBytes, entriesBytes } of await list()) {
      expect(place).to.equal('archive')
      expect(archiveBytes! / entriesBytes).to.be.lessThan(0.5)
    }
    expect(readdirSync(join(data, 'log/000000'))).to.deep.equal(['index'])
    // It is read as before.
    await using store = await open()
    const [entry] = await store.readEntries([BATCH + 64])
    expect(JSON.parse(Buffer.from(entry!).toString())).to.include({ time: new Date(THEN + 64_000).toISOString() })
    expect(Buffer.from((await store.readSealed(BATCH + 64))!).toString()).to.equal('sealed 64')
  })

  it('verifies an archive with nothing but the log’s key', async () => {
    const archive = join(data, 'archive/000001.archive')
    const { code, out } = await run(['archive', 'verify', archive, '--trust', await trust('trust.json', key)])
    expect(out)
      .to.include('VERIFIED')
      .and.include(`records ${SEGMENT_LEAVES} to ${2 * SEGMENT_LEAVES - 1}`)
    expect(out).to.include('2019-12-01 08:00:00')
    expect(code).to.equal(0)
    const json = await run(['archive', 'verify', archive, '--trust', await trust('trust.json', key), '--json'])
    expect(JSON.parse(json.out)).to.include({ verdict: 'verified', segment: 1, leaves: SEGMENT_LEAVES, erased: 0 })
  })

  it('says tampered with of a changed one, and nothing of one of another log', async () => {
    const archive = join(data, 'archive/000001.archive')
    const bytes = readFileSync(archive)
    bytes[1_000_000]! ^= 1
    const changed = join(files, 'changed.archive')
    writeFileSync(changed, bytes)
    const tampered = await run(['archive', 'verify', changed, '--trust', await trust('trust.json', key)])
    expect(tampered.code, tampered.err).to.equal(1)
    expect(tampered.out)
      .to.include('TAMPERED')
      .and.match(/block \d+ .*changed on the disk/)
    const json = await run(['archive', 'verify', changed, '--trust', await trust('trust.json', key), '--json'])
    expect(JSON.parse(json.out)).to.have.nested.property('failed.code', 'archive_damaged')

    const other = await openLogKey({ dir: files, origin: 'other/log', facts: createMemoryStore().facts })
    const stranger = await run(['archive', 'verify', archive, '--trust', await trust('other.json', other)])
    expect([stranger.code, stranger.out]).to.deep.equal([2, ''])
    expect(stranger.err).to.include('[checkpoint_of_other_log]')
    const missing = await run(['archive', 'verify', join(files, 'none'), '--trust', await trust('trust.json', key)])
    expect(missing.code).to.equal(2)
    expect(missing.err).to.include('[file_unreadable]')
    const folder = await run(['archive', 'verify', files, '--trust', await trust('trust.json', key)])
    expect([folder.code, folder.out]).to.deep.equal([2, ''])
    expect(folder.err).to.include('it is a directory (EISDIR); name a file in it').and.include('[file_unreadable]')
  })

  it('says that what does not begin as an archive is none, and tampered with of one that was cut short', async () => {
    const bytes = readFileSync(join(data, 'archive/000001.archive'))
    const other = join(files, 'other.archive')
    const verify = async (content: Uint8Array | string, env?: Record<string, string>): Promise<Ran> => {
      writeFileSync(other, content)
      return run(['archive', 'verify', other, '--trust', await trust('trust.json', key)], env)
    }
    for (const content of ['', 'hello\n', 'x'.repeat(1_000), bytes.subarray(0, 7), bytes.subarray(1)]) {
      const { code, out, err } = await verify(content)
      expect([code, out], err).to.deep.equal([2, ''])
      expect(err).to.include('is not an archive').and.include('[archive_unknown]')
    }
    expect((await verify('', { LANG: 'zh_CN.UTF-8' })).err).to.include('不是归档')
    for (const length of [8, 100, 128, bytes.length - 1]) {
      const { code, out } = await verify(bytes.subarray(0, length))
      expect([code, out.includes('TAMPERED')], `${length} bytes`).to.deep.equal([1, true])
    }
  })

  it('prunes nothing by an anchor that the chain tells otherwise of, and nothing without the chain', async () => {
    const change = async (time: number): Promise<void> => {
      await using store = await open()
      const anchors = openAnchors(store.facts)
      const [newest] = await anchors.newest(1)
      await anchors.record({ ...newest!, block: { ...newest!.block, time: time / 1000 } })
    }
    await change(Date.UTC(2025, 0, 1))
    const changed = await run(['prune', '--data', data, '--by', 'me', '--yes'])
    expect([changed.code, changed.out]).to.deep.equal([2, ''])
    expect(changed.err).to.include('[anchor_differs]')
    await change(ANCHORED[2]!)
    const alone = await run(['prune', '--data', data, '--by', 'me', '--yes'], { SUYUAN_RPC_URL: 'http://127.0.0.1:9' })
    expect([alone.code, alone.out]).to.deep.equal([2, ''])
    expect(alone.err).to.include('[chain_unreachable]')
    expect(existsSync(join(data, 'archive/000000.archive'))).to.equal(true)
  })

  it('prunes by its own clock only when it is told to, and that is on record', async () => {
    const change = async (chainId: number): Promise<void> => {
      await using store = await open()
      await store.facts.put({ 'chain/identity': JSON.stringify(deploymentOn(chainId)) })
      node.chainId = chainId
    }
    await change(DEFAULT_CHAIN_ID)
    const refused = await run(['prune', '--data', data, '--by', 'me', '--yes'])
    expect([refused.code, refused.out]).to.deep.equal([2, ''])
    expect(refused.err).to.include('[chain_clock_own]').and.include('--own-clock')
    const told = await run(['prune', '--data', data, '--by', 'me', '--own-clock', '--json'])
    const { judged } = JSON.parse(told.out) as { judged: object[] }
    expect(judged[0]).to.include({ segment: 0, old: true, ownClock: true })
    await change(1)
    const network = await run(['prune', '--data', data, '--by', 'me', '--own-clock', '--json'])
    expect((JSON.parse(network.out) as { judged: object[] }).judged[0]).not.to.have.property('ownClock')
  })

  it('prunes what is old by the chain and by its records, after it was asked twice, and no more', async () => {
    const settings = await run(['prune', '--data', data, '--by', 'me'], { SUYUAN_RETENTION_YEARS: '4' })
    expect([settings.code, settings.out]).to.deep.equal([2, ''])
    expect(settings.err).to.include('SUYUAN_RETENTION_YEARS').and.include('[config_invalid]')
    expect((await run(['prune', '--data', data])).code).to.equal(2)
    expect((await run(['prune', '--data', data, '--by', 'a\nb'])).err).to.include('[option_invalid]')

    const asked = await run(['prune', '--data', data, '--by', 'the archive'])
    expect(asked.code).to.equal(0)
    expect(asked.out).to.include('segment 0 can be pruned (with --yes)')
    expect(existsSync(join(data, 'log/edges'))).to.equal(false)
    // Its records are as old, but it was in the log since 2019 only, by the chain, whose newest block is of 2024.
    expect(asked.err).to.include('Segment 1, and all behind it, stay').and.include('must stay until 2024-12-01')
    expect(existsSync(join(data, 'archive/000000.archive'))).to.equal(true)

    const longer = await run(['prune', '--data', data, '--by', 'x', '--yes'], { SUYUAN_RETENTION_YEARS: '9' })
    expect(longer.out).to.equal('')
    const done = await run(['prune', '--data', data, '--by', 'the archive', '--yes'])
    expect(done.code).to.equal(0)
    expect(done.out).to.match(/pruned segment 0 \(records 0 to \d+\); archive SHA-256 [0-9a-f]{64}/)
    expect(existsSync(join(data, 'archive/000000.archive'))).to.equal(false)
    expect((await list()).map(({ place }) => place)).to.deep.equal(['pruned', 'archive'])
    // What the index needs of it is kept, and its root is on record.
    const edges = readFileSync(join(data, 'log/edges'))
    const [segment] = JSON.parse((await run(['archive', 'list', '--data', data, '--json'])).out)
    expect(segment.pruned.index).to.equal(edges.subarray(20, 52).toString('base64'))
    expect(edges.readUIntBE(8, 6)).to.equal(SEGMENT_LEAVES)
    const zh = await run(['prune', '--data', data, '--by', '档案室', '--yes'], { LANG: 'zh_CN.UTF-8' })
    expect([zh.code, zh.out]).to.deep.equal([0, ''])
    expect(zh.err).to.include('第 1 分段及其后的分段保留')
  })
})
