// ABI data → plain values: integers of up to 48 bits as number, wider ones as bigint, bytes and addresses as hexadecimal
// text, structs as objects, enumerations as the words of terms.ts.

import { AbiCoder, type JsonFragmentType, ParamType } from 'ethers'
import * as terms from './terms.ts'

export type Value = bigint | number | boolean | string | readonly Value[] | Values
export interface Values {
  readonly [name: string]: Value
}

/** The vocabulary of each Solidity enum of ours, by the name the compiler gives it. */
const VOCABULARIES: Readonly<Record<string, terms.Terms>> = {
  'enum IOrganisations.Status': terms.STATUSES,
  'enum ICatalogue.ShareType': terms.SHARE_TYPES,
  'enum ICatalogue.OpenType': terms.OPEN_TYPES,
  'enum ICatalogue.ChangeKind': terms.CHANGE_KINDS,
  'enum IAccessLedger.State': terms.GRANT_STATES,
  'enum IAccessLedger.Ground': terms.GROUNDS,
  'enum IAccessLedger.Basis': terms.BASES,
  'enum IAccessLedger.Approver': terms.APPROVERS,
  'enum IAccessLedger.DeliveryKind': terms.DELIVERY_KINDS,
  'enum IAccessLedger.Channel': terms.CHANNELS,
  'enum IAgreements.AgreementKind': terms.AGREEMENT_KINDS,
  'enum IAgreements.AgreementState': terms.AGREEMENT_STATES,
  'enum IAgreements.Outcome': terms.OUTCOMES,
  'enum IAgreements.Measure': terms.MEASURES,
  'enum IProducts.ProductState': terms.PRODUCT_STATES,
  'enum IProducts.PriceClass': terms.PRICE_CLASSES,
  'enum ICorrections.CorrectionState': terms.CORRECTION_STATES,
  'enum ICorrections.Answer': terms.ANSWERS,
  'enum IConduct.Severity': terms.SEVERITIES,
}

/** The words that a parameter's value is one or several of, if it is an enumeration or a set of kinds. */
export function vocabularyOf({ internalType = '' }: JsonFragmentType): terms.Terms | undefined {
  return internalType === 'Kinds' ? terms.KINDS : VOCABULARIES[internalType]
}

/**
 * Decodes ABI data. Throws what ethers throws if the data does not fit the parameters.
 * @param params The parameters as the compiled ABI lists them.
 * @param data 0x and hexadecimal digits.
 */
export function decodeValues(params: readonly JsonFragmentType[], data: string): Values {
  const decoded: unknown[] = AbiCoder.defaultAbiCoder().decode(params.map(decodable), data).toArray()
  return nameValues(params, decoded)
}

// Solidity does not check that a string is UTF-8, and ethers throws where it is not: one hostile name would stop every
// reader of the chain. So strings are decoded as bytes, and what is not UTF-8 shows as U+FFFD.
function decodable(param: JsonFragmentType): ParamType {
  const known = parsed.get(param)
  if (known !== undefined) return known
  const type = ParamType.from(stringsAsBytes(param))
  parsed.set(param, type)
  return type
}

/** To parse a type takes a quarter as long as to decode a value of it, and a ledger decodes every event of its chain. */
const parsed = new WeakMap<JsonFragmentType, ParamType>()

function stringsAsBytes(param: JsonFragmentType): JsonFragmentType {
  const type = (param.type ?? '').replace(/^string\b/u, 'bytes')
  return { type, name: param.name ?? '', components: (param.components ?? []).map(stringsAsBytes) }
}

function nameValues(params: readonly JsonFragmentType[], decoded: readonly unknown[]): Values {
  return Object.fromEntries(params.map((param, i) => [param.name ?? String(i), toValue(param, decoded[i])]))
}

function toValue(param: JsonFragmentType, decoded: unknown): Value {
  const type = param.type ?? ''
  if (type.endsWith(']')) {
    const element = { ...param, type: elementOf(type), internalType: elementOf(param.internalType ?? '') }
    return Array.from(decoded as Iterable<unknown>, item => toValue(element, item))
  }
  if (type === 'tuple') return nameValues(param.components ?? [], Array.from(decoded as Iterable<unknown>))
  if (type === 'string') return Buffer.from((decoded as string).slice(2), 'hex').toString('utf8')
  if (param.internalType === 'Kinds') return terms.kindsFromBits(decoded as bigint)
  if (param.internalType === 'Purpose') return terms.decodePurpose(decoded as string)
  const words = vocabularyOf(param)
  if (words) return terms.wordFor(words, decoded as bigint)
  if (typeof decoded !== 'bigint') return decoded as boolean | string
  return Number(type.slice('uint'.length)) <= 48 ? Number(decoded) : decoded
}

/** Of a list or of an array of fixed length. */
function elementOf(type: string): string {
  return type.replace(/\[\d*\]$/u, '')
}
