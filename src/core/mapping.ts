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
  const why = 'servers may read it in different ways (dot segments, escaped slashes, escaped escapes)'
  throw new LedgerError(
    'ambiguous_path',
    `the target ${quote(line.target)} is refused: ${why}; look at what was served`,
  )
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
  const next = 'write "source" as one text'
  throw new LedgerError('unmapped_source', `the mapping names a source per side, but the line has no side; ${next}`)
}

function unmappedTarget(line: ParsedLine, asked: string): LedgerError {
  const next = 'add a rule to "resources", or to "skip" if it is no access to data'
  if (line.format === 'xroad') {
    return new LedgerError('unmapped_service', `service ${quote(asked)} has no rule in the mapping; ${next}`)
  }
  return new LedgerError('unmapped_path', `${line.method} ${quote(asked)} has no rule in the mapping; ${next}`)
}

function unmappedConsumer(line: ParsedLine): LedgerError {
  const caller = line.format === 'xroad' ? describeClient(line) : describeCaller(line)
  return new LedgerError('unmapped_consumer', `${caller} has no rule in the mapping; add one to "consumers"`)
}

function describeClient({ client, represented }: XroadLine): string {
  return `client ${quote(client)}${represented === undefined ? '' : ` representing ${quote(represented)}`}`
}

function describeCaller(line: CombinedLine): string {
  const user = provenUser(line)
  return `address ${quote(line.address)}${user === undefined ? ' without a proven user' : ` with user ${quote(user)}`}`
}

function quote(text: string): string {
  return JSON.stringify(text.length > 128 ? `${text.slice(0, 128)}…` : text)
}
