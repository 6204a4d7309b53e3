// What has to be looked up to read an act's arguments: numbers for codes, the fields of a resource, what a decision is
// about. Asked of the contracts by the service, and of the service by the command line.

import { LedgerError } from '../core/error.ts'
import type { VetoedThing } from './forms.ts'

/** Each answers undefined where there is none. Throws what the chain or the service refuses with. */
export interface Lookup {
  /** The organisation with this credit code. */
  organisation(code: string): Promise<bigint | undefined>
  /** The resource with this catalogue code. */
  resource(code: string): Promise<bigint | undefined>
  /** How many fields a resource has, and their names in order, where its entry lists as many. */
  fields(resource: bigint): Promise<Fields | undefined>
  /** The resource that a request or grant is for. */
  resourceOfGrant(grant: bigint): Promise<bigint | undefined>
  /** The number of a purpose that may be asked for. */
  purpose(code: string): Promise<number | undefined>
  /** What was asked, in one word (IAccessLedger `askedDigest`): 0x and 64 hexadecimal digits. */
  asked(grant: bigint): Promise<string | undefined>
  /** Which veto stands on a thing, as its lifting names it (contracts/types/Veto.sol). */
  round(thing: VetoedThing): Promise<number | undefined>
}

export interface Fields {
  readonly count: number
  readonly names?: readonly string[]
}

/** Enough for any act that names what it means; more are a way to keep the node busy. */
const MOST = 256

/** The same, each question asked once, and not without end. @throws LedgerError `lookups_too_many` (each) */
export function limitLookup(lookup: Lookup): Lookup {
  const answers = new Map<string, Promise<unknown>>()
  const once = <K extends keyof Lookup>(kind: K) => {
    return ((key: string | bigint) => {
      const name = `${kind} ${key}`
      const known = answers.get(name)
      if (known !== undefined) return known
      if (answers.size >= MOST) {
        throw new LedgerError('lookups_too_many', {
          en: `The arguments name more than ${MOST} things by code; give their numbers, or make several acts.`,
          zh: `参数中以代码指称的对象超过 ${MOST} 个；请改用编号，或分成几个操作。`,
        })
      }
      const answer = (lookup[kind] as (key: string | bigint) => Promise<unknown>)(key)
      answers.set(name, answer)
      return answer
    }) as Lookup[K]
  }
  return {
    organisation: once('organisation'),
    resource: once('resource'),
    fields: once('fields'),
    resourceOfGrant: once('resourceOfGrant'),
    purpose: once('purpose'),
    asked: once('asked'),
    round: once('round'),
  }
}
