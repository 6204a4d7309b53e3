// A monitor that reads the chain: honest anchors, foreign ones, those without the index's, and those that do not come.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Anchor } from '../../src/anchors.ts'
import { logIdOf } from '../../src/chain/deploy.ts'
import type { Chain } from '../../src/chain/network.ts'
import { readHead } from '../../src/chain/read.ts'
import { encodeBase64 } from '../../src/core/bytes.ts'
import { LedgerError } from '../../src/core/error.ts'
import { consistencyNodes, proveConsistency } from '../../src/core/proof.ts'
import { frontierNodes, frontierRoot } from '../../src/core/tree.ts'
import type { RoundReport } from '../../src/monitor/report.ts'
import type { AnchorClaim } from '../../src/verify/finding/judged.ts'
import { checkFinding } from '../../src/verify/finding.ts'
import type { Trust } from '../../src/verify/trust.ts'
import { ORIGIN } from '../chain/fixtures.ts'
import { findingOf, makeMonitorKey } from '../verify/findings.ts'
import { AnchoredLedger, nowSeconds } from './anchored-ledger.ts'
import { holding, Operator, type Service, serve, type Watch, watch } from './operator.ts'

/** These checkpoints are signed months after the records were made. */
const LENIENT = { backdatedMs: 400 * 86_400_000 }

describe('monitor: the chain', () => {
  let ledger: AnchoredLedger
  let chain: Chain
  let operator: Operator
  let twin: Operator
  let trust: Trust
  let service: Service
  let watching: Watch

  before(async () => {
    ledger = await AnchoredLedger.start()
  })
  after(() => ledger[Symbol.asyncDispose]())
  const hold = holding()

  beforeEach(async () => {
    chain = await ledger.begin()
    operator = hold(await Operator.open())
    twin = hold(await Operator.open(operator))
    operator.time = twin.time = nowSeconds()
    trust = await ledger.trustIn(operator)
    service = hold(await serve(operator.answer))
    watching = hold(await watch(trust, service.url, { chain: async () => chain, ...LENIENT }))
  })

  const checksOf = ({ faults }: RoundReport): string[] => faults.map(({ check }) => check)
  const warningsOf = ({ warnings }: RoundReport): string[] => warnings.map(({ check }) => check)
  const anchor = (of: Operator, before?: Anchor): Promise<Anchor> => ledger.anchor(of, before)

  it('is compared with the log, anchor by anchor', async () => {
    await operator.grow(300, { cover: false })
    const first = await anchor(operator)
    const report = await watching.round()
    expect([report.troubles, checksOf(report), warningsOf(report)]).to.deep.equal([[], [], []])
    expect(report.anchors).to.deep.equal({ verified: 2, size: 300, waiting: 0 })
    expect(report.lag).to.include({ leaves: 0, records: 0, epochs: 0, blocks: 0 })
    await watching.restart()
    await operator.grow(300, { cover: false })
    await anchor(operator, first)
    const next = await watching.round()
    expect([next.troubles, checksOf(next), warningsOf(next)]).to.deep.equal([[], [], []])
    expect(next.anchors).to.deep.equal({ verified: 4, size: 600, waiting: 0 })
  })

  it('waits for the leaves of an anchor, and reads a chain that was reset from its beginning', async () => {
    await operator.grow(100, { cover: false })
    const first = await anchor(operator)
    const older = operator.checkpoint
    await operator.grow(100, { cover: false })
    await anchor(operator, first)
    const newer = operator.checkpoint
    operator.checkpoint = older
    operator.indexCheckpoint = operator.index.key.sign({ size: 1, root: await rootOf(operator, 1) }, operator.time)
    expect((await watching.round()).anchors).to.deep.equal({ verified: 2, size: 200, waiting: 2 })
    operator.checkpoint = newer
    operator.indexCheckpoint = undefined
    expect((await watching.round()).anchors).to.deep.equal({ verified: 4, size: 200, waiting: 0 })
    await ledger.reset()
    await ledger.node.ask('hardhat_mine', ['0x40'])
    expect((await watching.round()).anchors).to.deep.equal({ verified: 0, size: 0, waiting: 0 })
  })

  it('is behind for a while, or another: both are told, and the one passes', async () => {
    let end = Number.POSITIVE_INFINITY
    const behind: Chain = {
      ...chain,
      async request(method, params) {
        if (method !== 'eth_getBlockByNumber' || end === Number.POSITIVE_INFINITY) return chain.request(method, params)
        const [at, full] = params as [string, boolean]
        if (!at.startsWith('0x')) return chain.request(method, [`0x${end.toString(16)}`, full])
        return Number(at) > end ? null : chain.request(method, params)
      },
    }
    await watching.close()
    watching = hold(await watch(trust, service.url, { chain: async () => behind, ...LENIENT }))
    const warned = async (): Promise<string[]> => warningsOf(await watching.round())
    await operator.grow(100, { cover: false })
    await anchor(operator)
    expect(await warned()).to.deep.equal([])
    end = (await readHead(chain)).number - 1
    expect(await warned()).to.deep.equal(['chain-replaced'])
    end = Number.POSITIVE_INFINITY
    expect(await warned()).to.deep.equal([])
    await ledger.reset()
    await ledger.node.ask('hardhat_mine', ['0x40'])
    expect(await warned()).to.deep.equal(['chain-replaced'])
    await watching.restart()
    expect(await warned()).to.deep.equal(['chain-replaced'])
  })

  it('holds the anchor of another log', async () => {
    await twin.grow(200, { fields: { status: 'denied' }, cover: false })
    await anchor(twin)
    await operator.grow(150)
    expect(checksOf(await watching.round())).to.deep.equal(['anchor-foreign']) // of the index log, which is as long
    await operator.grow(150)
    const report = await watching.round()
    expect(checksOf(report)).to.deep.equal(['anchor-foreign', 'anchor-foreign'])
    expect(report.faults[1]!.subject).to.match(/^log size 200 block/)
    for (const { file } of report.faults) {
      const finding = await readFile(join(watching.dir, file))
      expect((await checkFinding(finding, trust)).verdict).to.equal('unproven')
      expect((await checkFinding(finding, trust, async () => chain)).verdict).to.equal('proven')
      expect((await checkFinding(finding, { ...trust, chainId: 5 }, async () => chain)).verdict).to.equal('unproven')
      const { evidence } = JSON.parse(finding.toString())
      const { anchor: claim, ours } = evidence // without what shows it, the node alone tells
      const verdicts: string[] = []
      for (const anchor of [
        { ...claim, root: `0x${'12'.repeat(32)}` },
        { ...claim, logIndex: 7 },
        { ...claim, size: claim.size - 1 },
        { ...claim, blockHash: `0x${'12'.repeat(32)}` },
      ]) {
        const other = findingOf(await makeMonitorKey(), 'anchor-foreign', { anchor, ours })
        verdicts.push((await checkFinding(other, trust, async () => chain)).verdict)
      }
      expect(verdicts).to.deep.equal(['refuted', 'refuted', 'refuted', 'unproven'])
    }
    // Each is a tree that the log does not have; but the event that is named is of another.
    const claims = await Promise.all(
      report.faults.map(async ({ file }) => {
        return JSON.parse(await readFile(join(watching.dir, file), 'utf8')).evidence.anchor as AnchorClaim
      }),
    )
    const [ofIndex, ofLog] = claims as [AnchorClaim, AnchorClaim]
    for (const anchor of [
      { ...ofLog, size: 100 },
      { ...ofIndex, of: 'log' as const },
    ]) {
      const ours = await oursOf(operator, anchor.size)
      const finding = findingOf(await makeMonitorKey(), 'anchor-foreign', { anchor, ours })
      expect((await checkFinding(finding, trust)).verdict).to.equal('unproven')
      expect((await checkFinding(finding, trust, async () => chain)).verdict).to.equal('refuted')
      const same = { ...anchor, root: `0x${Buffer.from(ours.root, 'base64').toString('hex')}` }
      const none = findingOf(await makeMonitorKey(), 'anchor-foreign', { anchor: same, ours })
      expect((await checkFinding(none, trust)).verdict).to.equal('refuted')
    }
  })

  it('holds the anchor of another log, which the finding shows up to a block that is trusted', async () => {
    await twin.grow(200, { fields: { status: 'denied' }, cover: false })
    const { block } = await anchor(twin)
    await ledger.node.ask('hardhat_mine', ['0x3'])
    await operator.grow(300)
    const report = await watching.round()
    const finding = await readFile(join(watching.dir, report.faults.at(-1)!.file))
    const { number: end, hash } = await readHead(chain)
    expect(end).to.equal(block.number + 3)
    const by = (blocks: Trust['blocks']) => checkFinding(finding, { ...trust, blocks })
    expect((await by([])).detail.en).to.contain(`the hash of block ${end}, or of any from ${block.number} on to it`)
    const parent = { number: block.number - 1, hash: `0x${'12'.repeat(32)}` }
    expect((await by([parent])).verdict).to.equal('unproven') // it proves nothing of what came after
    for (const known of [block, { number: end, hash }]) expect((await by([known])).verdict).to.equal('proven')
    const other = { number: end, hash: `0x${'12'.repeat(32)}` }
    for (const known of [[other], [block, other]]) expect((await by(known)).verdict).to.equal('refuted')
    const stranger = { ...trust.contracts, checkpointAnchor: `0x${'12'.repeat(20)}` }
    expect((await checkFinding(finding, { ...trust, blocks: [block], contracts: stranger })).verdict).to.equal(
      'refuted',
    )
  })

  it('holds the anchor of another log in a block that no node tells all of: the finding does not wait for it', async () => {
    const partial: Chain = {
      ...chain,
      async request(method, params) {
        if (method === 'eth_getBlockReceipts') throw new LedgerError('chain_unreachable', { en: '', zh: '' })
        return chain.request(method, params)
      },
    }
    await watching.close()
    watching = hold(await watch(trust, service.url, { chain: async () => partial, ...LENIENT }))
    await twin.grow(200, { fields: { status: 'denied' }, cover: false })
    const { block } = await anchor(twin)
    await operator.grow(300)
    const report = await watching.round()
    expect([report.troubles, checksOf(report)]).to.deep.equal([[], ['anchor-foreign', 'anchor-foreign']])
    const finding = await readFile(join(watching.dir, report.faults[0]!.file))
    expect((await checkFinding(finding, { ...trust, blocks: [block] })).verdict).to.equal('unproven')
    expect((await checkFinding(finding, trust, async () => chain)).verdict).to.equal('proven')
  })

  it('has each anchor counted once, also where the next could not be compared', async () => {
    await operator.grow(100, { cover: false })
    const first = await anchor(operator)
    await operator.grow(400, { cover: false })
    const second = await anchor(operator, first)
    await operator.grow(400, { cover: false })
    await anchor(operator, second)
    await watching.close()
    let isOpen = false
    const connect = async (): Promise<Chain> => {
      if (!isOpen) throw new LedgerError('chain_unreachable', { en: '', zh: '' })
      return chain
    }
    watching = hold(await watch(trust, service.url, { chain: connect, sample: 0, ...LENIENT }))
    await watching.round()
    await watching.restart() // nothing is held in memory
    isOpen = true
    service.answer = async path => {
      if (path.includes('tile/entries/001')) throw new Error('403')
      return operator.answer(path)
    }
    expect((await watching.round()).anchors).to.deep.include({ waiting: 4 })
    service.answer = operator.answer
    expect((await watching.round()).anchors).to.deep.equal({ verified: 6, size: 900, waiting: 0 })
  })

  it('has an anchor without that of the index right behind it', async () => {
    await operator.grow(50)
    const { root } = operator.store.head
    await ledger.send([[logIdOf(ORIGIN), 50, root, []]])
    const report = await watching.round()
    expect(checksOf(report)).to.deep.equal([])
    expect(warningsOf(report)).to.deep.equal(['index-not-neighbour'])
  })

  it('does not hear of what is published', async () => {
    await operator.grow(50, { cover: false })
    const first = await anchor(operator)
    await operator.grow(50, { cover: false })
    expect(warningsOf(await watching.round())).to.deep.equal([])
    watching.now += 601_000
    await operator.grow(50, { cover: false })
    expect(warningsOf(await watching.round())).to.deep.equal(['anchor-missing'])
    await anchor(operator, first)
    expect(warningsOf(await watching.round())).to.deep.equal([])
  })

  it('has more than the log keeps showing', async () => {
    await operator.grow(50, { cover: false })
    const first = await anchor(operator)
    const older = operator.checkpoint
    await operator.grow(50, { cover: false })
    await anchor(operator, first)
    operator.checkpoint = older
    service.answer = async path => (path.startsWith('index/') ? undefined : operator.answer(path))
    expect(checksOf(await watching.round())).to.deep.equal([])
    watching.now += 601_000
    const report = await watching.round()
    expect(checksOf(report)).to.deep.equal(['log-rolled-back'])
    expect(report.faults[0]!.en).to.match(/^A tree of 100 leaves is anchored .* no more than 50 since/)
  })

  it('is another one than the trust file names', async () => {
    await watching.close()
    watching = hold(await watch({ ...trust, chainId: 5 }, service.url, { chain: async () => chain, ...LENIENT }))
    await operator.grow(10)
    const report = await watching.round()
    expect(checksOf(report)).to.deep.equal([])
    expect(report.troubles.map(({ code }) => code)).to.deep.equal(['chain_not_checkable'])
  })
})

/** What the log has at that size, as a finding shows it. */
async function oursOf({ store, checkpoint }: Operator, size: number) {
  const head = store.head.size
  const proof = proveConsistency(size, head, await store.readNodes(consistencyNodes(size, head)))
  const root = frontierRoot({ size, hashes: await store.readNodes(frontierNodes(size)) })
  return { checkpoint: checkpoint!, root: encodeBase64(root), proof: proof.map(encodeBase64) }
}

async function rootOf({ index }: Operator, size: number): Promise<Uint8Array> {
  return frontierRoot({ size, hashes: await index.epochs.readNodes(frontierNodes(size)) })
}
