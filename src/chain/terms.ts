// The contracts' vocabularies: each word as the contracts number it, with its Chinese and English label. The order of
// every enumeration is the order of the Solidity enum of the same name.

import { LedgerError } from '../core/error.ts'
import { PATTERNS } from '../core/record.ts'

interface Term {
  /** The number (of a kind: the bit) by which the contracts know it. */
  readonly value: number
  readonly zh: string
  readonly en: string
}

type Terms = Readonly<Record<string, Term>>

export const SHARE_TYPES = {
  unconditional: { value: 0, zh: '无条件共享', en: 'shared unconditionally' },
  conditional: { value: 1, zh: '有条件共享', en: 'shared on conditions' },
  withheld: { value: 2, zh: '不予共享', en: 'withheld' },
} as const satisfies Terms

export const OPEN_TYPES = {
  open: { value: 0, zh: '开放', en: 'open' },
  'on-application': { value: 1, zh: '依申请开放', en: 'open on application' },
  'not-open': { value: 2, zh: '不予开放', en: 'not open' },
} as const satisfies Terms

export const STATUSES = {
  active: { value: 0, zh: '正常', en: 'active' },
  suspended: { value: 1, zh: '暂停', en: 'suspended' },
  blacklisted: { value: 2, zh: '黑名单', en: 'blacklisted' },
} as const satisfies Terms

export const GRANT_STATES = {
  none: { value: 0, zh: '无', en: 'none' },
  requested: { value: 1, zh: '申请中', en: 'requested' },
  refused: { value: 2, zh: '已拒绝', en: 'refused' },
  granted: { value: 3, zh: '已授权', en: 'granted' },
  revoked: { value: 4, zh: '已撤销', en: 'revoked' },
  expired: { value: 5, zh: '已到期', en: 'expired' },
  exhausted: { value: 6, zh: '额度用尽', en: 'exhausted' },
} as const satisfies Terms

export const DELIVERY_KINDS = {
  share: { value: 0, zh: '共享', en: 'shared' },
  download: { value: 1, zh: '下载', en: 'downloaded' },
} as const satisfies Terms

export const CHANNELS = {
  'system-interface': { value: 0, zh: '系统对接', en: 'system interface' },
  'front-end-machine': { value: 1, zh: '前置机', en: 'front-end machine' },
  'online-query': { value: 2, zh: '联机查询', en: 'online query' },
  'bulk-download': { value: 3, zh: '批量下载', en: 'bulk download' },
} as const satisfies Terms

/** What an organisation may be: `value` is the kind's bit in the set. */
export const KINDS = {
  provider: { value: 1 << 0, zh: '数据提供部门', en: 'provider' },
  consumer: { value: 1 << 1, zh: '使用部门', en: 'consumer' },
  operator: { value: 1 << 2, zh: '平台运营方', en: 'platform operator' },
  'implementing-agency': { value: 1 << 3, zh: '实施机构', en: 'implementing agency' },
  'authorised-operator': { value: 1 << 4, zh: '运营机构', en: 'authorised operator' },
  developer: { value: 1 << 5, zh: '开发主体', en: 'developer' },
  inspector: { value: 1 << 6, zh: '外部检验', en: 'inspector' },
  regulator: { value: 1 << 7, zh: '监管', en: 'regulator' },
} as const satisfies Terms

export type ShareType = keyof typeof SHARE_TYPES
export type OpenType = keyof typeof OPEN_TYPES
export type OrganisationStatus = keyof typeof STATUSES
export type GrantState = keyof typeof GRANT_STATES
export type DeliveryKind = keyof typeof DELIVERY_KINDS
export type Channel = keyof typeof CHANNELS
export type Kind = keyof typeof KINDS

/** In a quota, "as much as you like": the largest number that fits. */
export const UNLIMITED = 2n ** 64n - 1n

/** The word for a number of one of the vocabularies above. A number that none has is a bug: contracts refuse it. */
export function wordFor<T extends Terms>(terms: T, value: number | bigint): keyof T {
  for (const [word, term] of Object.entries(terms)) {
    if (term.value === Number(value)) return word
  }
  throw new Error(`no term has the value ${value}`)
}

/** The set of kinds as the contracts write it. */
export function kindsToBits(kinds: readonly Kind[]): number {
  return kinds.reduce((bits, kind) => bits | KINDS[kind].value, 0)
}

/** The kinds in a set that the contracts wrote. */
export function kindsFromBits(bits: number | bigint): readonly Kind[] {
  return (Object.keys(KINDS) as Kind[]).filter(kind => (Number(bits) & KINDS[kind].value) !== 0)
}

/**
 * Purposes a request may name, from the W3C Data Privacy Vocabulary 2.x. A seed: the contracts accept any well-formed
 * code, so that local codes can stand beside these.
 */
export const PURPOSES = {
  PublicPolicyMaking: { zh: '公共政策制定', en: 'public policy making' },
  ProvideOfficialStatistics: { zh: '官方统计', en: 'official statistics' },
  ImprovePublicServices: { zh: '改进公共服务', en: 'improving public services' },
  ProtectionOfPublicSecurity: { zh: '维护公共安全', en: 'public security' },
  ImproveHealthcare: { zh: '改进医疗卫生', en: 'improving healthcare' },
  ImproveTransportMobility: { zh: '改善交通出行', en: 'improving transport' },
  CombatClimateChange: { zh: '应对气候变化', en: 'combating climate change' },
  PublicBenefit: { zh: '公共利益', en: 'public benefit' },
  LegalCompliance: { zh: '依法履职', en: 'legal compliance' },
  FraudPreventionAndDetection: { zh: '防范和发现欺诈', en: 'fraud prevention and detection' },
  ScientificResearch: { zh: '科学研究', en: 'scientific research' },
  CommercialPurpose: { zh: '商业用途', en: 'commercial purpose' },
} as const

/**
 * A purpose's code as the contracts take it: ASCII, left-aligned in 32 bytes, as 0x and 64 hexadecimal digits.
 * @param code 1 to 32 of `A–Z a–z 0–9 - . : _`.
 * @throws LedgerError `purpose_invalid`
 */
export function encodePurpose(code: string): string {
  if (!PATTERNS.purpose.test(code)) {
    throw new LedgerError(
      'purpose_invalid',
      `${JSON.stringify(code)} is not a purpose code: use 1 to 32 of A–Z a–z 0–9 - . : _, such as "LegalCompliance"; put words into the sealed text.`,
    )
  }
  return `0x${Buffer.from(code, 'ascii').toString('hex').padEnd(64, '0')}`
}

/** The code in a purpose that a contract accepted. */
export function decodePurpose(bytes: string): string {
  return Buffer.from(bytes.slice(2), 'hex').toString('ascii').replace(/\0+$/u, '')
}
