// The arguments of an act: JSON by the names of the compiled ABI → the values that are encoded. What is not named is
// refused, what is missing is named, and nothing is guessed: an act is signed, and stands for ever.

import { ZeroHash } from 'ethers'
import { REFUSALS } from '../chain/refusals.ts'
import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import type { Form, Vetoed } from './forms.ts'
import type { Act } from './list.ts'
import { type Lookup, limitLookup } from './lookup.ts'
import * as scalars from './scalars.ts'
import { Misfit } from './scalars.ts'
import { isActText, type KeptText, keepText, TEXT_WANTED } from './texts.ts'

/** As ethers encodes it: structs as objects by name, numbers as bigints. */
export type AbiValue = bigint | boolean | string | readonly AbiValue[] | { readonly [name: string]: AbiValue }

export interface ReadArguments {
  /** In the order of the parameters. */
  readonly values: readonly AbiValue[]
  /** The texts that were digested on the way; their digests are among the values. */
  readonly texts: readonly KeptText[]
}

export interface Reading {
  readonly lookup: Lookup
  /** Fresh random bytes, 32 of them, for each text. */
  readonly salt: () => Uint8Array
}

const MAX_ITEMS = 2_000
/** The contracts know fields by their positions in 128 bits. */
const MAX_FIELDS = 128

/**
 * @param given Anybody's JSON; the same names as the ABI's, structs as objects.
 * @throws LedgerError `argument_unknown`, `argument_missing`, `argument_invalid`, naming the argument; `lookups_too_many`;
 *   `grant_unknown` of a decision on nothing; what the lookup throws
 */
export async function readArguments(act: Act, given: unknown, { lookup, salt }: Reading): Promise<ReadArguments> {
  const reader = new ArgumentReader(act.name, limitLookup(lookup), salt)
  const values = await reader.readFields(act.parameters, given, '', {})
  return { values: act.parameters.map(({ name }) => values[name]!), texts: reader.texts }
}

type Fields = Extract<Form, { is: 'struct' }>['fields']

/** Whose fields a scope speaks of: the nearest resource, or the grant's, that was read before it. */
interface Near {
  readonly resource?: bigint
  readonly grant?: bigint
}

class ArgumentReader {
  readonly texts: KeptText[] = []
  readonly #act: string
  readonly #lookup: Lookup
  readonly #salt: () => Uint8Array

  constructor(act: string, lookup: Lookup, salt: () => Uint8Array) {
    this.#act = act
    this.#lookup = lookup
    this.#salt = salt
  }

  async readFields(fields: Fields, given: unknown, at: string, around: Near): Promise<Record<string, AbiValue>> {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) throw this.#misfit(at, given, OBJECT)
    const members = new Map(Object.entries(given))
    const values: Record<string, AbiValue> = {}
    let near = around
    for (const { name, form } of fields) {
      const place = at === '' ? name : `${at}.${name}`
      if (members.has(name)) values[name] = await this.#read(form, members.get(name), place, near)
      else if (form.is === 'asked' && near.grant !== undefined) values[name] = await this.#asked(near.grant)
      else if (form.is === 'round') values[name] = await this.#round(form.of, values['id'] as bigint, place)
      else throw this.#missing(place)
      members.delete(name)
      if (form.is === 'resource') near = { resource: values[name] as bigint }
      if (form.is === 'grant') near = { grant: values[name] as bigint }
    }
    for (const name of members.keys()) throw this.#unknown(at, name, fields)
    return values
  }

  async #read(form: Form, given: unknown, at: string, near: Near): Promise<AbiValue> {
    if (form.is === 'struct') return this.readFields(form.fields, given, at, near)
    if (form.is === 'list') return this.#readList(form.of, given, at, near)
    try {
      return await this.#readScalar(form, given, near)
    } catch (error) {
      // A text may name a person, so what was given is not repeated.
      if (error instanceof Misfit) throw this.#misfit(at, form.is === 'digest' ? undefined : given, error.wanted)
      throw error
    }
  }

  async #readList(form: Form, given: unknown, at: string, near: Near): Promise<readonly AbiValue[]> {
    if (!Array.isArray(given) || given.length > MAX_ITEMS) {
      throw this.#misfit(at, Array.isArray(given) ? undefined : given, {
        en: `a list of at most ${MAX_ITEMS}`,
        zh: `最多 ${MAX_ITEMS} 项的列表`,
      })
    }
    const values: AbiValue[] = []
    for (const [k, item] of given.entries()) values.push(await this.#read(form, item, `${at}[${k}]`, near))
    return values
  }

  async #readScalar(form: Exclude<Form, { is: 'struct' | 'list' }>, given: unknown, near: Near): Promise<AbiValue> {
    if (form.is === 'word') return scalars.readWord(given, form.terms)
    if (form.is === 'words') return scalars.readWords(given, form.terms, form.by)
    if (form.is === 'number') return scalars.readNumber(given, form.bits)
    if (form.is === 'organisation' || form.is === 'resource') return this.#readNumbered(given, form.is)
    if (form.is === 'purposes') return this.#readPurposes(given)
    if (form.is === 'scope') return this.#readScope(given, near)
    if (form.is === 'digest') return this.#readDigest(given)
    return PLAIN[form.is](given)
  }

  /** A number is a number, and a text a code: some catalogue codes are all digits. */
  async #readNumbered(given: unknown, kind: 'organisation' | 'resource'): Promise<bigint> {
    const wanted = NUMBERED[kind]
    if (typeof given !== 'string') return scalars.readNumber(given, 64, wanted)
    if (!CODES[kind].test(given)) throw new Misfit(wanted)
    const found = await this.#lookup[kind](given)
    if (found === undefined)
      throw new Misfit({ en: `${wanted.en}; none is registered under that code`, zh: `${wanted.zh}；该代码没有登记` })
    return found
  }

  async #readPurposes(given: unknown): Promise<bigint> {
    const wanted = {
      en: 'a list of purpose codes, each once, or the number whose bits are their numbers',
      zh: '用途代码的列表（不重复），或以各用途编号为位的数字',
    }
    if (typeof given === 'number' || typeof given === 'string') return scalars.readNumber(given, 256, wanted)
    if (!Array.isArray(given) || given.length > 256) throw new Misfit(wanted)
    let bits = 0n
    for (const code of given) {
      scalars.readPurpose(code)
      const number = await this.#lookup.purpose(String(code))
      if (number === undefined)
        throw new Misfit({
          en: `${wanted.en}; ${JSON.stringify(code)} is none that may be asked for`,
          zh: `${wanted.zh}；${JSON.stringify(code)} 不是可申请的用途`,
        })
      const bit = 1n << BigInt(number)
      if ((bits & bit) !== 0n) throw new Misfit(wanted)
      bits |= bit
    }
    return bits
  }

  /** Positions and names may stand side by side; a name is never taken for a position, nor the other way round. */
  async #readScope(given: unknown, near: Near): Promise<bigint> {
    const wanted = {
      en: 'a list of fields, each once, by position from 0 or by name, or "all"',
      zh: '信息项的列表（不重复），可用从 0 起的位置或名称，或写 "all"',
    }
    if (given === 'all') return (1n << BigInt((await this.#fieldsOf(near)).count)) - 1n
    if (!Array.isArray(given) || given.length > MAX_FIELDS) throw new Misfit(wanted)
    let bits = 0n
    for (const field of given) {
      const position =
        typeof field === 'string' ? await this.#positionOf(field, near) : Number(scalars.readNumber(field, 7, wanted))
      const bit = 1n << BigInt(position)
      if ((bits & bit) !== 0n) throw new Misfit(wanted)
      bits |= bit
    }
    return bits
  }

  async #positionOf(name: string, near: Near): Promise<number> {
    const { names } = await this.#fieldsOf(near)
    if (names === undefined)
      throw new Misfit({
        en: 'a list of positions: the catalogue entry does not name its fields',
        zh: '位置的列表：该目录没有写明信息项名称',
      })
    const position = names.indexOf(name)
    if (position !== -1 && position === names.lastIndexOf(name)) return position
    throw new Misfit({
      en: `a list of fields of the resource: ${names.join(', ').slice(0, 400)}`,
      zh: `该资源的信息项的列表：${names.join('、').slice(0, 400)}`,
    })
  }

  async #fieldsOf({ resource, grant }: Near) {
    const id = grant === undefined ? resource : await this.#lookup.resourceOfGrant(grant)
    const fields = id === undefined ? undefined : await this.#lookup.fields(id)
    if (fields !== undefined) return fields
    throw new Misfit({
      en: 'a list of positions from 0: there is no such resource or grant whose fields it could name',
      zh: '从 0 起的位置的列表：没有可据以取名的资源或授权',
    })
  }

  #readDigest(given: unknown): string {
    const wanted = {
      en: `0x and 64 hexadecimal digits, {"text": …} with ${TEXT_WANTED.en}, or "none"`,
      zh: `0x 加 64 位十六进制数字，或 {"text": …}（${TEXT_WANTED.zh}），或 "none"`,
    }
    if (given === 'none') return ZeroHash
    if (typeof given !== 'object' || given === null) return scalars.readHash(given, wanted)
    const { text, salt, ...rest } = given as { text?: unknown; salt?: unknown }
    if (!isActText(text) || Object.keys(rest).length > 0 || Array.isArray(given)) throw new Misfit(wanted)
    const kept = keepText(
      text,
      salt === undefined ? this.#salt() : Buffer.from(scalars.readHash(salt, wanted).slice(2), 'hex'),
    )
    this.texts.push(kept)
    return kept.digest
  }

  async #asked(grant: bigint): Promise<string> {
    const asked = await this.#lookup.asked(grant)
    return asked ?? this.#throw(grantUnknown(grant))
  }

  /** The number of what is vetoed stands before it: acts that lift a veto say first of what. */
  async #round(of: Vetoed, id: bigint, at: string): Promise<bigint> {
    const round = await this.#lookup.round(`${of} ${id}`)
    return round === undefined ? this.#throw(this.#missing(at)) : BigInt(round)
  }

  #throw(error: LedgerError): never {
    throw error
  }

  #missing(at: string): LedgerError {
    return new LedgerError('argument_missing', {
      en: `The argument "${at}" of ${this.#act} is missing; \`suyuan act ${this.#act} --help\` and GET /v1/acts say what it is.`,
      zh: `${this.#act} 缺少参数“${at}”；其含义见 \`suyuan act ${this.#act} --help\` 或 GET /v1/acts。`,
    })
  }

  #unknown(at: string, name: string, fields: Fields): LedgerError {
    const place = (at === '' ? name : `${at}.${name}`).slice(0, 120)
    return new LedgerError('argument_unknown', {
      en: `${this.#act} has no argument ${JSON.stringify(place)}; it has ${fields.map(field => field.name).join(', ')}.`,
      zh: `${this.#act} 没有参数 ${JSON.stringify(place)}；可用的参数为 ${fields.map(field => field.name).join('、')}。`,
    })
  }

  #misfit(at: string, given: unknown, wanted: Words): LedgerError {
    const name = at === '' ? 'arguments' : at
    const shown = given === undefined ? undefined : (JSON.stringify(given) ?? 'nothing').slice(0, 80)
    return new LedgerError('argument_invalid', {
      en: `The argument "${name}" of ${this.#act}${shown === undefined ? '' : ` is ${shown}, but`} must be ${wanted.en}.`,
      zh: `${this.#act} 的参数“${name}”${shown === undefined ? '' : `为 ${shown}，`}应为${wanted.zh}。`,
    })
  }
}

/** In the contracts' words (`GrantUnknown`), which they would say themselves of a decision that names what was asked. */
function grantUnknown(id: bigint): LedgerError {
  return new LedgerError('grant_unknown', {
    en: REFUSALS['GrantUnknown']!.en.replace('{id}', String(id)),
    zh: REFUSALS['GrantUnknown']!.zh.replace('{id}', String(id)),
  })
}

const GRANT: Words = { en: 'the number of a request or grant', zh: '申请或授权的编号' }
const AGREEMENT: Words = { en: 'the number of an agreement', zh: '协议的编号' }
const ROUND: Words = {
  en: 'which veto on it this is, as a number below 32 (the 32nd is 0)',
  zh: '第几次否决，以小于 32 的数字给出（第 32 次为 0）',
}
const CORRECTION: Words = { en: 'the number of a correction', zh: '校核的编号' }

/** What needs nothing looked up and nothing remembered. */
const PLAIN = {
  grant: (given: unknown) => scalars.readNumber(given, 64, GRANT),
  agreement: (given: unknown) => scalars.readNumber(given, 64, AGREEMENT),
  correction: (given: unknown) => scalars.readNumber(given, 64, CORRECTION),
  quota: scalars.readQuota,
  purpose: scalars.readPurpose,
  time: scalars.readMoment,
  span: scalars.readSpan,
  day: scalars.readDay,
  asked: (given: unknown) => scalars.readHash(given),
  round: (given: unknown) => scalars.readNumber(given, 5, ROUND),
  hash: (given: unknown) => scalars.readHash(given),
  log: scalars.readLog,
  source: scalars.readSource,
  flag: scalars.readFlag,
  address: scalars.readAddress,
  text: scalars.readText,
  document: scalars.readDocument,
} as const

const OBJECT: Words = { en: 'a JSON object of arguments by name', zh: '按名称列出参数的 JSON 对象' }
const NUMBERED: Readonly<Record<'organisation' | 'resource', Words>> = {
  organisation: {
    en: 'the number of an organisation, or its credit code as a text',
    zh: '机构编号，或以文本给出的统一社会信用代码',
  },
  resource: {
    en: 'the number of a resource, or its catalogue code as a text',
    zh: '资源编号，或以文本给出的目录代码',
  },
}
const CODES = { organisation: /^[0-9A-Z]{18}$/u, resource: /^[^\p{C}]{1,64}$/u } as const
