// One real answer to check: contracts on a real EVM node, a log with real keys, an anchor, and the evidence made of
// them. The scene has one row for every way in which a grant can be right or wrong.

import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { id as keccakOf, Wallet } from 'ethers'
import type { Anchor } from '../../src/anchors.ts'
import { type AnswerKey, openAnswerKey } from '../../src/answer-key.ts'
import { createView } from '../../src/chain/acts.ts'
import type { Deployment } from '../../src/chain/deploy.ts'
import type { Chain } from '../../src/chain/network.ts'
import { readHead } from '../../src/chain/read.ts'
import { createRegistry } from '../../src/chain/registry.ts'
import { type Sender, startSender } from '../../src/chain/sender.ts'
import { encodePurpose, type Kind, kindsToBits, OPEN_TYPES, SHARE_TYPES } from '../../src/chain/terms.ts'
import { systemClock } from '../../src/clock.ts'
import type { IndexLog } from '../../src/completeness/index-log.ts'
import { packLeaves } from '../../src/core/leaves.ts'
import { type AccessRecord, encodeEntry, formatTime } from '../../src/core/record.ts'
import { createEvidence, type EvidenceMaker, type EvidenceParts } from '../../src/evidence.ts'
import { LOG_KEY_FILES, type LogKey, openLogKey } from '../../src/log-key.ts'
import { writePrivate } from '../../src/secrets.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { formatTrust, parseTrust, type Trust } from '../../src/verify/trust.ts'
import type { FaultyNode } from '../chain/faulty-node.ts'
import { connect, ORIGIN, startLedger, TestFacts, TestLog } from '../chain/fixtures.ts'
import { ed25519KeyOf } from '../witness/scene.ts'
import { anchorBoth, openSceneIndex } from './anchored.ts'

const CENSUS = '11520100MB0000001A'
export const HEALTH = '11520100MB0000002B'
export const TAX = '11520100MB0000003C'
export const POPULATION = '306-01-001'
export const INCOME = '306-01-002'
const DIGEST = keccakOf('any text')

export interface Scene {
  readonly node: FaultyNode
  readonly chain: Chain
  readonly deployment: Deployment
  readonly store: Store
  readonly logKey: LogKey
  readonly index: IndexLog
  readonly answerKey: AnswerKey
  readonly trust: Trust
  readonly anchors: Anchor[]
  readonly parts: EvidenceParts
  readonly evidence: EvidenceMaker
  /** Acts of the three organisations. */
  readonly act: Readonly<Record<'census' | 'health' | 'tax', Sender>>
  /** The log's keys in the hands of who has signed nothing with them yet. */
  forgetfulLogKey(): Promise<LogKey>
  /** Registers one more organisation, with an account of its own. */
  enrol(seed: string, code: string, name: string, kinds: readonly Kind[]): Promise<Sender>
  append(records: readonly AccessRecord[]): Promise<void>
  /** Signs a checkpoint of the log as it is, and anchors it. */
  anchor(): Promise<void>
  /** Seconds of the newest block. */
  time(): Promise<number>
  close(): Promise<void>
}

export interface SceneOptions {
  /** Makes the same scene in every run, byte for byte: its keys follow from a text, and its chain begins at a time of its own. */
  readonly fixed?: { readonly start: number; readonly secret: string }
  /** What the index is made of in place of the store: of one who leaves something out of it. */
  readonly indexed?: (store: Store) => Store
}

/** Grants: 1 health → population, at once; 2 tax → income, revoked; 3 health → income, refused; 4 health → income, open. */
export async function setScene({ fixed, indexed = store => store }: SceneOptions = {}): Promise<Scene> {
  const { node, deployment, account } = await startLedger({ start: fixed?.start })
  const chain = await connect(node)
  const directory = await mkdtemp(join(tmpdir(), 'suyuan-evidence-'))
  if (fixed !== undefined) await writeKeys(join(directory, 'keys'), fixed.secret)
  const store = createMemoryStore()
  const logKey = await openLogKey({ dir: directory, origin: ORIGIN, facts: store.facts })
  const answerKey = await openAnswerKey(join(directory, 'keys'), ORIGIN)
  const trust = parseTrust(
    Buffer.from(
      JSON.stringify(
        formatTrust({
          logKey: logKey.verifierKey,
          answerKey: answerKey.verifierKey,
          timeKey: logKey.timeKey,
          chainId: deployment.chainId,
          contracts: deployment.contracts,
        }),
      ),
    ),
  )
  const { contracts } = deployment
  const senderOf = async (seed: string): Promise<Sender & { address: string }> => {
    const wallet = seed === 'operator' ? account : new Wallet(keccakOf(seed))
    await node.ask('hardhat_setBalance', [wallet.address, '0x56bc75e2d63100000'])
    const sender = await startSender(wallet.connect(chain.provider), chain.provider, 5_000)
    return { ...sender, address: wallet.address }
  }
  const [operator, census, health, tax] = [
    await senderOf('operator'),
    await senderOf('census'),
    await senderOf('health'),
    await senderOf('tax'),
  ]
  const register = (code: string, name: string, kinds: readonly Kind[], { address }: { address: string }) =>
    operator.call('organisations', contracts.organisations, 'register', [code, name, kindsToBits(kinds), address])
  const purpose = { code: encodePurpose('LegalCompliance'), zh: '依法履职', en: 'legal compliance', basis: 'DPV' }
  await operator.call('vocabulary', contracts.vocabulary, 'registerPurposes', [[purpose]])
  await register(CENSUS, '公安局', ['provider', 'consumer'], census)
  await register(HEALTH, '卫生健康委', ['consumer'], health)
  await register(TAX, '税务局', ['consumer'], tax)
  await operator.call('organisations', contracts.organisations, 'update', [3, '市税务局', kindsToBits(['consumer'])])

  const describe = (name: string, share: keyof typeof SHARE_TYPES): object => ({
    name,
    shareType: SHARE_TYPES[share].value,
    openType: OPEN_TYPES['not-open'].value,
    level: 3,
    fieldCount: 8,
    parents: [],
    legalBasisDigest: DIGEST,
    metadata: '0x7b7d',
  })
  const publish = (code: string, ...description: Parameters<typeof describe>) =>
    census.call('catalogue', contracts.catalogue, 'register', [code, keccakOf(code), describe(...description)])
  await publish(POPULATION, '人口基础信息', 'unconditional')
  await publish(INCOME, '纳税人收入信息', 'conditional')

  const time = async (): Promise<number> => (await readHead(chain)).time
  const until = (await time()) + 86_400
  const quota = { byteCount: 1_000_000, rowCount: 10_000 }
  const view = createView(chain, contracts)
  const asked = async (id: number): Promise<unknown> => (await view('accessLedger', 'askedDigest', [id]))[0]
  const request = (sender: Sender, resource: bigint) =>
    sender.call('accessLedger', contracts.accessLedger, 'request', [
      {
        resource,
        agreement: 0,
        purpose: encodePurpose('LegalCompliance'),
        purposeTextDigest: DIGEST,
        legalBasisDigest: DIGEST,
        scope: 0b1111,
        from: 0,
        until,
        quota,
      },
    ])
  await request(health, 1n)
  await request(tax, 2n)
  await request(health, 2n)
  await request(health, 2n)
  await census.call('accessLedger', contracts.accessLedger, 'grant', [2, await asked(2), until, quota, DIGEST])
  await census.call('accessLedger', contracts.accessLedger, 'refuse', [3, DIGEST])
  await node.ask('evm_increaseTime', [100])
  await census.call('accessLedger', contracts.accessLedger, 'revoke', [2, DIGEST])

  const anchors: Anchor[] = []
  const registry = createRegistry({
    chain,
    contracts,
    firstBlock: deployment.block,
    clock: systemClock,
    log: new TestLog(),
  })
  const index = await openSceneIndex(indexed(store), directory)
  const parts: EvidenceParts = {
    store,
    index,
    registry,
    anchoring: { anchors: async limit => anchors.toReversed().slice(0, limit) },
    chain,
    finality: 1,
    deployment,
    logKey: logKey.verifierKey,
    answerKey,
    now: () => Date.parse('2026-03-17T12:00:00Z'),
  }
  const append = async (records: readonly AccessRecord[]): Promise<void> => {
    const leaves = records.map(record => ({ record, entry: encodeEntry(record), sealed: undefined }))
    await store.append([{ leaves: packLeaves(leaves) }])
  }
  const anchor = async (): Promise<void> => {
    const send = async (growths: readonly unknown[]): Promise<Pick<Anchor, 'transaction' | 'block'>> => {
      const receipt = await operator.call('checkpointAnchor', contracts.checkpointAnchor, 'anchorAll', [growths])
      const { number, hash, time } = await readHead(chain)
      return { transaction: receipt.hash, block: { number, hash, time } }
    }
    anchors.push(await anchorBoth({ store, index, logKey, send }, anchors.at(-1)))
  }
  await append(await recordsOf(chain))
  return {
    node,
    chain,
    deployment,
    store,
    logKey,
    index,
    answerKey,
    trust,
    anchors,
    parts,
    evidence: createEvidence(parts),
    act: { census, health, tax },
    forgetfulLogKey: () => openLogKey({ dir: directory, origin: ORIGIN, facts: new TestFacts() }),
    async enrol(seed, code, name, kinds) {
      const sender = await senderOf(seed)
      await register(code, name, kinds, sender)
      return sender
    },
    append,
    anchor,
    time,
    async close() {
      await index[Symbol.asyncDispose]()
      chain.close()
      await node.close()
      await rm(directory, { recursive: true })
    },
  }
}

/** Before the log is opened, which takes the keys that it finds. */
async function writeKeys(directory: string, secret: string): Promise<void> {
  const seedOf = (name: string): Buffer => createHash('sha256').update(`${secret}\n${name}`).digest()
  for (const name of LOG_KEY_FILES) {
    const key = ed25519KeyOf(seedOf(name))
    await writePrivate(directory, name, key.export({ type: 'pkcs8', format: 'pem' }).toString())
  }
  await writePrivate(directory, 'answers.key', `${seedOf('answers').toString('hex')}\n`)
}

/** One row a judgement, between rows that no question of the tests asks for. */
async function recordsOf(chain: Chain): Promise<AccessRecord[]> {
  const now = (await readHead(chain)).time * 1000
  const base: AccessRecord = {
    action: 'read',
    bytes: 512,
    consumer: HEALTH,
    grant: 1,
    provider: CENSUS,
    purpose: 'LegalCompliance',
    resource: POPULATION,
    rows: 3,
    source: 'exchange-1',
    status: 'ok',
    time: formatTime(now),
  }
  const { grant: _, ...withoutGrant } = base
  const { purpose: __, ...withoutPurpose } = base
  const income = { resource: INCOME }
  const rows: AccessRecord[] = [
    base,
    { ...base, seq: 2, transaction: 'a-1' },
    { ...withoutGrant, consumer: TAX },
    { ...base, grant: 999 },
    { ...base, ...income, grant: 2, consumer: TAX, time: formatTime(now - 50_000) },
    { ...base, ...income, grant: 2, consumer: TAX, time: formatTime(now + 1_000) },
    { ...base, ...income, grant: 3 },
    { ...base, ...income, grant: 4 },
    { ...base, consumer: TAX },
    { ...base, ...income },
    withoutPurpose,
    { ...base, purpose: 'ScientificResearch' },
    { ...base, time: formatTime(now - 86_400_000) },
    { ...base, time: formatTime(now + 90_000_000) },
  ]
  const records: AccessRecord[] = []
  for (const [k, row] of rows.entries()) {
    records.push(row)
    for (let seq = 0; seq < k % 4; seq++) records.push({ ...base, source: 'exchange-2', seq })
  }
  return records
}
