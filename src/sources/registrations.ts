// Registering the keys of sources. Each registration, and each retirement, is a record of the log like an erasure
// (docs/sources.md): whoever follows the log sees every key that was ever introduced in a source's name.

import { LedgerError } from '../core/error.ts'
import { packLeaves } from '../core/leaves.ts'
import { checkNote } from '../core/note.ts'
import type { ReceiptJson } from '../core/receipt.ts'
import {
  decodeEntry,
  encodeEntry,
  formatTime,
  isAccess,
  isErasure,
  KEYS_SOURCE,
  type KeyRecord,
  REFUSED,
  REGISTER_KEY,
  RETIRE_KEY,
} from '../core/record.ts'
import { parseSourceKey } from '../core/source-key.ts'
import { endorsementText, readSignature } from '../core/source-link.ts'
import type { GroupCommit } from '../group-commit.ts'
import { isPruned } from '../store/archive/pruned.ts'
import type { Store } from '../store/store.ts'
import { type RegisteredKey, SourceKeys } from './keys.ts'

/** What is to be said of a key. */
export interface Registration {
  readonly key: string
  /** Seconds. */
  readonly every?: number
  /** Whether unsigned lines of its source are refused. */
  readonly strict?: boolean
  /** By which the key before it gives over. */
  readonly endorsement?: { readonly ends: number; readonly signature: string }
}

export interface Registered {
  readonly index: number
  readonly receipt: ReceiptJson
}

export interface RegistrationParts {
  readonly store: Pick<Store, 'head' | 'search' | 'scan' | 'readEntries' | 'facts'>
  readonly commit: Pick<GroupCommit, 'commit'>
  readonly origin: string
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Sources with keys, and keys of one source, at most: what is kept of each is bounded, and so is all of it. */
export const MAX_SOURCES = 1_000
export const MAX_KEYS = 100

/** Facts: each record about a key, by its leaf; and up to which leaf all of them are there. */
const RECORD_FACT = 'source-key/'
const DONE_FACT = 'source-keys/done'
const DIGITS = 16

/** The keys that the log tells of: of the facts, and of what came after them before a crash. */
export async function openKeys({ store, origin }: Pick<RegistrationParts, 'store' | 'origin'>): Promise<SourceKeys> {
  const keys = new SourceKeys(origin)
  const { size } = store.head
  const seen = new Set<string>()
  for (const [fact, text] of await store.facts.list(RECORD_FACT)) {
    const index = Number(fact.slice(RECORD_FACT.length))
    if (index >= size) continue // of a log that was longer, before it was restored from a backup
    keys.take(JSON.parse(text) as KeyRecord, index)
    seen.add(fact)
  }
  const first = Math.min(size, Number((await store.facts.get(DONE_FACT)) ?? 0))
  if (first === size) return keys
  const missed: [number, KeyRecord][] = []
  try {
    for await (const indices of store.search({ where: { source: KEYS_SOURCE }, first, below: size })) {
      for (const [k, entry] of (await store.readEntries(indices)).entries()) {
        const record = decodeEntry(entry)
        const index = indices[k]!
        if (!isAccess(record) && !isErasure(record) && !seen.has(factOf(index))) missed.push([index, record])
      }
    }
  } catch (error) {
    // Newest first: those before are pruned, and in the facts since long ago.
    if (!isPruned(error)) throw error
  }
  for (const [index, record] of missed.reverse()) {
    await store.facts.put({ [factOf(index)]: JSON.stringify(record) })
    keys.take(record, index)
  }
  await store.facts.put({ [DONE_FACT]: String(size) })
  return keys
}

/** @throws LedgerError `key_invalid`, `source_key_registered`, `sources_too_many`, `endorsement_invalid` */
export async function registerKey(
  parts: RegistrationParts,
  keys: SourceKeys,
  asked: Registration,
): Promise<Registered> {
  const { name } = parseSourceKey(asked.key)
  const known = keys.of(name)
  const own = known.find(({ vkey }) => vkey === asked.key)
  if (own?.retired !== undefined) {
    throw new LedgerError('source_key_retired', {
      en: `The key ${asked.key} was retired at ${own.retired.time} (record ${own.retired.index}), for good; register another one.`,
      zh: `公钥 ${asked.key} 已于 ${own.retired.time} 停用（第 ${own.retired.index} 号记录），不能恢复；请登记另一个。`,
    })
  }
  if (own === undefined && (known.length >= MAX_KEYS || (known.length === 0 && keys.size >= MAX_SOURCES))) {
    throw new LedgerError('sources_too_many', {
      en: `There are ${known.length === 0 ? `${MAX_SOURCES} sources with keys` : `${MAX_KEYS} keys of ${name}`} already, as many as are kept; sign with one that is registered.`,
      zh: `已有${known.length === 0 ? ` ${MAX_SOURCES} 个有密钥的来源` : ` ${name} 的 ${MAX_KEYS} 个密钥`}，达到上限；请用已登记的密钥签名。`,
    })
  }
  const { endorsement } = asked
  if (endorsement !== undefined) requireEndorsed(asked.key, endorsement, known, parts.origin)
  return logRecord(parts, keys, {
    action: REGISTER_KEY,
    ...(endorsement === undefined ? {} : { ends: endorsement.ends, endorsed: endorsement.signature }),
    ...(asked.every === undefined ? {} : { every: asked.every }),
    key: asked.key,
    source: KEYS_SOURCE,
    time: formatTime(parts.now()),
    ...(asked.strict === true ? { unsigned: REFUSED } : {}),
  })
}

/** @throws LedgerError `source_key_unknown`, `source_key_retired` */
export async function retireKey(parts: RegistrationParts, keys: SourceKeys, key: string): Promise<Registered> {
  const own = keys.of(parseSourceKey(key).name).find(({ vkey }) => vkey === key)
  if (own === undefined || own.retired !== undefined) {
    throw new LedgerError(own === undefined ? 'source_key_unknown' : 'source_key_retired', {
      en: `The key ${key} is ${own === undefined ? 'not registered' : 'retired already'}; \`suyuan source list\` shows those that are.`,
      zh: `公钥 ${key} ${own === undefined ? '没有登记' : '已停用'}；可用 \`suyuan source list\` 查看。`,
    })
  }
  return logRecord(parts, keys, { action: RETIRE_KEY, key, source: KEYS_SOURCE, time: formatTime(parts.now()) })
}

/** The key before it signed that it ends, and that this one goes on. */
function requireEndorsed(
  next: string,
  { ends, signature }: NonNullable<Registration['endorsement']>,
  known: readonly RegisteredKey[],
  origin: string,
): void {
  const { name } = parseSourceKey(next)
  const others = known.filter(({ vkey }) => vkey !== next).map(({ key }) => key)
  try {
    const note = { text: endorsementText(next, ends, origin), signatures: [readSignature(name, signature)] }
    if (checkNote(note, others).length > 0) return
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
  }
  throw new LedgerError('endorsement_invalid', {
    en: `No registered key of ${name} signed that ${next} goes on after ${ends} links of it in the log ${origin}; make the endorsement again (suyuan source rotate), or register the key without one.`,
    zh: `${name} 没有已登记的密钥签署由 ${next} 在日志 ${origin} 中自第 ${ends} 条之后接续；请重新背书（suyuan source rotate），或不带背书登记。`,
  })
}

/** Durable in the log first, then remembered, then believed. */
async function logRecord(
  { store, commit }: RegistrationParts,
  keys: SourceKeys,
  record: KeyRecord,
): Promise<Registered> {
  const { firstIndex: index, receipt } = await commit.commit({
    leaves: packLeaves([{ record, entry: encodeEntry(record) }]),
  })
  await store.facts.put({ [factOf(index)]: JSON.stringify(record) })
  keys.take(record, index)
  return { index, receipt: receipt! }
}

function factOf(index: number): string {
  return RECORD_FACT + String(index).padStart(DIGITS, '0')
}
