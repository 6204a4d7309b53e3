// The contracts' vocabularies: each word as the contracts number it, with its Chinese and English label. The order of
// every enumeration is the order of the Solidity enum of the same name.

import { LedgerError } from '../core/error.ts'
import { PATTERNS } from '../core/record.ts'
import { PURPOSE_SEED } from '../vocabulary.ts'

export interface Term {
  /** The number (of a kind: the bit) by which the contracts know it. */
  readonly value: number
  readonly zh: string
  readonly en: string
}

export type Terms = Readonly<Record<string, Term>>

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
  held: { value: 7, zh: '已中止审批', en: 'held by a veto' },
  suspended: { value: 8, zh: '已暂停', en: 'suspended by a veto' },
} as const satisfies Terms

/** By which rules data is asked for. */
export const GROUNDS = {
  sharing: { value: 0, zh: '共享', en: 'sharing between departments' },
  opening: { value: 1, zh: '开放', en: 'opening to society' },
  operation: { value: 2, zh: '授权运营', en: 'authorised operation' },
  development: { value: 3, zh: '开发利用', en: 'development' },
  contract: { value: 4, zh: '契约式开放', en: 'contractual opening' },
} as const satisfies Terms

/** Who granted. */
export const BASES = {
  unconditional: { value: 0, zh: '合约：无条件', en: 'the contract, unconditionally' },
  policy: { value: 1, zh: '自动共享策略', en: 'the provider’s policy' },
  provider: { value: 2, zh: '提供部门', en: 'the provider' },
  approvals: { value: 3, zh: '多方会签', en: 'several approvals' },
} as const satisfies Terms

/** Who may approve; in a set of roles, `value` is the position of the role's bit. */
export const APPROVERS = {
  'provider-officer': { value: 0, zh: '提供部门首席数据官', en: 'chief data officer of the provider' },
  'consumer-officer': { value: 1, zh: '使用部门首席数据官', en: 'chief data officer of the consumer' },
  regulator: { value: 2, zh: '监管', en: 'regulator' },
} as const satisfies Terms

export const DELIVERY_KINDS = {
  share: { value: 0, zh: '共享', en: 'shared' },
  download: { value: 1, zh: '下载', en: 'downloaded' },
  statement: { value: 2, zh: '用量结算', en: 'usage statement' },
  computation: { value: 3, zh: '计算（数据可用不可见）', en: 'computed on, without leaving' },
} as const satisfies Terms

export const CHANNELS = {
  'system-interface': { value: 0, zh: '系统对接', en: 'system interface' },
  'front-end-machine': { value: 1, zh: '前置机', en: 'front-end machine' },
  'online-query': { value: 2, zh: '联机查询', en: 'online query' },
  'bulk-download': { value: 3, zh: '批量下载', en: 'bulk download' },
  'in-place': { value: 4, zh: '域内计算', en: 'in place' },
} as const satisfies Terms

/** Why a catalogue entry has to be brought up to date. */
export const CHANGE_KINDS = {
  data: { value: 0, zh: '目录要素或数据变化', en: 'change of the data' },
  law: { value: 1, zh: '法律法规修改或职能变化', en: 'change of law or of duties' },
} as const satisfies Terms

export const PRODUCT_STATES = {
  none: { value: 0, zh: '无', en: 'none' },
  registered: { value: 1, zh: '已登记，待审查', en: 'registered, to be reviewed' },
  released: { value: 2, zh: '已发布', en: 'released' },
  refused: { value: 3, zh: '审查未通过', en: 'refused' },
  withdrawn: { value: 4, zh: '已下架', en: 'withdrawn' },
} as const satisfies Terms

export const PRICE_CLASSES = {
  free: { value: 0, zh: '无偿（公共治理、公益事业）', en: 'free (public governance, public good)' },
  paid: { value: 1, zh: '有偿（产业发展、行业发展）', en: 'paid (industry)' },
} as const satisfies Terms

/** What the review of a product finds in order; `value` is the position of the point's bit in the set. */
export const CHECKS = {
  application: { value: 0, zh: '符合应用场景和使用范围', en: 'within its application and scope' },
  sources: { value: 1, zh: '数据来源明确合法', en: 'sources named and lawful' },
  'raw-data': { value: 2, zh: '不泄露原始数据和敏感数据', en: 'no raw or sensitive data exposed' },
  secrets: { value: 3, zh: '不泄露个人信息和商业秘密', en: 'no personal data or trade secrets leaked' },
  'cross-border': { value: 4, zh: '无数据出境', en: 'nothing leaves the country' },
  'other-risks': { value: 5, zh: '无其他风险', en: 'no other risk' },
} as const satisfies Terms

export const AGREEMENT_KINDS = {
  operation: { value: 0, zh: '运营协议', en: 'operation agreement' },
  development: { value: 1, zh: '开发利用协议', en: 'development agreement' },
  opening: { value: 2, zh: '契约式开放协议', en: 'opening agreement' },
} as const satisfies Terms

export const AGREEMENT_STATES = {
  none: { value: 0, zh: '无', en: 'none' },
  applied: { value: 1, zh: '已申请', en: 'applied for' },
  publicised: { value: 2, zh: '公示中', en: 'made public' },
  offered: { value: 3, zh: '待签署', en: 'offered, to be signed' },
  'in-force': { value: 4, zh: '生效', en: 'in force' },
  declined: { value: 5, zh: '未成立', en: 'declined' },
  ended: { value: 6, zh: '终止', en: 'ended' },
  expired: { value: 7, zh: '到期', en: 'expired' },
} as const satisfies Terms

/** How the first party of an agreement found the second to do. */
export const OUTCOMES = {
  none: { value: 0, zh: '未评估', en: 'not evaluated' },
  pass: { value: 1, zh: '通过', en: 'passed' },
  fail: { value: 2, zh: '未通过', en: 'failed' },
  rectify: { value: 3, zh: '限期整改', en: 'to rectify' },
} as const satisfies Terms

/** What an operator does about a developer. */
export const MEASURES = {
  none: { value: 0, zh: '无', en: 'none' },
  warned: { value: 1, zh: '提醒约谈', en: 'warned' },
  suspended: { value: 2, zh: '暂停资格', en: 'suspended' },
  barred: { value: 3, zh: '取消资格', en: 'barred' },
} as const satisfies Terms

export const CORRECTION_STATES = {
  none: { value: 0, zh: '无', en: 'none' },
  raised: { value: 1, zh: '待答复', en: 'raised' },
  answered: { value: 2, zh: '已答复', en: 'answered' },
  disputed: { value: 3, zh: '再次提出', en: 'disputed' },
  accepted: { value: 4, zh: '已接受', en: 'accepted' },
} as const satisfies Terms

export const ANSWERS = {
  corrected: { value: 0, zh: '已更正', en: 'corrected' },
  'partly-corrected': { value: 1, zh: '部分更正', en: 'partly corrected' },
  confirmed: { value: 2, zh: '核实无误', en: 'confirmed to be right' },
} as const satisfies Terms

export const SEVERITIES = {
  minor: { value: 0, zh: '一般', en: 'minor' },
  major: { value: 1, zh: '较大', en: 'major' },
  grave: { value: 2, zh: '重大', en: 'grave' },
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
  applicant: { value: 1 << 8, zh: '开放申请人', en: 'applicant' },
} as const satisfies Terms

export type ShareType = keyof typeof SHARE_TYPES
export type OpenType = keyof typeof OPEN_TYPES
export type OrganisationStatus = keyof typeof STATUSES
export type GrantState = keyof typeof GRANT_STATES
export type Ground = keyof typeof GROUNDS
export type Basis = keyof typeof BASES
export type Approver = keyof typeof APPROVERS
export type DeliveryKind = keyof typeof DELIVERY_KINDS
export type Channel = keyof typeof CHANNELS
export type ChangeKind = keyof typeof CHANGE_KINDS
export type ProductState = keyof typeof PRODUCT_STATES
export type PriceClass = keyof typeof PRICE_CLASSES
export type Check = keyof typeof CHECKS
export type AgreementKind = keyof typeof AGREEMENT_KINDS
export type AgreementState = keyof typeof AGREEMENT_STATES
export type Outcome = keyof typeof OUTCOMES
export type Measure = keyof typeof MEASURES
export type CorrectionState = keyof typeof CORRECTION_STATES
export type Answer = keyof typeof ANSWERS
export type Severity = keyof typeof SEVERITIES
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

/** The approvers in a set that the contracts wrote, one bit for each. */
export function approversFromBits(bits: number | bigint): readonly Approver[] {
  return fromPositions(APPROVERS, bits)
}

/** The set of approvers as the contracts write it. */
export function approversToBits(approvers: readonly Approver[]): number {
  return approvers.reduce((bits, approver) => bits | (1 << APPROVERS[approver].value), 0)
}

/** The points of a product's review in a set that the contracts wrote, one bit for each. */
export function checksFromBits(bits: number | bigint): readonly Check[] {
  return fromPositions(CHECKS, bits)
}

/** The set of points as the contracts write it. */
export function checksToBits(checks: readonly Check[]): number {
  return checks.reduce((bits, check) => bits | (1 << CHECKS[check].value), 0)
}

function fromPositions<T extends Terms>(terms: T, bits: number | bigint): readonly (keyof T)[] {
  return Object.keys(terms).filter(word => ((Number(bits) >> terms[word]!.value) & 1) !== 0)
}

/** The labels of the purposes that a new ledger starts with, by code; what is registered since is in its Vocabulary. */
export const PURPOSES: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = Object.fromEntries(
  PURPOSE_SEED.map(({ code, zh, en }) => [code, { zh, en }]),
)

/**
 * A purpose's code as the contracts take it: ASCII, left-aligned in 32 bytes, as 0x and 64 hexadecimal digits.
 * @param code 1 to 32 of `A–Z a–z 0–9 - . : _`.
 * @throws LedgerError `purpose_invalid`
 */
export function encodePurpose(code: string): string {
  if (!PATTERNS.purpose.test(code)) {
    throw new LedgerError('purpose_invalid', {
      en: `${JSON.stringify(code)} is not a purpose code: use 1 to 32 of A–Z a–z 0–9 - . : _, such as "LegalCompliance"; put words into the sealed text.`,
      zh: `${JSON.stringify(code)} 不是用途代码：请用 1 至 32 个 A–Z a–z 0–9 - . : _ 字符，如“LegalCompliance”；文字说明请放入密封文本。`,
    })
  }
  return `0x${Buffer.from(code, 'ascii').toString('hex').padEnd(64, '0')}`
}

/** The code in a purpose that a contract accepted. */
export function decodePurpose(bytes: string): string {
  return Buffer.from(bytes.slice(2), 'hex').toString('ascii').replace(/\0+$/u, '')
}
