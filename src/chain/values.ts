// ABI data → plain values: integers of up to 48 bits as number, wider ones as bigint, bytes and addresses as hexadecimal
// text, structs as objects, enumerations as the words of terms.ts.

import { AbiCoder, type JsonFragmentType, ParamType } from 'ethers'
import * as terms from './terms.ts'

export type Value = bigint | number | boolean | string | readonly Value[] | Values
export interface Values {
  readonly [name: string]: Value
}

/** How a Solidity type of ours is shown, by the name the compiler gives it. */
const WORDS: Readonly<Record<string, (value: bigint | string) => Value>> = {
  'enum ICatalogue.ShareType': value => terms.wordFor(terms.SHARE_TYPES, value as bigint),
  'enum ICatalogue.OpenType': value => terms.wordFor(terms.OPEN_TYPES, value as bigint),
  'enum IOrganisations.Status': value => terms.wordFor(terms.STATUSES, value as bigint),
  'enum IAccessLedger.State': value => terms.wordFor(terms.GRANT_STATES, value as bigint),
  'enum IAccessLedger.DeliveryKind': value => terms.wordFor(terms.DELIVERY_KINDS, value as bigint),
  'enum IAccessLedger.Channel': value => terms.wordFor(terms.CHANNELS, value as bigint),
  Kinds: value => terms.kindsFromBits(value as bigint),
  Purpose: value => terms.decodePurpose(value as string),
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
  return ParamType.from(stringsAsBytes(param))
}

function stringsAsBytes(param: JsonFragmentType): JsonFragmentType {
  const type = (param.type ?? '').replace(/^string\b/u, 'bytes')
  return { type, name: param.name ?? '', components: (param.components ?? []).map(stringsAsBytes) }
}

function nameValues(params: readonly JsonFragmentType[], decoded: readonly unknown[]): Values {
  return Object.fromEntries(params.map((param, i) => [param.name ?? String(i), toValue(param, decoded[i])]))
}

function toValue(param: JsonFragmentType, decoded: unknown): Value {
  const type = param.type ?? ''
  if (type.endsWith('[]')) {
    const element = { ...param, type: type.slice(0, -2), internalType: (param.internalType ?? '').slice(0, -2) }
    return Array.from(decoded as Iterable<unknown>, item => toValue(element, item))
  }
  if (type === 'tuple') return nameValues(param.components ?? [], Array.from(decoded as Iterable<unknown>))
  if (type === 'string') return Buffer.from((decoded as string).slice(2), 'hex').toString('utf8')
  const word = WORDS[param.internalType ?? '']
  if (word) return word(decoded as bigint | string)
  if (typeof decoded !== 'bigint') return decoded as boolean | string
  return Number(type.slice('uint'.length)) <= 48 ? Number(decoded) : decoded
}
