// What an argument of an act is, beyond its size: the compiled ABI says `uint64` and, as `internalType`, whether that is an
// organisation, a grant or a count. Where the same type means different things, the parameter's name decides.
// read.ts makes values of JSON by these forms, show.ts makes JSON of values, and both know every form.

import type { JsonFragmentType } from 'ethers'
import * as terms from '../chain/terms.ts'

/** A vocabulary of terms.ts. */
export type Terms = Readonly<Record<string, { readonly value: number; readonly zh: string; readonly en: string }>>

/** What an inspector can veto. */
export const VETOED = ['organisation', 'resource', 'agreement', 'grant'] as const
export type Vetoed = (typeof VETOED)[number]
/** One of them by its number: `grant 3`. */
export type VetoedThing = `${Vetoed} ${bigint}`

export type Form =
  /** One word of a vocabulary. */
  | { readonly is: 'word'; readonly terms: Terms }
  /** A set of words, as bits: `value` is the bit, or `position` its place. */
  | { readonly is: 'words'; readonly terms: Terms; readonly by: 'value' | 'position' }
  /** The number of an organisation or resource, or its code. */
  | { readonly is: 'organisation' | 'resource' }
  /** The number of a request or grant, an agreement, a correction. */
  | { readonly is: 'grant' | 'agreement' | 'correction' }
  | { readonly is: 'number'; readonly bits: number }
  /** A count that may be "unlimited". */
  | { readonly is: 'quota' }
  /** A purpose by its code; a set of purposes, which the contracts keep by their numbers. */
  | { readonly is: 'purpose' | 'purposes' }
  /** Fields of a resource. */
  | { readonly is: 'scope' }
  /** A moment, in seconds since 1970; a span, in seconds; a day, counted from 1970-01-01. */
  | { readonly is: 'time' | 'span' | 'day' }
  /** A digest, given as such or as the text that is to be digested with a salt. */
  | { readonly is: 'digest' }
  /** What a decision is about (`askedDigest`): asked of the contract where it is left out. */
  | { readonly is: 'asked' }
  /** Which veto on a thing a consent is for: asked of the contract where it is left out. */
  | { readonly is: 'round'; readonly of: Vetoed }
  /** 32 bytes of no other meaning; the name of a log, or its origin; the identity of a datum, or the text that names it. */
  | { readonly is: 'hash' | 'log' | 'source' }
  | { readonly is: 'flag' | 'address' | 'text' }
  /** JSON that is kept in its canonical form, or any bytes. */
  | { readonly is: 'document' }
  | { readonly is: 'list'; readonly of: Form }
  | { readonly is: 'struct'; readonly fields: readonly { readonly name: string; readonly form: Form }[] }

/** By the name that the compiler gives the type. */
const BY_TYPE: Readonly<Record<string, Form>> = {
  'enum IOrganisations.Status': { is: 'word', terms: terms.STATUSES },
  'enum ICatalogue.ShareType': { is: 'word', terms: terms.SHARE_TYPES },
  'enum ICatalogue.OpenType': { is: 'word', terms: terms.OPEN_TYPES },
  'enum ICatalogue.ChangeKind': { is: 'word', terms: terms.CHANGE_KINDS },
  'enum IAccessLedger.Approver': { is: 'word', terms: terms.APPROVERS },
  'enum IAccessLedger.DeliveryKind': { is: 'word', terms: terms.DELIVERY_KINDS },
  'enum IAccessLedger.Channel': { is: 'word', terms: terms.CHANNELS },
  'enum IAgreements.Outcome': { is: 'word', terms: terms.OUTCOMES },
  'enum IAgreements.Measure': { is: 'word', terms: terms.MEASURES },
  'enum IProducts.PriceClass': { is: 'word', terms: terms.PRICE_CLASSES },
  'enum ICorrections.Answer': { is: 'word', terms: terms.ANSWERS },
  'enum IConduct.Severity': { is: 'word', terms: terms.SEVERITIES },
  Kinds: { is: 'words', terms: terms.KINDS, by: 'value' },
  OrganisationId: { is: 'organisation' },
  ResourceId: { is: 'resource' },
  GrantId: { is: 'grant' },
  AgreementId: { is: 'agreement' },
  CorrectionId: { is: 'correction' },
  Purpose: { is: 'purpose' },
  Scope: { is: 'scope' },
  uint40: { is: 'time' },
  bool: { is: 'flag' },
  address: { is: 'address' },
  string: { is: 'text' },
  bytes: { is: 'document' },
}

/** By where it stands: plain numbers and words of 32 bytes that mean something. */
const BY_PLACE: Readonly<Record<string, Form>> = {
  'struct IAccessLedger.Quota.byteCount': { is: 'quota' },
  'struct IAccessLedger.Quota.rowCount': { is: 'quota' },
  'struct IAccessLedger.ApprovalRule.roles': { is: 'words', terms: terms.APPROVERS, by: 'position' },
  'struct IPolicies.Terms.longestPeriod': { is: 'span' },
  'struct IPolicies.Terms.mostBytes': { is: 'quota' },
  'struct IPolicies.Terms.mostRows': { is: 'quota' },
  'struct IPolicies.Terms.purposes': { is: 'purposes' },
  'products.reviewProduct.checks': { is: 'words', terms: terms.CHECKS, by: 'position' },
  'workCalendar.setDays.firstDay': { is: 'day' },
  'workCalendar.setDays.endDay': { is: 'day' },
  'workCalendar.setDays.exceptions': { is: 'day' },
  'organisations.liftOrganisationVeto.round': { is: 'round', of: 'organisation' },
  'catalogue.liftResourceVeto.round': { is: 'round', of: 'resource' },
  'agreements.liftAgreementVeto.round': { is: 'round', of: 'agreement' },
  'accessLedger.liftGrantVeto.round': { is: 'round', of: 'grant' },
  'conduct.registerPerson.person': { is: 'digest' },
  'conduct.removePerson.person': { is: 'digest' },
}

const BY_NAME: Readonly<Record<string, Form>> = {
  asked: { is: 'asked' },
  log: { is: 'log' },
  sourceHash: { is: 'source' },
}

/**
 * The form of a parameter. Throws a plain Error for a type that is not known here: a new one must be given its meaning.
 * @param within The struct's `internalType`, or contract and method, that it is a member of.
 */
export function formOf(param: JsonFragmentType, within: string): Form {
  const { name = '', type = '', internalType = type, components = [] } = param
  if (type.endsWith('[]')) {
    const element = { ...param, type: type.slice(0, -2), internalType: internalType.slice(0, -2) }
    return { is: 'list', of: formOf(element, within) }
  }
  if (type === 'tuple') {
    const fields = components.map(field => ({ name: field.name ?? '', form: formOf(field, internalType) }))
    return { is: 'struct', fields }
  }
  const form = BY_PLACE[`${within}.${name}`] ?? BY_TYPE[internalType] ?? ofPlainType(name, type, internalType)
  if (form === undefined) throw new Error(`${within}.${name} is a ${internalType}, and nothing says how that is given`)
  return form
}

function ofPlainType(name: string, type: string, internalType: string): Form | undefined {
  if (internalType !== type) return undefined // a type of ours, or an enum, that has no entry above
  if (type === 'bytes32') return BY_NAME[name] ?? { is: name.endsWith('Digest') ? 'digest' : 'hash' }
  const bits = /^uint(\d+)$/u.exec(type)?.[1]
  return bits === undefined ? undefined : { is: 'number', bits: Number(bits) }
}
