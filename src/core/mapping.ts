// A parsed line and the operator's mapping → a record. Nothing is guessed: a line that no rule covers is refused, with
// the section of the mapping file that should cover it. Login and network address go to the sealed part or nowhere.
//
// Resources are looked up before `skip`, so that no skip rule, by slip or on purpose, hides an access to a resource.

import { LedgerError } from './error.ts'
import { type Address, holdsAddress, parseAddress } from './line/address.ts'
import type { CombinedLine, ParsedLine, XroadLine } from './line/line.ts'
import { readPath } from './line/path.ts'
import type { Caller, Mapping, Pattern, Target } from './mapping/shape.ts'
import { parseRecordInput, type RecordInput, type Status } from './record.ts'
import type { Words } from './words.ts'

export { parseMapping } from './mapping/parse.ts'
export type { Mapping } from './mapping/shape.ts'

/** A record, or the rule by which the line is no access to data. */
export type Mapped =
  | { readonly kind: 'record'; readonly input: RecordInput }
  | { readonly kind: 'skip'; readonly rule: string }

/**
 * What a line means. Throws `unmapped_path`, `unmapped_service`, `unmapped_consumer`, `unmapped_source`,
 * `ambiguous_path`, or what `parseRecordInput` throws. Messages name the caller: they are for the operator, who has the
 * line anyway, and are not to be published.
 */
export function mapLine(mapping: Mapping, line: ParsedLine): Mapped {
  const asked = line.format === 'combined' ? requirePath(line) : line.service
  const rule = mapping.resources.find(({ target }) => matchesTarget(target, line, asked))
  if (rule === undefined) {
    const skip = mapping.skip.find(({ target }) => matchesTarget(target, line, asked))
    if (skip !== undefined) return { kind: 'skip', rule: skip.name }
    throw unmappedTarget(line, asked)
  }
  const { resource, action } = rule
  const consumer = findConsumer(mapping, line)
  const grant = mapping.grants.find(rule => rule.resource === resource && rule.consumer === consumer)?.grant
  const input = parseRecordInput({
    time: line.time,
    action,
    resource,
    consumer,
    source: findSource(mapping, line),
    ...(mapping.channel === undefined ? {} : { channel: mapping.channel }),
    ...(grant === undefined ? {} : { grant }),
    ...(line.bytes === undefined ? {} : { bytes: line.bytes }),
    ...(line.format === 'combined' ? describeRequest(mapping, line) : describeMessage(line)),
  })
  return { kind: 'record', input }
}

function describeRequest(mapping: Mapping, line: CombinedLine): object {
  const person = { user: provenUser(line), address: line.address, none: undefined }[mapping.person]
  return { status: statusOf(line.status), ...(person === undefined ? {} : { sealed: { person } }) }
}

function describeMessage(line: XroadLine): object {
  return { status: line.succeeded ? 'ok' : 'failed', transaction: line.transaction }
}

/** 1xx to 3xx: the server did as asked; 401, 403 and 407: it was not allowed to; the rest: it failed. */
function statusOf(http: number): Status {
  if (http >= 100 && http < 400) return 'ok'
  return http === 401 || http === 403 || http === 407 ? 'denied' : 'failed'
}

function requirePath(line: CombinedLine): string {
  const path = readPath(line.target)
  if (path !== undefined) return path
  throw new LedgerError('ambiguous_path', {
    en: `the target ${quote(line.target)} is refused: servers may read it in different ways (dot segments, escaped slashes, escaped escapes); look at what was served`,
    zh: `拒收目标 ${quote(line.target)}：不同服务器可能有不同读法（含点路径、转义的斜杠或多重转义）；请查实际提供的是什么`,
  })
}

function matchesTarget(target: Target, line: ParsedLine, asked: string): boolean {
  if (target.by === 'service') return line.format === 'xroad' && matches(target.pattern, asked)
  if (line.format !== 'combined' || !matches(target.pattern, asked)) return false
  return target.method === undefined || target.method === line.method
}

function matches(pattern: Pattern, text: string): boolean {
  return pattern.isPrefix ? text.startsWith(pattern.text) : text === pattern.text
}

function findConsumer(mapping: Mapping, line: ParsedLine): string {
  const address = line.format === 'combined' ? parseAddress(line.address) : undefined
  const rule = mapping.consumers.find(({ caller }) => matchesCaller(caller, line, address))
  if (rule === undefined) throw unmappedConsumer(line)
  return rule.consumer
}

function matchesCaller(caller: Caller, line: ParsedLine, address: Address | undefined): boolean {
  if (caller.by === 'any') return true
  if (line.format === 'combined') {
    if (caller.by === 'address') return address !== undefined && holdsAddress(caller.block, address)
    return caller.by === 'user' && caller.user === provenUser(line)
  }
  // A message on another's behalf is that other's use of data: only a rule that names them both covers it.
  return caller.by === 'client' && caller.client === line.client && caller.represented === line.represented
}

// With status 401 the login is what the client claimed and could not prove.
function provenUser(line: CombinedLine): string | undefined {
  return line.status === 401 ? undefined : line.user
}

function findSource(mapping: Mapping, line: ParsedLine): string {
  if (typeof mapping.source === 'string') return mapping.source
  if (line.format === 'xroad') return mapping.source[line.side]
  throw new LedgerError('unmapped_source', {
    en: `the mapping names a source per side, but the line has no side; write "source" as one text`,
    zh: '映射按两侧分别写明来源，而该行没有侧别；请把“source”写成一个文本',
  })
}

function unmappedTarget(line: ParsedLine, asked: string): LedgerError {
  const next: Words = {
    en: 'add a rule to "resources", or to "skip" if it is no access to data',
    zh: '请在“resources”中增加规则；如果不是访问数据，则加入“skip”',
  }
  if (line.format === 'xroad') {
    return new LedgerError('unmapped_service', {
      en: `service ${quote(asked)} has no rule in the mapping; ${next.en}`,
      zh: `映射中没有服务 ${quote(asked)} 的规则；${next.zh}`,
    })
  }
  return new LedgerError('unmapped_path', {
    en: `${line.method} ${quote(asked)} has no rule in the mapping; ${next.en}`,
    zh: `映射中没有 ${line.method} ${quote(asked)} 的规则；${next.zh}`,
  })
}

function unmappedConsumer(line: ParsedLine): LedgerError {
  const caller = line.format === 'xroad' ? describeClient(line) : describeCaller(line)
  return new LedgerError('unmapped_consumer', {
    en: `${caller.en} has no rule in the mapping; add one to "consumers"`,
    zh: `映射中没有${caller.zh}的规则；请在“consumers”中增加`,
  })
}

function describeClient({ client, represented }: XroadLine): Words {
  if (represented === undefined) return { en: `client ${quote(client)}`, zh: `调用方 ${quote(client)} ` }
  return {
    en: `client ${quote(client)} representing ${quote(represented)}`,
    zh: `调用方 ${quote(client)}（代表 ${quote(represented)}）`,
  }
}

function describeCaller(line: CombinedLine): Words {
  const user = provenUser(line)
  const address = quote(line.address)
  return user === undefined
    ? { en: `address ${address} without a proven user`, zh: `地址 ${address}（用户未经验证）` }
    : { en: `address ${address} with user ${quote(user)}`, zh: `地址 ${address}、用户 ${quote(user)} ` }
}

function quote(text: string): string {
  return JSON.stringify(text.length > 128 ? `${text.slice(0, 128)}…` : text)
}
