// The life of two grants on a real chain, for evidence to be made of: one vetoed and freed again, stated and used; one
// under an agreement that ends. Each has an access in the log at every turn.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { id as keccakOf, Wallet, ZeroHash } from 'ethers'
import { createActsEvidence } from '../../src/acts-evidence.ts'
import type { Anchor } from '../../src/anchors.ts'
import { openAnswerKey } from '../../src/answer-key.ts'
import type { ContractName } from '../../src/chain/abi.ts'
import { type Act, createActs, createView } from '../../src/chain/acts.ts'
import { logIdOf } from '../../src/chain/deploy.ts'
import { readHead } from '../../src/chain/read.ts'
import { createRegistry } from '../../src/chain/registry.ts'
import { CHANNELS, DELIVERY_KINDS, encodePurpose, type Kind, kindsToBits } from '../../src/chain/terms.ts'
import { typedActOf } from '../../src/chain/typed-act.ts'
import { systemClock } from '../../src/clock.ts'
import { toHex } from '../../src/core/bytes.ts'
import { answerText } from '../../src/core/evidence.ts'
import { hashLeaf, sha256 } from '../../src/core/hash.ts'
import { packLeaves } from '../../src/core/leaves.ts'
import { type AccessRecord, encodeEntry, formatTime } from '../../src/core/record.ts'
import { createEvidence } from '../../src/evidence.ts'
import { openLogKey } from '../../src/log-key.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { formatTrust, parseTrust } from '../../src/verify/trust.ts'
import { connect, ORIGIN, startLedger, TestLog } from '../chain/fixtures.ts'
import { anchorBoth, openSceneIndex } from './anchored.ts'

const PARTIES = {
  census: ['11520100MB0000001A', ['provider']],
  health: ['11520100MB0000002B', ['consumer']],
  agency: ['11520100MB0000003C', ['implementing-agency']],
  company: ['11520100MB0000004D', ['authorised-operator', 'consumer']],
  inspector: ['11520100MB0000005E', ['inspector']],
  regulator: ['11520100MB0000006F', ['regulator']],
  platform: ['11520100MB0000007G', ['operator']],
} as const satisfies Record<string, readonly [string, readonly Kind[]]>
export type Party = keyof typeof PARTIES
export const CODES = Object.fromEntries(Object.entries(PARTIES).map(([name, [code]]) => [name, code])) as Record<
  Party,
  string
>
export const POPULATION = '306-01-001'
const ID = { census: 1, health: 2, agency: 3, company: 4, platform: 7 } as const
const DIGEST = keccakOf('any text')
const DAY = 86_400

export type Life = Awaited<ReturnType<typeof liveThrough>>

/** Grant 1: health → population. Grant 2: company → population, under agreement 1. Correction 1: of health. */
export async function liveThrough() {
  const { node, deployment, account } = await startLedger()
  const { contracts, chainId } = deployment
  const chain = await connect(node)
  const directory = await mkdtemp(join(tmpdir(), 'suyuan-life-'))
  const store = createMemoryStore()
  const logKey = await openLogKey({ dir: directory, origin: ORIGIN, facts: store.facts })
  const answerKey = await openAnswerKey(join(directory, 'keys'), ORIGIN)
  const keys = { logKey: logKey.verifierKey, answerKey: answerKey.verifierKey, timeKey: logKey.timeKey }
  const trustFile = formatTrust({ ...keys, chainId, contracts })
  const trust = parseTrust(Buffer.from(JSON.stringify(trustFile)))

  const wallets = Object.fromEntries(Object.keys(PARTIES).map(name => [name, new Wallet(keccakOf(name))])) as Record<
    Party,
    Wallet
  >
  const [send, view] = [createActs(chain, contracts), createView(chain, contracts)]
  const act = (by: Party, contract: ContractName, method: string, ...args: readonly unknown[]): ReturnType<Act> =>
    send(wallets[by], contract, method, args)
  const time = async (): Promise<number> => (await readHead(chain)).time
  /** A moment passes; its middle is told, in milliseconds. */
  const moment = async (): Promise<number> => {
    const before = await time()
    await node.ask('evm_increaseTime', [100])
    await node.ask('evm_mine')
    return (before + 50) * 1000
  }
  /** Signed by a party, sent by the operator of the ledger. */
  const relayed = async (by: Party, contract: ContractName, method: string, ...args: readonly unknown[]) => {
    const actor = wallets[by].address
    const [nonce] = (await view('relay', 'nonces(address)', [actor])) as [bigint]
    const frame = { actor, to: contracts[contract], nonce, deadline: (await time()) + 3_600 }
    const typed = typedActOf({ ...frame, contract, method, args, chainId, relay: contracts.relay })
    const types = { [typed.primaryType]: [...typed.types[typed.primaryType]!] }
    const signature = await wallets[by].signTypedData(typed.domain, types, typed.message)
    return send(account, 'relay', 'relay', [{ ...frame, data: typed.data, signature }])
  }

  await send(account, 'vocabulary', 'registerPurposes', [
    [{ code: encodePurpose('LegalCompliance'), zh: '依法履职', en: 'legal compliance', basis: 'DPV' }],
  ])
  for (const [name, [code, kinds]] of Object.entries(PARTIES)) {
    const { address } = wallets[name as Party]
    await node.ask('hardhat_setBalance', [address, '0x56bc75e2d63100000'])
    await send(account, 'organisations', 'register', [code, name, kindsToBits(kinds), address])
  }
  const entry = {
    name: '人口基础信息',
    shareType: 1,
    openType: 2,
    level: 3,
    fieldCount: 8,
    parents: [],
    legalBasisDigest: DIGEST,
    metadata: '0x7b7d',
  }
  await act('census', 'catalogue', 'register', POPULATION, keccakOf(POPULATION), entry)
  const until = (await time()) + 30 * DAY
  await act('agency', 'agreements', 'offerOperation', ID.company, await time(), until, [1], DIGEST)
  await relayed('company', 'agreements', 'signAgreement', 1, DIGEST)

  const quota = { byteCount: 1_000_000, rowCount: 10_000 }
  const request = (by: Party, agreement: number, resource = 1) =>
    act(by, 'accessLedger', 'request', {
      resource,
      agreement,
      purpose: encodePurpose('LegalCompliance'),
      purposeTextDigest: DIGEST,
      legalBasisDigest: DIGEST,
      scope: 0b1111,
      from: 0,
      until: until - DAY,
      quota,
    })
  const asked = async (id: number): Promise<unknown> => (await view('accessLedger', 'askedDigest', [id]))[0]
  await request('health', 0)
  await request('company', 1)
  await relayed('census', 'accessLedger', 'grant', 1, await asked(1), until - DAY, quota, ZeroHash)
  await act('census', 'accessLedger', 'grant', 2, await asked(2), until - DAY, quota, ZeroHash)
  await act('census', 'accessLedger', 'entrust', ID.platform, logIdOf(ORIGIN))

  const free = await moment()
  await relayed('inspector', 'accessLedger', 'vetoGrant', 1, DIGEST, ZeroHash)
  const vetoed = await moment()
  await act('inspector', 'accessLedger', 'liftGrantVeto', 1, 1, DIGEST)
  await act('regulator', 'accessLedger', 'liftGrantVeto', 1, 1, DIGEST)
  const freed = await moment()
  await act('regulator', 'agreements', 'endAgreement', 1, DIGEST)
  const ended = await moment()
  await act('inspector', 'organisations', 'vetoOrganisation', ID.census, DIGEST, ZeroHash)
  const frozen = await moment()
  await act('inspector', 'organisations', 'liftOrganisationVeto', ID.census, 1, DIGEST)
  await act('regulator', 'organisations', 'liftOrganisationVeto', ID.census, 1, DIGEST)
  await moment()

  const base: AccessRecord = {
    action: 'read',
    bytes: 512,
    consumer: CODES.health,
    grant: 1,
    provider: CODES.census,
    purpose: 'LegalCompliance',
    resource: POPULATION,
    rows: 3,
    source: 'exchange-1',
    status: 'ok',
    time: formatTime(free),
  }
  const under = { grant: 2, consumer: CODES.company }
  const at = (ms: number): Pick<AccessRecord, 'time'> => ({ time: formatTime(ms) })
  const append = async (records: readonly AccessRecord[]): Promise<void> => {
    const leaves = records.map(record => ({ record, entry: encodeEntry(record), sealed: undefined }))
    await store.append([{ leaves: packLeaves(leaves) }])
  }
  await append([
    base,
    { ...base, ...at(vetoed) },
    { ...base, ...at(freed) },
    { ...base, ...under },
    { ...base, ...under, ...at(ended) },
    { ...base, ...at(frozen) },
  ])
  const handover = {
    channel: CHANNELS['online-query'].value,
    scope: 1,
    contentDigest: DIGEST,
    accessCount: 0,
    logFirst: 0,
    logEnd: 0,
  }
  /** @param of The lines that it is the content digest of. */
  const state = async (accesses: number, bytes: number, first: number, end: number, of: readonly number[] = []) =>
    act('platform', 'accessLedger', 'deliver', [
      {
        grant: 1,
        kind: DELIVERY_KINDS.statement.value,
        handover: {
          ...handover,
          rowCount: 3 * accesses,
          byteCount: bytes,
          accessCount: accesses,
          logFirst: first,
          logEnd: end,
          contentDigest: `0x${toHex(sha256(Buffer.concat((await store.readEntries(of)).map(hashLeaf))))}`,
        },
      },
    ])
  await state(2, 1_024, 0, 6, [0, 2])
  await act('census', 'accessLedger', 'share', 1, { ...handover, rowCount: 1, byteCount: 10 })
  await act('health', 'accessLedger', 'confirmReceipt', 1, DIGEST)
  const input = { grant: 1, rowCount: 5, byteCount: 50, scope: 1 }
  await act('health', 'accessLedger', 'compute', [input], DIGEST, keccakOf('output'))
  await act('health', 'corrections', 'raise', 1, DIGEST)

  const index = await openSceneIndex(store, directory)
  const anchors: Anchor[] = []
  /** Signs a checkpoint of the log as it is, and anchors it. */
  const anchor = async (): Promise<void> => {
    const sendAll = async (growths: readonly unknown[]): Promise<Pick<Anchor, 'transaction' | 'block'>> => {
      const [anchored] = await send(account, 'checkpointAnchor', 'anchorAll', [growths])
      const { number, hash, time } = await readHead(chain)
      return { transaction: anchored!.transactionHash, block: { number, hash, time } }
    }
    anchors.unshift(await anchorBoth({ store, index, logKey, send: sendAll }, anchors[0]))
  }
  await anchor()
  const clock = systemClock
  const registry = createRegistry({ chain, contracts, firstBlock: deployment.block, clock, log: new TestLog() })
  const parts = {
    store,
    index,
    registry,
    anchoring: { anchors: async (limit: number) => anchors.slice(0, limit) },
    chain,
    finality: 1,
    deployment,
    logKey: logKey.verifierKey,
    answerKey,
    now: () => Date.parse('2026-03-17T12:00:00Z'),
  }
  return {
    node,
    chain,
    deployment,
    trust,
    /** The same, as a file has it. */
    trustFile,
    parts,
    evidence: createEvidence(parts),
    acts: createActsEvidence(parts),
    act,
    relayed,
    /** Acts of accounts that are no party's: the registrar's, an officer's. */
    send,
    registrar: account,
    request,
    asked,
    moment,
    append,
    anchor,
    record: base,
    entry,
    until,
    quota,
    /** A usage statement of the platform's under grant 1. */
    state,
    /** Grant 3: health → a resource made from the first one, which is then vetoed. */
    async deriveFrom(parent: string): Promise<void> {
      const made = { ...entry, name: `${parent} 汇总`, parents: [1] }
      await act('census', 'catalogue', 'register', '306-01-002', keccakOf('306-01-002'), made)
      await request('health', 0, 2)
      await act('census', 'accessLedger', 'grant', 3, await asked(3), until - DAY, quota, ZeroHash)
      await act('inspector', 'catalogue', 'vetoResource', 1, DIGEST, ZeroHash)
    },
    sign: <File extends object>(file: File): File => ({
      ...file,
      signature: answerKey.sign(answerText(ORIGIN, file)),
    }),
    async close() {
      await index[Symbol.asyncDispose]()
      chain.close()
      await node.close()
      await rm(directory, { recursive: true })
    },
  }
}
