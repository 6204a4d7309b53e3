// The keys that speak for sources, as the door looks them up for every signed line.

import type { KeyObject } from 'node:crypto'
import { toHex } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import type { VerifierKey } from '../core/note.ts'
import { type KeyRecord, REFUSED, RETIRE_KEY, readTime } from '../core/record.ts'
import { parseSourceKey } from '../core/source-key.ts'
import { keyIdOf, linkHash, linkText, type SignedRecord } from '../core/source-link.ts'
import { keyUnknown } from '../lines/line.ts'
import type { LineLink, LineSources } from '../lines/reader.ts'
import { holds, toKeyObject } from '../source/native.ts'

/** A key, and what the records about it come to. */
export interface RegisteredKey {
  readonly key: VerifierKey
  readonly vkey: string
  /** The leaf that first registered it, and when; the newest record that counts. */
  readonly since: { readonly index: number; readonly time: string }
  readonly record: KeyRecord
  readonly retired?: { readonly index: number; readonly time: string }
  /** Of a key that took over: the one before it, by whose signature. */
  readonly follows?: string
  /** Of a key that gave over: how many links it said it made. */
  readonly ends?: number
}

interface Known extends RegisteredKey {
  readonly publicKey: KeyObject
}

export class SourceKeys implements LineSources {
  readonly strict = new Set<string>()
  readonly #origin: string
  /** By source, and by key ID in hex. */
  readonly #sources = new Map<string, Map<string, Known>>()

  constructor(origin: string) {
    this.#origin = origin
  }

  /** Takes the next of the log's records about keys. */
  take(record: KeyRecord, index: number): void {
    const key = parseSourceKey(record.key)
    const { name } = key
    const keys = this.#sources.get(name) ?? new Map<string, Known>()
    this.#sources.set(name, keys)
    const id = toHex(key.id)
    const at = { index, time: record.time }
    const before = keys.get(id)
    const isRetired = record.action === RETIRE_KEY
    const endorser = record.endorsed === undefined ? undefined : keys.get(keyIdOf(record.endorsed))
    if (endorser !== undefined) keys.set(toHex(endorser.key.id), { ...endorser, ends: record.ends! })
    const follows = endorser?.vkey ?? before?.follows
    keys.set(id, {
      ...(before ?? { key, vkey: record.key, since: at, publicKey: toKeyObject(key) }),
      record: isRetired && before !== undefined ? before.record : record,
      ...(isRetired ? { retired: at } : {}),
      ...(follows === undefined ? {} : { follows }),
    })
    const isStrict = [...keys.values()].some(
      ({ record, retired }) => retired === undefined && record.unsigned === REFUSED,
    )
    if (isStrict) this.strict.add(name)
    else this.strict.delete(name)
  }

  get size(): number {
    return this.#sources.size
  }

  names(): string[] {
    return [...this.#sources.keys()].sort()
  }

  /** The keys of a source, the oldest first. */
  of(source: string): readonly RegisteredKey[] {
    return [...(this.#sources.get(source)?.values() ?? [])].sort((a, b) => a.since.index - b.since.index)
  }

  requireSignature(record: SignedRecord): LineLink {
    const { source, seq, bytes = -1, rows = -1 } = record
    const key = keyIdOf(record.signature)
    const known = this.#sources.get(source)?.get(key)
    if (known === undefined) throw keyUnknown(source)
    if (known.retired !== undefined) {
      throw new LedgerError('source_key_retired', {
        en: `the line is signed by a key of source ${source} that was retired at ${known.retired.time} (record ${known.retired.index}); sign it with the key that goes on`,
        zh: `该行以来源 ${source} 的密钥签名，而该密钥已于 ${known.retired.time} 停用（第 ${known.retired.index} 号记录）；请用接续的密钥签名`,
      })
    }
    const text = linkText(record, this.#origin)
    if (holds(text, record, known.publicKey)) {
      return { source, key, seq, hash: linkHash(text), time: readTime(record.time), bytes, rows }
    }
    throw new LedgerError('signature_invalid', {
      en: `the signature of source ${source} does not fit the line: it, or the line, was changed on the way, or it was signed for another log than ${this.#origin}; send what was signed`,
      zh: `来源 ${source} 的签名与该行不符：签名或该行在途中被改动，或签名是给 ${this.#origin} 以外的日志的；请发送签名时的内容`,
    })
  }
}
