// Which ledger an act is made for, and what its service is asked on the way: numbers for codes, a nonce, what became of
// the act. What is signed is made here; of the service's words only what cannot be checked beforehand is taken.

import type { Fields, Lookup } from '../acts/lookup.ts'
import { CONTRACT_NAMES, type ContractAddresses } from '../chain/abi.ts'
import { LedgerError } from '../core/error.ts'
import { anyText, dictionary, list, oneOf, part, type Read, text, wholeNumber } from '../core/reader.ts'
import { languageOf } from '../core/words.ts'
import { parseTrust } from '../verify/trust.ts'
import type { Client } from './client.ts'
import { tell } from './output.ts'
import { readSettings } from './read-file.ts'

export interface LedgerPlace {
  readonly chainId: number
  readonly contracts: ContractAddresses
}

const ADDRESS = text(/^0x[0-9a-fA-F]{40}$/u, { en: 'an address', zh: '地址' })
const HASH = text(/^0x[0-9a-f]{64}$/u, { en: '0x and 64 hexadecimal digits', zh: '0x 加 64 位十六进制数字' })
const STATUS = part({ chain: part({ id: wholeNumber(1), contracts: dictionary(ADDRESS) }) })

/** From the trust file; without one, from the service, which is then trusted for it. */
export async function findLedger(client: Client, trust: string | undefined): Promise<LedgerPlace> {
  if (trust !== undefined) return parseTrust(await readSettings(trust, '--trust'))
  const { chain } = await client.get('/v1/status', {}, STATUS)
  tell(
    languageOf(process.env) === 'zh'
      ? `合约以 ${client.url} 所述为准；用 --trust 文件可自行指定。`
      : `The contracts are those that ${client.url} names; with --trust FILE they are yours.`,
  )
  return { chainId: chain.id, contracts: requireAll(chain.contracts, client.url) }
}

function requireAll(named: Readonly<Record<string, string>>, url: string): ContractAddresses {
  const entries = CONTRACT_NAMES.map(name => {
    const address = named[name]
    if (address !== undefined) return [name, address] as const
    throw new LedgerError('answer_not_understood', {
      en: `The service at ${url} does not name its contract ${name}; see that both are of one version.`,
      zh: `${url} 的服务没有给出其合约 ${name}；请确认两者版本一致。`,
    })
  })
  return Object.fromEntries(entries) as ContractAddresses
}

const NUMBER = text(/^\d{1,78}$/u, { en: 'a number', zh: '数字' })
const LOOKED = part(
  {},
  { number: NUMBER, asked: HASH, fields: part({ count: wholeNumber(1) }, { names: list(anyText(1_000), 128) }) },
)

const WORDS = {
  en: {
    number: (url: string, kind: string, name: string, number: string) =>
      `${url} says: ${kind} ${name} is number ${number}.`,
    fields: (url: string, resource: string, { count, names }: Fields) =>
      `${url} says: resource ${resource} has ${count} ${count === 1 ? 'field' : 'fields'}${names ? `: ${names.join(', ')}` : ''}.`,
    round: (url: string, thing: string, round: string) =>
      `${url} says: the veto that stands on ${thing} is number ${round}, and you would agree to lift that one.`,
  },
  zh: {
    number: (url: string, kind: string, name: string, number: string) =>
      `${url} 称：${KINDS_ZH[kind] ?? kind} ${name} 的编号为 ${number}。`,
    fields: (url: string, resource: string, { count, names }: Fields) =>
      `${url} 称：资源 ${resource} 有 ${count} 个信息项${names ? `：${names.join('、')}` : ''}。`,
    round: (url: string, thing: string, round: string) =>
      `${url} 称：${thing} 上现有的否决是第 ${round} 号，您将同意解除的就是这一次。`,
  },
} as const
const KINDS_ZH: Readonly<Record<string, string>> = { organisation: '机构', resource: '资源', purpose: '用途' }

/** What the service says of codes. Each answer is shown, since it becomes part of what is signed. */
export function createServiceLookup(client: Client): Lookup {
  const look = (kind: string, name: string | bigint): Promise<Read<typeof LOOKED>> =>
    client.get('/v1/acts/lookup', { kind, name: String(name) }, LOOKED)
  const number = async (kind: string, name: string | bigint): Promise<bigint | undefined> => {
    const { number } = await look(kind, name)
    if (number === undefined) return undefined
    tell(WORDS[languageOf(process.env)].number(client.url, kind, String(name), number))
    return BigInt(number)
  }
  return {
    organisation: code => number('organisation', code),
    resource: code => number('resource', code),
    resourceOfGrant: async grant => {
      const { number } = await look('grant', grant)
      return number === undefined ? undefined : BigInt(number)
    },
    async fields(resource) {
      const { fields } = await look('fields', resource)
      if (fields === undefined) return undefined
      tell(WORDS[languageOf(process.env)].fields(client.url, String(resource), fields))
      return { count: fields.count, ...(fields.names && { names: fields.names }) }
    },
    purpose: async code => {
      const found = await number('purpose', code)
      return found === undefined ? undefined : Number(found)
    },
    asked: async grant => (await look('asked', grant)).asked,
    round: async thing => {
      const { number: round } = await look('round', thing)
      if (round === undefined) return undefined
      tell(WORDS[languageOf(process.env)].round(client.url, thing, round))
      return Number(round)
    },
  }
}

/** What is taken of a prepared act: the rest is made here. */
export const NONCE = part({ nonce: NUMBER, data: anyText(300_000) })

const REASON = part({ code: anyText(200), detail: anyText(4_000) })
export const STATE = part(
  { digest: HASH, act: anyText(100), status: oneOf(['accepted', 'confirmed', 'refused']) },
  {
    reason: REASON,
    trouble: REASON,
    transaction: HASH,
    block: part({ number: wholeNumber() }),
    events: list(part({ name: anyText(200), args: value => value }), 10_000),
  },
)
export type State = Read<typeof STATE>

/** Sends one JSON object. */
export function postJson<T>(
  client: Client,
  path: string,
  body: unknown,
  reader: (value: unknown, at: string) => T,
): Promise<T> {
  const lines = Buffer.from(JSON.stringify(body))
  return client.post(path, {}, { lines, headers: { 'content-type': 'application/json' } }, reader)
}

/** The act once it is confirmed or refused; as it stands when the time is over. */
export async function waitFor(client: Client, digest: string, seconds: number): Promise<State> {
  const end = Date.now() + seconds * 1_000
  for (;;) {
    const state = await client.get(`/v1/acts/${digest}`, {}, STATE)
    if (state.status !== 'accepted' || Date.now() >= end) return state
    await new Promise(resolve => setTimeout(resolve, 300))
  }
}
