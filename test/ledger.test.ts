// A ledger that is refused, in a process that lives on: nothing of it may stay behind.

import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { type LaunchedNode, launchNode } from '../src/chain/embedded.ts'
import { keepEmbeddedChain } from '../src/chain/keep.ts'
import { systemClock } from '../src/clock.ts'
import { readConfig } from '../src/config.ts'
import { type Ledger, openLedger } from '../src/ledger.ts'
import { TestLog } from './chain/fixtures.ts'
import { failureOf } from './store/failure.ts'

describe('a ledger that cannot be opened', function () {
  this.timeout(60_000)
  let root: string
  const open = (name: string, chainNode?: LaunchedNode): Promise<Ledger> =>
    openLedger({
      ...(chainNode && { chainNode }),
      config: readConfig({ SUYUAN_DATA: join(root, name), SUYUAN_CHAIN_PORT: '0', SUYUAN_ANCHOR_SECONDS: '60' }),
      clock: systemClock,
      log: new TestLog(),
    })

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'suyuan-ledger-'))
    const ledger = await open('data')
    await ledger[Symbol.asyncDispose]()
  })
  after(() => rm(root, { recursive: true, force: true }))

  it('leaves its chain to whoever opens it next, although the chain was on its way', async () => {
    const [key, aside] = [join(root, 'data/keys/seal.key'), join(root, 'seal.key')]
    await rename(key, aside)
    for (let k = 0; k < 3; k++) expect(await failureOf(open('data'))).to.include({ code: 'key_lost' })
    await rename(aside, key)
    await (await open('data'))[Symbol.asyncDispose]()
  })

  it('leaves none behind that came up while it was being ended', async () => {
    const [key, aside] = [join(root, 'data/keys/seal.key'), join(root, 'seal.key')]
    await rename(key, aside)
    const chainNode = launchNode()
    const kill = chainNode.child.kill.bind(chainNode.child)
    let ended = 0
    chainNode.child.kill = signal => {
      ended++
      setTimeout(() => kill(signal), 1_500) // late enough to say that it is ready
      return true
    }
    expect(await failureOf(open('data', chainNode))).to.include({ code: 'key_lost' })
    expect(ended).to.be.greaterThan(0)
    await new Promise(resolve => setTimeout(resolve, 1_000)) // by then it would have been started again
    await rename(aside, key)
    await (await open('data'))[Symbol.asyncDispose]()
  })

  it('leaves alone the chain of one that is open already', async () => {
    await using first = await open('data')
    expect(await failureOf(open('data'))).to.include({ code: 'data_in_use' })
    expect(Number(await first.chain.request('eth_blockNumber', []))).to.be.greaterThan(0)
  })
})

describe('a chain that is kept', function () {
  this.timeout(60_000)

  it('ends also while it is being started again, and stays ended', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'suyuan-kept-'))
    const launched = launchNode()
    const chain = await keepEmbeddedChain({ dir, log: new TestLog(), launched })
    launched.child.kill('SIGKILL')
    await launched.exited
    await new Promise(resolve => setTimeout(resolve, 400)) // it starts again after 200 ms, and takes longer than that
    await chain.close()
    const next = await keepEmbeddedChain({ dir, log: new TestLog() })
    await next.close()
    await rm(dir, { recursive: true })
  })
})
