// What receipt proofs will rest on: the hash of a block is the Keccak-256 of its RLP-encoded header, and the header's
// receiptsRoot is the root of the Merkle-Patricia trie of its receipts. Both recomputed here from what the node answers,
// with nothing of the engine (Ethereum Yellow Paper 4.3.1, 4.4 and appendix D; header fields after EIP-1559, 4895, 4844
// and 4788, which the Cancun fork brought).

import { expect } from 'chai'
import { concat, encodeRlp, getBytes, hexlify, keccak256, type RlpStructuredData, toBeHex } from 'ethers'
import type { Hex } from '../../../src/chain/node/bytes.ts'
import { type Engine, startEngine } from '../../../src/chain/node/engine.ts'
import { chainOptions } from '../../../src/chain/node/options.ts'
import { ENDLESS_LOOP, LOGGING_CONTRACT, rawOf, sign, walletOf } from './fixtures.ts'

type Header = Readonly<Record<string, Hex>> & { readonly transactions: readonly Hex[] }

interface Receipt {
  readonly type: Hex
  readonly status: Hex
  readonly cumulativeGasUsed: Hex
  readonly logsBloom: Hex
  readonly contractAddress: Hex | null
  readonly logs: readonly { readonly address: Hex; readonly topics: readonly Hex[]; readonly data: Hex }[]
}

/** RLP writes a number without leading zeros; zero is the empty string. */
const number = (quantity: Hex | undefined): string =>
  BigInt(quantity ?? '0x0') === 0n ? '0x' : toBeHex(BigInt(quantity ?? '0x0'))

function hashHeader(header: Header): string {
  const bytes = (name: string): string => header[name] ?? '0x'
  return keccak256(
    encodeRlp([
      bytes('parentHash'),
      bytes('sha3Uncles'),
      bytes('miner'),
      bytes('stateRoot'),
      bytes('transactionsRoot'),
      bytes('receiptsRoot'),
      bytes('logsBloom'),
      number(header.difficulty),
      number(header.number),
      number(header.gasLimit),
      number(header.gasUsed),
      number(header.timestamp),
      bytes('extraData'),
      bytes('mixHash'),
      bytes('nonce'),
      number(header.baseFeePerGas),
      bytes('withdrawalsRoot'),
      number(header.blobGasUsed),
      number(header.excessBlobGas),
      bytes('parentBeaconBlockRoot'),
    ]),
  )
}

/** EIP-2718: the type's byte, unless it is a legacy receipt, and the RLP list. */
function encodeReceipt(receipt: Receipt): string {
  const logs = receipt.logs.map(({ address, topics, data }): RlpStructuredData => [address, [...topics], data])
  const list = encodeRlp([number(receipt.status), number(receipt.cumulativeGasUsed), receipt.logsBloom, logs])
  return receipt.type === '0x0' ? list : concat([toBeHex(BigInt(receipt.type)), list])
}

type Leaf = { readonly path: readonly number[]; readonly value: string }

/** Root of the trie that maps rlp(index) to each value. */
function rootOf(values: readonly string[]): string {
  const leaves = values.map((value, index) => ({ path: nibblesOf(encodeRlp(number(toBeHex(index) as Hex))), value }))
  return keccak256(encodeRlp(nodeOf(leaves)))
}

function nodeOf(leaves: readonly Leaf[]): RlpStructuredData {
  const [first, ...others] = leaves
  if (first === undefined) return '0x'
  if (others.length === 0) return [compact(first.path, true), first.value]
  const shared = first.path.findIndex((nibble, at) => others.some(({ path }) => path[at] !== nibble))
  if (shared > 0) return [compact(first.path.slice(0, shared), false), reference(dropped(leaves, shared))]
  const children = Array.from({ length: 16 }, (_, nibble) => leaves.filter(({ path }) => path[0] === nibble))
  const ending = leaves.find(({ path }) => path.length === 0)
  return [...children.map(below => (below.length === 0 ? '0x' : reference(dropped(below, 1)))), ending?.value ?? '0x']
}

const dropped = (leaves: readonly Leaf[], count: number): Leaf[] =>
  leaves.map(({ path, value }) => ({ path: path.slice(count), value }))

/** A node of 32 bytes and more is referred to by its hash, a shorter one stands there itself. */
function reference(leaves: readonly Leaf[]): RlpStructuredData {
  const node = nodeOf(leaves)
  const encoded = encodeRlp(node)
  return getBytes(encoded).length < 32 ? node : keccak256(encoded)
}

const nibblesOf = (hex: string): number[] => Array.from(hex.slice(2), digit => Number.parseInt(digit, 16))

/** Hex-prefix encoding (appendix C). */
function compact(path: readonly number[], leaf: boolean): string {
  const flag = (leaf ? 2 : 0) + (path.length % 2)
  const nibbles = path.length % 2 === 1 ? [flag, ...path] : [flag, 0, ...path]
  return hexlify(
    Uint8Array.from(
      { length: nibbles.length / 2 },
      (_, at) => (nibbles[2 * at] ?? 0) * 16 + (nibbles[2 * at + 1] ?? 0),
    ),
  )
}

describe('chain/node: blocks recompute', () => {
  let engine: Engine
  const request = async <T>(method: string, ...params: unknown[]): Promise<T> =>
    (await engine.request(method, params)) as T

  before(async () => {
    engine = await startEngine(chainOptions())
  })
  after(() => engine.close())

  async function mine(...transactions: Hex[]): Promise<{ header: Header; receipts: Receipt[] }> {
    for (const transaction of transactions) await engine.submit(rawOf(transaction))
    const { hash } = await engine.mine(1_800_000_000)
    const header = await request<Header>('eth_getBlockByHash', hash, false)
    expect(header.transactions).to.have.length(transactions.length)
    const receipts = header.transactions.map(transaction => request<Receipt>('eth_getTransactionReceipt', transaction))
    return { header, receipts: await Promise.all(receipts) }
  }

  it('genesis: hash', async () => {
    const header = await request<Header>('eth_getBlockByNumber', '0x0', false)
    expect(hashHeader(header)).to.equal(header.hash)
  })

  it('an empty block and one with a single receipt: hash and receiptsRoot', async () => {
    for (const transactions of [[], [await sign(walletOf(1), 0)]]) {
      const { header, receipts } = await mine(...transactions)
      expect(hashHeader(header)).to.equal(header.hash)
      // An empty trie is not a node of an empty list but the hash of the empty string.
      const root = receipts.length === 0 ? keccak256(encodeRlp('0x')) : rootOf(receipts.map(encodeReceipt))
      expect(root).to.equal(header.receiptsRoot)
    }
  })

  it('150 receipts of all types, with logs and failures: hash and receiptsRoot; any changed receipt shows', async () => {
    const wallet = walletOf(2)
    const created = await mine(await sign(wallet, 0, { to: null, data: LOGGING_CONTRACT }))
    const to = created.receipts[0]?.contractAddress ?? null
    const transactions: Hex[] = []
    for (let nonce = 1; nonce <= 150; nonce++) {
      const more = nonce % 50 === 0 ? { to: null, data: ENDLESS_LOOP } : { to, type: nonce % 3 }
      transactions.push(await sign(wallet, nonce, more))
    }
    const { header, receipts } = await mine(...transactions)
    expect(new Set(receipts.map(({ type }) => type))).to.deep.equal(new Set(['0x0', '0x1', '0x2']))
    expect(receipts.filter(({ status }) => status === '0x0')).to.have.length(3)
    expect(receipts.filter(({ logs }) => logs.length === 1)).to.have.length(147)
    expect(hashHeader(header)).to.equal(header.hash)
    const encoded = receipts.map(encodeReceipt)
    expect(rootOf(encoded)).to.equal(header.receiptsRoot)
    for (const index of [0, 1, 16, 127, 128, 149]) {
      const receipt = receipts[index] as Receipt
      const forged = encodeReceipt({ ...receipt, status: receipt.status === '0x1' ? '0x0' : '0x1' })
      expect(rootOf(encoded.with(index, forged))).not.to.equal(header.receiptsRoot)
    }
  })
})
