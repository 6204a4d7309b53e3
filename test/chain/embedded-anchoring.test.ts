// Anchoring on the embedded chain itself: its process killed under the worker, its journal lost.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { Wallet } from 'ethers'
import { createAnchoring } from '../../src/anchoring.ts'
import { confirmAnchor, createAnchorChain } from '../../src/chain/anchor.ts'
import { deployLedger } from '../../src/chain/deploy.ts'
import { type EmbeddedChain, startEmbeddedChain } from '../../src/chain/embedded.ts'
import { createGuard, rememberDeployment } from '../../src/chain/identity.ts'
import { connectChain } from '../../src/chain/network.ts'
import { createOutbox } from '../../src/chain/outbox.ts'
import { readBlock, readReceipt } from '../../src/chain/read.ts'
import { systemClock } from '../../src/clock.ts'
import { openLogKey } from '../../src/log-key.ts'
import { openCoveringIndex } from '../covering-index.ts'
import { GrowingLog } from '../growing-log.ts'
import { ORIGIN, TestLog, until } from './fixtures.ts'

describe('anchoring on the embedded chain', function () {
  this.timeout(30_000)
  let dir: string
  const stop = new AbortController()
  let embedded: EmbeddedChain
  const log = new TestLog()

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'suyuan-embedded-'))
  })
  after(async () => {
    stop.abort()
    await embedded?.close()
    await rm(dir, { recursive: true })
  })

  it('goes on when the chain’s process is killed, and refuses one that lost its journal', async () => {
    const chainDir = join(dir, 'chain')
    embedded = await startEmbeddedChain({ dir: chainDir, log })
    const port = Number(new URL(embedded.url).port)
    const chain = await connectChain({ url: embedded.url, pollingMs: 20 })
    const account = Wallet.createRandom()
    const { address } = account
    const deployment = await deployLedger(account.connect(chain.provider), {
      registrar: address,
      anchorer: address,
      admin: address,
      origin: ORIGIN,
    })
    const store = new GrowingLog()
    const { facts } = store
    await rememberDeployment(facts, deployment)
    const logKey = await openLogKey({ dir, origin: ORIGIN, facts })
    const guard = createGuard({ chain, facts, deployment, finality: 1 })
    const parts = { chain, guard, facts, clock: systemClock, log, confirmations: 1, finality: 1, patienceMs: 100 }
    const outbox = createOutbox({ ...parts, account: new Wallet(account.privateKey) })
    const anchorChain = createAnchorChain({ chain, guard, outbox, deployment, origin: ORIGIN, finality: 1 })
    const clock = {
      ...systemClock,
      sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 50), signal),
    }
    const anchoring = await createAnchoring({
      store,
      logKey,
      index: await openCoveringIndex(facts),
      chain: anchorChain,
      clock,
      everySeconds: 0.05,
      everyRecords: 1_000,
      log,
    })
    const ended = anchoring.run(stop.signal)

    store.grow(10)
    const anchor = await anchoring.anchored(10, AbortSignal.timeout(5_000))
    const receipt = await readReceipt(chain, anchor.transaction)
    expect(receipt!.blockHash).to.equal(anchor.block.hash)
    expect((await readBlock(chain, receipt!.blockNumber))?.time).to.equal(anchor.block.time)
    const tree = { size: 10, root: Buffer.from(anchor.root, 'base64') }
    await confirmAnchor({ chain, deployment, origin: ORIGIN }, tree, anchor)

    process.kill(embedded.pid, 'SIGKILL')
    await embedded.exited
    store.grow(10)
    await until('the outage shows', () => anchoring.status().lastError?.code === 'chain_unreachable')
    embedded = await startEmbeddedChain({ dir: chainDir, port, log })
    expect((await anchoring.anchored(20, AbortSignal.timeout(10_000))).size).to.equal(20)

    await embedded.close()
    await rm(chainDir, { recursive: true })
    embedded = await startEmbeddedChain({ dir: chainDir, port, log })
    store.grow(10)
    await until('the loss is seen', () => anchoring.status().lastError?.code === 'chain_lost', 10_000)
    expect(embedded.genesisHash).to.equal(deployment.genesisHash) // so nothing but the block seen last tells them apart
    expect((await anchoring.anchors(1))[0]!.size).to.equal(20)
    stop.abort()
    await ended
    chain.close()
  })
})
