// Lives of grants as real contracts tell them, for the pages to show: approved by several, vetoed and lifted, taken from,
// overdue, refused, revoked, held, by policy, under agreements that end and are vetoed.

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
  type Scene,
  START,
  UNCONDITIONAL,
} from '../contracts/fixture.ts'
import { ID, KIND, ROLE } from '../contracts/grant-acts.ts'

/** The numbers of the grants, by what befell them. */
export const LIFE = {
  usable: 1,
  unanswered: 2,
  byPolicy: 3,
  refused: 4,
  revoked: 5,
  suspended: 6,
  held: 7,
  unconditional: 8,
  operation: 9,
  development: 10,
} as const

const YEAR = 365 * DAY
const MOST = { byteCount: 500_000_000, rowCount: 1_000_000 }
const until = START + YEAR
const TEXT = keccakOf('text of the agreement')

export async function tellLives(scene: Scene): Promise<void> {
  const act = (party: Party, contract: ContractName, method: string, ...args: readonly unknown[]): Promise<unknown> =>
    scene.act(party, contract, method, ...args)
  const ledger = (party: Party, method: string, ...args: readonly unknown[]) =>
    act(party, 'accessLedger', method, ...args)
  const relayed = async (party: Party, method: string, ...args: readonly unknown[]): Promise<void> => {
    await (await scene.relayed(party, 'accessLedger', method, args)).wait()
  }
  /** In a block of its own, since a relayed act's deadline counts from the newest. */
  const day = async (k: number): Promise<void> => {
    await scene.at(START + k * DAY + 2 * 3_600)
    await scene.request('evm_mine', [])
  }
  const asked = (id: number) => scene.view('accessLedger', 'askedDigest', id)
  const request = (resource = CONDITIONAL, changes: object = {}) =>
    requestFor(resource, { until, quota: MOST, ...changes })
  const grant = async (id: number, quota = MOST, party: Party = 'tax') =>
    ledger(party, 'grant', id, await asked(id), until, quota, DIGEST)
  const some = (k: number) => handoverOf({ byteCount: 1_234_567 * k, rowCount: 4_321 * k })

  await day(4)
  await ledger('registrar', 'setApprovalRule', 3, { needed: 2, roles: 0b111 })
  await relayed('statistics', 'request', request())

  await day(5)
  const approve = async (send: typeof ledger | typeof relayed, party: Party, role: number) =>
    send(party, 'approve', 1, await asked(1), role, START + 60 * DAY, DIGEST)
  await approve(relayed, 'taxOfficer', ROLE.providerOfficer)
  await ledger('taxOfficer', 'withdrawApproval', 1, ROLE.providerOfficer, DIGEST)
  await day(6)
  await approve(relayed, 'taxOfficer', ROLE.providerOfficer)
  await approve(ledger, 'regulator', ROLE.regulator)
  await ledger('registrar', 'setApprovalRule', 3, { needed: 0, roles: 0 })
  await ledger('traffic', 'request', request())
  for (let k = 1; k < 6; k++) {
    await day(6 + k)
    await ledger('tax', 'share', 1, some(k))
  }
  await ledger('statistics', 'confirmReceipt', 1, DIGEST)
  await day(13)
  await ledger('inspector', 'vetoGrant', 1, DIGEST, keccakOf('case 1'))
  await day(15)
  await ledger('inspector', 'liftGrantVeto', 1, 1, DIGEST)
  await ledger('regulator', 'liftGrantVeto', 1, 1, DIGEST)
  await day(16)
  await ledger('tax', 'entrust', ID.platform, DIGEST)
  const stated = handoverOf({
    accessCount: 1_204,
    logFirst: 3,
    logEnd: 1_900,
    contentDigest: ZeroHash,
    rowCount: 9_000,
  })
  await ledger('platform', 'deliver', [{ grant: 1, kind: KIND.statement, handover: stated }])
  await ledger('statistics', 'download', 1, some(7))

  await day(17)
  const terms = {
    longestPeriod: 2 * YEAR,
    validUntil: START + 3 * YEAR,
    mostBytes: MOST.byteCount,
    mostRows: MOST.rowCount,
    scope: 0b1111,
    purposes: 2n ** 256n - 1n,
  }
  await act('tax', 'policies', 'setPolicy', CONDITIONAL, terms, [ID.statistics])
  await act('tax', 'policies', 'setPolicy', CONDITIONAL, terms, [ID.statistics, ID.traffic])
  await ledger('statistics', 'request', request(CONDITIONAL, { quota: { byteCount: 2_000_000, rowCount: 5_000 } }))
  await ledger('tax', 'share', 3, handoverOf({ byteCount: 2_000_000, rowCount: 4_000 }))
  await act('tax', 'policies', 'endPolicy', CONDITIONAL, DIGEST)
  for (let id = 4; id < 8; id++) await ledger('statistics', 'request', request())
  await ledger('statistics', 'request', request(UNCONDITIONAL))
  await day(18)
  await ledger('tax', 'refuse', 4, DIGEST)
  await grant(5)
  await grant(6)
  await ledger('tax', 'share', 5, some(2))
  await day(20)
  await ledger('tax', 'revoke', 5, DIGEST)
  await ledger('inspector', 'vetoGrant', 6, DIGEST, ZeroHash)
  await ledger('inspector', 'vetoGrant', 7, DIGEST, ZeroHash)
  await ledger('regulator', 'liftGrantVeto', 7, 1, DIGEST)
  await act('statistics', 'corrections', 'raise', 1, DIGEST)
  await act('tax', 'corrections', 'answer', 1, 2, DIGEST)
  await act('statistics', 'corrections', 'dispute', 1, DIGEST)
  const input = { rowCount: 100, byteCount: 20_000, scope: 1 }
  const inputs = [1, 8].map(grant => ({ grant, ...input }))
  await ledger('statistics', 'compute', inputs, keccakOf('algorithm'), keccakOf('output'))

  await tellOperation()

  async function tellOperation(): Promise<void> {
    await act('agency', 'agreements', 'offerOperation', ID.operator, START, until, [CONDITIONAL], TEXT)
    await act('operator', 'agreements', 'signAgreement', 1, TEXT)
    await ledger('operator', 'request', request(CONDITIONAL, { agreement: 1 }))
    await grant(9)
    const entry = describeResource('conditional', { name: '企业信用评分', parents: [CONDITIONAL], openType: 1 })
    await act('operator', 'catalogue', 'register', 'product-1', keccakOf('product 1'), entry)
    await act('operator', 'products', 'registerProduct', 4, 1, 1, [9], DIGEST)
    await act('agency', 'products', 'reviewProduct', 4, 1, 0b11_1111, true, DIGEST)
    await act('developer', 'agreements', 'applyForDevelopment', 1, START, until, [4], DIGEST, DIGEST)
    await act('operator', 'agreements', 'publicise', 2, DIGEST)
    await day(34)
    await act('operator', 'agreements', 'signAgreement', 2, TEXT)
    await act('developer', 'agreements', 'signAgreement', 2, TEXT)
    await ledger('developer', 'request', request(4n, { agreement: 2 }))
    await ledger('operator', 'grant', 10, await asked(10), until, MOST, ZeroHash)
    await act('agency', 'agreements', 'evaluate', 1, 3, DIGEST)
    await ledger('operator', 'share', 10, some(1))
    await day(36)
    await act('developer', 'agreements', 'endAgreement', 2, DIGEST)
    await day(37)
    await act('inspector', 'agreements', 'vetoAgreement', 1, DIGEST, ZeroHash)
    await act('inspector', 'organisations', 'vetoOrganisation', ID.archive, DIGEST, ZeroHash)
  }
}
