// Operators that lie, each in one way, and each found by the check of that name and no other.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { encodeBase64 } from '../../src/core/bytes.ts'
import { hashLeaf } from '../../src/core/hash.ts'
import { packLeaves } from '../../src/core/leaves.ts'
import { leavesNodes } from '../../src/core/proof.ts'
import { decodeBundle, encodeBundle } from '../../src/core/tile.ts'
import { appendLeaf, frontierNodes, frontierRoot } from '../../src/core/tree.ts'
import { openReceipts } from '../../src/monitor/held-receipts.ts'
import type { RoundReport } from '../../src/monitor/report.ts'
import { checkFinding } from '../../src/verify/finding.ts'
import type { Trust } from '../../src/verify/trust.ts'
import { makeRecord, toLeaf } from '../store/leaves.ts'
import { findingOf, makeMonitorKey, provenRecord } from '../verify/findings.ts'
import { holding, Operator, type Service, serveAndWatch, type Watch, watch } from './operator.ts'

describe('monitor: a log that lies', () => {
  let operator: Operator
  let twin: Operator
  let trust: Trust
  let service: Service
  let watching: Watch

  const hold = holding()
  beforeEach(async () => {
    ;({ operator, service, trust, watching } = await serveAndWatch(hold))
    twin = hold(await Operator.open(operator))
  })

  const checksOf = ({ faults }: RoundReport): string[] => faults.map(({ check }) => check)
  const isWell = async (): Promise<void> => {
    const report = await watching.round()
    expect([report.troubles, checksOf(report)]).to.deep.equal([[], []])
  }
  /** What a verifier makes of the finding with this number, whole and changed. */
  const verdictOf = async (report: RoundReport, number = 0): Promise<string> => {
    const text = await readFile(join(watching.dir, report.faults[number]!.file), 'utf8')
    const changed = await checkFinding(Buffer.from(text.replace(/"found": "20/, '"found": "19')), trust)
    expect(changed.verdict).to.equal('refuted')
    return (await checkFinding(Buffer.from(text), trust)).verdict
  }

  it('shows another tree of the same size', async () => {
    await operator.grow(300)
    await twin.grow(300, { fields: { status: 'denied' } })
    await isWell()
    operator.checkpoint = twin.checkpoint
    const report = await watching.round()
    expect(checksOf(report)).to.deep.equal(['log-fork'])
    expect(await verdictOf(report)).to.equal('proven')
    expect((await watching.round()).found).to.equal(0) // it is on record
    await watching.restart()
    expect(checksOf(await watching.round())).to.deep.equal(['log-fork'])
  })

  it('shows a smaller tree that is no beginning of it', async () => {
    await operator.grow(600)
    await twin.grow(300, { fields: { status: 'denied' } })
    await isWell()
    operator.checkpoint = twin.checkpoint
    const report = await watching.round()
    expect(checksOf(report)).to.deep.equal(['log-fork'])
    expect(await verdictOf(report)).to.equal('proven')
  })

  it('goes on with another history, of which its own tiles convict it', async () => {
    await operator.grow(300)
    await twin.grow(200, { fields: { status: 'denied' } })
    await twin.grow(700)
    await isWell()
    service.answer = async path => (path.startsWith('log/') ? twin : operator).answer(path)
    const report = await watching.round()
    // What was verified is also served otherwise now.
    expect(checksOf(report)).to.deep.equal(['log-fork', 'entry-rewritten'])
    expect(await verdictOf(report)).to.equal('proven')
    expect(report.verified).to.equal(300)
  })

  it('signs a tree that its entries do not make', async () => {
    await operator.grow(300)
    await isWell()
    await operator.grow(50, { cover: false })
    const { head } = operator.store
    operator.checkpoint = twin.logKey.sign({ size: head.size, root: Buffer.alloc(32, 7) }, operator.time)
    const report = await watching.round()
    expect(checksOf(report)).to.deep.equal(['log-fork'])
    expect(await verdictOf(report)).to.equal('unproven')
  })

  it('keeps serving an older checkpoint', async () => {
    await operator.grow(300)
    const older = operator.checkpoint
    await operator.grow(300, { cover: false })
    await isWell()
    operator.checkpoint = older
    await isWell()
    watching.now += 599_000
    await isWell()
    watching.now += 2_000
    const report = await watching.round()
    expect(checksOf(report)).to.deep.equal(['log-rolled-back'])
    expect(await verdictOf(report)).to.equal('unproven')
  })

  it('has an entry that is no record', async () => {
    await operator.grow(20)
    const entry = Buffer.from(JSON.stringify({ ...makeRecord(20), consumer: 'spelt otherwise' }))
    await operator.store.append([{ leaves: { ...packLeaves([toLeaf(makeRecord(20))]) } }])
    await twin.grow(20)
    await operator.publish()
    // Signed as it is served: the operator's own store would not take it.
    const frontier = { size: 20, hashes: await twin.store.readNodes(frontierNodes(20)) }
    appendLeaf(frontier, hashLeaf(entry))
    const note = twin.logKey.sign({ size: 21, root: frontierRoot(frontier) }, operator.time)
    service.answer = async path => {
      if (path.startsWith('index/')) return undefined
      if (path === 'log/checkpoint') return Buffer.from(note)
      const bytes = await operator.answer(path)
      if (bytes === undefined || !path.startsWith('log/tile/entries')) return bytes
      return encodeBundle([...decodeBundle(bytes).slice(0, 20), entry])
    }
    const report = await watching.round()
    expect(checksOf(report)).to.deep.equal(['entry-invalid'])
    expect(report.faults[0]!.subject).to.equal('leaf 20')
    expect(await verdictOf(report)).to.equal('proven')
  })

  it('rewrites entries that were verified', async () => {
    await operator.grow(300)
    await isWell()
    await twin.grow(300, { fields: { status: 'denied' } })
    service.answer = path => (path === 'log/tile/entries/000' ? twin : operator).answer(path)
    const report = await watching.round()
    expect(checksOf(report)).to.deep.equal(['entry-rewritten'])
    expect(report.faults[0]!.subject).to.equal('log bundle 0')
    expect(await verdictOf(report)).to.equal('unproven')
  })

  it('rewrites the last entries, and goes on with those it had', async () => {
    await operator.grow(100)
    await isWell()
    await twin.grow(100, { fields: { status: 'denied' } })
    await operator.grow(50)
    service.answer = async path => {
      const bytes = await operator.answer(path)
      if (bytes === undefined || !path.startsWith('log/tile/entries')) return bytes
      const others = decodeBundle((await twin.answer('log/tile/entries/000.p/100'))!)
      return encodeBundle([...others, ...decodeBundle(bytes).slice(100)])
    }
    const report = await watching.round()
    expect(checksOf(report)).to.deep.equal(['entry-rewritten']) // its epochs are right
    service.answer = operator.answer
    const next = await watching.round()
    expect([next.found, next.epochs, next.records]).to.deep.equal([0, 2, 150])
  })

  it('leaves a record out of the index', async () => {
    await operator.grow(300)
    await isWell()
    await operator.grow(100)
    // The index of a log without the last record, signed as that of the whole.
    await twin.grow(300)
    await twin.append(Array.from({ length: 99 }, (_, k) => makeRecord(300 + k)))
    await twin.publish()
    const [honest] = await operator.index.epochs.from(0, 1)
    const [, short] = await twin.index.epochs.from(0, 2)
    const liar = await Operator.open(operator)
    await liar.index.epochs.append(honest!)
    await liar.index.epochs.append({ trieRoot: short!.trieRoot, checkpoint: operator.checkpoint! })
    const note = liar.index.key.sign(liar.index.epochs.head, operator.time)
    liar.indexCheckpoint = note
    service.answer = path => (path.startsWith('index/') ? liar : operator).answer(path)
    const report = await watching.round()
    expect(checksOf(report)).to.deep.equal(['epoch-wrong'])
    expect(report.faults[0]!.subject).to.equal('epoch 1')
    expect(await verdictOf(report)).to.equal('unproven')
    expect(report.epochs).to.equal(1)
    expect(report.verified).to.equal(400)
    expect((await watching.round()).found).to.equal(0)
    await liar[Symbol.asyncDispose]()
  })

  it('has epochs that do not ascend, or are none', async () => {
    await operator.grow(100)
    const [honest] = await operator.index.epochs.from(0, 1)
    await operator.index.epochs.append(honest!)
    operator.indexCheckpoint = operator.index.key.sign(operator.index.epochs.head, operator.time)
    const report = await watching.round()
    expect(checksOf(report)).to.deep.equal(['epoch-wrong'])
    expect(report.faults[0]!.en).to.include('goes up to 100 leaves, and the one before it to 100')
    expect(await verdictOf(report)).to.equal('proven')
    const { evidence } = JSON.parse(await readFile(join(watching.dir, report.faults[0]!.file), 'utf8'))
    const { before, ...epoch } = evidence
    for (const [claimed, verdict] of [
      [epoch, 'unproven'],
      [{ ...before, before: epoch }, 'refuted'],
      [{ ...epoch, before: epoch }, 'refuted'],
      [{ ...epoch, before: { ...before, proof: [] } }, 'refuted'],
    ]) {
      const finding = findingOf(await makeMonitorKey(), 'epoch-wrong', claimed)
      expect((await checkFinding(finding, trust)).verdict).to.equal(verdict)
    }
  })

  it('covers a tree that is not its own', async () => {
    await operator.grow(100)
    await twin.grow(100, { fields: { status: 'denied' } })
    service.answer = path => (path.startsWith('index/') ? twin : operator).answer(path)
    await operator.grow(50, { cover: false })
    const report = await watching.round()
    expect(checksOf(report)).to.include('log-fork')
  })

  it('shows another tree of the index log', async () => {
    await operator.grow(100)
    await operator.grow(100)
    await isWell()
    await twin.grow(200)
    await twin.grow(100)
    service.answer = path => (path.startsWith('index/') ? twin : operator).answer(path)
    const report = await watching.round()
    expect(checksOf(report)).to.deep.equal(['index-fork'])
    expect(await verdictOf(report)).to.equal('proven')
  })

  it('does not hold what a receipt promised', async () => {
    await twin.grow(50, { fields: { status: 'denied' } })
    await operator.grow(100)
    const indices = [3, 4]
    const file = (of: Operator): Promise<Buffer> => receiptOf(of, indices)
    const [kept, broken] = [await file(operator), await file(twin)]
    const receipts = openReceipts(Buffer.concat([kept, broken]), trust)
    watching = hold(await watch(trust, service.url, { receipts }))
    const report = await watching.round()
    expect(checksOf(report)).to.deep.equal(['receipt-broken'])
    expect(report.receipts).to.deep.equal({ kept: 1, waiting: 0 })
    expect(await verdictOf(report)).to.equal('proven')
    const forged = Buffer.from(kept.toString().replace('"firstIndex":3', '"firstIndex":2'))
    expect(() => openReceipts(forged, trust)).to.throw(/say nothing against the log/)
  })

  it('never publishes what receipts promised', async () => {
    await operator.grow(10)
    const older = operator.checkpoint
    await operator.grow(10, { cover: false })
    const receipts = openReceipts(await receiptOf(operator, [12]), trust)
    operator.checkpoint = older
    watching = hold(await watch(trust, service.url, { receipts }))
    const warned = async (): Promise<readonly string[]> => (await watching.round()).warnings.map(({ check }) => check)
    expect(await warned()).to.deep.equal([])
    await watching.restart()
    watching.now += 601_000
    expect(await warned()).to.deep.equal(['receipt-waiting'])
    await operator.publish()
    expect(await warned()).to.deep.equal([])
    expect((await watching.round()).receipts).to.deep.equal({ kept: 1, waiting: 0 })
  })

  it('takes in records long after they happened', async () => {
    await operator.grow(10)
    await operator.append([makeRecord(10, { time: '2025-12-01T00:00:00.000Z' })])
    await operator.publish()
    const report = await watching.round()
    expect(checksOf(report)).to.deep.equal([])
    expect(report.warnings.map(({ check }) => check)).to.deep.equal(['record-backdated'])
    expect(report.warnings[0]!.words.en).to.match(/^1 records, the first of them leaf 10/)
    // When it came in, the finding proves; it is no fault.
    expect(report.notices.map(({ check, subject }) => `${check} ${subject}`)).to.deep.equal([
      'record-backdated record 10',
    ])
    const file = await readFile(join(watching.dir, report.notices[0]!.file))
    const { verdict, detail } = await checkFinding(file, trust)
    expect([verdict, detail.en]).to.deep.equal([
      'proven',
      "Record 10 states 2025-12-01T00:00:00.000Z. At 2026-01-01T01:01:00.000Z, by the log's own signed time, the log had 10 records: it came in at least 31 days after the time that it states. A late delivery looks the same as a story made up later.",
    ])
    const { timeKey: _, ...timeless } = trust
    expect((await checkFinding(file, timeless)).verdict).to.equal('unproven')
    expect((await watching.round()).found).to.equal(0)
    const key = await makeMonitorKey()
    const { evidence } = JSON.parse(file.toString())
    const early = await provenRecord(operator, operator.checkpoint!, 9)
    const note = evidence.before.checkpoint
    const broken = {
      'more days than it shows': { ...evidence, days: 32 },
      'a record from before': { ...evidence, record: early },
      'another epoch': { ...evidence, before: { ...evidence.before, epoch: 1 } },
      'the checkpoint of the epoch alone': { ...evidence, before: note },
      'no epoch': { ...evidence, before: { checkpoint: note, epoch: 0, leaf: evidence.record.entry, proof: [] } },
    }
    for (const [what, claimed] of Object.entries(broken)) {
      const { verdict } = await checkFinding(findingOf(key, 'record-backdated', claimed), trust)
      expect(verdict, what).to.equal('refuted')
    }
  })

  it('takes in records late, but by less than is told of, or before any epoch: of that there is no finding', async () => {
    await operator.append([makeRecord(0, { time: '2024-12-01T00:00:00.000Z' })])
    await operator.grow(10)
    await operator.append([makeRecord(10, { time: '2025-12-30T00:00:00.000Z' })])
    await operator.publish()
    const report = await watching.round()
    expect([checksOf(report), report.warnings, report.notices]).to.deep.equal([[], [], []])
  })

  it('takes in a record late by less than a day, where that is told of: but no finding counts hours', async () => {
    watching = hold(await watch(trust, service.url, { backdatedMs: 60_000 }))
    await operator.grow(10)
    await operator.append([makeRecord(10, { time: '2025-12-31T20:00:00.000Z' })])
    await operator.publish()
    const report = await watching.round()
    expect([report.warnings.map(({ check }) => check), report.notices]).to.deep.equal([['record-backdated'], []])
  })
})

async function receiptOf({ store, checkpoint }: Operator, indices: readonly number[]): Promise<Buffer> {
  const { size } = store.head
  const leaves = await store.readNodes(indices.map(index => ({ level: 0, index })))
  const proof = await store.readNodes(leavesNodes(indices, size))
  return Buffer.from(
    `${JSON.stringify({
      firstIndex: indices[0],
      count: indices.length,
      leaves: encodeBase64(Buffer.concat(leaves)),
      proof: proof.map(encodeBase64),
      checkpoint,
    })}\n`,
  )
}
