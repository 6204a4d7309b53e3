// What a wallet shows when somebody signs an act: the EIP-712 type of every act of the ledger, derived from the compiled
// contracts. The Relay (contracts/interfaces/IRelay.sol) is deployed with these types; typed-act.ts fills them in.
//
// An act is signed field by field: its arguments, nested structs flattened, then who acts, on which contract, the nonce
// and the deadline. That needs no code for each act, because EIP-712 encodes a value that fits a word as the ABI does.
// Where an argument has no fixed size, all of them are one field `bytes arguments`, their ABI encoding.

import type { FunctionFragment, ParamType, TypedDataField } from 'ethers'
import { CONTRACT_NAMES, type ContractName, interfaceOf, solidityNameOf } from './abi.ts'

/** How one kind of act is signed. */
export interface ActType {
  readonly contract: ContractName
  readonly method: string
  /** Of the function: 0x and 8 hexadecimal digits. No two acts of the ledger share one. */
  readonly selector: string
  /** Whether all arguments are of fixed size, and so signed field by field. */
  readonly fixedSize: boolean
  /** EIP-712 `encodeType`, such as `AccessLedgerRefuse(uint64 id,…,uint40 deadline)`. */
  readonly typeText: string
  readonly primaryType: string
  /** The members, as ethers takes them. */
  readonly types: readonly TypedDataField[]
}

const FRAME_FIELDS = [
  { name: 'actor', type: 'address' },
  { name: 'to', type: 'address' },
  { name: 'nonce', type: 'uint256' },
  { name: 'deadline', type: 'uint40' },
] as const
const ARGUMENTS_FIELD = { name: 'arguments', type: 'bytes' } as const
const FRAME_NAMES: ReadonlySet<string> = new Set(FRAME_FIELDS.map(({ name }) => name))

/** Contracts that take no acts: the Relay passes them on, and roles are appointed by whoever holds them, directly. */
const NO_ACTS: ReadonlySet<ContractName> = new Set<ContractName>(['relay', 'accessManager'])
/** OpenZeppelin's AccessManaged: only ever called by the access manager itself. */
const NOT_AN_ACT = 'setAuthority'

let known: ReadonlyMap<string, ActType> | undefined

/**
 * The types of all acts, in the order of contracts and functions: what the Relay is deployed with.
 * @throws LedgerError `contracts_not_built`
 */
export function listActTypes(): readonly ActType[] {
  return [...bySelector().values()]
}

/** The type of the act with this selector (in lower case), or undefined if there is none. */
export function findActType(selector: string): ActType | undefined {
  return bySelector().get(selector)
}

/** The type of one act. Throws a plain Error where the contract has no such act: that is a bug. */
export function actTypeOf(contract: ContractName, method: string): ActType {
  const selector = NO_ACTS.has(contract) ? undefined : interfaceOf(contract).getFunction(method)?.selector
  const type = bySelector().get(selector ?? '')
  if (!type) throw new Error(`${contract}.${method} is not an act of the ledger`)
  return type
}

function bySelector(): ReadonlyMap<string, ActType> {
  known ??= deriveAll()
  return known
}

function deriveAll(): ReadonlyMap<string, ActType> {
  const all = new Map<string, ActType>()
  for (const contract of CONTRACT_NAMES) {
    if (NO_ACTS.has(contract)) continue
    interfaceOf(contract).forEachFunction(fragment => {
      if (fragment.constant || fragment.name === NOT_AN_ACT) return
      const other = all.get(fragment.selector)
      if (other) throw new Error(`${contract}.${fragment.name} has the selector of ${other.contract}.${other.method}`)
      all.set(fragment.selector, deriveType(contract, fragment))
    })
  }
  return all
}

function deriveType(contract: ContractName, fragment: FunctionFragment): ActType {
  const { name: method, selector } = fragment
  const fixedSize = fragment.inputs.every(fitsWords)
  const types = [...membersFor(fragment.inputs), ...FRAME_FIELDS]
  const primaryType = solidityNameOf(contract) + capitalise(method)
  const typeText = `${primaryType}(${types.map(({ type, name }) => `${type} ${name}`).join(',')})`
  return { contract, method, selector, fixedSize, typeText, primaryType, types }
}

/**
 * The members that stand for a function's arguments: a word each, in the ABI's order, or all of them as `bytes arguments`
 * where one has no fixed size. Throws a plain Error where no names tell the words apart.
 */
export function membersFor(inputs: readonly ParamType[]): readonly TypedDataField[] {
  return inputs.every(fitsWords) ? nameMembers(leavesOf(inputs)) : [ARGUMENTS_FIELD]
}

/** Whether a parameter is a word, or a struct of nothing else. An array of fixed length counts as of variable size. */
function fitsWords(param: ParamType): boolean {
  if (param.isTuple()) return param.components.every(fitsWords)
  return !param.isArray() && param.type !== 'string' && param.type !== 'bytes'
}

interface Leaf {
  readonly path: readonly string[]
  readonly type: string
}

/** The words of the arguments, in the ABI's order: structs of fixed size stand in place, member after member. */
function leavesOf(params: readonly ParamType[], above: readonly string[] = []): readonly Leaf[] {
  return params.flatMap(param => {
    const path = [...above, param.name]
    return param.isTuple() ? leavesOf(param.components, path) : [{ path, type: param.type }]
  })
}

/** Each word by its own name; where two share one, or the frame has it, by its path. */
function nameMembers(leaves: readonly Leaf[]): readonly TypedDataField[] {
  const short = leaves.map(({ path }) => path.at(-1) ?? '')
  const members = leaves.map(({ path, type }, i) => {
    const name = short[i] ?? ''
    const clear = !FRAME_NAMES.has(name) && short.indexOf(name) === short.lastIndexOf(name)
    return { name: clear ? name : joinPath(path.length > 1 ? path : ['given', ...path]), type }
  })
  const names = new Set([...FRAME_NAMES, ...members.map(({ name }) => name)])
  if (names.size !== FRAME_NAMES.size + members.length)
    throw new Error(`two members share a name: ${[...names].join(', ')}`)
  return members
}

function joinPath([first = '', ...rest]: readonly string[]): string {
  return first + rest.map(capitalise).join('')
}

function capitalise(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
