// The contracts' vocabularies (codes.ts) as people read them: each word with its number, its Chinese and its English label.

import { LedgerError } from '../core/error.ts'
import { PATTERNS } from '../core/record.ts'
import type { Words } from '../core/words.ts'
import { PURPOSE_SEED } from '../vocabulary.ts'
import { type Approver, CHECK_POINTS, type Check, ENUMS, type EnumName, KIND_WORDS, type Kind } from './codes.ts'
import { type AbiParam, typeName } from './values.ts'

export * from './codes.ts'

export interface Term {
  /** The number (of a kind: the bit) by which the contracts know it. */
  readonly value: number
  readonly zh: string
  readonly en: string
}

export type Terms = Readonly<Record<string, Term>>

/** Each word with its number and its labels. */
function label<Word extends string>(
  words: readonly Word[],
  labels: Readonly<Record<Word, Words>>,
  numberOf = (position: number): number => position,
): Readonly<Record<Word, Term>> {
  return Object.fromEntries(
    words.map((word, position) => [word, { value: numberOf(position), ...labels[word] }]),
  ) as Record<Word, Term>
}

export const SHARE_TYPES = label(ENUMS.ShareType, {
  unconditional: { zh: '无条件共享', en: 'shared unconditionally' },
  conditional: { zh: '有条件共享', en: 'shared on conditions' },
  withheld: { zh: '不予共享', en: 'withheld' },
})

export const OPEN_TYPES = label(ENUMS.OpenType, {
  open: { zh: '开放', en: 'open' },
  'on-application': { zh: '依申请开放', en: 'open on application' },
  'not-open': { zh: '不予开放', en: 'not open' },
})

export const STATUSES = label(ENUMS.Status, {
  active: { zh: '正常', en: 'active' },
  suspended: { zh: '暂停', en: 'suspended' },
  blacklisted: { zh: '黑名单', en: 'blacklisted' },
})

export const GRANT_STATES = label(ENUMS.State, {
  none: { zh: '无', en: 'none' },
  requested: { zh: '申请中', en: 'requested' },
  refused: { zh: '已拒绝', en: 'refused' },
  granted: { zh: '已授权', en: 'granted' },
  revoked: { zh: '已撤销', en: 'revoked' },
  expired: { zh: '已到期', en: 'expired' },
  exhausted: { zh: '额度用尽', en: 'exhausted' },
  held: { zh: '已中止审批', en: 'held by a veto' },
  suspended: { zh: '已暂停', en: 'suspended by a veto' },
})

/** By which rules data is asked for. */
export const GROUNDS = label(ENUMS.Ground, {
  sharing: { zh: '共享', en: 'sharing between departments' },
  opening: { zh: '开放', en: 'opening to society' },
  operation: { zh: '授权运营', en: 'authorised operation' },
  development: { zh: '开发利用', en: 'development' },
  contract: { zh: '契约式开放', en: 'contractual opening' },
})

/** Who granted. */
export const BASES = label(ENUMS.Basis, {
  unconditional: { zh: '合约：无条件', en: 'the contract, unconditionally' },
  policy: { zh: '自动共享策略', en: 'the provider’s policy' },
  provider: { zh: '提供部门', en: 'the provider' },
  approvals: { zh: '多方会签', en: 'several approvals' },
})

/** Who may approve; in a set of roles, `value` is the position of the role's bit. */
export const APPROVERS = label(ENUMS.Approver, {
  'provider-officer': { zh: '提供部门首席数据官', en: 'chief data officer of the provider' },
  'consumer-officer': { zh: '使用部门首席数据官', en: 'chief data officer of the consumer' },
  regulator: { zh: '监管', en: 'regulator' },
})

export const DELIVERY_KINDS = label(ENUMS.DeliveryKind, {
  share: { zh: '共享', en: 'shared' },
  download: { zh: '下载', en: 'downloaded' },
  statement: { zh: '用量结算', en: 'usage statement' },
  computation: { zh: '计算（数据可用不可见）', en: 'computed on, without leaving' },
})

export const CHANNELS = label(ENUMS.Channel, {
  'system-interface': { zh: '系统对接', en: 'system interface' },
  'front-end-machine': { zh: '前置机', en: 'front-end machine' },
  'online-query': { zh: '联机查询', en: 'online query' },
  'bulk-download': { zh: '批量下载', en: 'bulk download' },
  'in-place': { zh: '域内计算', en: 'in place' },
})

/** Why a catalogue entry has to be brought up to date. */
export const CHANGE_KINDS = label(ENUMS.ChangeKind, {
  data: { zh: '目录要素或数据变化', en: 'change of the data' },
  law: { zh: '法律法规修改或职能变化', en: 'change of law or of duties' },
})

export const PRODUCT_STATES = label(ENUMS.ProductState, {
  none: { zh: '无', en: 'none' },
  registered: { zh: '已登记，待审查', en: 'registered, to be reviewed' },
  released: { zh: '已发布', en: 'released' },
  refused: { zh: '审查未通过', en: 'refused' },
  withdrawn: { zh: '已下架', en: 'withdrawn' },
})

export const PRICE_CLASSES = label(ENUMS.PriceClass, {
  free: { zh: '无偿（公共治理、公益事业）', en: 'free (public governance, public good)' },
  paid: { zh: '有偿（产业发展、行业发展）', en: 'paid (industry)' },
})

/** What the review of a product finds in order; `value` is the position of the point's bit in the set. */
export const CHECKS = label(CHECK_POINTS, {
  application: { zh: '符合应用场景和使用范围', en: 'within its application and scope' },
  sources: { zh: '数据来源明确合法', en: 'sources named and lawful' },
  'raw-data': { zh: '不泄露原始数据和敏感数据', en: 'no raw or sensitive data exposed' },
  secrets: { zh: '不泄露个人信息和商业秘密', en: 'no personal data or trade secrets leaked' },
  'cross-border': { zh: '无数据出境', en: 'nothing leaves the country' },
  'other-risks': { zh: '无其他风险', en: 'no other risk' },
})

export const AGREEMENT_KINDS = label(ENUMS.AgreementKind, {
  operation: { zh: '运营协议', en: 'operation agreement' },
  development: { zh: '开发利用协议', en: 'development agreement' },
  opening: { zh: '契约式开放协议', en: 'opening agreement' },
})

export const AGREEMENT_STATES = label(ENUMS.AgreementState, {
  none: { zh: '无', en: 'none' },
  applied: { zh: '已申请', en: 'applied for' },
  publicised: { zh: '公示中', en: 'made public' },
  offered: { zh: '待签署', en: 'offered, to be signed' },
  'in-force': { zh: '生效', en: 'in force' },
  declined: { zh: '未成立', en: 'declined' },
  ended: { zh: '终止', en: 'ended' },
  expired: { zh: '到期', en: 'expired' },
})

/** How the first party of an agreement found the second to do. */
export const OUTCOMES = label(ENUMS.Outcome, {
  none: { zh: '未评估', en: 'not evaluated' },
  pass: { zh: '通过', en: 'passed' },
  fail: { zh: '未通过', en: 'failed' },
  rectify: { zh: '限期整改', en: 'to rectify' },
})

/** What an operator does about a developer. */
export const MEASURES = label(ENUMS.Measure, {
  none: { zh: '无', en: 'none' },
  warned: { zh: '提醒约谈', en: 'warned' },
  suspended: { zh: '暂停资格', en: 'suspended' },
  barred: { zh: '取消资格', en: 'barred' },
})

export const CORRECTION_STATES = label(ENUMS.CorrectionState, {
  none: { zh: '无', en: 'none' },
  raised: { zh: '待答复', en: 'raised' },
  answered: { zh: '已答复', en: 'answered' },
  disputed: { zh: '再次提出', en: 'disputed' },
  accepted: { zh: '已接受', en: 'accepted' },
})

export const ANSWERS = label(ENUMS.Answer, {
  corrected: { zh: '已更正', en: 'corrected' },
  'partly-corrected': { zh: '部分更正', en: 'partly corrected' },
  confirmed: { zh: '核实无误', en: 'confirmed to be right' },
})

export const SEVERITIES = label(ENUMS.Severity, {
  minor: { zh: '一般', en: 'minor' },
  major: { zh: '较大', en: 'major' },
  grave: { zh: '重大', en: 'grave' },
})

/** What an organisation may be: `value` is the kind's bit in the set. */
export const KINDS = label(
  KIND_WORDS,
  {
    provider: { zh: '数据提供部门', en: 'provider' },
    consumer: { zh: '使用部门', en: 'consumer' },
    operator: { zh: '平台运营方', en: 'platform operator' },
    'implementing-agency': { zh: '实施机构', en: 'implementing agency' },
    'authorised-operator': { zh: '运营机构', en: 'authorised operator' },
    developer: { zh: '开发主体', en: 'developer' },
    inspector: { zh: '外部检验', en: 'inspector' },
    regulator: { zh: '监管', en: 'regulator' },
    applicant: { zh: '开放申请人', en: 'applicant' },
  },
  bit => 1 << bit,
)

const VOCABULARIES = {
  Status: STATUSES,
  ShareType: SHARE_TYPES,
  OpenType: OPEN_TYPES,
  ChangeKind: CHANGE_KINDS,
  State: GRANT_STATES,
  Ground: GROUNDS,
  Basis: BASES,
  Approver: APPROVERS,
  DeliveryKind: DELIVERY_KINDS,
  Channel: CHANNELS,
  AgreementKind: AGREEMENT_KINDS,
  AgreementState: AGREEMENT_STATES,
  Outcome: OUTCOMES,
  Measure: MEASURES,
  ProductState: PRODUCT_STATES,
  PriceClass: PRICE_CLASSES,
  CorrectionState: CORRECTION_STATES,
  Answer: ANSWERS,
  Severity: SEVERITIES,
  Kinds: KINDS,
} as const satisfies Readonly<Record<EnumName | 'Kinds', Terms>>

/** The words that a parameter's value is one or several of, if it is an enumeration or a set of kinds. */
export function vocabularyOf(param: AbiParam): Terms | undefined {
  const name = typeName(param)
  return Object.hasOwn(VOCABULARIES, name) ? VOCABULARIES[name as keyof typeof VOCABULARIES] : undefined
}

/** In a quota, "as much as you like": the largest number that fits. */
export const UNLIMITED = 2n ** 64n - 1n

/** The set of kinds as the contracts write it. */
export function kindsToBits(kinds: readonly Kind[]): number {
  return kinds.reduce((bits, kind) => bits | KINDS[kind].value, 0)
}

/** The set of approvers as the contracts write it. */
export function approversToBits(approvers: readonly Approver[]): number {
  return approvers.reduce((bits, approver) => bits | (1 << APPROVERS[approver].value), 0)
}

/** The set of points as the contracts write it. */
export function checksToBits(checks: readonly Check[]): number {
  return checks.reduce((bits, check) => bits | (1 << CHECKS[check].value), 0)
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
