// What HTTP says of records that were pruned: that they are gone, which, and since when; and of all others nothing less.

import { expect } from 'chai'
import { checkReceipt, decodeReceipt } from '../../src/core/receipt.ts'
import { createReceipts } from '../../src/receipts.ts'
import type { EmbeddedStore } from '../../src/store/embedded.ts'
import { makeArchived, openLog, PRUNING, SIZE } from '../store/archives.ts'
import { removeDirectories } from '../store/directory.ts'
import { START, STEP } from '../store/leaves.ts'
import { type Ledger, NOW, openLedger } from './fixture.ts'

after(removeDirectories)

describe('http: pruned records', () => {
  let store: EmbeddedStore
  let ledger: Ledger
  const laterThanPruned = new Date(START + 256 * STEP).toISOString()

  before(async () => {
    store = await openLog(await makeArchived(1))
    await store.old.prune(0, { ...PRUNING, ownClock: true })
    ledger = await openLedger({ store })
    ledger.publish()
    ledger.anchor()
  })
  after(async () => {
    await ledger[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
  })

  it('answers 410 with which they were and what to ask for instead, never an answer without them', async () => {
    for (const url of [
      '/v1/records/255',
      '/v1/records/4/sealed',
      '/log/tile/entries/000',
      '/v1/usage',
      '/v1/usage?consumer=nobody',
      `/v1/usage?to=${laterThanPruned}`,
    ]) {
      const response = await ledger.get(url)
      expect(response.statusCode, `${url}: ${response.body}`).to.equal(410)
      const problem = response.json()
      expect(problem).to.include({ code: 'entries_pruned', retryable: false })
      expect(problem.detail).to.include('Leaves 0 to 255').and.include('Ask for times from 2026-01-01T00:04:15.001Z on')
      const zh = (await ledger.get(url, { 'accept-language': 'zh' })).json()
      expect(zh.title).to.equal('记录已满保存期限并被清除')
      expect(zh.detail).to.include('请查询 2026-01-01T00:04:15.001Z 起的时间')
    }
  })

  it('lists what was pruned, for whoever may read', async () => {
    const { prunings } = (await ledger.get('/v1/prunings')).json()
    expect(prunings).to.have.length(1)
    expect(prunings[0]).to.deep.include({
      firstIndex: 0,
      count: 256,
      earliest: new Date(START).toISOString(),
      latest: new Date(START + 255 * STEP).toISOString(),
      pruned: '2032-01-02T00:00:00.000Z',
      by: PRUNING.by,
      retentionYears: 5,
      ownClock: true,
      anchor: { ...PRUNING.anchor, time: new Date(PRUNING.anchor.time * 1000).toISOString() },
    })
    expect(prunings[0].archive.sha256).to.match(/^[0-9a-f]{64}$/)
    const stranger = await ledger.app.inject({ url: '/v1/prunings' })
    expect(stranger.statusCode).to.equal(401)
  })

  it('answers for all others, and proves the pruned ones still', async () => {
    const usage = (await ledger.get(`/v1/usage?from=${laterThanPruned}&limit=1000`)).json()
    expect(usage.totals.records).to.equal(SIZE - 256)
    expect(usage.rows).to.have.length(SIZE - 256)
    expect((await ledger.get('/v1/records/256')).statusCode).to.equal(200)
    expect((await ledger.get('/log/tile/entries/001')).statusCode).to.equal(200)
    expect((await ledger.get('/log/tile/0/000')).statusCode).to.equal(200)
    const proof = await ledger.get('/v1/records/7/proof')
    expect(proof.statusCode).to.equal(200)
    expect(proof.body).to.include('c2sp.org/tlog-proof')
    const sign = createReceipts(store, { sign: () => ledger.parts.log.checkpoint()! }, () => NOW)
    const receipt = decodeReceipt(await sign({ firstIndex: 0, count: 300 }))
    expect(checkReceipt(receipt, ledger.logKey, ledger.timeKey).size).to.equal(SIZE)
  })
})
