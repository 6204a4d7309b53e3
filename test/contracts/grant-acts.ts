// The acts on requests and grants, as the tests of AccessLedger write them: each short, with what a test is about left to
// say. The numbers are those of the enums in contracts/interfaces/IAccessLedger.sol.

import { expect } from 'chai'
import { id as keccakOf, ZeroHash } from 'ethers'
import type { ContractName } from '../../src/chain/abi.ts'
import {
  CONDITIONAL,
  DAY,
  DIGEST,
  describeResource,
  handoverOf,
  type Party,
  requestFor,
  roundOn,
  type Scene,
  START,
} from './fixture.ts'
import { type Saying, sayingsIn } from './said.ts'

export const STATE = {
  none: 0n,
  requested: 1n,
  refused: 2n,
  granted: 3n,
  revoked: 4n,
  expired: 5n,
  exhausted: 6n,
  held: 7n,
  suspended: 8n,
} as const
export const GROUND = { sharing: 0, opening: 1, operation: 2, development: 3, contract: 4 } as const
export const BASIS = { unconditional: 0, policy: 1, provider: 2, approvals: 3 } as const
export const ROLE = { providerOfficer: 0, consumerOfficer: 1, regulator: 2 } as const
export const KIND = { share: 0, download: 1, statement: 2, computation: 3 } as const
export const IN_PLACE = 4
export const SUSPENDED = 1

/** The organisations of parties.ts by id. */
export const ID = {
  tax: 1n,
  statistics: 2n,
  traffic: 3n,
  archive: 4n,
  agency: 5n,
  operator: 6n,
  developer: 7n,
  platform: 8n,
  inspector: 9n,
  regulator: 10n,
  applicant: 11n,
} as const

/** When a request of `requestFor` ends. */
export const END = START + 30 * DAY
export const QUOTA = { byteCount: 1_000, rowCount: 100 }
export const LOG = keccakOf('platform.example/log')

/** A delivery in a batch: 10 bytes and 1 row of the first field, unless `changes` say otherwise. */
export const deliveryOf = (grant: number | bigint, kind: number = KIND.share, changes: object = {}): object => ({
  grant,
  kind,
  handover: handoverOf(changes),
})

/** 40 access lines in a range of 50. */
export const statementOf = (changes: object = {}): object => ({
  contentDigest: ZeroHash,
  accessCount: 40,
  logFirst: 100,
  logEnd: 150,
  ...changes,
})

export interface GrantActs {
  readonly send: (party: Party, method: string, ...args: readonly unknown[]) => Promise<unknown>
  /** Sends, waits, and tells what the ledger's contracts said. */
  readonly told: (party: Party, method: string, ...args: readonly unknown[]) => Promise<Saying[]>
  readonly refuses: (act: Promise<unknown>, error: string, contract?: ContractName) => Chai.CustomErrorAssertion
  readonly says: (act: Promise<unknown>, event: string) => Chai.EmitAssertion
  readonly stateOf: (id: number) => Promise<unknown>
  readonly request: (changes?: object, resource?: bigint, party?: Party) => Promise<unknown>
  readonly asked: (id: number) => Promise<string>
  readonly grant: (
    id: number,
    changes?: { until?: number; quota?: object; asked?: string; party?: Party },
  ) => Promise<unknown>
  readonly approve: (
    id: number,
    role: number,
    changes?: { until?: number; asked?: string; party?: Party },
  ) => Promise<unknown>
  readonly setRule: (fromLevel: number, needed: number, roles: number) => Promise<unknown>
  readonly share: (id: number, changes?: object, party?: Party) => Promise<unknown>
  readonly download: (id: number, changes?: object, party?: Party) => Promise<unknown>
  readonly deliver: (party: Party, ...deliveries: readonly object[]) => Promise<unknown>
  readonly veto: (id: number, party?: Party) => Promise<unknown>
  /** Of the veto that stands, or stood last, unless another is named. */
  readonly lift: (id: number, party: Party, round?: bigint) => Promise<unknown>
  readonly suspend: (id: bigint) => Promise<unknown>
  /** Lets the time pass for views, which look at the newest block. */
  readonly pass: (time: number) => Promise<void>
}

/** Which account speaks for which role in the scene. */
const APPROVERS: readonly Party[] = ['taxOfficer', 'statisticsOfficer', 'regulator']

export function grantActs(scene: Scene): GrantActs {
  const send: GrantActs['send'] = (party, method, ...args) => scene.send(party, 'accessLedger', method, ...args)
  const asked: GrantActs['asked'] = async id => (await scene.view('accessLedger', 'askedDigest', id)) as string
  return {
    send,
    told: async (party, method, ...args) =>
      sayingsIn(await scene.act(party, 'accessLedger', method, ...args), scene.deployment.contracts),
    refuses: (act, error, contract = 'accessLedger') =>
      expect(act).to.be.revertedWithCustomError(scene.contract(contract), error),
    says: (act, event) => expect(act).to.emit(scene.contract('accessLedger'), event),
    stateOf: id => scene.view('accessLedger', 'stateOf', id),
    request: (changes = {}, resource = CONDITIONAL, party = 'statistics') =>
      send(party, 'request', requestFor(resource, changes)),
    asked,
    grant: async (id, { until = END, quota = QUOTA, asked: given, party = 'tax' } = {}) =>
      send(party, 'grant', id, given ?? (await asked(id)), until, quota, DIGEST),
    approve: async (id, role, { until = END, asked: given, party = APPROVERS[role] ?? 'stranger' } = {}) =>
      send(party, 'approve', id, given ?? (await asked(id)), role, until, DIGEST),
    setRule: (fromLevel, needed, roles) => send('registrar', 'setApprovalRule', fromLevel, { needed, roles }),
    share: (id, changes = {}, party = 'tax') => send(party, 'share', id, handoverOf(changes)),
    download: (id, changes = {}, party = 'statistics') => send(party, 'download', id, handoverOf(changes)),
    deliver: (party, ...deliveries) => send(party, 'deliver', deliveries),
    veto: (id, party = 'inspector') => send(party, 'vetoGrant', id, DIGEST, ZeroHash),
    lift: async (id, party, round) =>
      send(party, 'liftGrantVeto', id, round ?? (await roundOn(scene, 'accessLedger', id)), DIGEST),
    suspend: id => scene.act('registrar', 'organisations', 'setStatus', id, SUSPENDED, DIGEST),
    pass: async time => {
      await scene.at(time)
      await scene.request('evm_mine', [])
    },
  }
}

/** Agreement 1: the agency authorises the operator to process the tax bureau's first resource. */
export async function authorise(scene: Scene): Promise<void> {
  const range = [CONDITIONAL]
  await scene.act('agency', 'agreements', 'offerOperation', ID.operator, START, END, range, DIGEST)
  await scene.act('operator', 'agreements', 'signAgreement', 1, DIGEST)
}

/**
 * Entry 4: a product of the operator, shared as it says, made under agreement 1 by the given grants, and released. Asked
 * for by departments like any resource.
 */
export async function release(
  scene: Scene,
  sources: readonly number[],
  share: 'conditional' | 'unconditional',
): Promise<void> {
  const entry = describeResource(share, { parents: [CONDITIONAL] })
  await scene.act('operator', 'catalogue', 'register', 'P-1', keccakOf('P-1'), entry)
  await scene.act('operator', 'products', 'registerProduct', 4, 1, 0, sources, DIGEST)
  await scene.act('agency', 'products', 'reviewProduct', 4, 1, 0b11_1111, true, DIGEST)
}
