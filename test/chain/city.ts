// A city in which everything that the contracts keep is done at least once, on the scene of the contracts' tests.

import { id as keccakOf, ZeroHash } from 'ethers'
import { logIdOf } from '../../src/chain/deploy.ts'
import {
  CONDITIONAL,
  DAY,
  DIGEST,
  describeResource,
  handoverOf,
  ORIGIN,
  requestFor,
  type Scene,
  START,
  UNCONDITIONAL,
} from '../contracts/fixture.ts'
import { ID } from '../contracts/grant-acts.ts'

const TEXT = keccakOf('text of the agreement')
const YEAR_END = START + 365 * DAY
const MOST = 2n ** 64n - 1n
export const PERSONS = [keccakOf('person 1'), keccakOf('person 2')] as const

/**
 * Organisation 3 is suspended, 4 under a veto that both sides agreed to lift, 2 has no more officer. Resource 1 is under a
 * veto with the inspector's agreement to lift it; 4 a released product made of it, 5 one that was refused. Policies: on 1,
 * and an ended one on 2. Agreements: 1 of operation, 2 of development, 3 of opening and vetoed. Grants: 1 of the
 * operator, 2 of the developer, 3 by approvals, 4 requested and held.
 */
export async function liveInCity(scene: Scene): Promise<void> {
  const act: Scene['act'] = (...args) => scene.act(...args)
  const asked = (id: number): Promise<unknown> => scene.view('accessLedger', 'askedDigest', id)
  const quota = { byteCount: 900, rowCount: 90 }
  const until = START + 30 * DAY

  await act('registrar', 'vocabulary', 'retirePurpose', await purposeAt(3), DIGEST)
  const terms = { longestPeriod: DAY, validUntil: YEAR_END, mostBytes: 1_000, mostRows: MOST, scope: 1, purposes: 0b10 }
  await act('tax', 'policies', 'setPolicy', CONDITIONAL, terms, [ID.traffic])
  await act('tax', 'policies', 'setPolicy', CONDITIONAL, terms, [ID.statistics, ID.operator])
  await act('tax', 'policies', 'setPolicy', UNCONDITIONAL, terms, [])
  await act('tax', 'policies', 'endPolicy', UNCONDITIONAL, DIGEST)

  const range = [CONDITIONAL, UNCONDITIONAL]
  await act('agency', 'agreements', 'offerOperation', ID.operator, START, YEAR_END, range, TEXT)
  await act('operator', 'agreements', 'signAgreement', 1, TEXT)
  await act('agency', 'agreements', 'evaluate', 1, 1, DIGEST)
  await act('operator', 'accessLedger', 'request', requestFor(CONDITIONAL, { agreement: 1, until: YEAR_END }))
  await act('tax', 'accessLedger', 'grant', 1, await asked(1), YEAR_END - DAY, quota, DIGEST)
  const entry = describeResource('conditional', { parents: [CONDITIONAL], openType: 1 })
  await act('operator', 'catalogue', 'register', 'product-1', keccakOf('product 1'), entry)
  await act('operator', 'products', 'registerProduct', 4, 1, 1, [1], DIGEST)
  await act('agency', 'products', 'reviewProduct', 4, 1, 0b11_1111, true, DIGEST)
  await act('operator', 'catalogue', 'register', 'product-2', keccakOf('product 2'), entry)
  await act('operator', 'products', 'registerProduct', 5, 1, 0, [1], DIGEST)
  await act('agency', 'products', 'reviewProduct', 5, 1, 0b10_1011, false, DIGEST)
  await act('operator', 'catalogue', 'register', 'product-3', keccakOf('product 3'), entry)

  await act('developer', 'agreements', 'applyForDevelopment', 1, START, YEAR_END, [4], DIGEST, DIGEST)
  await act('operator', 'agreements', 'publicise', 2, DIGEST)
  await act('statistics', 'agreements', 'object', 2, DIGEST)
  await act('tax', 'agreements', 'offerOpening', ID.platform, ID.applicant, START, YEAR_END, [UNCONDITIONAL], TEXT)
  await act('platform', 'agreements', 'signAgreement', 3, TEXT)
  await act('inspector', 'agreements', 'vetoAgreement', 3, DIGEST, ZeroHash)
  await act('regulator', 'agreements', 'liftAgreementVeto', 3, 1, DIGEST)
  await scene.at(START + 12 * DAY)
  await act('regulator', 'agreements', 'resolveObjection', 2, DIGEST)
  await act('operator', 'agreements', 'signAgreement', 2, TEXT)
  await act('developer', 'agreements', 'signAgreement', 2, TEXT)
  await act('operator', 'agreements', 'takeMeasure', ID.developer, 1, DIGEST)
  await act('developer', 'accessLedger', 'request', requestFor(4n, { agreement: 2, until: YEAR_END }))
  await act('operator', 'accessLedger', 'grant', 2, await asked(2), YEAR_END - DAY, quota, ZeroHash)
  await act('developer', 'accessLedger', 'download', 2, handoverOf())

  await act('registrar', 'accessLedger', 'setApprovalRule', 3, { needed: 2, roles: 0b111 })
  await act('registrar', 'accessLedger', 'setApprovalRule', 0, { needed: 1, roles: 0b100 })
  await act('statistics', 'accessLedger', 'request', requestFor(CONDITIONAL))
  await act('taxOfficer', 'accessLedger', 'approve', 3, await asked(3), 0, until, ZeroHash)
  await act('regulator', 'accessLedger', 'approve', 3, await asked(3), 2, until - DAY, ZeroHash)
  await act('tax', 'accessLedger', 'share', 3, handoverOf({ byteCount: 300 }))
  await act('statistics', 'accessLedger', 'request', requestFor(CONDITIONAL))
  await act('regulator', 'accessLedger', 'approve', 4, await asked(4), 2, until, ZeroHash)
  await act('statisticsOfficer', 'accessLedger', 'approve', 4, await asked(4), 1, until, ZeroHash)
  await act('statistics', 'accessLedger', 'request', requestFor(CONDITIONAL))
  await act('regulator', 'accessLedger', 'approve', 5, await asked(5), 2, until, ZeroHash)
  await act('regulator', 'accessLedger', 'withdrawApproval', 5, 2, ZeroHash)
  await act('inspector', 'accessLedger', 'vetoGrant', 5, DIGEST, ZeroHash)
  await act('tax', 'accessLedger', 'entrust', ID.platform, logIdOf(ORIGIN))
  await act('archive', 'accessLedger', 'entrust', ID.platform, DIGEST)
  await act('archive', 'accessLedger', 'entrust', ID.platform, ZeroHash)
  await act('statistics', 'corrections', 'raise', 3, DIGEST)
  await act('tax', 'corrections', 'answer', 1, 0, DIGEST)
  await act('statistics', 'corrections', 'dispute', 1, DIGEST)

  for (const person of PERSONS) await act('tax', 'conduct', 'registerPerson', person, DIGEST)
  await act('tax', 'conduct', 'removePerson', PERSONS[1], DIGEST)
  await act('operator', 'conduct', 'registerPerson', PERSONS[0], DIGEST)
  await act('operator', 'conduct', 'reportIncident', 1, 1, START, DIGEST)
  await act('tax', 'conduct', 'reportIncident', 0, 0, START, DIGEST)
  await act('regulator', 'conduct', 'followUpIncident', 1, true, DIGEST)
  await act('agency', 'conduct', 'filePlan', DIGEST, START)

  await act('anchorer', 'checkpointAnchor', 'anchor', logIdOf(ORIGIN), 7, keccakOf('root'), [])
  await act('registrar', 'organisations', 'setStatus', ID.traffic, 1, DIGEST)
  await act('registrar', 'organisations', 'appointOfficer', ID.statistics, `0x${'0'.repeat(40)}`)
  await act('inspector', 'organisations', 'vetoOrganisation', ID.archive, DIGEST, ZeroHash)
  await act('regulator', 'organisations', 'liftOrganisationVeto', ID.archive, 1, DIGEST)
  await act('inspector', 'catalogue', 'vetoResource', UNCONDITIONAL, DIGEST, ZeroHash)
  await act('inspector', 'catalogue', 'liftResourceVeto', UNCONDITIONAL, 1, DIGEST)
  await act('inspector', 'catalogue', 'vetoResource', 3, DIGEST, ZeroHash)

  async function purposeAt(number: number): Promise<unknown> {
    const [code] = (await scene.view('vocabulary', 'purposeAt', number)) as [unknown]
    return code
  }
}
