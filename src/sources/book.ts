// What came of each source with a key: its links, unsigned lines, and when it was last heard of (docs/sources.md). Made from
// the log, a stretch of leaves at a time, behind the writing of lines; written down now and then, and read on from there at
// the next start. Lost or behind, it is made again by reading on: normal work is the recovery.

import { setImmediate } from 'node:timers/promises'
import { toHex } from '../core/bytes.ts'
import { decodeEntry, isAccess } from '../core/record.ts'
import { type ChainState, countFaults, isNewNumber, newChain, noteSeenBefore, takeLink } from '../core/source-chain.ts'
import { isSigned } from '../core/source-link.ts'
import { isPruned } from '../store/archive/pruned.ts'
import type { Store } from '../store/store.ts'
import { takeTurns } from '../turns.ts'
import type { SourceKeys } from './keys.ts'
import { findFirst, linkOf } from './link-search.ts'

/** As JSON keeps it. */
export interface SourceState {
  /** Leaves before this one are in it; it begins with the registration of the first key. */
  size: number
  unsigned: number
  /** The newest time that a record of the source states, ms since 1970. */
  heard?: number
  /** Some of its leaves were pruned before they were read: no number is known to be new. */
  unread?: true
  /** By key ID in hex. */
  readonly chains: Record<string, ChainState>
}

export interface BookParts {
  readonly store: Pick<Store, 'head' | 'search' | 'scan' | 'readEntries' | 'facts'>
  readonly keys: SourceKeys
  readonly origin: string
}

const STATE_FACT = 'source-state/'
/** Leaves looked at in one go, and entries read at a time. */
const STRETCH = 65_536
const PAGE = 256
/** Records taken in, of all sources, before states are written down; more where they are of many, each some kilobytes. */
const UNWRITTEN = 10_000
const UNWRITTEN_OF_EACH = 100
/** Numbers that came again, of one key, which are compared with what came first. */
const LOOKED_FOR = 64

export class SourceBook {
  readonly #parts: BookParts
  readonly #states = new Map<string, SourceState>()
  /** Records taken in since the state was written. */
  readonly #unwritten = new Map<string, number>()
  readonly #inTurn = takeTurns()

  private constructor(parts: BookParts) {
    this.#parts = parts
  }

  static async open(parts: BookParts): Promise<SourceBook> {
    const book = new SourceBook(parts)
    for (const [fact, text] of await parts.store.facts.list(STATE_FACT)) {
      const state = JSON.parse(text) as SourceState
      // Of a log that was longer, before it was restored from a backup: it is made again.
      if (state.size <= parts.store.head.size) book.#states.set(fact.slice(STATE_FACT.length), state)
    }
    return book
  }

  /** Leaves that are in every state. */
  get size(): number {
    const { keys, store } = this.#parts
    return Math.min(store.head.size, ...keys.names().map(name => this.state(name).size))
  }

  /** As far as it has been read. */
  state(source: string): SourceState {
    const known = this.#states.get(source)
    if (known !== undefined) return known
    const state: SourceState = { size: this.#parts.keys.of(source)[0]?.since.index ?? 0, unsigned: 0, chains: {} }
    this.#states.set(source, state)
    return state
  }

  /** Whether a leaf below the state's size may have this number of this key; `false` is certain. */
  mayHave({ source, key, seq }: { readonly source: string; readonly key: string; readonly seq: number }): boolean {
    const { chains, unread } = this.state(source)
    const chain = chains[key]
    return unread === true || (chain !== undefined && !isNewNumber(chain, seq))
  }

  /** Reads on to the end of the log. Calls go one after the other. */
  catchUp(signal?: AbortSignal): Promise<void> {
    return this.#inTurn(() => this.#catchUp(signal))
  }

  /** Writes down what is not yet. */
  save(): Promise<void> {
    return this.#inTurn(() => this.#write([...this.#unwritten.keys()]))
  }

  async #catchUp(signal: AbortSignal | undefined): Promise<void> {
    const { store, keys } = this.#parts
    const { size } = store.head // what comes meanwhile is for the next time, or one source could keep the others waiting
    for (const source of keys.names()) {
      for (let state = this.state(source); state.size < size; state = this.state(source)) {
        signal?.throwIfAborted()
        const below = Math.min(size, state.size + STRETCH)
        // What goes by the retention between being found and being read is not found the next time.
        const read = (): Promise<void> => this.#readStretch(source, state, below)
        await read().catch((error: unknown) => (isPruned(error) ? read() : Promise.reject(error)))
        if (this.#isMuchUnwritten()) await this.#write([...this.#unwritten.keys()])
        await setImmediate()
      }
    }
  }

  /** All of a stretch or nothing: one that fails is read again. */
  async #readStretch(source: string, before: SourceState, below: number): Promise<void> {
    const { store } = this.#parts
    const state = structuredClone(before)
    const found: number[] = []
    try {
      for await (const run of store.search({ where: { source }, first: state.size, below })) found.push(...run)
    } catch (error) {
      if (!isPruned(error)) throw error
      // Newest first: those before went by the retention before they were looked at. Their numbers stay missing.
      state.unread = true
    }
    for (let end = found.length; end > 0; end -= PAGE) {
      const indices = found.slice(Math.max(0, end - PAGE), end).reverse()
      const entries = await store.readEntries(indices)
      for (const [k, entry] of entries.entries()) await this.#take(source, state, entry, indices[k]!)
    }
    state.size = below
    this.#states.set(source, state)
    this.#unwritten.set(source, (this.#unwritten.get(source) ?? 0) + found.length)
  }

  async #take(source: string, state: SourceState, entry: Uint8Array, index: number): Promise<void> {
    const record = decodeEntry(entry)
    if (!isAccess(record)) return
    state.heard = Math.max(state.heard ?? 0, Date.parse(record.time))
    if (!isSigned(record)) {
      state.unsigned++
      return
    }
    const { key: id, hash, seq } = linkOf(record, this.#parts.origin)
    const chain = (state.chains[id] ??= newChain())
    const link = { seq, previous: record.previous, hash, index }
    const ends = this.#parts.keys.of(source).find(({ key }) => toHex(key.id) === id)?.ends
    if (takeLink(chain, link, ends)) return
    // The first few are told one by one; a source that floods the log with old numbers must not keep it busy.
    const isLookedFor = countFaults(chain) < LOOKED_FOR
    noteSeenBefore(
      chain,
      link,
      isLookedFor ? await findFirst(this.#parts, { source, key: id, seq }, chain, index) : undefined,
    )
  }

  /** What would have to be read again after a crash, before the first signed line is taken. */
  #isMuchUnwritten(): boolean {
    const records = this.#unwritten.values().reduce((sum, count) => sum + count, 0)
    return records >= Math.max(UNWRITTEN, UNWRITTEN_OF_EACH * this.#unwritten.size)
  }

  async #write(sources: readonly string[]): Promise<void> {
    if (sources.length === 0) return
    const facts = Object.fromEntries(sources.map(name => [STATE_FACT + name, JSON.stringify(this.state(name))]))
    for (const name of sources) this.#unwritten.delete(name)
    await this.#parts.store.facts.put(facts)
  }
}
