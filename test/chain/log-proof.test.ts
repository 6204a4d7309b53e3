// Events proven from a block's hash alone, on blocks that an independent implementation (EDR) made and hashed.

import { expect } from 'chai'
import { concat, hexlify, toBeHex, Wallet } from 'ethers'
import * as fc from 'fast-check'
import { proveLog } from '../../src/chain/log-proof.ts'
import type { Chain } from '../../src/chain/network.ts'
import { type ChainLog, parseLog } from '../../src/chain/read.ts'
import { checkLogInBlock, type LogProof, receiptKey } from '../../src/core/log-proof.ts'
import { checkEntry, proveEntry, trieRoot } from '../../src/core/trie.ts'
import { type FaultyNode, startFaultyNode } from './faulty-node.ts'
import { connect, mine } from './fixtures.ts'

describe('proof of a receipt in a trie', () => {
  it('proves entries of tries up to and past the keys of two bytes, and nothing else', function () {
    this.timeout(30_000)
    for (const size of [1, 2, 3, 16, 17, 127, 128, 129, 257]) {
      // Short values are held whole in their parents, long ones by their hash.
      const entries = Array.from({ length: size }, (_, k) => ({
        key: receiptKey(k),
        value: Buffer.alloc(k % 3 === 0 ? 2 : 40, k),
      }))
      const root = trieRoot(entries)
      for (const [k, { key, value }] of entries.entries()) {
        if (size > 20 && k % 9 !== 0 && k !== 127 && k !== 128) continue
        const proof = proveEntry(entries, key)
        expect(hexlify(checkEntry(root, key, proof)), `${k} of ${size}`).to.equal(hexlify(value))
        const refuse = (key: Uint8Array, proof: readonly Uint8Array[]): void => {
          let found: Uint8Array
          try {
            found = checkEntry(root, key, proof)
          } catch (error) {
            expect(error).to.have.property('code').which.is.oneOf(['trie_unproven', 'rlp_malformed'])
            return
          }
          expect.fail(`proved ${hexlify(found)} under ${hexlify(key)}`)
        }
        refuse(key, proof.slice(0, -1))
        refuse(key, [...proof, proof[0]!])
        refuse(receiptKey(size), proof)
        if (size > 1) refuse(receiptKey((k + 1) % size), k % 7 === 0 ? [] : proof.toSpliced(0, 1))
        for (let n = 0; n < proof.length; n++) {
          const node = proof[n]!
          refuse(
            key,
            proof.with(n, Buffer.from(node.map((byte, at) => (at === (k * 31) % node.length ? byte ^ 1 : byte)))),
          )
        }
      }
    }
  })
})

describe('proof of an event in a block', () => {
  let node: FaultyNode
  let chain: Chain
  let logs: ChainLog[]
  const accounts = Array.from({ length: 5 }, (_, k) => new Wallet(`0x${`0${k + 1}`.repeat(32)}`))

  before(async () => {
    node = await startFaultyNode()
    chain = await connect(node)
    await node.ask('evm_setAutomine', [false])
    // 150 transactions in one block, old and new types, each emitting as many events as its data says: init code that
    // runs LOG1 (topic = caller's data word) n times and deploys nothing.
    for (let k = 0; k < 150; k++) {
      const account = accounts[k % 5]!
      const event = concat(['0x7f', toBeHex(k, 32), '0x60205fa1']) // LOG1(memory 0..32, topic k)
      const data = concat([...Array.from({ length: k % 4 }, () => event), '0x5f5ff3'])
      const type = k % 2 === 0 ? { type: 0, gasPrice: 0 } : { type: 2, maxFeePerGas: 0, maxPriorityFeePerGas: 0 }
      const raw = await account.signTransaction({
        data,
        nonce: Math.floor(k / 5),
        gasLimit: 100_000,
        chainId: 31_337,
        ...type,
      })
      await node.ask('eth_sendRawTransaction', [raw])
    }
    await mine(node)
    logs = ((await node.ask('eth_getLogs', [{ fromBlock: '0x1', toBlock: 'latest' }])) as unknown[]).map(parseLog)
    expect(logs.length).to.be.greaterThan(200)
  })
  after(async () => {
    chain.close()
    await node.close()
  })

  const check = (proof: LogProof, { address, topics, data, blockHash, blockNumber }: ChainLog): void => {
    const proven = checkLogInBlock(proof)
    expect(hexlify(proven.blockHash)).to.equal(blockHash)
    expect(proven.blockNumber).to.equal(blockNumber)
    expect(hexlify(proven.address)).to.equal(address)
    expect(proven.topics.map(hexlify)).to.deep.equal(topics)
    expect(hexlify(proven.data)).to.equal(data)
  }

  it('proves events of the first, of late and of typed transactions', async () => {
    for (const log of logs.filter((_, k) => k % 23 === 0)) check(await proveLog(chain, log), log)
    const block = (await node.ask('eth_getBlockByNumber', ['latest', false])) as {
      timestamp: string
      parentHash: string
    }
    const proven = checkLogInBlock(await proveLog(chain, logs[0]!))
    expect(proven.time).to.equal(Number(block.timestamp))
    expect(hexlify(proven.parentHash)).to.equal(block.parentHash)
  })

  const allReceipts = async (): Promise<{ status: string }[]> => {
    const { transactions } = (await node.ask('eth_getBlockByHash', [logs[0]!.blockHash, false])) as {
      transactions: string[]
    }
    return Promise.all(
      transactions.map(async hash => (await node.ask('eth_getTransactionReceipt', [hash])) as { status: string }),
    )
  }

  it('proves as well with all receipts from one call, where the node has it, in whatever order', async () => {
    const result = (await allReceipts()).toReversed()
    node.rule = ({ method }) => (method === 'eth_getBlockReceipts' ? { result } : undefined)
    node.calls.length = 0
    const log = logs.at(-1)!
    check(await proveLog(chain, log), log)
    expect(node.calls.map(({ method }) => method)).to.deep.equal(['eth_getBlockByHash', 'eth_getBlockReceipts'])
    node.rule = undefined
  })

  it('makes no proof of what the node invents', async () => {
    const log = logs[7]!
    const refusal = (log: ChainLog): Promise<unknown> =>
      proveLog(chain, log).then(
        () => 'proved',
        (error: unknown) => error,
      )
    const block = (await node.ask('eth_getBlockByHash', [log.blockHash, false])) as object
    const receipts = await allReceipts()
    node.rule = ({ method }) =>
      method === 'eth_getBlockByHash' ? { result: { ...block, timestamp: '0x1' } } : undefined
    expect(await refusal(log)).to.include({ code: 'block_not_provable' })
    node.rule = ({ method }) =>
      method === 'eth_getBlockReceipts' ? { result: receipts.with(3, { ...receipts[3]!, status: '0x0' }) } : undefined
    expect(await refusal(log)).to.include({ code: 'block_not_provable' })
    node.rule = ({ method }) => (method === 'eth_getBlockByHash' ? { result: null } : undefined)
    expect(await refusal(log)).to.include({ code: 'chain_answer_malformed' })
    node.rule = undefined
    expect(await refusal({ ...log, index: 99_999 })).to.include({ code: 'block_not_provable' })
    expect(await refusal({ ...log, transactionIndex: 99_999 })).to.include({ code: 'block_not_provable' })
  })

  it('is worth nothing once a bit of it is changed', async () => {
    const log = logs[100]!
    const proof = await proveLog(chain, log)
    const flip = (bytes: Uint8Array, at: number, bit: number): Uint8Array =>
      bytes.with(at % bytes.length, bytes[at % bytes.length]! ^ (1 << bit))
    fc.assert(
      fc.property(fc.nat(), fc.nat(7), fc.nat(proof.receipt.length), (at, bit, part) => {
        const { receipt } = proof
        const changed: LogProof =
          part === receipt.length
            ? { ...proof, header: flip(proof.header, at, bit) }
            : { ...proof, receipt: receipt.with(part, flip(receipt[part]!, at, bit)) }
        try {
          expect(hexlify(checkLogInBlock(changed).blockHash)).not.to.equal(log.blockHash)
        } catch (error) {
          expect(error).to.have.property('code').which.is.oneOf(['event_unproven', 'trie_unproven', 'rlp_malformed'])
        }
      }),
      { numRuns: 2_000 },
    )
    for (const change of [
      { logIndex: 77 },
      { logIndex: -1 },
      { transactionIndex: 0 },
      { transactionIndex: -1 },
      { transactionIndex: 0.5 },
      { receipt: [] },
    ]) {
      expect(() => checkLogInBlock({ ...proof, ...change }))
        .to.throw()
        .with.property('code')
        .which.matches(/unproven/)
    }
  })
})
