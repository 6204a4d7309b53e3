// The words of the contracts' vocabularies, and how the contracts number them: of each Solidity enum, by its name, the
// words in its order. What people read in their place is in terms.ts; here is no more than it takes to read an event.

export const ENUMS = {
  Status: ['active', 'suspended', 'blacklisted'],
  ShareType: ['unconditional', 'conditional', 'withheld'],
  OpenType: ['open', 'on-application', 'not-open'],
  ChangeKind: ['data', 'law'],
  State: ['none', 'requested', 'refused', 'granted', 'revoked', 'expired', 'exhausted', 'held', 'suspended'],
  Ground: ['sharing', 'opening', 'operation', 'development', 'contract'],
  Basis: ['unconditional', 'policy', 'provider', 'approvals'],
  Approver: ['provider-officer', 'consumer-officer', 'regulator'],
  DeliveryKind: ['share', 'download', 'statement', 'computation'],
  Channel: ['system-interface', 'front-end-machine', 'online-query', 'bulk-download', 'in-place'],
  AgreementKind: ['operation', 'development', 'opening'],
  AgreementState: ['none', 'applied', 'publicised', 'offered', 'in-force', 'declined', 'ended', 'expired'],
  Outcome: ['none', 'pass', 'fail', 'rectify'],
  Measure: ['none', 'warned', 'suspended', 'barred'],
  ProductState: ['none', 'registered', 'released', 'refused', 'withdrawn'],
  PriceClass: ['free', 'paid'],
  CorrectionState: ['none', 'raised', 'answered', 'disputed', 'accepted'],
  Answer: ['corrected', 'partly-corrected', 'confirmed'],
  Severity: ['minor', 'major', 'grave'],
} as const

export type EnumName = keyof typeof ENUMS
type Word<Name extends EnumName> = (typeof ENUMS)[Name][number]

/** What an organisation may be, each one bit of a set. */
export const KIND_WORDS = [
  'provider',
  'consumer',
  'operator',
  'implementing-agency',
  'authorised-operator',
  'developer',
  'inspector',
  'regulator',
  'applicant',
] as const

/** What the review of a product finds in order, each one bit of a set. */
export const CHECK_POINTS = ['application', 'sources', 'raw-data', 'secrets', 'cross-border', 'other-risks'] as const

export type ShareType = Word<'ShareType'>
export type OpenType = Word<'OpenType'>
export type OrganisationStatus = Word<'Status'>
export type GrantState = Word<'State'>
export type Ground = Word<'Ground'>
export type Basis = Word<'Basis'>
export type Approver = Word<'Approver'>
export type DeliveryKind = Word<'DeliveryKind'>
export type Channel = Word<'Channel'>
export type ChangeKind = Word<'ChangeKind'>
export type ProductState = Word<'ProductState'>
export type PriceClass = Word<'PriceClass'>
export type AgreementKind = Word<'AgreementKind'>
export type AgreementState = Word<'AgreementState'>
export type Outcome = Word<'Outcome'>
export type Measure = Word<'Measure'>
export type CorrectionState = Word<'CorrectionState'>
export type Answer = Word<'Answer'>
export type Severity = Word<'Severity'>
export type Kind = (typeof KIND_WORDS)[number]
export type Check = (typeof CHECK_POINTS)[number]

/** The word for a number of one of these enums. A number that none has is a bug: contracts refuse it. */
export function wordFor(name: EnumName, value: number | bigint): string {
  const word = ENUMS[name][Number(value)]
  if (word === undefined) throw new Error(`no ${name} has the value ${value}`)
  return word
}

/** The kinds in a set that the contracts wrote. */
export function kindsFromBits(bits: number | bigint): readonly Kind[] {
  return inSet(KIND_WORDS, bits)
}

/** The approvers in a set that the contracts wrote. */
export function approversFromBits(bits: number | bigint): readonly Approver[] {
  return inSet(ENUMS.Approver, bits)
}

/** The points of a product's review in a set that the contracts wrote. */
export function checksFromBits(bits: number | bigint): readonly Check[] {
  return inSet(CHECK_POINTS, bits)
}

function inSet<T extends string>(words: readonly T[], bits: number | bigint): readonly T[] {
  return words.filter((_, position) => ((Number(bits) >> position) & 1) !== 0)
}

/** The code in a purpose that a contract accepted: ASCII, left-aligned in 32 bytes. */
export function decodePurpose(bytes: string): string {
  const codes = bytes.slice(2).match(/../gu) ?? []
  return String.fromCharCode(...codes.map(code => Number.parseInt(code, 16) & 127)).replace(/\0+$/u, '')
}
