// Reads a mapping file. A wrong rule makes a wrong ledger, so every slip is refused with its place in the file: unknown
// keys, codes that no record may carry, rules that can never match.

import { LedgerError } from '../error.ts'
import { parseStrict } from '../json.ts'
import { parseBlock } from '../line/address.ts'
import { isObject } from '../reader.ts'
import { ACTIONS, type Action, CHANNELS, PATTERNS } from '../record/shape.ts'
import type { Words } from '../words.ts'
import type { Caller, ConsumerRule, GrantRule, Mapping, Pattern, ResourceRule, SkipRule, Target } from './shape.ts'

const SIDES = ['client', 'producer'] as const
const PERSONS = ['user', 'address', 'none'] as const
const FIELDS = ['source', 'channel', 'action', 'person', 'resources', 'consumers', 'grants', 'skip'] as const

/** The mapping of a JSON text. Throws `invalid_mapping`, which names the place (`consumers[1].address`) and what is wrong. */
export function parseMapping(text: string): Mapping {
  const file = readObject(readJson(text), 'the mapping', FIELDS)
  const action = file['action'] === undefined ? 'read' : readWord(file['action'], 'action', ACTIONS)
  const resources = readList(file['resources'], 'resources', (rule, at) => readResource(rule, at, action))
  const consumers = readList(file['consumers'], 'consumers', readConsumer)
  const catchAll = consumers.findIndex(({ caller }) => caller.by === 'any')
  if (catchAll !== -1 && catchAll < consumers.length - 1) {
    throw invalid(`consumers[${catchAll}]`, {
      en: 'matches any line, so the rules behind it never match: put it last',
      zh: '匹配所有行，排在它后面的规则永远用不上：请把它放在最后',
    })
  }
  return {
    source: readSource(file['source']),
    ...(file['channel'] === undefined ? {} : { channel: readWord(file['channel'], 'channel', CHANNELS) }),
    person: file['person'] === undefined ? 'user' : readWord(file['person'], 'person', PERSONS),
    resources,
    consumers,
    grants: file['grants'] === undefined ? [] : readList(file['grants'], 'grants', readGrant),
    skip: file['skip'] === undefined ? [] : readList(file['skip'], 'skip', readSkip),
  }
}

function readJson(text: string): unknown {
  try {
    return parseStrict(text)
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause
    throw new LedgerError(
      'invalid_mapping',
      { en: `the mapping is not JSON: ${cause.message}`, zh: `映射不是正确的 JSON：${cause.words.zh}` },
      { cause },
    )
  }
}

function readSource(value: unknown): Mapping['source'] {
  if (!isObject(value)) return readCode(value, 'source', PATTERNS.source)
  const sides = readObject(value, 'source', SIDES)
  return {
    client: readCode(sides['client'], 'source.client', PATTERNS.source),
    producer: readCode(sides['producer'], 'source.producer', PATTERNS.source),
  }
}

function readResource(value: unknown, at: string, usual: Action): ResourceRule {
  const rule = readObject(value, at, ['path', 'service', 'method', 'resource', 'action'])
  return {
    target: readTarget(rule, at),
    resource: readCode(rule['resource'], `${at}.resource`, PATTERNS.resource),
    action: rule['action'] === undefined ? usual : readWord(rule['action'], `${at}.action`, ACTIONS),
  }
}

function readSkip(value: unknown, at: string): SkipRule {
  return { target: readTarget(readObject(value, at, ['path', 'service', 'method']), at), name: at }
}

function readTarget(rule: Readonly<Record<string, unknown>>, at: string): Target {
  const by = readChoice(rule, at, ['path', 'service'])
  const pattern = readPattern(rule[by], `${at}.${by}`)
  if (by === 'service') {
    if (rule['method'] !== undefined)
      throw invalid(`${at}.method`, {
        en: 'goes with a path, not with a service',
        zh: '只能与 path 同用，不能与 service 同用',
      })
    return { by, pattern }
  }
  if (!pattern.text.startsWith('/') && !(pattern.isPrefix && pattern.text === '')) {
    throw invalid(`${at}.path`, { en: 'must begin with / (or be just *)', zh: '应以 / 开头（或只写 *）' })
  }
  if (rule['method'] === undefined) return { by, pattern }
  return { by, pattern, method: readCode(rule['method'], `${at}.method`, /^[A-Z][A-Z_-]{0,31}$/) }
}

// One `*`, at the end: a pattern anyone reads the same way.
function readPattern(value: unknown, at: string): Pattern {
  const text = readText(value, at)
  const isPrefix = text.endsWith('*')
  const pattern = { text: isPrefix ? text.slice(0, -1) : text, isPrefix }
  if (pattern.text.includes('*')) throw invalid(at, { en: 'may have one *, at its end', zh: '只能有一个 *，且在末尾' })
  return pattern
}

function readConsumer(value: unknown, at: string): ConsumerRule {
  const rule = readObject(value, at, ['user', 'address', 'client', 'represented', 'any', 'consumer'])
  const consumer = readCode(rule['consumer'], `${at}.consumer`, PATTERNS.organisation)
  return { caller: readCaller(rule, at), consumer }
}

function readCaller(rule: Readonly<Record<string, unknown>>, at: string): Caller {
  const by = readChoice(rule, at, ['user', 'address', 'client', 'any'])
  const place = `${at}.${by}`
  if (by !== 'client' && rule['represented'] !== undefined)
    throw invalid(`${at}.represented`, { en: 'goes with a client only', zh: '只能与 client 同用' })
  if (by === 'any') {
    if (rule[by] !== true) throw invalid(place, { en: 'must be true', zh: '只能为 true' })
    return { by }
  }
  const text = readText(rule[by], place)
  if (by === 'user') return { by, user: text }
  if (by === 'client') {
    if (rule['represented'] === undefined) return { by, client: text }
    return { by, client: text, represented: readText(rule['represented'], `${at}.represented`) }
  }
  const block = parseBlock(text)
  if (block !== undefined) return { by, block }
  throw invalid(place, {
    en: 'must be an IP address, or a block like 10.1.2.0/24 with no bits behind it',
    zh: '应为 IP 地址，或 10.1.2.0/24 这样主机位全为零的网段',
  })
}

function readGrant(value: unknown, at: string): GrantRule {
  const rule = readObject(value, at, ['resource', 'consumer', 'grant'])
  const { grant } = rule
  if (typeof grant !== 'number' || !Number.isSafeInteger(grant) || grant < 1) {
    throw invalid(`${at}.grant`, { en: 'must be the number of a grant, 1 or more', zh: '应为授权编号，从 1 起' })
  }
  return {
    resource: readCode(rule['resource'], `${at}.resource`, PATTERNS.resource),
    consumer: readCode(rule['consumer'], `${at}.consumer`, PATTERNS.organisation),
    grant,
  }
}

function readObject(value: unknown, at: string, fields: readonly string[]): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw invalid(at, { en: 'must be a JSON object', zh: '应为 JSON 对象' })
  const unknown = Object.keys(value).find(key => !fields.includes(key))
  if (unknown === undefined) return value
  throw invalid(at, {
    en: `has an unknown key ${JSON.stringify(unknown.slice(0, 64))}; known are ${fields.join(', ')}`,
    zh: `有未知的键 ${JSON.stringify(unknown.slice(0, 64))}；可用的键为 ${fields.join('、')}`,
  })
}

function readList<T>(value: unknown, at: string, read: (rule: unknown, at: string) => T): readonly T[] {
  if (!Array.isArray(value) || value.length === 0)
    throw invalid(at, { en: 'must be a list of at least one rule', zh: '应为至少一条规则的列表' })
  return value.map((rule, index) => read(rule, `${at}[${index}]`))
}

/** The one of the named keys that the rule has. */
function readChoice<K extends string>(rule: Readonly<Record<string, unknown>>, at: string, keys: readonly K[]): K {
  const [choice, ...more] = keys.filter(key => rule[key] !== undefined)
  if (choice === undefined || more.length > 0)
    throw invalid(at, { en: `must have exactly one of ${keys.join(', ')}`, zh: `应恰好有 ${keys.join('、')} 中的一项` })
  return choice
}

function readWord<T extends string>(value: unknown, at: string, words: readonly T[]): T {
  if (!words.includes(value as T))
    throw invalid(at, { en: `must be one of ${words.join(', ')}`, zh: `应为下列之一：${words.join('、')}` })
  return value as T
}

function readCode(value: unknown, at: string, pattern: RegExp): string {
  if (typeof value !== 'string' || !pattern.test(value))
    throw invalid(at, { en: `must be a text of the form ${pattern.source}`, zh: `应为符合 ${pattern.source} 的文本` })
  return value
}

function readText(value: unknown, at: string): string {
  if (typeof value !== 'string' || value === '')
    throw invalid(at, { en: 'must be a text that is not empty', zh: '应为非空文本' })
  return value
}

function invalid(at: string, what: Words): LedgerError {
  return new LedgerError('invalid_mapping', {
    en: `${at} ${what.en}`,
    zh: `${at === 'the mapping' ? '映射' : at} ${what.zh}`,
  })
}
