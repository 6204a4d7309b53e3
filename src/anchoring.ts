// The second use-case: the log's growth, told to the world and to the chain. Two loops that never wait for each other:
// one signs and publishes checkpoints (published.ts), the other anchors the newest of them (anchor-round.ts). A dead node
// or a full disk shows in the status and passes; only data that is not the log it was ends the work.

import { type AnchoredIndex, openRounds, type Rounds } from './anchor-round.ts'
import { type Anchor, type Anchors, openAnchors } from './anchors.ts'
import type { AnchorChain } from './chain/anchor.ts'
import type { Log } from './chain/outbox.ts'
import type { Clock } from './clock.ts'
import type { TreeHead } from './core/checkpoint.ts'
import { LedgerError, type Reason, reasonOf } from './core/error.ts'
import { EMPTY_ROOT } from './core/hash.ts'
import type { LogKey } from './log-key.ts'
import { isFatal, type LogStore, openPublisher, type Publisher } from './published.ts'

import type { WitnessStatus } from './witness/member.ts'
import type { Quorum } from './witness/quorum.ts'

export type { Log } from './chain/outbox.ts'

export interface AnchoringParts {
  readonly store: LogStore
  readonly logKey: LogKey
  readonly index: AnchoredIndex
  readonly witnesses?: Quorum
  readonly chain: AnchorChain
  readonly clock: Clock
  /** Publish after this time, or after so many records, whichever comes first; never when the log has not grown. */
  readonly everySeconds: number
  readonly everyRecords: number
  readonly log: Log
}

interface AnchoringStatus {
  /** Accepted: in the log, durable. */
  readonly records: number
  /** Integrated: in the published checkpoint. `time` in seconds since 1970. */
  readonly published?: { readonly size: number; readonly time: number }
  readonly anchored?: {
    readonly size: number
    readonly time: number
    readonly block: number
    readonly transaction: string
  }
  /** Records that no anchor covers yet. */
  readonly lagRecords: number
  /** For how long the oldest of them has waited, in seconds; 0 when none waits. */
  readonly lagSeconds: number
  /** The transaction that is under way. */
  readonly pending?: {
    readonly label: string
    readonly transaction: string
    readonly since: number
    readonly sent: number
  }
  readonly lastError?: Reason
  /** How each witness does, in the order of the policy; none where there is no policy. */
  readonly witnesses?: readonly WitnessStatus[]
}

export interface Anchoring {
  /** The published checkpoint, a signed note; undefined until the first one is. */
  checkpoint(): string | undefined
  /** The tree of the published checkpoint; the empty one until there is one. */
  published(): TreeHead
  /** Publishes the log as it is now, and has it anchored without waiting for the next turn. */
  publishNow(): Promise<string>
  /** Newest first. */
  anchors(limit: number): Promise<readonly Anchor[]>
  /** The smallest anchored tree that holds the first `size` leaves. */
  anchorFor(size: number): Promise<Anchor | undefined>
  /** Waits for it. @throws what ended the worker for good, or the signal's reason */
  anchored(size: number, signal: AbortSignal): Promise<Anchor>
  status(): AnchoringStatus
  /**
   * Works until the signal aborts, through dead nodes and full disks.
   * @throws LedgerError `log_rolled_back`, `log_differs`, `checkpoint_would_fork`: the data is not the log it was, and
   *   nothing more may be signed
   */
  run(signal: AbortSignal): Promise<void>
}

const TICK_MS = 100
const LONGEST_PAUSE_MS = 30_000

/**
 * @throws LedgerError as `openPublisher`: the published checkpoint is not of this key or this log
 */
export async function createAnchoring(parts: AnchoringParts): Promise<Anchoring> {
  const publisher = await openPublisher({ ...parts, now: () => parts.clock.now() })
  const rounds = await openRounds({ ...parts, published: () => publisher.current() })
  return new AnchoringWorker(parts, publisher, rounds)
}

class AnchoringWorker implements Anchoring {
  readonly #parts: AnchoringParts
  readonly #publisher: Publisher
  readonly #rounds: Rounds
  readonly #anchors: Anchors
  /** Since when some record has waited for its anchor, in milliseconds. */
  #waitingSince: number | undefined
  #lastError: AnchoringStatus['lastError']
  #ended: unknown
  readonly #waiting = new Set<() => void>()

  constructor(parts: AnchoringParts, publisher: Publisher, rounds: Rounds) {
    this.#parts = parts
    this.#publisher = publisher
    this.#rounds = rounds
    this.#anchors = openAnchors(parts.store.facts)
  }

  checkpoint(): string | undefined {
    return this.#publisher.current()?.checkpoint
  }

  published(): TreeHead {
    return this.#publisher.current() ?? { size: 0, root: EMPTY_ROOT }
  }

  async publishNow(): Promise<string> {
    return (await this.#publisher.publish()).checkpoint
  }

  anchors(limit: number): Promise<readonly Anchor[]> {
    return this.#anchors.newest(limit)
  }

  anchorFor(size: number): Promise<Anchor | undefined> {
    return this.#anchors.findAtLeast(size)
  }

  async anchored(size: number, signal: AbortSignal): Promise<Anchor> {
    for (;;) {
      signal.throwIfAborted()
      if (this.#ended !== undefined) throw this.#ended
      const next = this.#nextNews(signal) // before looking, so that none is missed
      next.catch(() => {}) // when nobody waits for it after all
      const anchor = await this.#anchors.findAtLeast(size)
      if (anchor !== undefined) return anchor
      await next
    }
  }

  status(): AnchoringStatus {
    const { store, clock, chain, witnesses } = this.#parts
    const published = this.#publisher.current()
    const { pending, lastError } = chain.status()
    const trouble = this.#lastError ?? lastError
    const anchored = this.#rounds.newest
    const records = store.head.size
    const lagRecords = Math.max(0, records - (anchored?.size ?? 0))
    if (lagRecords === 0) this.#waitingSince = undefined
    else this.#waitingSince ??= clock.now()
    return {
      records,
      ...(published && { published: { size: published.size, time: published.time } }),
      ...(anchored && {
        anchored: {
          size: anchored.size,
          time: anchored.block.time,
          block: anchored.block.number,
          transaction: anchored.transaction,
        },
      }),
      lagRecords,
      lagSeconds:
        this.#waitingSince === undefined ? 0 : Math.max(0, Math.floor((clock.now() - this.#waitingSince) / 1000)),
      ...(pending && { pending }),
      ...(trouble && { lastError: trouble }),
      ...(witnesses && { witnesses: witnesses.status() }),
    }
  }

  async run(signal: AbortSignal): Promise<void> {
    const stop = new AbortController()
    const both = AbortSignal.any([signal, stop.signal])
    const loops = [this.#publishing(both), this.#anchoring(both)].map(loop =>
      loop.catch((error: unknown) => {
        if (both.aborted) return
        this.#ended = error
        this.#parts.log.error(
          { error: error instanceof LedgerError ? error.code : 'bug' },
          String(error instanceof Error ? error.message : error),
        )
        stop.abort()
        this.#tellNews()
      }),
    )
    await Promise.all(loops)
    if (this.#ended !== undefined) throw this.#ended
  }

  async #publishing(signal: AbortSignal): Promise<void> {
    const { clock, everyRecords, everySeconds, store } = this.#parts
    let publishedAt = Number.NEGATIVE_INFINITY
    await this.#repeat(signal, async () => {
      this.status() // notes since when a record has waited
      const current = this.#publisher.current()
      const grown = current === undefined ? Number.POSITIVE_INFINITY : store.head.size - current.size
      // A clock that was set back must not hold up the log.
      const waited = Math.abs(clock.now() - publishedAt)
      if (grown === 0 || (grown < everyRecords && waited < everySeconds * 1000)) return
      await this.#publisher.publish(signal)
      publishedAt = clock.now()
    })
  }

  async #anchoring(signal: AbortSignal): Promise<void> {
    const { clock, everySeconds } = this.#parts
    let lookAt = Number.NEGATIVE_INFINITY
    await this.#repeat(signal, async () => {
      const due = (this.#publisher.current()?.size ?? 0) > (this.#rounds.newest?.size ?? 0)
      if (!due && Math.abs(clock.now() - lookAt) < everySeconds * 1000) return
      const before = this.#rounds.newest
      try {
        // Records that came after the tree was taken wait from then on.
        this.#waitingSince = (await this.#rounds.run(signal)) ?? this.#waitingSince
      } finally {
        if (this.#rounds.newest !== before) this.#tellNews()
      }
      lookAt = clock.now()
    })
  }

  /** Does the work again and again; what may pass is shown and tried again after a growing pause. */
  async #repeat(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    const { clock, log } = this.#parts
    let pause = TICK_MS
    let trouble: AnchoringStatus['lastError']
    while (!signal.aborted) {
      try {
        await work()
        if (trouble !== undefined && this.#lastError === trouble) this.#lastError = undefined
        trouble = undefined
        pause = TICK_MS
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof LedgerError) || isFatal(error)) throw error
        if (trouble?.message !== error.message) log.warn({ code: error.code }, error.message)
        trouble = reasonOf(error)
        this.#lastError = trouble
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
      }
      await clock.sleep(pause, signal).catch(() => {}) // aborted: the loop's condition says so
    }
  }

  #nextNews(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        this.#waiting.delete(done)
        signal.removeEventListener('abort', abort)
        resolve()
      }
      const abort = (): void => {
        this.#waiting.delete(done)
        reject(signal.reason as Error)
      }
      this.#waiting.add(done)
      signal.addEventListener('abort', abort, { once: true })
    })
  }

  #tellNews(): void {
    for (const done of this.#waiting) done()
  }
}
