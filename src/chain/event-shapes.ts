// What event-table.ts says, as the decoder takes it: of each event its contract, its first topic and its parameters.

import { keccak256 } from '#keccak'
import { to0x, utf8 } from '../core/bytes.ts'
import type { ContractName } from './abi.ts'
import { ENUMS } from './codes.ts'
import { EVENT_TABLE, STRUCT_TABLE } from './event-table.ts'
import type { EventName } from './ledger-event.ts'
import type { AbiParam } from './values.ts'

export interface EventShape {
  readonly name: EventName
  readonly contract: ContractName
  /** In the order of the declaration. */
  readonly inputs: readonly AbiParam[]
}

/** Types that the compiler knows by another name; each enumeration is a uint8 as well. */
const PLAIN: Readonly<Record<string, string>> = { Kinds: 'uint16', Purpose: 'bytes32' }

const structs = new Map(linesOf(STRUCT_TABLE).map(([name, members]) => [name, members]))

export const SHAPES = Object.fromEntries(
  Object.entries(EVENT_TABLE).flatMap(([contract, table]) =>
    linesOf(table).map(([name, members]) => [name, { name, contract, inputs: paramsOf(members) }]),
  ),
) as unknown as Readonly<Record<EventName, EventShape>>

let topics: ReadonlyMap<string, EventShape> | undefined
let names: ReadonlyMap<EventName, string> | undefined

/** The event with this first topic, if it is one of ours. */
export function shapeOf(topic: string): EventShape | undefined {
  topics ??= new Map(Object.values(SHAPES).map(shape => [topicOf(shape.name), shape]))
  return topics.get(topic)
}

/** The first topic of an event, by which nodes filter: 0x and 64 hexadecimal digits. */
export function topicOf(name: EventName): string {
  names ??= new Map(Object.values(SHAPES).map(({ name, inputs }) => [name, hashOf(name, inputs)]))
  return names.get(name)!
}

function hashOf(name: string, inputs: readonly AbiParam[]): string {
  return to0x(keccak256(utf8(name + canonicalTypes(inputs))))
}

/** As the ABI specification writes them for hashing. */
function canonicalTypes(params: readonly AbiParam[]): string {
  const types = params.map(({ type = '', components = [] }) =>
    type.startsWith('tuple') ? canonicalTypes(components) + type.slice('tuple'.length) : type,
  )
  return `(${types.join()})`
}

/** Lines of the form `Name(type name, type indexed name)`. */
function linesOf(table: string): (readonly [name: string, members: string])[] {
  return Array.from(table.matchAll(/^(\w+)\((.*)\)$/gmu), ([, name, members]) => [name!, members!])
}

function paramsOf(members: string): readonly AbiParam[] {
  return members.split(', ').map(member => {
    const words = member.split(' ')
    const named = { name: words.at(-1)!, indexed: words.length === 3 }
    const type = words[0]!
    const struct = structs.get(type)
    if (struct !== undefined) return { ...named, type: 'tuple', components: paramsOf(struct) }
    const plain = Object.hasOwn(ENUMS, type) ? 'uint8' : PLAIN[type]
    return plain === undefined ? { ...named, type } : { ...named, type: plain, internalType: type }
  })
}
