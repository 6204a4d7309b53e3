// Sources that sign, watched by whoever has their keys from them (`sources` in the trust file, docs/sources.md): every record
// in their name is held against their keys, and their chains are followed.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatVerifierKey, type VerifierKey } from '../core/note.ts'
import { isAccess, isErasure, type KeyRecord, type LogRecord } from '../core/record.ts'
import { newChain, noteSeenBefore, takeLink } from '../core/source-chain.ts'
import { isSigned, linkHash, linkText, readSignature } from '../core/source-link.ts'
import { writePrivate } from '../secrets.ts'
import { holds } from '../source/native.ts'
import type { Contradiction, Warning } from './checks.ts'
import type { FollowedLog } from './followed-log.ts'
import { findEarlier, forged } from './seen-links.ts'
import { type Seen, sourceWarnings, type WatchedState } from './source-warnings.ts'
import { WatchedKeys } from './watched-keys.ts'

type OnFault = (found: Contradiction) => Promise<void>

const FILE = 'sources.json'

/** Leaves between two writings, while many are read: after a crash they are read again. */
const MOST_UNSAVED = 65_536

export class WatchedSources {
  readonly #folder: string
  #keys: WatchedKeys
  #state: WatchedState
  /** How far the file goes. */
  #saved: number

  private constructor(folder: string, state: WatchedState) {
    this.#folder = folder
    this.#state = state
    this.#saved = state.size
    this.#keys = new WatchedKeys(state.trusted, state.followers)
  }

  /** What was found by other keys is found again. */
  static async open(folder: string, trusted: readonly VerifierKey[]): Promise<WatchedSources> {
    const keys = trusted.map(formatVerifierKey)
    const known = await readWatched(join(folder, FILE))
    const isSame = known !== undefined && JSON.stringify(known.trusted) === JSON.stringify(keys)
    return new WatchedSources(folder, isSame ? known : empty(keys))
  }

  /** Leaves that were taken. */
  get size(): number {
    return this.#state.size
  }

  startAnew(): void {
    this.#state = empty(this.#state.trusted)
    this.#saved = 0
    this.#keys = new WatchedKeys(this.#state.trusted, [])
  }

  /** Takes the next leaf, and its record, where it is one. */
  async take(record: LogRecord | undefined, log: FollowedLog, onFault: OnFault, signal: AbortSignal): Promise<void> {
    const state = this.#state
    if (record !== undefined) await this.#take(record, state.size, log, onFault, signal)
    state.size++
  }

  /** After the monitor's own state, so that no leaf is kept here that is not verified there. @param isEnd Of a round */
  async save(isEnd: boolean): Promise<void> {
    const unsaved = this.size - this.#saved
    if (unsaved === 0 || (!isEnd && unsaved < MOST_UNSAVED)) return
    const { size } = this
    await writePrivate(this.#folder, FILE, `${JSON.stringify(this.#state)}\n`)
    this.#saved = size
  }

  warnings(): Warning[] {
    return sourceWarnings(this.#state)
  }

  async #take(
    record: LogRecord,
    index: number,
    log: FollowedLog,
    onFault: OnFault,
    signal: AbortSignal,
  ): Promise<void> {
    const origin = log.client.key.name
    if (isErasure(record)) return
    if (!isAccess(record)) return this.#takeKey(record, index, origin)
    const { source } = record
    if (!this.#keys.isWatched(source)) return
    if (!isSigned(record)) return count(this.#state.unsigned, source, index)
    const { id } = readSignature(source, record.signature)
    const key = this.#keys.find(source, id)
    if (key === undefined) return count(this.#state.foreign, source, index)
    const text = linkText(record, origin)
    if (!holds(text, record, this.#keys.nativeOf(key))) return onFault(await forged(log, index, record, signal))
    const vkey = formatVerifierKey(key)
    const chain = (this.#state.chains[vkey] ??= newChain())
    const link = { seq: record.seq, previous: record.previous, hash: linkHash(text), index }
    if (takeLink(chain, link, this.#state.ends[vkey])) return
    noteSeenBefore(chain, link, await findEarlier(log, chain, record, key, onFault, signal))
  }

  #takeKey(record: KeyRecord, index: number, origin: string): void {
    const registered = this.#keys.register(record, origin)
    if (registered === undefined) return
    const { source, kind, ended } = registered
    const { ends, followers, foreign } = this.#state
    if (ended !== undefined) ends[ended[0]] = ended[1]
    if (kind === 'follower') followers.push(record.key)
    else if (kind === 'foreign') count(foreign, source, index)
  }
}

/** What does not read is made again from the log. */
async function readWatched(path: string): Promise<WatchedState | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as WatchedState
  } catch {
    return undefined
  }
}

function empty(trusted: readonly string[]): WatchedState {
  return { trusted, followers: [], ends: {}, size: 0, chains: {}, unsigned: {}, foreign: {} }
}

function count(seen: Record<string, Seen>, name: string, index: number): void {
  const known = (seen[name] ??= { count: 0, first: index })
  known.count++
}
