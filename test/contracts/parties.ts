// Who takes part in the scene: the accounts by name, and the organisations that some of them speak for.

import { type Kind, kindsToBits } from '../../src/chain/terms.ts'

/** Each has an account of its own; the order is that of the chain's accounts. */
export const PARTIES = [
  'admin',
  'registrar',
  'anchorer',
  'tax',
  'statistics',
  'traffic',
  'archive',
  'stranger',
  'agency',
  'operator',
  'developer',
  'platform',
  'inspector',
  'regulator',
  'applicant',
  'taxOfficer',
  'statisticsOfficer',
  'relayer',
] as const
export type Party = (typeof PARTIES)[number]

interface Organisation {
  readonly party: Party
  readonly name: string
  /** Set of kinds as the contracts write it. */
  readonly kinds: number
}

/** The organisations with the ids 1, 2, 3, … */
export const ORGANISATIONS: readonly Organisation[] = [
  organisation('tax', '税务局', 'provider', 'consumer'),
  organisation('statistics', '统计局', 'consumer'),
  organisation('traffic', '交通局', 'consumer'),
  organisation('archive', '档案局', 'provider'),
  organisation('agency', '大数据发展管理局', 'implementing-agency'),
  organisation('operator', '数据运营公司', 'authorised-operator', 'consumer'),
  organisation('developer', '数据开发公司', 'developer'),
  organisation('platform', '共享交换平台公司', 'operator'),
  organisation('inspector', '检验中心', 'inspector'),
  organisation('regulator', '数据主管部门', 'regulator'),
  { party: 'applicant', name: '申请企业', kinds: 1 << 8 },
]

/** Their credit codes, by id. */
export const CODES = [
  '',
  '11520100MB0000001A',
  '11520100MB0000002B',
  '11520100MB0000003C',
  '11520100MB0000004D',
  '11520100MB0000005E',
  '11520100MB0000006F',
  '11520100MB0000007G',
  '11520100MB0000008H',
  '11520100MB00000090',
  '11520100MB00000101',
  '11520100MB00000112',
] as const

function organisation(party: Party, name: string, ...kinds: readonly Kind[]): Organisation {
  return { party, name, kinds: kindsToBits(kinds) }
}
