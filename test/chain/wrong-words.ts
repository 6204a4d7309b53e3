// One wrong word in each book of the state, and more than one where a book has words of several kinds; beside each what
// the comparison has to name.

import { ZeroAddress, ZeroHash } from 'ethers'
import { logIdOf } from '../../src/chain/deploy.ts'
import type { RegistryState } from '../../src/chain/registry-state.ts'
import type { ActPlace } from '../../src/chain/state/act.ts'
import { pairOf } from '../../src/chain/state/books.ts'
import type { Tally } from '../../src/chain/views.ts'
import { CODES, CONDITIONAL, DIGEST, ORIGIN, UNCONDITIONAL } from '../contracts/fixture.ts'
import { PERSONS } from './city.ts'

const PLACE: ActPlace = { transaction: ZeroHash, block: { number: 1, hash: ZeroHash, time: 1 } }
const [, TAX, STATISTICS, , , , OPERATOR, DEVELOPER, PLATFORM] = CODES

type Wrong = readonly [
  book: string,
  change: (held: Tally) => void,
  what: string,
  id: string | undefined,
  view: string,
  field?: string | undefined,
]

function amend<K, T>(book: Map<K, T>, key: K, change: Partial<T>): void {
  const known = book.get(key)
  if (known === undefined) throw new Error(`the city has no ${String(key)}`)
  book.set(key, { ...known, ...change })
}

const veto = { inspector: CODES[9], reasonDigest: DIGEST, referenceDigest: ZeroHash, imposed: PLACE, agreed: [] }

export const WRONG: readonly Wrong[] = [
  [
    'organisations',
    ({ state }) => amend(state.organisations, 1, { officer: ZeroAddress }),
    'organisation',
    '1',
    'organisation',
    'officer',
  ],
  [
    'organisations',
    ({ state }) => amend(state.organisations, 3, { status: 'active' }),
    'organisation',
    '3',
    'organisation',
    'status',
  ],
  [
    'organisations',
    ({ state }) => amend(state.organisations, 2, { vetoes: [veto] }),
    'organisation',
    '2',
    'organisation',
    'veto',
  ],
  [
    'organisations',
    ({ state }) => amend(state.organisations, 2, { account: ZeroAddress }),
    'organisation',
    '2',
    'idOfAccount',
    'id',
  ],
  [
    'organisationIds',
    ({ state }) => void state.organisationIds.set(CODES[4], 5),
    'organisation',
    '4',
    'idOfCode',
    undefined,
  ],
  [
    'purposes',
    ({ state }) => amend(state.purposes, 'LegalCompliance', { retired: PLACE }),
    'purpose',
    '8',
    'purposeAt',
    'retired',
  ],
  ['purposes', ({ state }) => void state.purposes.delete('PublicBenefit'), 'purpose', '7', 'purposeCount', undefined],
  ['calendars', ({ state }) => state.calendars.clear(), 'calendar', '0', 'coverage', 'endDay'],
  ['calendars', ({ state }) => amend(state.calendars, 1, { endDay: 20_800 }), 'calendar', '1', 'coverage', 'endDay'],
  [
    'calendars',
    ({ state }) => amend(state.calendars, 1, { exceptions: [] }),
    'day',
    '20089',
    'isWorkingDay',
    'working',
  ],
  ['resources', ({ state }) => amend(state.resources, 2, { vetoes: [] }), 'resource', '2', 'resource', 'veto'],
  ['resources', ({ state }) => amend(state.resources, 4, { ancestors: [] }), 'resource', '4', 'ancestorsOf', undefined],
  ['resources', ({ sources }) => void sources.set(2, ZeroHash), 'resource', '2', 'resource', 'sourceHash'],
  ['resourceIds', ({ state }) => void state.resourceIds.set('306-01-002', 3), 'resource', '2', 'idOfCode', undefined],
  ['policies', ({ state }) => void state.policies.delete(Number(CONDITIONAL)), 'policy', '1', 'policyOf', 'version'],
  [
    'policies',
    ({ state }) => amend(state.policies, Number(CONDITIONAL), { consumers: [TAX, STATISTICS] }),
    'policy',
    '1',
    'names',
    undefined,
  ],
  ['policies', ({ state }) => withoutEnd(state), 'policy', '2', 'policyOf', 'validUntil'],
  ['products', ({ state }) => void state.products.delete(4), 'product', '4', 'productOf', 'state'],
  ['products', ({ state }) => amend(state.products, 4, { sources: [1, 2] }), 'product', '4', 'productOf', 'sources'],
  ['products', ({ state }) => amend(state.products, 4, { price: 'free' }), 'product', '4', 'productOf', 'price'],
  ['products', ({ state }) => amend(state.products, 5, { checks: [] }), 'product', '5', 'productOf', 'checks'],
  ['products', ({ state }) => amend(state.products, 4, { releases: [] }), 'product', '4', 'productOf', 'released'],
  ['products', ({ registrations }) => void registrations.set(4, 9), 'product', '4', 'productOf', 'registeredVersion'],
  [
    'approvalRules',
    ({ state }) => void state.approvalRules.delete(3),
    'approval rule',
    '3',
    'approvalRuleAt',
    'needed',
  ],
  [
    'approvalRules',
    ({ state }) => amend(state.approvalRules, 15, { roles: [] }),
    'approval rule',
    '15',
    'approvalRuleAt',
    'roles',
  ],
  [
    'agreements',
    ({ state }) => amend(state.agreements, 2, { signatures: [] }),
    'agreement',
    '2',
    'agreementOf',
    'signed',
  ],
  [
    'agreements',
    ({ state }) => amend(state.agreements, 1, { range: ['306-01-001', '306-01-002', '306-01-003'] }),
    'agreement',
    '1',
    'reaches',
    undefined,
  ],
  ['agreements', ({ state }) => amend(state.agreements, 3, { vetoes: [] }), 'agreement', '3', 'agreementOf', 'veto'],
  ['measures', ({ state }) => state.measures.clear(), 'measure', '6 7', 'measureOf', undefined],
  [
    'measures',
    ({ state }) => amend(state.measures, pairOf(OPERATOR, DEVELOPER), { measure: 'barred' }),
    'measure',
    '6 7',
    'measureOf',
    undefined,
  ],
  ['grants', ({ state }) => amend(state.grants, 1, { vetoes: [veto] }), 'grant', '1', 'stateOf', undefined],
  ['grants', ({ state }) => void state.grants.delete(3), 'grant', '3', 'grantCount', undefined],
  ['grants', ({ state }) => amend(state.grants, 3, { approvals: [] }), 'grant', '3', 'approvalsOf', 'validUntil'],
  ['grants', ({ state }) => amend(state.resources, 4, { version: 2 }), 'grant', '2', 'checkUsable', undefined],
  ['entrusted', ({ state }) => state.entrusted.clear(), 'entrusted log', '1 8', 'entrustedLog', undefined],
  [
    'entrusted',
    ({ state }) =>
      void state.entrusted.set(pairOf(TAX, STATISTICS), {
        provider: TAX,
        operator: STATISTICS,
        log: DIGEST,
        since: PLACE,
      }),
    'entrusted log',
    '1 2',
    'entrustedLog',
    undefined,
  ],
  [
    'entrusted',
    ({ state }) => amend(state.entrusted, pairOf(TAX, PLATFORM), { log: DIGEST }),
    'entrusted log',
    '1 8',
    'entrustedLog',
    undefined,
  ],
  [
    'corrections',
    ({ state }) => amend(state.corrections, 1, { rounds: 1 }),
    'correction',
    '1',
    'correctionOf',
    'rounds',
  ],
  [
    'conduct',
    ({ state }) => amend(state.conduct, TAX, { persons: 3 }),
    'register of persons',
    '1',
    'isRegistered',
    'count',
  ],
  [
    'conduct',
    ({ persons }) => void persons.set(1, new Map([[PERSONS[1], true]])),
    'register of persons',
    '1',
    'isRegistered',
    undefined,
  ],
  ['incidents', ({ state }) => void state.incidents.delete(2), 'incident', '2', 'incidentCount', undefined],
  ['logs', ({ logs }) => amend(logs, logIdOf(ORIGIN), { size: 8n }), 'log', logIdOf(ORIGIN), 'latest', 'size'],
  [
    'logs',
    ({ logs }) => amend(logs, logIdOf(ORIGIN), { anchorer: ZeroAddress }),
    'log',
    logIdOf(ORIGIN),
    'anchorerOf',
    undefined,
  ],
]

function withoutEnd({ policies }: RegistryState): void {
  const { ended: _ended, ...policy } = policies.get(Number(UNCONDITIONAL))!
  policies.set(Number(UNCONDITIONAL), policy)
}
