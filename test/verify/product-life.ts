// The life of a product, told on from that of two grants (life.ts): the company takes the population data under an
// agreement, by two approvals; makes a product of it, which is reviewed and released; and health is granted that.

import { id as keccakOf, Wallet, ZeroHash } from 'ethers'
import { formatTime } from '../../src/core/record.ts'
import { CODES, type Life } from './life.ts'

export const PRODUCT = '306-01-900'
/** Numbers on the chain. */
export const MADE = { agreement: 2, product: 2, source: 3, grant: 4 } as const
const CENSUS = 1
const COMPANY = 4
const ROLE = { providerOfficer: 0, regulator: 2 } as const
const ALL_CHECKS = 0b11_1111
const DIGEST = keccakOf('any text')

/** Accesses of the product, in the log: free, while the grant that its data came by is under a veto, and free again. */
export async function makeProduct(life: Life): Promise<void> {
  const { act, send, registrar, until, quota } = life
  const officer = new Wallet(keccakOf('officer of census'))
  await life.node.ask('hardhat_setBalance', [officer.address, '0x56bc75e2d63100000'])
  await send(registrar, 'organisations', 'appointOfficer', [CENSUS, officer.address])
  await send(registrar, 'accessLedger', 'setApprovalRule', [0, { needed: 2, roles: 0b101 }])

  await act('agency', 'agreements', 'offerOperation', COMPANY, until - 30 * 86_400, until, [1], DIGEST)
  await act('company', 'agreements', 'signAgreement', MADE.agreement, DIGEST)
  await life.request('company', MADE.agreement)
  const approve = async (role: number): Promise<void> => {
    const approval = [MADE.source, await life.asked(MADE.source), role, until, ZeroHash]
    if (role === ROLE.regulator) await life.relayed('regulator', 'accessLedger', 'approve', ...approval)
    else await send(officer, 'accessLedger', 'approve', approval)
  }
  // The officer thinks twice.
  await approve(ROLE.providerOfficer)
  await send(officer, 'accessLedger', 'withdrawApproval', [MADE.source, ROLE.providerOfficer, DIGEST])
  await approve(ROLE.regulator)
  await approve(ROLE.providerOfficer)

  const entry = { ...life.entry, name: '人口统计产品', parents: [1] }
  await act('company', 'catalogue', 'register', PRODUCT, keccakOf(PRODUCT), entry)
  await act('company', 'products', 'registerProduct', MADE.product, MADE.agreement, 0, [MADE.source], DIGEST)
  await life.relayed('agency', 'products', 'reviewProduct', MADE.product, 1, ALL_CHECKS, true, DIGEST)
  await life.request('health', 0, MADE.product)
  const granted = [await life.asked(MADE.grant), until - 86_400, quota, ZeroHash]
  await life.relayed('company', 'accessLedger', 'grant', MADE.grant, ...granted)

  const times = [await life.moment()]
  await act('inspector', 'accessLedger', 'vetoGrant', MADE.source, DIGEST, ZeroHash)
  times.push(await life.moment())
  await act('inspector', 'accessLedger', 'liftGrantVeto', MADE.source, 1, DIGEST)
  await act('regulator', 'accessLedger', 'liftGrantVeto', MADE.source, 1, DIGEST)
  times.push(await life.moment())
  const access = { ...life.record, resource: PRODUCT, provider: CODES.company, grant: MADE.grant }
  await life.append(times.map(time => ({ ...access, time: formatTime(time) })))
  await life.anchor()
}
