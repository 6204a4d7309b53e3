// One small ledger on a chain in this process: eleven organisations, three resources, the vocabulary and the calendar.
// Each test starts from the same state: the chain is put back to where the scene was set.

import {
  BrowserProvider,
  Contract,
  type ContractTransactionResponse,
  type Eip1193Provider,
  type JsonRpcSigner,
  id as keccakOf,
  type TransactionReceipt,
} from 'ethers'
import { network } from 'hardhat'
import { CONTRACT_NAMES, type ContractName, interfaceOf } from '../../src/chain/abi.ts'
import { type Deployment, deployLedger } from '../../src/chain/deploy.ts'
import { CHANNELS, encodePurpose, OPEN_TYPES, PURPOSES, SHARE_TYPES, type ShareType } from '../../src/chain/terms.ts'
import { type ActFrame, typedActOf } from '../../src/chain/typed-act.ts'
import { CALENDAR } from './calendar.ts'
import { CODES, ORGANISATIONS, PARTIES, type Party } from './parties.ts'
import { type Saying, sayingsIn } from './said.ts'

export const ORIGIN = 'test.example/log'
export const DAY = 86_400
/** When the scene is set: 2026-01-01 in UTC, in seconds. */
export const START = Date.UTC(2026, 0, 1) / 1000
/** A digest of no matter what. */
export const DIGEST = keccakOf('any text')
export const FIELDS = 8
/** The scene's resources, all of the tax bureau. */
export const CONDITIONAL = 1n
export const UNCONDITIONAL = 2n
export const WITHHELD = 3n

export { CODES, type Party } from './parties.ts'

/** An act as the Relay takes it. */
export interface SignedAct extends ActFrame {
  readonly data: string
  readonly signature: string
}

export interface Scene {
  readonly deployment: Deployment
  readonly accounts: Readonly<Record<Party, string>>
  readonly provider: BrowserProvider
  contract(name: ContractName): Contract
  /** Sends an act and waits for it. */
  act(party: Party, contract: ContractName, method: string, ...args: readonly unknown[]): Promise<TransactionReceipt>
  /** Sends an act without waiting, to be expected to revert. */
  send(
    party: Party,
    contract: ContractName,
    method: string,
    ...args: readonly unknown[]
  ): Promise<ContractTransactionResponse>
  view(contract: ContractName, method: string, ...args: readonly unknown[]): Promise<unknown>
  /** An act signed by a party, with its next nonce and an hour to send it unless `changes` say otherwise. */
  signed(
    party: Party,
    contract: ContractName,
    method: string,
    args: readonly unknown[],
    changes?: Partial<ActFrame>,
  ): Promise<SignedAct>
  /** Signs an act as `signed` does, and has the relayer send it, to be waited for or expected to revert. */
  relayed(
    party: Party,
    contract: ContractName,
    method: string,
    args: readonly unknown[],
    changes?: Partial<ActFrame>,
  ): Promise<ContractTransactionResponse>
  /** The ledger's events in a receipt, as name and arguments. */
  said(receipt: TransactionReceipt): Saying[]
  /** Sets the time of the next block, in seconds. */
  at(time: number): Promise<void>
  request(method: string, params: readonly unknown[]): Promise<unknown>
}

/** Where the contracts tell of what an inspector can veto. */
const VETOED = {
  organisations: 'organisation',
  catalogue: 'resource',
  agreements: 'agreementOf',
  accessLedger: 'grantOf',
} as const

/** Which veto stands on a thing, or stood last (Veto.sol); 0 where there is no such thing. */
export async function roundOn(scene: Scene, contract: keyof typeof VETOED, id: bigint | number): Promise<bigint> {
  const thing = await scene.view(contract, VETOED[contract], id).catch(() => ({ veto: 0n }))
  return (thing as { readonly veto: bigint }).veto >> 3n
}

/** Sets the scene before the tests of a suite, and puts it back before each. Call inside `describe`. */
export function useScene(): Scene {
  let current: Scene | undefined
  let close: (() => Promise<void>) | undefined
  let snapshot: unknown

  before(async () => {
    const connection = await network.create({ override: { hardfork: 'cancun', initialDate: new Date(START * 1000) } })
    close = () => connection.close()
    current = await setScene(new DirectProvider(connection.provider))
    snapshot = await current.request('evm_snapshot', [])
  })
  beforeEach(async () => {
    await current?.request('evm_revert', [snapshot])
    snapshot = await current?.request('evm_snapshot', [])
  })
  after(() => close?.())

  const scene = (): Scene => {
    if (!current) throw new Error('the scene is set before the first test, not before')
    return current
  }
  return {
    get deployment() {
      return scene().deployment
    },
    get accounts() {
      return scene().accounts
    },
    get provider() {
      return scene().provider
    },
    contract: name => scene().contract(name),
    act: (...args) => scene().act(...args),
    send: (...args) => scene().send(...args),
    view: (...args) => scene().view(...args),
    signed: (...args) => scene().signed(...args),
    relayed: (...args) => scene().relayed(...args),
    said: receipt => scene().said(receipt),
    at: time => scene().at(time),
    request: (...args) => scene().request(...args),
  }
}

/** Asks the chain at once. Every call by ethers' own way waits for a timer first, so that a batch could fill. */
class DirectProvider extends BrowserProvider {
  constructor(chain: Eip1193Provider) {
    super(chain, undefined, { cacheTimeout: -1, pollingInterval: 20 })
  }

  override async send(method: string, params: unknown[]): Promise<unknown> {
    const payload = { id: 1, jsonrpc: '2.0', method, params } as const
    const [answer] = await this._send(payload)
    if (answer === undefined) throw new Error(`no answer to ${method}`)
    if ('error' in answer) throw this.getRpcError(payload, answer)
    return answer.result
  }
}

async function setScene(provider: BrowserProvider): Promise<Scene> {
  const listed = await provider.listAccounts()
  const signers = Object.fromEntries(PARTIES.map((party, i) => [party, listed[i]])) as Record<Party, JsonRpcSigner>
  const accounts = Object.fromEntries(PARTIES.map(party => [party, signers[party].address])) as Record<Party, string>
  const deployment = await deployLedger(signers.admin, {
    registrar: accounts.registrar,
    anchorer: accounts.anchorer,
    admin: accounts.admin,
    origin: ORIGIN,
  })
  const contracts = Object.fromEntries(
    CONTRACT_NAMES.map(name => [name, new Contract(deployment.contracts[name], interfaceOf(name), provider)]),
  ) as Record<ContractName, Contract>

  const scene: Scene = {
    deployment,
    accounts,
    provider,
    contract: name => contracts[name],
    async act(...args) {
      const response = await scene.send(...args)
      const receipt = await response.wait()
      if (!receipt) throw new Error(`no receipt for ${args[2]}`)
      return receipt
    },
    send: async (party, contract, method, ...args) =>
      (contracts[contract].connect(signers[party]) as Contract).getFunction(method).send(...args),
    view: (contract, method, ...args) =>
      contracts[contract].getFunction(method).staticCall(...args) as Promise<unknown>,
    async signed(party, contract, method, args, changes = {}) {
      const block = await provider.getBlock('latest')
      const frame: ActFrame = {
        actor: accounts[party],
        to: deployment.contracts[contract],
        nonce: (await scene.view('relay', 'nonces(address)', accounts[party])) as bigint,
        deadline: (block?.timestamp ?? 0) + 3_600,
        ...changes,
      }
      const { relay } = deployment.contracts
      const act = typedActOf({ ...frame, contract, method, args, relay, chainId: deployment.chainId })
      const types = { [act.primaryType]: [...(act.types[act.primaryType] ?? [])] }
      const signature = await signers[party].signTypedData(act.domain, types, act.message)
      return { ...frame, data: act.data, signature }
    },
    relayed: async (...args) => scene.send('relayer', 'relay', 'relay', await scene.signed(...args)),
    said: receipt => sayingsIn(receipt, deployment.contracts),
    at: time => provider.send('evm_setNextBlockTimestamp', [time]) as Promise<void>,
    request: (method, params) => provider.send(method, [...params]) as Promise<unknown>,
  }
  await populate(scene)
  return scene
}

async function populate(scene: Scene): Promise<void> {
  for (const [i, { party, name, kinds }] of ORGANISATIONS.entries()) {
    await scene.act('registrar', 'organisations', 'register', CODES[i + 1], name, kinds, scene.accounts[party])
  }
  await scene.act('registrar', 'organisations', 'appointOfficer', 1, scene.accounts.taxOfficer)
  await scene.act('registrar', 'organisations', 'appointOfficer', 2, scene.accounts.statisticsOfficer)
  await scene.act('registrar', 'vocabulary', 'registerPurposes', purposeEntries())
  await scene.act('registrar', 'workCalendar', 'setDays', ...CALENDAR)
  for (const [i, share] of (['conditional', 'unconditional', 'withheld'] as const).entries()) {
    await scene.act(
      'tax',
      'catalogue',
      'register',
      `306-01-00${i + 1}`,
      keccakOf(`source ${i + 1}`),
      describeResource(share),
    )
  }
}

/** The purposes of terms.ts, numbered in its order. */
function purposeEntries(): readonly object[] {
  return Object.entries(PURPOSES).map(([code, { zh, en }]) => ({
    code: encodePurpose(code),
    zh,
    en,
    basis: `https://w3id.org/dpv#${code}`,
  }))
}

/** A catalogue entry as the contract takes it; what a test is about goes into `changes`. */
export function describeResource(share: ShareType, changes: object = {}): object {
  return {
    name: '纳税人登记信息',
    shareType: SHARE_TYPES[share].value,
    openType: OPEN_TYPES['not-open'].value,
    level: 3,
    fieldCount: FIELDS,
    parents: [],
    legalBasisDigest: DIGEST,
    metadata: '0x7b7d',
    ...changes,
  }
}

/** A request for the first four fields, 1,000 bytes and 100 rows, for 30 days from the start of the scene. */
export function requestFor(resource: bigint, changes: object = {}): object {
  return {
    resource,
    agreement: 0,
    purpose: encodePurpose('ProvideOfficialStatistics'),
    purposeTextDigest: DIGEST,
    legalBasisDigest: DIGEST,
    scope: 0b1111,
    from: 0,
    until: START + 30 * DAY,
    quota: { byteCount: 1_000, rowCount: 100 },
    ...changes,
  }
}

/** A delivery of 10 bytes and 1 row of the first field. */
export function handoverOf(changes: object = {}): object {
  return {
    channel: CHANNELS['online-query'].value,
    rowCount: 1,
    byteCount: 10,
    scope: 0b1,
    contentDigest: DIGEST,
    accessCount: 0,
    logFirst: 0,
    logEnd: 0,
    ...changes,
  }
}
