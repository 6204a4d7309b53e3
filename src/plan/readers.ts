// The plan file as JSON → the plan, field by field. Strictly read: a misspelt field is an error, since what is on the
// chain stays there. Whether its parts fit together is looked at later (onboarding/complete.ts).

import {
  AGREEMENT_KINDS,
  type AgreementKind,
  APPROVERS,
  type Approver,
  KINDS,
  type Kind,
  OPEN_TYPES,
  type OpenType,
  PRICE_CLASSES,
  type PriceClass,
  SHARE_TYPES,
  type ShareType,
} from '../chain/terms.ts'
import { anyText, flag, invalidShape, list, object, oneOf, type Reader, text, wholeNumber } from '../core/reader.ts'
import { PATTERNS, parseTime, readTime } from '../core/record.ts'

const MOST = 100_000
/** As many fields as a resource may have. */
const MOST_FIELDS = 128
const NAME = text(/^[^\p{C}]{1,66}$/u, { en: 'a name of 1 to 66 characters', zh: ' 1 至 66 个字符的名称' })
const CREDIT_CODE = text(/^[0-9A-Z]{18}$/, {
  en: 'a unified social credit code of 18 digits and capital letters',
  zh: '统一社会信用代码（18 位数字和大写字母）',
})
const RESOURCE_CODE = text(PATTERNS.resource, {
  en: 'a catalogue code of 1 to 64 printable ASCII characters without spaces',
  zh: '目录代码（1 至 64 个可见 ASCII 字符，不含空格）',
})
const PURPOSE = text(PATTERNS.purpose, {
  en: 'a purpose code such as LegalCompliance',
  zh: '用途代码，如 LegalCompliance',
})
const WORDS = anyText(4_000)
const FIELDS = list(anyText(200), MOST_FIELDS)

/** A time as RFC 3339, in seconds since 1970. */
const SECONDS: Reader<number> = (value, at) => {
  try {
    return Math.floor(readTime(parseTime(value as string)) / 1000)
  } catch {
    throw invalidShape(at, { en: 'a time such as 2026-12-31T23:59:59+08:00', zh: '时间，如 2026-12-31T23:59:59+08:00' })
  }
}

const DETAILS: Reader<Readonly<Record<string, string>>> = (value, at) => {
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : []
  return object({}, Object.fromEntries(names.map(name => [name, WORDS])))(value, at) as Record<string, string>
}

/** Yes under one name, or why not under `refuse`: `{"grant": true}`, `{"refuse": "the reason"}`. */
function verdict<Yes extends string>(yes: Yes): Reader<{ readonly [name in Yes]: true } | { readonly refuse: string }> {
  const fields: Readonly<Record<string, Reader<unknown>>> = { [yes]: flag, refuse: WORDS }
  const read = object({}, fields)
  return (value, at) => {
    const given = read(value, at)
    if (given[yes] === true && given['refuse'] === undefined) return { [yes]: true } as { [name in Yes]: true }
    if (given[yes] === undefined && typeof given['refuse'] === 'string' && given['refuse'] !== '') {
      return { refuse: given['refuse'] }
    }
    throw invalidShape(at, {
      en: `either {"${yes}": true} or {"refuse": "the reason"}`,
      zh: ` {"${yes}": true} 或 {"refuse": "理由"}`,
    })
  }
}

const ORGANISATION = object(
  { code: CREDIT_CODE, name: NAME, kinds: list(oneOf(Object.keys(KINDS) as Kind[]), 9) },
  { officer: flag, entrusts: CREDIT_CODE },
)

const APPROVAL_RULE = object({
  fromLevel: wholeNumber(),
  needed: wholeNumber(1),
  roles: list(oneOf(Object.keys(APPROVERS) as Approver[]), 3),
})

const POLICY = object(
  { purposes: list(PURPOSE, 256), longestDays: wholeNumber(1), validUntil: SECONDS },
  { consumers: list(CREDIT_CODE, 64), fields: FIELDS, bytes: wholeNumber(1), rows: wholeNumber(1) },
)

const RESOURCE = object(
  {
    code: RESOURCE_CODE,
    provider: CREDIT_CODE,
    name: NAME,
    shareType: oneOf(Object.keys(SHARE_TYPES) as ShareType[]),
    openType: oneOf(Object.keys(OPEN_TYPES) as OpenType[]),
    level: wholeNumber(1),
    fields: FIELDS,
    source: anyText(1_000),
  },
  { parents: list(RESOURCE_CODE, 16), details: DETAILS, legalBasis: WORDS, policy: POLICY },
)

const AGREEMENT = object(
  {
    name: NAME,
    kind: oneOf(Object.keys(AGREEMENT_KINDS) as AgreementKind[]),
    parties: list(CREDIT_CODE, 3),
    from: SECONDS,
    until: SECONDS,
    range: list(RESOURCE_CODE, 64),
    text: WORDS,
  },
  { parent: NAME },
)

const REQUEST = object(
  {
    resource: RESOURCE_CODE,
    consumer: CREDIT_CODE,
    purpose: PURPOSE,
    purposeText: WORDS,
    legalBasis: WORDS,
    from: SECONDS,
    until: SECONDS,
  },
  {
    name: NAME,
    fields: FIELDS,
    quota: object({}, { bytes: wholeNumber(1), rows: wholeNumber(1) }),
    agreement: NAME,
    decision: verdict('grant'),
  },
)

const PRODUCT = object(
  {
    resource: RESOURCE_CODE,
    agreement: NAME,
    price: oneOf(Object.keys(PRICE_CLASSES) as PriceClass[]),
    sources: list(NAME, 16),
    use: WORDS,
  },
  { review: verdict('release') },
)

export const PLAN = object(
  {
    organisations: list(ORGANISATION, MOST),
    resources: list(RESOURCE, MOST),
    requests: list(REQUEST, MOST),
  },
  {
    approvalRules: list(APPROVAL_RULE, 16),
    agreements: list(AGREEMENT, MOST),
    products: list(PRODUCT, MOST),
  },
)
