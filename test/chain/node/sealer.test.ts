// The write path and the replay, on the real engine: what is acknowledged is durable, what is not durable is not shown,
// and the same journal gives the same chain.

import { expect } from 'chai'
import type { JournalBlock } from '../../../src/chain/node/block.ts'
import { decodeBlock, encodeBlock } from '../../../src/chain/node/block.ts'
import { fromHex, type Hex } from '../../../src/chain/node/bytes.ts'
import { type Engine, startEngine } from '../../../src/chain/node/engine.ts'
import { encodeFrame, encodeHeader } from '../../../src/chain/node/frame.ts'
import { type Journal, type JournalIdentity, openJournal } from '../../../src/chain/node/journal.ts'
import { type Method, serveMethods } from '../../../src/chain/node/methods.ts'
import { BLOCK_GAS_LIMIT, chainOptions, digestOptions } from '../../../src/chain/node/options.ts'
import { replayJournal } from '../../../src/chain/node/replay.ts'
import { Sealer } from '../../../src/chain/node/sealer.ts'
import type { SignedTransaction } from '../../../src/chain/node/transaction.ts'
import { Turns } from '../../../src/chain/node/turns.ts'
import type { LedgerError } from '../../../src/core/error.ts'
import {
  ENDLESS_LOOP,
  LOGGING_CONTRACT,
  MemoryFile,
  rejection,
  sign,
  signed,
  systemError,
  walletOf,
} from './fixtures.ts'

interface Chain {
  readonly engine: Engine
  readonly file: MemoryFile
  readonly journal: Journal
  readonly sealer: Sealer
  readonly call: (method: string, ...params: unknown[]) => Promise<unknown>
  readonly fatal: LedgerError[]
  /** Clock of the node, Unix seconds. */
  now: number
}

/** A node without process and door, on a file in memory; the file of a former one continues its chain. */
async function startChain(file = new MemoryFile()): Promise<Chain> {
  const options = chainOptions()
  const engine = await startEngine(options)
  const identity: JournalIdentity = {
    chainId: options.chainId,
    genesisHash: fromHex(engine.genesis.hash),
    optionsDigest: digestOptions(options),
    engine: engine.version,
  }
  if (file.bytes.length === 0) file.bytes = Buffer.from(encodeHeader({ version: 1, ...identity }))
  const journal = await openJournal('journal', identity, file.opener)
  const { head } = await replayJournal(journal, engine)
  const turns = new Turns(1_000)
  const fatal: LedgerError[] = []
  const onFatal = (error: LedgerError): void => void fatal.push(error)
  const clock = { now: 1_800_000_000 }
  const sealer = new Sealer({
    engine,
    journal,
    turns,
    head,
    blockGasLimit: BLOCK_GAS_LIMIT,
    now: () => clock.now,
    onFatal,
  })
  const methods = serveMethods({ engine, sealer, turns, options })
  const call = (name: string, ...params: unknown[]): Promise<unknown> => (methods.get(name) as Method)(params)
  return Object.assign(clock, { engine, file, journal, sealer, call, fatal })
}

async function blocksOf(chain: Chain): Promise<JournalBlock[]> {
  const blocks: JournalBlock[] = []
  const journal = await openJournal('journal', chain.journal.header, new MemoryFile(chain.file.bytes).opener)
  for await (const { block } of journal.replay()) blocks.push(block)
  return blocks
}

/** The same journal with its blocks changed, and checksums that fit. */
function rewrite(chain: Chain, blocks: readonly JournalBlock[]): MemoryFile {
  const frames = blocks.map(block => encodeFrame(encodeBlock(block)))
  return new MemoryFile(Buffer.concat([encodeHeader(chain.journal.header), ...frames]))
}

describe('chain/node: sealing and replay', function () {
  this.timeout(20_000)
  const running: Chain[] = []
  const start = async (file?: MemoryFile): Promise<Chain> => {
    const chain = await startChain(file)
    running.push(chain)
    return chain
  }
  afterEach(async () => {
    for (const chain of running.splice(0)) await chain.engine.close()
  })

  it('acknowledges after the fsync only, and shows nothing of the block before', async () => {
    const chain = await start()
    const fsync = Promise.withResolvers<void>()
    const reached = Promise.withResolvers<void>()
    chain.file.onSync = async () => {
      reached.resolve()
      await fsync.promise
    }
    const events: string[] = []
    const sealing = chain.sealer.seal(await signed(walletOf(1), 0)).then(() => events.push('acknowledged'))
    await reached.promise
    // The engine has the block already; the bytes may be in the file; the answer is still to come.
    expect(await chain.engine.head()).to.include({ number: 1 })
    expect(chain.sealer.head.number).to.equal(0)
    const reading = chain.call('eth_blockNumber').then(number => events.push(`read ${String(number)}`))
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(events).to.deep.equal([])
    events.push('fsynced')
    fsync.resolve()
    await Promise.all([sealing, reading])
    expect(events.toSorted()).to.deep.equal(['acknowledged', 'fsynced', 'read 0x1'])
    expect(events[0]).to.equal('fsynced')
  })

  it('one fsync serves all that gathered meanwhile', async () => {
    const chain = await start()
    let syncs = 0
    chain.file.onSync = async () => void syncs++
    const sent = await Promise.all(Array.from({ length: 60 }, (_, nonce) => signed(walletOf(1), nonce)))
    const hashes = await Promise.all(sent.map(transaction => chain.sealer.seal(transaction)))
    expect(hashes).to.deep.equal(sent.map(({ hash }) => hash))
    expect(syncs).to.be.at.most(3)
    expect(chain.sealer.head.number).to.equal(syncs)
  })

  it('keeps what one block cannot hold for the next, and forgets none', async () => {
    const chain = await start()
    const gasLimit = Math.floor(BLOCK_GAS_LIMIT / 3)
    const sent = await Promise.all(Array.from({ length: 8 }, (_, nonce) => signed(walletOf(1), nonce, { gasLimit })))
    await Promise.all(sent.map(transaction => chain.sealer.seal(transaction)))
    const counts = (await blocksOf(chain)).map(({ transactions }) => transactions.length)
    expect(counts.reduce((sum, count) => sum + count)).to.equal(8)
    expect(Math.max(...counts)).to.be.at.most(3)
  })

  it('refuses what would not be in the block, with both values, and mines no empty block for it', async () => {
    const chain = await start()
    const wallet = walletOf(1)
    await chain.sealer.seal(await signed(wallet, 0))
    const refusals: [SignedTransaction, RegExp][] = [
      [await signed(wallet, 0, { data: '0x99' }), /nonce too low.* 1 .* 0/],
      [await signed(wallet, 7), /nonce too high.* 1,.* 7/],
      [await signed(wallet, 1, { value: 1 }), /enough funds/],
      [await signed(wallet, 1, { gasPrice: 1 }), /enough funds/],
      [await signed(wallet, 1, { chainId: 1 }), /another chain/],
      [await signed(wallet, 1, { gasLimit: 21_000 }), /requires at least/],
    ]
    for (const [transaction, message] of refusals) {
      expect((await rejection(chain.sealer.seal(transaction))).message).to.match(message)
    }
    await Promise.allSettled(refusals.map(([transaction]) => chain.sealer.seal(transaction)))
    expect(await chain.engine.pool()).to.deep.equal([])
    expect(await chain.call('eth_blockNumber')).to.equal('0x1')
    expect(chain.fatal).to.deep.equal([])
  })

  it('takes one sender’s nonces in any order within a group, and of two with one nonce only one', async () => {
    const chain = await start()
    const wallet = walletOf(1)
    const orders = [2, 0, 1, 4]
    const results = await Promise.allSettled(
      (await Promise.all(orders.map(nonce => signed(wallet, nonce)))).map(transaction =>
        chain.sealer.seal(transaction),
      ),
    )
    expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'fulfilled', 'fulfilled', 'rejected'])
    const rivals = [await signed(wallet, 3, { data: '0x01' }), await signed(wallet, 3, { data: '0x02' })]
    const outcome = await Promise.allSettled(rivals.map(transaction => chain.sealer.seal(transaction)))
    expect(outcome.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected'])
    expect(await chain.call('eth_getTransactionCount', wallet.address, 'pending')).to.equal('0x4')
  })

  it('the same bytes sent twice at once are one transaction', async () => {
    const chain = await start()
    const transaction = await signed(walletOf(1), 0)
    const hashes = await Promise.all([chain.sealer.seal(transaction), chain.sealer.seal(transaction)])
    expect(hashes).to.deep.equal([transaction.hash, transaction.hash])
    expect((await blocksOf(chain))[0]?.transactions).to.have.length(1)
  })

  it('costs nothing even after full blocks (EIP-1559 would raise the base fee for good)', async function () {
    this.timeout(60_000)
    const chain = await start()
    const wallet = walletOf(1)
    // Data is the cheap way to fill a block: 16 gas a byte, no steps for the engine to record.
    const full = { data: `0x${'ff'.repeat(120_000)}`, gasLimit: BLOCK_GAS_LIMIT }
    for (let nonce = 0; nonce < 9; nonce++) {
      const more = nonce % 3 === 2 ? {} : full
      await chain.sealer.seal(await signed(wallet, nonce, more))
    }
    const many = await Promise.all(
      Array.from({ length: 9 }, (_, index) => signed(wallet, 9 + index, { ...full, gasLimit: 2_100_000 })),
    )
    await Promise.all(many.map(transaction => chain.sealer.seal(transaction)))
    await chain.sealer.seal(await signed(wallet, 18))
    const head = (await chain.call('eth_getBlockByNumber', 'latest', false)) as {
      baseFeePerGas: Hex
      transactions: Hex[]
    }
    expect(head).to.include({ baseFeePerGas: '0x0' })
    expect(head.transactions).to.have.length(1)
    const used = (await chain.call('eth_feeHistory', '0x20', 'latest', [])) as {
      baseFeePerGas: Hex[]
      gasUsedRatio: number[]
    }
    expect(Math.max(...used.gasUsedRatio)).to.be.greaterThan(0.5)
    expect(new Set(used.baseFeePerGas)).to.deep.equal(new Set(['0x0']))
    expect(await chain.call('eth_gasPrice')).to.equal('0x0')
  })

  it('time never runs backwards, even if the clock does', async () => {
    const chain = await start()
    for (const [nonce, now] of [1_900_000_000, 1_700_000_000, 1_900_000_005].entries()) {
      chain.now = now
      await chain.sealer.seal(await signed(walletOf(1), nonce))
    }
    const times = (await blocksOf(chain)).map(({ timestamp }) => timestamp)
    expect(times).to.deep.equal([1_900_000_000, 1_900_000_000, 1_900_000_005])
  })

  describe('when the journal cannot be written', () => {
    for (const [name, fail] of Object.entries({
      'full disk': (file: MemoryFile): void => void (file.space = 20),
      'failed fsync': (file: MemoryFile): void =>
        void (file.onSync = () => Promise.reject(systemError('EIO', 'i/o error'))),
    })) {
      it(`${name}: acknowledges nothing more, shows nothing more, stops; a restart has all that was acknowledged`, async () => {
        const chain = await start()
        const wallet = walletOf(1)
        const acknowledged = await chain.sealer.seal(await signed(wallet, 0))
        fail(chain.file)
        const first = rejection(chain.sealer.seal(await signed(wallet, 1)))
        const second = rejection(chain.sealer.seal(await signed(wallet, 2)))
        for (const refused of await Promise.all([first, second]))
          expect(refused.message).to.match(/the node stops.*receipt/)
        expect(chain.fatal.map(({ code }) => code)).to.deep.equal(['chain_journal_write_failed'])
        expect((await rejection(chain.call('eth_blockNumber'))).message).to.match(/the node stops/)
        const late = chain.sealer.seal(await signed(wallet, 3))
        expect((await rejection(late)).message).to.match(/the node stops \(chain_journal_write_failed\)/)

        const again = await start(new MemoryFile(chain.file.bytes))
        expect(await again.call('eth_getTransactionReceipt', acknowledged)).to.include({ status: '0x1' })
        // The same bytes sent again: refused only if the block had reached the disk after all.
        const resent = await Promise.allSettled([again.sealer.seal(await signed(wallet, 1))])
        const receipt = await again.call('eth_getTransactionReceipt', (await signed(wallet, 1)).hash)
        expect(receipt, JSON.stringify(resent)).to.include({ status: '0x1' })
      })
    }
  })

  describe('replay', () => {
    /** Some blocks of all kinds: creations, logs, failures, several senders in one block. */
    async function populate(chain: Chain): Promise<void> {
      await chain.sealer.seal(await signed(walletOf(1), 0, { to: null, data: LOGGING_CONTRACT }))
      for (let nonce = 1; nonce < 5; nonce++) {
        const senders = [1, 2, 3].map(number => signed(walletOf(number), number === 1 ? nonce : nonce - 1))
        await Promise.all((await Promise.all(senders)).map(transaction => chain.sealer.seal(transaction)))
        chain.now += 3
      }
      await chain.sealer.seal(await signed(walletOf(1), 5, { to: null, data: ENDLESS_LOOP }))
    }

    it('gives the same chain, whatever was read while it grew', async () => {
      const chain = await start()
      let answered = 0
      const noise = setInterval(() => {
        for (const tag of ['latest', 'pending', 'earliest']) {
          const reads = [
            chain.call('eth_getBlockByNumber', tag, true),
            chain.call('eth_call', { data: ENDLESS_LOOP, gas: '0xffff' }, tag),
            chain.call('eth_estimateGas', { to: walletOf(9).address }, tag),
            chain.call('eth_feeHistory', '0x2', tag, []),
          ]
          void Promise.allSettled(reads).then(settled => (answered += settled.length))
        }
      }, 5)
      await populate(chain).finally(() => clearInterval(noise))
      expect(answered).to.be.greaterThan(0)
      const again = await start(new MemoryFile(chain.file.bytes))
      expect(again.sealer.head).to.deep.equal(chain.sealer.head)
      for (let block = 0; block <= chain.sealer.head.number; block++) {
        const tag = `0x${block.toString(16)}`
        const asked = ['eth_getBlockByNumber', tag, true] as const
        expect(await again.call(...asked)).to.deep.equal(await chain.call(...asked))
        expect(await again.call('eth_getBlockReceipts', tag)).to.deep.equal(
          await chain.call('eth_getBlockReceipts', tag),
        )
      }
      await again.sealer.seal(await signed(walletOf(1), 6))
      expect(again.sealer.head.number).to.equal(chain.sealer.head.number + 1)
    })

    it('refuses a journal that was edited with fitting checksums, naming the block and the next step', async () => {
      const chain = await start()
      await populate(chain)
      const blocks = await blocksOf(chain)
      const [first, second, third] = blocks as [JournalBlock, JournalBlock, JournalBlock]
      const other = { ...second, transactions: [fromHex(await sign(walletOf(5), 0))] }
      const edits: Record<string, readonly JournalBlock[]> = {
        'another time': [first, { ...second, timestamp: second.timestamp + 1 }, third],
        'a transaction left out': [first, { ...second, transactions: second.transactions.slice(1) }, third],
        'a transaction replaced': [first, other, third],
        'transactions in another order': [first, { ...second, transactions: second.transactions.toReversed() }, third],
        'a transaction that is none': [first, { ...second, transactions: [Buffer.alloc(3, 1)] }, third],
        'a block left out': [first, third],
        'two blocks swapped': [first, third, second],
        'another number': [first, { ...second, number: 7 }],
        'another parent': [first, { ...second, parentHash: Buffer.alloc(32) }],
        'another hash': [first, { ...second, blockHash: Buffer.alloc(32) }],
      }
      // Only a block of several transactions has an order.
      if (second.transactions.length < 2) delete edits['transactions in another order']
      for (const [name, edited] of Object.entries(edits)) {
        const error = await rejection(startChain(rewrite(chain, edited)))
        expect(error.code, name).to.equal('chain_replay_mismatch')
        expect(error.message, name).to.match(/Block \d+ of the journal.*Restore/)
      }
      expect(decodeBlock(encodeBlock(second))).to.include({ number: 2 })
    })

    it('a journal cut back by whole blocks is a valid, shorter chain: the caller must know its last block', async () => {
      const chain = await start()
      await populate(chain)
      const blocks = await blocksOf(chain)
      const shorter = await start(rewrite(chain, blocks.slice(0, 2)))
      expect(shorter.sealer.head.number).to.equal(2)
      expect(shorter.engine.genesis).to.deep.equal(chain.engine.genesis)
      expect(shorter.sealer.head.hash).not.to.equal(chain.sealer.head.hash)
    })
  })
})
