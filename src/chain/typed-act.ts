// One act as EIP-712 typed data: what its actor signs, made from its arguments or rebuilt from its calldata, and the
// calldata that the Relay takes with the signature. The types are act-types.ts's.

import { type ParamType, Result, type TypedDataField } from 'ethers'
import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import { type ContractAddresses, type ContractName, interfaceOf } from './abi.ts'
import { type ActType, actTypeOf, findActType } from './act-types.ts'

/** A value as `eth_signTypedData_v4` takes it in JSON: numbers up to 48 bits as such, larger ones as decimal digits. */
export type TypedValue = string | number | boolean

/** What stands beside the arguments in every signed act. */
export interface ActFrame {
  /** Who acts: the account that signs. */
  readonly actor: string
  /** The contract that the act is for. */
  readonly to: string
  /** The next one of a lane of the actor's: lane 192 bits, sequence 64 bits. */
  readonly nonce: bigint
  /** Last second since 1970 at which the act may be sent. */
  readonly deadline: number
}

/** An act to be signed, in the JSON of `eth_signTypedData_v4`; and the calldata that goes with the signature. */
export interface TypedAct {
  readonly domain: {
    readonly name: string
    readonly version: string
    readonly chainId: number
    readonly verifyingContract: string
  }
  /** The act's type and the domain's. ethers wants only the first: `{ [primaryType]: types[primaryType] }`. */
  readonly types: Readonly<Record<string, readonly TypedDataField[]>>
  readonly primaryType: string
  readonly message: Readonly<Record<string, TypedValue>>
  readonly data: string
}

/** An act found in calldata: which it is, what it says, and what is signed for it. */
export interface ParsedAct extends TypedAct {
  readonly contract: ContractName
  readonly method: string
  /** Structs as objects by name, numbers as bigints. */
  readonly args: readonly unknown[]
}

const DOMAIN_FIELDS = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
] as const

/**
 * What has to be signed for an act, and the calldata that the Relay takes with the signature.
 * @param act `args` as ethers takes them; `relay` is the Relay's address.
 */
export function typedActOf(
  act: ActFrame & {
    readonly contract: ContractName
    readonly method: string
    readonly args: readonly unknown[]
    readonly chainId: number
    readonly relay: string
  },
): TypedAct {
  const data = interfaceOf(act.contract).encodeFunctionData(act.method, act.args)
  return describe(actTypeOf(act.contract, act.method), data, act, act.chainId, act.relay)
}

/**
 * Rebuilds what is signed from the calldata alone, so that who signs, or checks a signature, need not believe who
 * prepared it.
 * @param act `data`: 0x and hexadecimal digits, of anybody's making.
 * @param ledger The chain and addresses that the reader knows beforehand.
 * @throws LedgerError `act_unknown` for a function that is no act, `act_misdirected` where `to` is another contract than
 * the one that has it, `act_malformed` where the arguments do not decode, or are not encoded in the one canonical way.
 */
export function parseTypedAct(
  act: ActFrame & { readonly data: string },
  ledger: { readonly chainId: number; readonly contracts: ContractAddresses },
): ParsedAct {
  const selector = act.data.slice(0, 10).toLowerCase()
  const type = findActType(selector)
  if (!type) {
    throw new LedgerError('act_unknown', {
      en: `No act of the ledger begins with ${JSON.stringify(selector)}; do not sign it, and prepare the act anew.`,
      zh: `本账本没有以 ${JSON.stringify(selector)} 开头的操作；请勿签名，重新准备该操作。`,
    })
  }
  const { contract, method } = type
  const right = ledger.contracts[contract]
  if (act.to.toLowerCase() !== right.toLowerCase()) {
    throw new LedgerError('act_misdirected', {
      en: `${contract}.${method} is addressed to ${JSON.stringify(act.to)}, but this ledger has that contract at ${right}; do not sign it.`,
      zh: `${contract}.${method} 写给 ${JSON.stringify(act.to)}，而本账本的该合约在 ${right}；请勿签名。`,
    })
  }
  const args = decodeCanonical(type, act.data)
  return { contract, method, args, ...describe(type, act.data, act, ledger.chainId, ledger.contracts.relay) }
}

function describe(type: ActType, data: string, frame: ActFrame, chainId: number, relay: string): TypedAct {
  const { primaryType, types } = type
  return {
    domain: { name: 'Suyuan', version: '1', chainId, verifyingContract: relay },
    types: { EIP712Domain: DOMAIN_FIELDS, [primaryType]: types },
    primaryType,
    message: messageOf(type, data, frame),
    data,
  }
}

function messageOf(type: ActType, data: string, frame: ActFrame): Readonly<Record<string, TypedValue>> {
  const decoded = interfaceOf(type.contract).decodeFunctionData(type.method, data)
  const values: readonly unknown[] = type.fixedSize ? leafValues(decoded) : [`0x${data.slice(10)}`]
  const all = [...values, frame.actor, frame.to, frame.nonce, frame.deadline]
  return Object.fromEntries(type.types.map(field => [field.name, typedValue(field.type, all.shift())]))
}

function leafValues(decoded: Result): readonly unknown[] {
  return [...decoded].flatMap((value: unknown) => (value instanceof Result ? leafValues(value) : [value]))
}

function typedValue(type: string, value: unknown): TypedValue {
  if (typeof value === 'bigint') return Number(/\d+$/u.exec(type)?.[0]) <= 48 ? Number(value) : String(value)
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  throw new Error(`no typed data for a ${typeof value} as ${type}`)
}

/**
 * The arguments in calldata. Solidity takes several encodings of the same arguments, with offsets that point elsewhere or
 * bytes that nobody reads; only the one that everybody makes is accepted, so that what is shown is all there is.
 */
function decodeCanonical({ contract, method }: ActType, data: string): readonly unknown[] {
  const contractInterface = interfaceOf(contract)
  const refuse = (why: Words, cause?: unknown): LedgerError =>
    new LedgerError(
      'act_malformed',
      {
        en: `The arguments of ${contract}.${method} ${why.en}; do not sign it, and prepare the act anew.`,
        zh: `${contract}.${method} 的参数${why.zh}；请勿签名，重新准备该操作。`,
      },
      { cause },
    )
  let decoded: Result
  let encoded: string
  try {
    decoded = contractInterface.decodeFunctionData(method, data)
    encoded = contractInterface.encodeFunctionData(method, [...decoded])
  } catch (cause) {
    throw refuse({ en: 'do not decode', zh: '无法解码' }, cause)
  }
  if (encoded !== data.toLowerCase()) throw refuse({ en: 'are not encoded in the canonical way', zh: '不是规范编码' })
  const inputs = contractInterface.getFunction(method)?.inputs ?? []
  return inputs.map((param, i) => plain(param, decoded[i]))
}

function plain(param: ParamType, value: unknown): unknown {
  if (!(value instanceof Result)) return value
  const values: readonly unknown[] = [...value]
  if (param.isArray()) return values.map(element => plain(param.arrayChildren, element))
  if (!param.isTuple()) throw new Error(`${param.type} decodes to a list`)
  return Object.fromEntries(param.components.map((component, i) => [component.name, plain(component, values[i])]))
}
