// Headers, blooms and whole blocks: against the bloom that go-ethereum tests itself with, and against blocks that an
// independent implementation (EDR) made and hashed.

import { expect } from 'chai'
import { concat, hexlify, toBeHex, Wallet } from 'ethers'
import * as fc from 'fast-check'
import { keccak256 } from '#keccak'
import { readHeaderBytes, readWholeBlock } from '../../src/chain/block-bytes.ts'
import type { Chain } from '../../src/chain/network.ts'
import { parseLog } from '../../src/chain/read.ts'
import { bloomBits, checkHeaderChain, decodeHeader, type Header, hasBits } from '../../src/core/header-chain.ts'
import { decodeRlp, encodeRlp, type Rlp } from '../../src/core/rlp.ts'
import { type BlockBody, type BlockLog, checkWholeBlock } from '../../src/core/whole-block.ts'
import { type FaultyNode, startFaultyNode } from './faulty-node.ts'
import { connect, mine } from './fixtures.ts'

const bloomOf = (items: readonly Uint8Array[]): Uint8Array => {
  const bloom = new Uint8Array(256)
  for (const bit of items.flatMap(bloomBits)) bloom[255 - Math.floor(bit / 8)]! |= 1 << (bit % 8)
  return bloom
}

describe('bloom', () => {
  it('is the one that go-ethereum makes of the same hundred items', () => {
    // core/types/bloom9_test.go, TestBloomExtensively
    const items = Array.from({ length: 100 }, (_, k) => Buffer.from(`xxxxxxxxxx data ${k} yyyyyyyyyyyyyy`))
    const hash = '0xc8d3ca65cdb4874300a9e39475508f23ed6da09fdbc487f89a2dcf50b09eb263'
    expect(hexlify(keccak256(bloomOf(items)))).to.equal(hash)
  })

  it('never says no to what is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1 }), items => {
        const bloom = bloomOf(items)
        expect(items.every(item => hasBits(bloom, bloomBits(item)))).to.equal(true)
      }),
    )
    expect(hasBits(new Uint8Array(256), bloomBits(Buffer.from('anything')))).to.equal(false)
  })
})

describe('headers and whole blocks', () => {
  let node: FaultyNode
  let chain: Chain
  let headers: Uint8Array[]
  let full: Header
  let body: BlockBody
  let logs: readonly BlockLog[]

  before(async () => {
    node = await startFaultyNode()
    chain = await connect(node)
    await node.ask('evm_setAutomine', [false])
    const accounts = Array.from({ length: 5 }, (_, k) => new Wallet(`0x${`0${k + 1}`.repeat(32)}`))
    // 150 transactions of four kinds in one block; each runs LOG1 as often as its number says, and deploys nothing.
    for (let k = 0; k < 150; k++) {
      const event = concat(['0x7f', toBeHex(k, 32), '0x60205fa1'])
      const data = concat([...Array.from({ length: k % 4 }, () => event), '0x5f5ff3'])
      const kinds = [
        { type: 0, gasPrice: 0 },
        { type: 0, gasPrice: 0, chainId: 0 },
        { type: 1, gasPrice: 0, accessList: [{ address: accounts[0]!.address, storageKeys: [toBeHex(k, 32)] }] },
        { type: 2, maxFeePerGas: 0, maxPriorityFeePerGas: 0 },
      ]
      const raw = await accounts[k % 5]!.signTransaction({
        data,
        nonce: Math.floor(k / 5),
        gasLimit: 100_000,
        chainId: 31_337,
        ...kinds[k % 4],
      })
      await node.ask('eth_sendRawTransaction', [raw])
    }
    await mine(node)
    for (let k = 0; k < 8; k++) await mine(node)
    headers = []
    for (let number = 0; number <= 9; number++) headers.push(await readHeaderBytes(chain, number))
    full = decodeHeader(headers[1]!)
    ;({ body, logs } = await readWholeBlock(chain, full))
  })
  after(async () => {
    chain.close()
    await node.close()
  })

  it('makes the hash of every block from the first on, and links them', async () => {
    const decoded = checkHeaderChain(headers)
    for (const { hash, number, time } of decoded) {
      const block = (await node.ask('eth_getBlockByNumber', [`0x${number.toString(16)}`, false])) as {
        hash: string
        timestamp: string
      }
      expect(hexlify(hash)).to.equal(block.hash)
      expect(time).to.equal(Number(block.timestamp))
    }
    expect(checkHeaderChain([])).to.deep.equal([])
  })

  it('refuses headers of which one is left out, twice there, elsewhere, or has one bit flipped', () => {
    const refuse = (changed: readonly Uint8Array[]): void => {
      expect(() => checkHeaderChain(changed))
        .to.throw()
        .with.property('code')
        .which.is.oneOf(['headers_unlinked', 'rlp_malformed'])
    }
    for (let k = 1; k < headers.length - 1; k++) refuse(headers.toSpliced(k, 1))
    for (let k = 0; k < headers.length; k++) refuse(headers.toSpliced(k, 0, headers[k]!))
    for (let k = 1; k < headers.length; k++) refuse(headers.with(k, headers[k - 1]!).with(k - 1, headers[k]!))
    const fields = decodeRlp(headers[3]!) as readonly Rlp[]
    refuse([headers[2]!, encodeRlp(fields.with(8, Buffer.of(77)))]) // of the right parent, with a number of its own
    fc.assert(
      fc.property(fc.nat(headers.length - 2), fc.nat(), fc.nat(7), (k, at, bit) => {
        const bytes = Buffer.from(headers[k]!)
        bytes[at % bytes.length]! ^= 1 << bit
        refuse(headers.with(k, bytes))
      }),
      { numRuns: 500 },
    )
  })

  it('reads all events of a block of 150 transactions, with their numbers and transactions', async () => {
    const told = ((await node.ask('eth_getLogs', [{ fromBlock: '0x1', toBlock: '0x1' }])) as unknown[]).map(parseLog)
    expect(logs).to.have.length(told.length).greaterThan(200)
    for (const { index, transactionHash, address, topics, data } of told) {
      const log = logs[index]!
      expect(hexlify(log.transaction())).to.equal(transactionHash)
      expect(hexlify(log.address)).to.equal(address)
      expect(log.topics.map(hexlify)).to.deep.equal(topics)
      expect(hexlify(log.data)).to.equal(data)
    }
    // The node's own bloom, to the bit.
    expect(hexlify(bloomOf(logs.flatMap(({ address, topics }) => [address, ...topics])))).to.equal(hexlify(full.bloom))
  })

  it('refuses a block of which anything is left out, exchanged or changed', () => {
    const { transactions, receipts } = body
    const refuse = (header: Header, changed: BlockBody): void => {
      expect(() => checkWholeBlock(header, changed))
        .to.throw()
        .with.property('code', 'block_unproven')
    }
    refuse(full, { transactions: transactions.slice(1), receipts: receipts.slice(1) })
    refuse(full, { transactions, receipts: receipts.slice(0, -1) })
    refuse(full, { transactions: [...transactions, transactions[0]!], receipts: [...receipts, receipts[0]!] })
    refuse(full, { transactions, receipts: receipts.with(3, receipts[4]!).with(4, receipts[3]!) })
    refuse(full, { transactions: [], receipts: [] })
    refuse(decodeHeader(headers[2]!), body)
    refuse({ ...full, bloom: new Uint8Array(256) }, body)
    fc.assert(
      fc.property(fc.nat(149), fc.nat(), fc.nat(7), fc.boolean(), (k, at, bit, inReceipts) => {
        const bytes = Buffer.from((inReceipts ? receipts : transactions)[k]!)
        bytes[at % bytes.length]! ^= 1 << bit
        refuse(
          full,
          inReceipts
            ? { transactions, receipts: receipts.with(k, bytes) }
            : { transactions: transactions.with(k, bytes), receipts },
        )
      }),
      { numRuns: 60 },
    )
  })
})
