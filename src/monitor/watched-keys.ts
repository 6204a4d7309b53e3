// The keys of sources that a monitor goes by: those of the trust file, and those that took over from one of them, by its own
// signature in the log.

import type { KeyObject } from 'node:crypto'
import { readSound } from '../core/error.ts'
import { checkNote, formatVerifierKey, isSameKey, type VerifierKey } from '../core/note.ts'
import type { KeyRecord } from '../core/record.ts'
import { parseSourceKey } from '../core/source-key.ts'
import { endorsementText, readSignature } from '../core/source-link.ts'
import { toKeyObject } from '../source/native.ts'

/** What a registration in the log comes to. */
export interface Registered {
  readonly source: string
  readonly kind: 'known' | 'follower' | 'foreign'
  /** The key that let this one take over, and how many links it said that it had made. */
  readonly ended?: readonly [vkey: string, links: number]
}

export class WatchedKeys {
  readonly #keys: VerifierKey[]
  readonly #native = new Map<VerifierKey, KeyObject>()

  constructor(trusted: readonly string[], followers: readonly string[]) {
    this.#keys = [...trusted, ...followers].map(parseSourceKey)
  }

  isWatched(source: string): boolean {
    return this.#keys.some(({ name }) => name === source)
  }

  find(source: string, id: Uint8Array): VerifierKey | undefined {
    return this.#keys.find(key => isSameKey(key, { name: source, id }))
  }

  nativeOf(key: VerifierKey): KeyObject {
    const known = this.#native.get(key) ?? toKeyObject(key)
    this.#native.set(key, known)
    return known
  }

  /** A key in the name of a source that is watched: its own, if it is known or one that is let it take over. Undefined of others. */
  register({ key: vkey, endorsed, ends = 0 }: KeyRecord, origin: string): Registered | undefined {
    const key = readSound(() => parseSourceKey(vkey)) // by another nothing can be signed
    if (key === undefined || !this.isWatched(key.name)) return undefined
    const source = key.name
    const before =
      endorsed === undefined ? undefined : this.#endorser(source, endorsed, endorsementText(vkey, ends, origin))
    const ended = before && { ended: [formatVerifierKey(before), ends] as const }
    if (this.#keys.some(known => formatVerifierKey(known) === vkey)) return { source, kind: 'known', ...ended }
    if (before === undefined) return { source, kind: 'foreign' }
    this.#keys.push(key)
    return { source, kind: 'follower', ...ended }
  }

  #endorser(source: string, endorsed: string, text: string): VerifierKey | undefined {
    return readSound(() => checkNote({ text, signatures: [readSignature(source, endorsed)] }, this.#keys)[0]?.key)
  }
}
