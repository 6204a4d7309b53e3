// What evidence without a node is made of: the life of one grant on chains that are idle, busy and full of others'
// transactions. Headers, the blocks shown whole, and, as the limit beside these, the least that would prove the same:
// all receipts, without which nobody can tell that none has another event, and of the transactions only those that have
// an event of the answer, each with its way through the trie.

import { gzipSync } from 'node:zlib'
import { BrowserProvider, concat, JsonRpcProvider, keccak256, toBeHex, Wallet } from 'ethers'
import { network } from 'hardhat'
import { readHeaderBytes, readWholeBlock } from '../../src/chain/block-bytes.ts'
import { searchStory } from '../../src/chain/event-search.ts'
import type { Chain } from '../../src/chain/network.ts'
import { readHead } from '../../src/chain/read.ts'
import { encodePurpose, OPEN_TYPES, SHARE_TYPES } from '../../src/chain/terms.ts'
import { ACTING } from '../../src/chain/things.ts'
import { encodeBase64 } from '../../src/core/bytes.ts'
import { decodeHeader } from '../../src/core/header-chain.ts'
import { readStory } from '../../src/evidence/story.ts'
import { type Figure, figure } from './figure.ts'
import { DIGEST, type GasScene, type Party, setGasScene } from './gas-scene.ts'
import { proofBytes } from './trie-proof.ts'

/** Others' transactions in each block. */
const CROWDS = [0, 20, 150]
/** Blocks in which nothing of the grant happens, after those of its life. */
const OTHER_BLOCKS = 40
const DAY = 86_400
const BLOOM_BYTES = 256

type Connection = Awaited<ReturnType<typeof network.create>>

export async function measureOffline(): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const crowd of CROWDS) figures.push(...(await measureCrowd(crowd)))
  return figures
}

async function measureCrowd(crowd: number): Promise<Figure[]> {
  const connection = await network.create({
    override: { initialBaseFeePerGas: 0, initialDate: '2026-01-01T00:00:00Z' },
  })
  try {
    const scene = await setGasScene(new BrowserProvider(connection.provider, undefined, { cacheTimeout: -1 }))
    await liveThrough(scene, await gather(connection, crowd))
    return await weigh(scene, connection, crowd)
  } finally {
    await connection.close()
  }
}

/** Fills the pool, so that the next act shares its block with a crowd; or makes a block of the crowd alone. */
interface Crowd {
  readonly wait: () => Promise<void>
  readonly pass: () => Promise<void>
}

/** As on a public chain: every other transaction is a transfer of value, the rest have two events of three topics. */
async function gather({ provider }: Connection, crowd: number): Promise<Crowd> {
  const ask = (method: string, ...params: unknown[]): Promise<unknown> => provider.request({ method, params })
  const chainId = Number(await ask('eth_chainId'))
  const wallets = Array.from({ length: crowd }, (_, k) => new Wallet(keccak256(toBeHex(k + 1, 32))))
  let topics = 0
  // Made up, but the same in every run: which blooms seem to have the grant's events is chance.
  const topic = (): string => concat(['0x7f', keccak256(toBeHex(topics++, 32))])
  const event = (): string => concat([topic(), topic(), topic(), '0x60205fa3'])
  let nonce = 0
  const wait = async (): Promise<void> => {
    await ask('evm_setAutomine', false)
    for (const [k, wallet] of wallets.entries()) {
      const what = k % 2 === 0 ? { to: wallet.address } : { data: concat([event(), event(), '0x5f5ff3']) }
      const fixed = { type: 2, maxFeePerGas: 0, maxPriorityFeePerGas: 0, gasLimit: 100_000, chainId, nonce }
      await ask('eth_sendRawTransaction', await wallet.signTransaction({ ...fixed, ...what }))
    }
    nonce++
    await ask('evm_setAutomine', true)
  }
  const pass = async (): Promise<void> => {
    await wait()
    await ask('evm_mine')
  }
  return { wait, pass }
}

/** Asked for, granted, taken three times, vetoed and freed, revoked. */
async function liveThrough(scene: GasScene, { wait, pass }: Crowd): Promise<void> {
  const until = scene.start + 30 * DAY
  const quota = { byteCount: 1_000_000, rowCount: 1_000 }
  const act = async (party: Party, method: string, ...args: readonly unknown[]): Promise<void> => {
    await wait()
    await scene.act(party, 'accessLedger', method, ...args)
  }
  await scene.act('tax', 'catalogue', 'register', '306-01-001', DIGEST, {
    name: '纳税人登记信息',
    shareType: SHARE_TYPES.conditional.value,
    openType: OPEN_TYPES['not-open'].value,
    level: 3,
    fieldCount: 12,
    parents: [],
    legalBasisDigest: DIGEST,
    metadata: '0x7b7d',
  })
  await act('statistics', 'request', requestUntil(until, quota))
  await act('tax', 'grant', 1, await scene.asked(1), until, quota, DIGEST)
  for (let k = 1; k <= 3; k++) {
    const size = { rowCount: k, byteCount: 100 * k, accessCount: 0, logFirst: 0, logEnd: 0 }
    await act('tax', 'share', 1, { channel: 1, scope: 1, contentDigest: DIGEST, ...size })
  }
  await act('inspector', 'vetoGrant', 1, DIGEST, DIGEST)
  await act('inspector', 'liftGrantVeto', 1, 1, DIGEST)
  await act('regulator', 'liftGrantVeto', 1, 1, DIGEST)
  await act('tax', 'revoke', 1, DIGEST)
  for (let k = 0; k < OTHER_BLOCKS; k++) await pass()
}

async function weigh({ contracts }: GasScene, { provider }: Connection, crowd: number): Promise<Figure[]> {
  const chain: Chain = {
    name: 'in this process',
    chainId: Number(await provider.request({ method: 'eth_chainId', params: [] })),
    pollingMs: 10,
    provider: new JsonRpcProvider(undefined, 1), // only decodes
    // The engine gives receipts one by one only.
    request: async (method, params) =>
      method === 'eth_getBlockReceipts' ? null : provider.request({ method, params: [...params] }),
    close: () => {},
  }
  const head = await readHead(chain)
  const story = await readStory([{ kind: 'grant', id: 1n }], ACTING, { chain, contracts, firstBlock: 0 }, head)
  const search = searchStory(story, ACTING, contracts)
  const told = new Set(story.events.map(({ log }) => log.blockNumber))
  const sum = { headers: 0, shown: 0, told: 0, presence: 0, whole: 0, least: 0, blooms: 0 }
  const texts: string[] = []
  for (let number = search.from; number <= head.number; number++) {
    const bytes = await readHeaderBytes(chain, number)
    sum.headers += bytes.length
    texts.push(encodeBase64(bytes))
    const header = decodeHeader(bytes)
    if (!told.has(number) && !search.maySpeak(header)) continue
    sum.shown++
    if (told.has(number)) sum.told++
    if (!search.maySpeak(header)) sum.presence++
    const { body } = await readWholeBlock(chain, header)
    const own = story.events.filter(({ log }) => log.blockNumber === number)
    const wanted = new Set(own.map(({ log }) => log.transactionIndex))
    const receipts = length(body.receipts)
    sum.blooms += BLOOM_BYTES * body.receipts.length
    texts.push(...[...body.transactions, ...body.receipts].map(part => Buffer.from(part).toString('base64')))
    sum.whole += length(body.transactions) + receipts
    sum.least += receipts + proofBytes(body.transactions, wanted, header.transactionsRoot)
  }
  const name = `offline.crowd${crowd}`
  return [
    figure(`${name}.blocks`, head.number - search.from + 1, 'blocks'),
    figure(`${name}.headers`, sum.headers, 'bytes'),
    figure(`${name}.wholeBlocks`, sum.whole, 'bytes', sum.least),
    figure(`${name}.bloomsInReceipts`, sum.blooms, 'bytes', sum.whole),
    figure(`${name}.gzipped`, gzipSync(JSON.stringify(texts)).length, 'bytes', sum.headers + sum.whole),
    figure(`${name}.blocksShown`, sum.shown, 'blocks', sum.told),
    figure(`${name}.presenceWouldDo`, sum.presence, 'blocks'),
  ]
}

function requestUntil(until: number, quota: object): object {
  const why = { purpose: encodePurpose('LegalCompliance'), purposeTextDigest: DIGEST, legalBasisDigest: DIGEST }
  return { resource: 1, agreement: 0, ...why, scope: 0b1111, from: 0, until, quota }
}

const length = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0)
