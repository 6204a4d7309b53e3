// Sources that sign, watched by whoever has their keys from them (`sources` in the trust file, docs/sources.md): every record
// in their name is held against their keys, and their chains are followed. It reads the log once more, beside the index.

import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeBase64, equal } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import { checkNote, formatVerifierKey, type VerifierKey } from '../core/note.ts'
import { encodeEntry, isAccess, isErasure, type KeyRecord, type LogRecord } from '../core/record.ts'
import {
  type ChainState,
  countFaults,
  earlierLeaves,
  newChain,
  noteSeenBefore,
  type SeenLink,
  takeLink,
} from '../core/source-chain.ts'
import { parseSourceKey } from '../core/source-key.ts'
import { endorsementText, isSigned, linkHash, linkText, readSignature, type SignedRecord } from '../core/source-link.ts'
import { writePrivate } from '../secrets.ts'
import { holds, toKeyObject } from '../source/native.ts'
import { Contradiction, type Warning } from './checks.ts'
import type { FollowedLog } from './followed-log.ts'
import { readRecords } from './records.ts'
import { type Seen, sourceWarnings, type WatchedState } from './source-warnings.ts'

type OnFault = (found: Contradiction) => Promise<void>

const FILE = 'sources.json'

export class WatchedSources {
  readonly #folder: string
  readonly #keys: VerifierKey[]
  readonly #native = new Map<VerifierKey, KeyObject>()
  #state: WatchedState

  private constructor(folder: string, trusted: readonly VerifierKey[], state: WatchedState) {
    this.#folder = folder
    this.#state = state
    this.#keys = [...trusted, ...state.followers.map(parseSourceKey)]
  }

  /** What was found by other keys is found again. */
  static async open(folder: string, trusted: readonly VerifierKey[]): Promise<WatchedSources> {
    const keys = trusted.map(formatVerifierKey)
    const known = await readWatched(join(folder, FILE))
    const isSame = known !== undefined && JSON.stringify(known.trusted) === JSON.stringify(keys)
    return new WatchedSources(folder, trusted, isSame ? known : empty(keys))
  }

  /** Reads on to what is verified of the log. */
  async check(log: FollowedLog, onFault: OnFault, signal: AbortSignal): Promise<void> {
    if (this.#state.size > log.size) this.#startAnew()
    const state = this.#state
    if (state.size === log.size) return
    for await (const record of readRecords(log, state.size, log.size, onFault, signal)) {
      if (record !== undefined) await this.#take(record, state.size, log, onFault, signal)
      state.size++
    }
    await writePrivate(this.#folder, FILE, `${JSON.stringify(state)}\n`)
  }

  warnings(): Warning[] {
    return sourceWarnings(this.#state)
  }

  #nativeOf(key: VerifierKey): KeyObject {
    const known = this.#native.get(key) ?? toKeyObject(key)
    this.#native.set(key, known)
    return known
  }

  #startAnew(): void {
    this.#state = empty(this.#state.trusted)
    this.#keys.splice(this.#state.trusted.length)
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
    if (!this.#keys.some(({ name }) => name === source)) return
    if (!isSigned(record)) return count(this.#state.unsigned, source, index)
    const { id } = readSignature(source, record.signature)
    const key = this.#keys.find(({ name, id: own }) => name === source && equal(own, id))
    if (key === undefined) return count(this.#state.foreign, source, index)
    const text = linkText(record, origin)
    if (!holds(text, record, this.#nativeOf(key))) return onFault(await forged(log, index, record, signal))
    const vkey = formatVerifierKey(key)
    const chain = (this.#state.chains[vkey] ??= newChain())
    const link = { seq: record.seq, previous: record.previous, hash: linkHash(text), index }
    if (takeLink(chain, link, this.#state.ends[vkey])) return
    noteSeenBefore(chain, link, await findEarlier(log, chain, record, key, signal))
  }

  /** A key in the name of a source that is watched: its own, if the trust file names it or one that it took over from. */
  #takeKey({ key: vkey, endorsed, ends }: KeyRecord, index: number, origin: string): void {
    let name: string
    try {
      name = parseSourceKey(vkey).name
    } catch (error) {
      if (error instanceof LedgerError) return // by such a key nothing can be signed
      throw error
    }
    if (!this.#keys.some(key => key.name === name)) return
    const before =
      endorsed === undefined ? undefined : this.#endorser({ vkey, name, endorsed, ends: ends ?? 0, origin })
    if (before !== undefined) this.#state.ends[formatVerifierKey(before)] = ends ?? 0
    if (this.#keys.some(key => formatVerifierKey(key) === vkey)) return
    if (before === undefined) return count(this.#state.foreign, name, index)
    this.#state.followers.push(vkey)
    this.#keys.push(parseSourceKey(vkey))
  }

  #endorser(of: {
    vkey: string
    name: string
    endorsed: string
    ends: number
    origin: string
  }): VerifierKey | undefined {
    const { vkey, name, endorsed, ends, origin } = of
    try {
      const note = { text: endorsementText(vkey, ends, origin), signatures: [readSignature(name, endorsed)] }
      return checkNote(note, this.#keys)[0]?.key
    } catch (error) {
      if (error instanceof LedgerError) return undefined
      throw error
    }
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

/** The same key's first link with the same number. */
async function findEarlier(
  log: FollowedLog,
  chain: ChainState,
  { source, seq }: SignedRecord,
  key: VerifierKey,
  signal: AbortSignal,
): Promise<SeenLink | undefined> {
  if (countFaults(chain) >= LOOKED_FOR) return undefined
  const { first, below = log.size } = earlierLeaves(chain, seq)
  let index = first
  for await (const record of readRecords(log, first, below, async () => {}, signal)) {
    const isSame = record !== undefined && isAccess(record) && record.source === source && record.seq === seq
    if (isSame && isSigned(record)) {
      const { id } = readSignature(source, record.signature)
      if (equal(id, key.id)) {
        return { hash: linkHash(linkText(record, log.client.key.name)), index }
      }
    }
    index++
  }
  return undefined
}

const LOOKED_FOR = 16

async function forged(
  log: FollowedLog,
  index: number,
  record: SignedRecord,
  signal: AbortSignal,
): Promise<Contradiction> {
  const { size, note } = log.head!
  const proof = await log.proveInclusion(index, size, signal)
  const { source } = record
  return new Contradiction(
    'source-forged',
    `leaf ${index}`,
    {
      en: `Leaf ${index} of the log is said to be signed by source ${source}, and the signature does not hold: the source never said so.`,
      zh: `日志第 ${index} 片叶称由来源 ${source} 签名，而签名不成立：来源没有这样说过。`,
    },
    { checkpoint: note, index, entry: encodeBase64(encodeEntry(record)), proof: proof.map(encodeBase64) },
  )
}
