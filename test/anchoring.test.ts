// Anchoring on a real node, with every step failing in turn. Whatever happens: sizes on the chain only grow, each root is
// the log's own at that size, and the record says where each anchor is.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { type Anchoring, createAnchoring } from '../src/anchoring.ts'
import { openAnchors } from '../src/anchors.ts'
import { interfaceOf } from '../src/chain/abi.ts'
import { createAnchorChain } from '../src/chain/anchor.ts'
import { logIdOf } from '../src/chain/deploy.ts'
import { topicOf } from '../src/chain/events.ts'
import { systemClock } from '../src/clock.ts'
import type { EpochLog } from '../src/completeness/epoch-log.ts'
import { checkCheckpoint } from '../src/core/checkpoint.ts'
import { indexOrigin } from '../src/core/completeness/epoch.ts'
import { checkNote } from '../src/core/note.ts'
import { type LogKey, openLogKey } from '../src/log-key.ts'
import { rootAt } from '../src/published.ts'
import type { FaultyNode, Rule } from './chain/faulty-node.ts'
import { type Ledger, mine, ORIGIN, startLedger, startSending, TestFacts, TestLog, until } from './chain/fixtures.ts'
import { openCoveringIndex } from './covering-index.ts'
import { GrowingLog } from './growing-log.ts'

describe('anchoring', function () {
  this.timeout(30_000)
  let ledger: Ledger & { reset(): Promise<void> }
  let node: FaultyNode
  let dir: string
  let logKey: LogKey
  let keyFacts: TestFacts
  const running: Worker[] = []

  before(async () => {
    ledger = await startLedger()
    node = ledger.node
    dir = await mkdtemp(join(tmpdir(), 'suyuan-anchoring-'))
    keyFacts = new TestFacts()
    logKey = await openLogKey({ dir, origin: ORIGIN, facts: keyFacts })
  })
  beforeEach(() => ledger.reset())
  afterEach(async () => {
    for (const worker of running.splice(0)) await worker.stop()
  })
  after(async () => {
    await node.close()
    await rm(dir, { recursive: true })
  })

  interface Worker {
    readonly anchoring: Anchoring
    readonly log: TestLog
    /** How it ended: undefined when stopped. */
    readonly ended: Promise<unknown>
    stop(): Promise<void>
  }

  /** A "process": built anew over the same store, it is a restart. */
  const start = async (
    store: GrowingLog,
    settings: { finality?: number; everySeconds?: number; everyRecords?: number } = {},
  ): Promise<Worker> => {
    const { finality = 1, everySeconds = 0.05, everyRecords = 1_000 } = settings
    const log = new TestLog()
    const { chain, guard, outbox } = await startSending(ledger, store.facts, { finality, log })
    const anchorChain = createAnchorChain({
      chain,
      guard,
      outbox,
      deployment: ledger.deployment,
      origin: ORIGIN,
      finality,
    })
    const parts = {
      store,
      logKey,
      index: await openCoveringIndex(store.facts),
      chain: anchorChain,
      clock: { ...systemClock, sleep: shortSleep },
      everySeconds,
      everyRecords,
      log,
    }
    const anchoring = await createAnchoring(parts)
    const stop = new AbortController()
    const ended = anchoring.run(stop.signal).then(
      () => undefined,
      (error: unknown) => error,
    )
    const endWorker = async (): Promise<void> => {
      stop.abort()
      await ended
      chain.close()
    }
    const worker = { anchoring, log, ended, stop: endWorker }
    running.push(worker)
    return worker
  }
  const shortSleep = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
    systemClock.sleep(Math.min(milliseconds, 15), signal)

  interface OnChain {
    readonly size: number
    readonly root: string
    readonly transaction: string
    readonly blockHash: string
  }
  /** Of the log and of its index log, as the chain has them at one moment. */
  const anchoredOnChain = async (): Promise<readonly [log: OnChain[], index: OnChain[]]> => {
    const logs = (await node.ask('eth_getLogs', [
      {
        address: ledger.deployment.contracts.checkpointAnchor,
        topics: [topicOf('CheckpointAnchored')],
        fromBlock: '0x0',
        toBlock: 'latest',
      },
    ])) as { topics: string[]; data: string; transactionHash: string; blockHash: string }[]
    const of = (origin: string): OnChain[] =>
      logs
        .filter(({ topics }) => topics[1] === logIdOf(origin))
        .map(({ topics, data, transactionHash, blockHash }) => ({
          size: Number(topics[2]),
          root: data.slice(2, 66),
          transaction: transactionHash,
          blockHash,
        }))
    return [of(ORIGIN), of(indexOrigin(ORIGIN))]
  }
  const eventsOnChain = async (): Promise<OnChain[]> => (await anchoredOnChain())[0]

  /** What must hold at any time, on the chain and in the record. */
  const requireSound = async (store: GrowingLog): Promise<OnChain[]> => {
    const [events, indexEvents] = await anchoredOnChain()
    for (const [k, { size, root }] of events.entries()) {
      expect(size).to.be.greaterThan(events[k - 1]?.size ?? 0)
      expect(root).to.equal(Buffer.from(store.rootAt(size)).toString('hex'))
    }
    // With each tree, in the same transaction, the index log up to the epoch that ends with it.
    const { epochs } = await openCoveringIndex(store.facts)
    for (const [k, { size, root }] of indexEvents.entries()) {
      expect(size).to.be.greaterThan(indexEvents[k - 1]?.size ?? 0)
      expect(root).to.equal(Buffer.from(await rootAt(epochs as EpochLog, size)).toString('hex'))
      const [epoch] = await (epochs as EpochLog).from(size - 1, 1)
      expect(epoch!.size).to.equal(events[k]!.size)
    }
    expect(indexEvents.map(({ transaction }) => transaction)).to.deep.equal(
      events.map(({ transaction }) => transaction),
    )
    return events
  }
  /** … and once the worker has come to rest. */
  const requireRecorded = async (store: GrowingLog): Promise<void> => {
    const events = await requireSound(store)
    const anchors = await openAnchors(store.facts).newest(1_000)
    expect(
      anchors.map(({ size, transaction, block }) => ({ size, transaction, blockHash: block.hash })).toReversed(),
    ).to.deep.equal(events.map(({ size, transaction, blockHash }) => ({ size, transaction, blockHash })))
    for (const { size, root, checkpoint } of anchors) {
      const { checkpoint: head } = checkCheckpoint(checkpoint, logKey.verifierKey)
      expect(head.size).to.equal(size)
      expect(Buffer.from(head.root).toString('base64')).to.equal(root)
      expect(Buffer.from(store.rootAt(size)).toString('base64')).to.equal(root)
    }
    const [, indexEvents] = await anchoredOnChain()
    expect(
      anchors.map(({ index }) => [index?.size, Buffer.from(index!.root, 'base64').toString('hex')]).toReversed(),
    ).to.deep.equal(indexEvents.map(({ size, root }) => [size, root]))
  }
  /** An anchor struck in one reorganisation and back in the next may be missing from the record: a later one covers it. */
  const isTrueRecord = async (store: GrowingLog): Promise<boolean> => {
    const events = await requireSound(store)
    const anchors = await openAnchors(store.facts).newest(1_000)
    return (
      anchors[0]?.size === events.at(-1)?.size &&
      anchors.every(({ size, block }) => events.some(event => event.size === size && event.blockHash === block.hash))
    )
  }
  const anchored = (worker: Worker, size: number): Promise<unknown> =>
    worker.anchoring.anchored(size, AbortSignal.timeout(10_000))

  it('publishes, anchors, records, and rests when nothing grows', async () => {
    const store = new GrowingLog()
    const worker = await start(store)
    await until('an empty log is published too', () => worker.anchoring.checkpoint() !== undefined)
    store.grow(7)
    const anchor = await worker.anchoring.anchored(7, AbortSignal.timeout(5_000))
    expect(anchor.size).to.equal(7)
    const { checkpoint, note } = checkCheckpoint(anchor.checkpoint, logKey.verifierKey)
    expect(checkpoint).to.deep.include({ origin: ORIGIN, size: 7 })
    expect(checkNote(note, [logKey.timeKey])[0]!.time).to.be.within(
      Math.floor(Date.now() / 1000) - 10,
      Math.ceil(Date.now() / 1000),
    )
    expect(worker.anchoring.status()).to.deep.include({
      records: 7,
      lagRecords: 0,
      lagSeconds: 0,
      anchored: { size: 7, time: anchor.block.time, block: anchor.block.number, transaction: anchor.transaction },
    })
    store.grow(93)
    await anchored(worker, 100)
    await requireRecorded(store)
    const sent = node.calls.filter(({ method }) => method === 'eth_sendRawTransaction').length
    const checkpointNow = worker.anchoring.checkpoint()
    await systemClock.sleep(300)
    expect(node.calls.filter(({ method }) => method === 'eth_sendRawTransaction')).to.have.length(sent)
    expect(worker.anchoring.checkpoint()).to.equal(checkpointNow)
    expect(await worker.anchoring.anchorFor(8)).to.deep.include({ size: 100 })
    expect(await worker.anchoring.anchorFor(7)).to.deep.include({ size: 7 })
    expect(await worker.anchoring.anchorFor(101)).to.equal(undefined)
  })

  it('publishes after so many records though the time has not come, and at once when asked', async () => {
    const store = new GrowingLog()
    const { anchoring } = await start(store, { everySeconds: 3_600, everyRecords: 50 })
    await until('the empty log is published', () => anchoring.checkpoint() !== undefined)
    store.grow(49)
    await systemClock.sleep(250)
    expect(anchoring.status()).to.deep.include({ records: 49, lagRecords: 49 })
    expect(anchoring.status().published!.size).to.equal(0)
    store.grow(1)
    await anchoring.anchored(50, AbortSignal.timeout(5_000))
    store.grow(1)
    expect(checkCheckpoint(await anchoring.publishNow(), logKey.verifierKey).checkpoint.size).to.equal(51)
    await anchoring.anchored(51, AbortSignal.timeout(5_000))
    await requireRecorded(store)
  })

  describe('with every write of a fact failing in turn', () => {
    for (const kind of ['lost', 'persisted'] as const) {
      for (const key of ['checkpoint', 'anchoring', 'chain/seen', 'outbox/', 'anchor/']) {
        it(`${key} ${kind}, then on with or without a restart`, async () => {
          for (const restart of [false, true]) {
            await ledger.reset()
            const store = new GrowingLog(new TestFacts(), 5)
            let left = 1
            store.facts.fail = facts => (Object.keys(facts)[0]!.startsWith(key) && left-- > 0 ? kind : undefined)
            const worker = await start(store)
            if (restart) {
              await until('the write failed', () => left <= 0)
              await worker.stop()
              await requireSound(store)
            }
            const { anchoring } = restart ? await start(store) : worker
            store.grow(4)
            await anchoring.anchored(9, AbortSignal.timeout(5_000))
            await requireRecorded(store)
          }
        })
      }
    }
  })

  it('comes through with any single call to the node failing', async () => {
    const calls = await countCalls()
    expect(calls).to.be.greaterThan(10)
    for (let k = 0; k < calls; k++) {
      for (const fault of ['dead', 'reply-lost'] as const) {
        await ledger.reset()
        const store = new GrowingLog(new TestFacts(), 6)
        const worker = await startAfterConnecting(store, nth => (nth === k ? fault : undefined))
        await anchored(worker, 6)
        await worker.stop()
        await requireRecorded(store)
        expect(await eventsOnChain(), `call ${k} ${fault}`).to.have.length(1)
      }
    }
  })

  it('comes through a crash at any call to the node', async () => {
    const calls = await countCalls()
    for (let k = 0; k < calls; k++) {
      await ledger.reset()
      const store = new GrowingLog(new TestFacts(), 6)
      let reached = false
      const worker = await startAfterConnecting(store, nth => {
        reached ||= nth >= k
        return nth === k ? 'reply-lost' : nth > k ? 'dead' : undefined
      })
      await until(`call ${k}`, () => reached)
      await worker.stop()
      node.rule = undefined
      store.grow(2)
      const next = await start(store)
      await anchored(next, 8)
      await next.stop()
      await requireRecorded(store)
    }
  })

  /** Calls counted from the first after the connection was made. */
  const startAfterConnecting = async (store: GrowingLog, rule: (nth: number) => ReturnType<Rule>): Promise<Worker> => {
    let nth = -1
    node.rule = ({ method }) => {
      if (nth < 0 && method === 'eth_chainId') {
        nth = 0 // connecting
        return undefined
      }
      return rule(nth++)
    }
    return start(store)
  }
  const countCalls = async (): Promise<number> => {
    const store = new GrowingLog(new TestFacts(), 6)
    const worker = await start(store)
    await anchored(worker, 6)
    await worker.stop()
    return node.calls.length - 1
  }

  it('keeps publishing while the node is dead, shows the lag, and catches up', async () => {
    const store = new GrowingLog(new TestFacts(), 3)
    const { anchoring } = await start(store)
    await anchoring.anchored(3, AbortSignal.timeout(5_000))
    node.rule = () => 'dead'
    store.grow(10)
    await until('the checkpoint goes on', () => anchoring.status().published!.size === 13)
    await until('the trouble shows', () => anchoring.status().lastError?.code === 'chain_unreachable')
    store.grow(5)
    await until('the lag shows in seconds', () => anchoring.status().lagSeconds >= 1)
    expect(anchoring.status()).to.deep.include({ records: 18, lagRecords: 15 })
    node.rule = undefined
    await anchoring.anchored(18, AbortSignal.timeout(5_000))
    await until('the trouble is over', () => anchoring.status().lastError === undefined)
    await requireRecorded(store)
  })

  it('sends a recorded anchor again when a reorganisation takes it back, and corrects the record', async () => {
    const store = new GrowingLog(new TestFacts(), 4)
    const worker = await start(store, { finality: 20 })
    await anchored(worker, 4)
    const fork = await node.ask('evm_snapshot')
    store.grow(4)
    const was = await worker.anchoring.anchored(8, AbortSignal.timeout(5_000))
    await node.ask('evm_revert', [fork])
    await mine(node)
    await until('it is on the chain again', async () => (await eventsOnChain()).length === 2)
    await until('the record is right', async () => (await worker.anchoring.anchorFor(8))?.block.hash !== was.block.hash)
    expect((await worker.anchoring.anchorFor(8))!.transaction).to.equal(was.transaction)
    await requireRecorded(store)
  })

  it('strikes an anchor that cannot come back, and anchors anew', async () => {
    const store = new GrowingLog(new TestFacts(), 4)
    const first = await start(store, { finality: 3 })
    await anchored(first, 4)
    const fork = await node.ask('evm_snapshot')
    store.grow(4)
    await anchored(first, 8)
    await first.stop()
    await node.ask('evm_revert', [fork])
    // Another transaction of the same account takes the nonce, and another anchor of the same log the size.
    const proofless = { ...ledger.deployment.contracts }
    const nonce = Number(await node.ask('eth_getTransactionCount', [ledger.account.address, 'latest']))
    const raw = await ledger.account.signTransaction({
      to: proofless.catalogue,
      data: '0x',
      nonce,
      gasLimit: 30_000,
      gasPrice: 0,
      type: 0,
      chainId: 31_337,
    })
    await node.ask('eth_sendRawTransaction', [raw]).catch(() => {}) // it reverts, which takes the nonce all the same
    for (let k = 0; k < 4; k++) await mine(node)
    store.grow(3)
    const second = await start(store, { finality: 3 })
    await anchored(second, 11)
    await second.stop()
    await requireRecorded(store)
  })

  it('finds the anchors again when its own record of them is lost', async () => {
    const store = new GrowingLog(new TestFacts(), 4)
    const worker = await start(store)
    await anchored(worker, 4)
    await worker.stop()
    for (const key of store.facts.values.keys()) if (/^(anchor|outbox|chain)/.test(key)) store.facts.values.delete(key)
    const restarted = await start(store)
    await anchored(restarted, 4)
    expect(await eventsOnChain()).to.have.length(1)
    await requireRecorded(store)
  })

  const lies: { name: string; code: string; rule: Rule }[] = [
    {
      name: 'its chain id',
      code: 'chain_id_differs',
      rule: ({ method }) => (method === 'eth_chainId' ? { result: '0x1' } : undefined),
    },
    {
      name: 'its first block',
      code: 'chain_differs',
      rule: ({ method, params }) =>
        method === 'eth_getBlockByNumber' && params[0] === '0x0' ? { result: null } : undefined,
    },
    {
      name: 'the contracts’ code',
      code: 'contract_code_differs',
      rule: ({ method }) => (method === 'eth_getCode' ? { result: '0x6000' } : undefined),
    },
    {
      name: 'the absence of contracts',
      code: 'contract_code_differs',
      rule: ({ method }) => (method === 'eth_getCode' ? { result: '0x' } : undefined),
    },
    {
      name: 'a block it has shown before',
      code: 'chain_lost',
      rule: ({ method, params }) =>
        method === 'eth_getBlockByNumber' && params[0] !== 'latest' && params[0] !== '0x0'
          ? { result: null }
          : undefined,
    },
  ]
  for (const { name, code, rule } of lies) {
    it(`sends nothing to a node that lies about ${name}, says so, and goes on when it is right again`, async () => {
      const store = new GrowingLog(new TestFacts(), 3)
      const worker = await start(store, { finality: 2 })
      await anchored(worker, 3)
      node.rule = () => 'dead' // a failure, after which everything is compared again
      await until('the node is gone', () => worker.anchoring.status().lastError?.code === 'chain_unreachable')
      node.rule = rule
      store.grow(3)
      await until('the lie is seen', () => worker.anchoring.status().lastError?.code === code)
      expect(await eventsOnChain()).to.have.length(1)
      node.rule = undefined
      await anchored(worker, 6)
      await requireRecorded(store)
    })
  }

  it('does not take a call into the void for an anchor', async () => {
    const store = new GrowingLog(new TestFacts(), 3)
    node.rule = ({ method }) => {
      if (method !== 'eth_getTransactionReceipt') return undefined
      const { blockHash, blockNumber, ...rest } = lastBlock
      return { result: { ...rest, blockHash, blockNumber, logs: [] } }
    }
    const head = (await node.ask('eth_getBlockByNumber', ['latest', false])) as { hash: string; number: string }
    const lastBlock = {
      blockHash: head.hash,
      blockNumber: head.number,
      transactionHash: `0x${'11'.repeat(32)}`,
      transactionIndex: '0x0',
      status: '0x1',
      gasUsed: '0x5208',
    }
    const { anchoring } = await start(store)
    await until('it is noticed', () => anchoring.status().lastError?.code === 'anchor_missing')
    expect(await anchoring.anchors(1)).to.deep.equal([])
  })

  describe('when the node answers wrongly about the anchored tree', () => {
    const latest = interfaceOf('checkpointAnchor').getFunction('latest')!.selector
    const isLatest = ({ method, params }: Parameters<Rule>[0]): boolean =>
      method === 'eth_call' && (params[0] as { data: string }).data.startsWith(latest)
    const word = (value: bigint): string => value.toString(16).padStart(64, '0')
    const answers: { name: string; result: string; code: string }[] = [
      { name: 'nothing', result: '0x', code: 'chain_answer_malformed' },
      { name: 'half a tree', result: `0x${word(5n)}`, code: 'chain_answer_malformed' },
      { name: 'a revert in place of a result', result: `0x08c379a0${'ff'.repeat(32)}`, code: 'chain_answer_malformed' },
      { name: 'a size beyond all numbers', result: `0x${word(2n ** 60n)}${word(7n)}`, code: 'chain_answer_malformed' },
      { name: 'a larger tree', result: `0x${word(900n)}${word(7n)}`, code: 'anchor_unconfirmed' },
      { name: 'another tree of our size', result: `0x${word(5n)}${word(7n)}`, code: 'anchor_unconfirmed' },
    ]
    for (const { name, result, code } of answers) {
      it(`${name}, once: goes on`, async () => {
        let left = 1
        node.rule = call => (isLatest(call) && left-- > 0 ? { result } : undefined)
        const store = new GrowingLog(new TestFacts(), 5)
        const worker = await start(store)
        await anchored(worker, 5)
        expect(worker.log.lines.filter(line => line.includes(code))).to.have.length(1)
        await requireRecorded(store)
      })

      it(`${name}, for as long as it is believed: anchors nothing, says so, and goes on afterwards`, async () => {
        const store = new GrowingLog(new TestFacts(), 5)
        node.rule = call => (isLatest(call) ? { result } : undefined)
        const worker = await start(store)
        await until('the lie shows', () => worker.anchoring.status().lastError?.code === code)
        await systemClock.sleep(150)
        expect(await eventsOnChain()).to.deep.equal([])
        node.rule = undefined
        await anchored(worker, 5)
        await requireRecorded(store)
      })
    }
  })

  it('stops for good when the log is older than its anchor', async () => {
    const store = new GrowingLog(new TestFacts(), 9)
    const worker = await start(store)
    await anchored(worker, 9)
    await worker.stop()
    const older = await start(new GrowingLog(new TestFacts(), 5))
    expect(await older.ended).to.include({ code: 'log_rolled_back' })
    const waiting = await older.anchoring.anchored(9, AbortSignal.timeout(1_000)).catch((error: unknown) => error)
    expect(waiting).to.include({ code: 'log_rolled_back' })
    expect(await eventsOnChain()).to.have.length(1)
  })

  it('stops for good when another log is anchored under its name', async () => {
    const store = new GrowingLog(new TestFacts(), 9)
    const worker = await start(store)
    await anchored(worker, 9)
    await worker.stop()
    const other = await start(new GrowingLog(new TestFacts(), 12, 'other leaf'))
    expect(await other.ended).to.include({ code: 'log_differs' })
    expect(await eventsOnChain()).to.have.length(1)
  })

  it('stops for good when the epochs that were anchored are gone', async () => {
    const store = new GrowingLog(new TestFacts(), 9)
    const worker = await start(store)
    await anchored(worker, 9)
    await worker.stop()
    for (const key of store.facts.values.keys()) if (key.startsWith('index/')) store.facts.values.delete(key)
    store.grow(1)
    expect(await (await start(store)).ended).to.include({ code: 'log_rolled_back' })
    expect(await eventsOnChain()).to.have.length(1)
  })

  it('refuses to open on data older than, or other than, what it published', async () => {
    const facts = new TestFacts()
    const worker = await start(new GrowingLog(facts, 9))
    await anchored(worker, 9)
    await worker.stop()
    const open = (store: GrowingLog): Promise<unknown> =>
      createAnchoring({
        store,
        logKey,
        index: undefined as never,
        chain: undefined as never,
        clock: systemClock,
        everySeconds: 1,
        everyRecords: 1,
        log: new TestLog(),
      }).catch((error: unknown) => error)
    expect(await open(new GrowingLog(facts, 8))).to.include({ code: 'log_rolled_back' })
    expect(await open(new GrowingLog(facts, 9, 'other leaf'))).to.include({ code: 'log_differs' })
  })

  it('never signs a second history: a log that changes under it stops it', async () => {
    const store = new GrowingLog(new TestFacts(), 4)
    const worker = await start(store)
    await anchored(worker, 4)
    const other = new GrowingLog(store.facts, 6, 'other leaf')
    Object.defineProperty(store, 'head', { get: () => other.head })
    expect(await worker.ended).to.include({ code: 'checkpoint_would_fork' })
    expect(checkCheckpoint(worker.anchoring.checkpoint()!, logKey.verifierKey).checkpoint.size).to.equal(4)
    expect(await eventsOnChain()).to.have.length(1)
  })

  it('holds under any sequence of growth, crashes, dead nodes, emptied mempools and reorganisations', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('grow' as const), by: fc.integer({ min: 1, max: 40 }) }),
      fc.record({
        do: fc.constantFrom(
          'restart' as const,
          'dead' as const,
          'alive' as const,
          'mine' as const,
          'hold' as const,
          'reorganise' as const,
        ),
      }),
      fc.record({ do: fc.constant('wait' as const), by: fc.integer({ min: 5, max: 60 }) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 14 }), async steps => {
        for (const worker of running.splice(0)) await worker.stop()
        await ledger.reset()
        const store = new GrowingLog(new TestFacts(), 1)
        let worker = await start(store, { finality: 1_000 })
        let fork = await node.ask('evm_snapshot')
        for (const step of steps) {
          if (step.do === 'grow') store.grow(step.by)
          if (step.do === 'wait') await systemClock.sleep(step.by)
          if (step.do === 'dead')
            node.rule = ({ method }) => (method === 'eth_sendRawTransaction' ? 'reply-lost' : 'dead')
          if (step.do === 'alive') node.rule = undefined
          if (step.do === 'mine') await node.ask('evm_setAutomine', [true]).then(() => mine(node))
          if (step.do === 'hold') await node.ask('evm_setAutomine', [false])
          if (step.do === 'reorganise') {
            await node.ask('evm_revert', [fork])
            await mine(node) // another block in place of the first that was taken back
            fork = await node.ask('evm_snapshot')
          }
          if (step.do === 'restart') {
            node.rule = undefined
            await worker.stop()
            worker = await start(store, { finality: 1_000 })
          }
          await requireSound(store)
        }
        node.rule = undefined
        await node.ask('evm_setAutomine', [true])
        await mine(node)
        await worker.anchoring.anchored(store.head.size, AbortSignal.timeout(8_000))
        await until('the record is right', () => isTrueRecord(store))
        await worker.stop()
        await requireSound(store)
      }),
      { numRuns: 15, endOnFailure: true, interruptAfterTimeLimit: 20_000 },
    )
  })

  it('keeps the encoding that the contract has', () => {
    expect(interfaceOf('checkpointAnchor').getFunction('anchorAll')!.format()).to.equal(
      'anchorAll((bytes32,uint64,bytes32,bytes32[])[])',
    )
  })
})
