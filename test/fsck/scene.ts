// A data directory with something in every kind of file that there is, as a clean stop leaves it: a log of an
// archived segment, a full one and an open one, with sealed parts, one of them erased, batches and facts, keys and tokens,
// the journals of events and of a chain, an index log, what is kept of the index.

import { join } from 'node:path'
import { id } from 'ethers'
import { anchorKey } from '../../src/anchors.ts'
import type { Deployment } from '../../src/chain/deploy.ts'
import { openEventJournal } from '../../src/chain/event-journal.ts'
import { rememberDeployment } from '../../src/chain/identity.ts'
import { openJournal } from '../../src/chain/node/journal.ts'
import { takeLock } from '../../src/chain/node/lock.ts'
import { DEFAULT_CHAIN_ID } from '../../src/chain/node/options.ts'
import { IndexLog } from '../../src/completeness/index-log.ts'
import { encodeBase64, toHex } from '../../src/core/bytes.ts'
import type { TreeHead } from '../../src/core/checkpoint.ts'
import { sha256 } from '../../src/core/hash.ts'
import { type PlainLeaf, packLeaves } from '../../src/core/leaves.ts'
import { ERASURE, ERASURE_SOURCE, encodeEntry } from '../../src/core/record.ts'
import { openLogKey } from '../../src/log-key.ts'
import { PUBLISHED_FACT } from '../../src/published.ts'
import { pinSecrets } from '../../src/secrets.ts'
import { type EmbeddedStore, openEmbeddedStore } from '../../src/store/embedded.ts'
import { diskFiles } from '../../src/store/file.ts'
import type { Store } from '../../src/store/store.ts'
import { openTokens } from '../../src/tokens.ts'
import { openVault, type Vault } from '../../src/vault.ts'
import { TestLog } from '../chain/fixtures.ts'
import { CONTRACTS } from '../chain/simulated-chain.ts'
import { makeRecord, makeState } from '../store/leaves.ts'

export const SEGMENT_LEAVES = 256
/** Of them the last is the record of an erasure. */
export const SIZE = 700
export const COMMITS = [1, 90, 250, 300, 511, 512, 513, 640, SIZE - 1]
/** The leaf whose sealed part is erased. */
const ERASED = 300
export const ORIGIN = 'fsck.test/log'
/** The log was anchored so often before it had an index log. */
export const ANCHORS_BEFORE_INDEX = 2

const GENESIS = sha256(Buffer.from('genesis'))
export const DEPLOYMENT: Deployment = {
  chainId: DEFAULT_CHAIN_ID,
  genesisHash: `0x${toHex(GENESIS)}`,
  block: 1,
  contracts: CONTRACTS,
  codeHashes: Object.fromEntries(Object.keys(CONTRACTS).map(name => [name, id(name)])) as Deployment['codeHashes'],
}

/** Fills `dir`, a folder that is there. */
export async function fillDirectory(dir: string): Promise<void> {
  const keys = join(dir, 'keys')
  const open = (): Promise<EmbeddedStore> => openEmbeddedStore({ dir, segmentLeaves: SEGMENT_LEAVES })
  await using store = await open()
  const logKey = await openLogKey({ dir, origin: ORIGIN, facts: store.facts })
  await pinSecrets(store.facts, keys, ['seal.key', 'actor.key', 'answers.key'], ['relay.key'])
  const vault = await openVault(keys)
  await rememberDeployment(store.facts, DEPLOYMENT)
  let index: IndexLog | undefined
  for (const [k, size] of COMMITS.entries()) {
    const before = store.head.size
    const state = makeState(`batch to ${size}`, size - before)
    await store.append([{ leaves: makeSealedLeaves(vault, before, size), state }])
    const time = 1_700_000_000 + size
    const checkpoint = logKey.sign(store.head, time)
    await store.facts.put({ [PUBLISHED_FACT]: checkpoint })
    if (k >= ANCHORS_BEFORE_INDEX) index ??= await openIndexLog(store, dir)
    await putAnchor(store, checkpoint, (await index?.cover({ ...store.head, checkpoint, time }))?.head)
  }
  await index?.[Symbol.asyncDispose]()
  await fillChain(join(dir, 'chain'), store)
  await openTokens(keys).create(['read'], 'reader')
  await fillEvents(join(dir, 'events'))
  // LevelDB puts what its log has into tables when it is opened again.
  await store[Symbol.asyncDispose]()
  const again = await open()
  await again.append([{ leaves: packLeaves([makeErasure(ERASED)]), state: makeState('of an erasure', 1) }])
  await again.eraseSealed(ERASED)
  await again.append([{ leaves: packLeaves([]), state: makeState('of refused lines only', 3) }])
  await again.old.archive(0, logKey.sign(again.head, 1_700_001_000))
  await (await openIndexLog(again, dir))[Symbol.asyncDispose]()
  await again[Symbol.asyncDispose]()
}

export function openIndexLog(store: Pick<Store, 'scan' | 'readColumns' | 'facts'>, dir: string): Promise<IndexLog> {
  const now = (): number => 1_700_000_000_000
  return IndexLog.open({ store, dir, origin: ORIGIN, now, log: new TestLog(), stretchLeaves: SEGMENT_LEAVES })
}

/** Records that the log was anchored as it is, and the index log with it. */
export async function putAnchor({ head, facts }: Store, checkpoint: string, index?: TreeHead): Promise<void> {
  const { size } = head
  const tree = index && { index: { size: index.size, root: encodeBase64(index.root) } }
  const place = { transaction: id(String(size)), block: {} }
  const anchor = { size, root: encodeBase64(head.root), checkpoint, ...place, ...tree }
  await facts.put({ [anchorKey(size)]: JSON.stringify(anchor) })
}

function makeSealedLeaves(vault: Vault, first: number, end: number) {
  const leaves = Array.from({ length: end - first }, (_, k) => {
    const index = first + k
    const record = makeRecord(index)
    if (index % 4 !== 0) return { record, entry: encodeEntry(record) }
    const { digest, secret } = vault.commit({ purposeText: `what record ${index} was for` })
    const sealed = { ...record, sealed: digest }
    return { record: sealed, entry: encodeEntry(sealed), sealed: vault.encrypt([secret])[0]! }
  })
  return packLeaves(leaves)
}

/** The record of an erasure, whether it is carried out or not. */
export function makeErasure(erases: number): PlainLeaf {
  const { provider, resource, time } = makeRecord(erases)
  const record = {
    action: ERASURE,
    basis: 'PIPL-47',
    erases,
    provider,
    resource,
    source: ERASURE_SOURCE,
    time,
  } as const
  return { record, entry: encodeEntry(record) }
}

async function fillChain(dir: string, store: Store): Promise<void> {
  const lock = await takeLock(join(dir, 'lock'))
  const identity = { chainId: DEPLOYMENT.chainId, genesisHash: GENESIS, optionsDigest: sha256(GENESIS), engine: 'test' }
  const journal = await openJournal(join(dir, 'journal'), identity)
  for await (const _ of journal.replay());
  let parentHash: Uint8Array = GENESIS
  for (let number = 1; number <= 12; number++) {
    const blockHash = sha256(parentHash)
    const transactions = Array.from({ length: number % 3 }, () => Buffer.alloc(150, number))
    await journal.append({ number, timestamp: 1_700_000_000 + number, parentHash, blockHash, transactions })
    parentHash = blockHash
  }
  await journal.close()
  await lock.release()
  const seen = { number: 12, hash: `0x${Buffer.from(parentHash).toString('hex')}` }
  await store.facts.put({ 'chain/seen': JSON.stringify(seen) })
}

async function fillEvents(path: string): Promise<void> {
  const file = await diskFiles.open(path)
  const journal = openEventJournal({ file, deployment: DEPLOYMENT, log: new TestLog() })
  for await (const _ of journal.replay());
  for (let number = 1; number <= 5; number++) {
    const after = journal.known.at(-1)
    const [hash, transactionHash] = [id(`block ${number}`), id(`transaction ${number}`)]
    const place = { blockNumber: number, blockHash: hash, transactionHash, transactionIndex: 0, index: 0 }
    const log = { address: '0x11', topics: [id('topic')], data: '0x22', ...place }
    await journal.append({ after, blocks: [{ number, hash }], events: [{ time: number, log }] })
  }
  await file.close()
}
