// One inspector's watch over one log: each round reads what is new, verifies all of it, and compares it with what was
// verified, derived and anchored before. A round goes on past a fault to whatever can still be checked, and what could not be
// checked is told apart from what was found wrong.

import { join } from 'node:path'
import type { Chain } from '../chain/network.ts'
import type { Clock } from '../clock.ts'
import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import { NotCheckable } from '../verify/report.ts'
import type { Trust } from '../verify/trust.ts'
import { checkAnchors, readAnchors } from './anchors.ts'
import { Contradiction, type Warning } from './checks.ts'
import { DerivedIndex } from './derived-index.ts'
import { checkEpochs, timeOf } from './epochs.ts'
import { recordFault } from './fault-record.ts'
import { type Asking, PRUNED } from './fetch-bytes.ts'
import { FollowedLog, type LogName } from './followed-log.ts'
import type { HeldReceipts } from './held-receipts.ts'
import type { MonitorKey } from './identity.ts'
import { keptBack, rolledBack } from './kept-back.ts'
import { readRecords } from './records.ts'
import type { FaultOnRecord, MonitorState, StateFolder } from './state.ts'
import { createTileClient, type SignedHead } from './tile-client.ts'
import { warningsOf } from './warnings.ts'

export interface MonitorParts {
  readonly asking: Asking
  readonly trust: Trust
  readonly folder: StateFolder
  readonly key: MonitorKey
  readonly clock: Clock
  /** Without it nothing is said about anchors. */
  readonly chain?: () => Promise<Chain>
  readonly receipts?: HeldReceipts
  /** How deep a block must be to be read, where the chain does not say which are final. */
  readonly finality: number
  /** How long what may be mere lag is borne with, in ms. */
  readonly patienceMs: number
  readonly backdatedMs: number
  /** Full bundles that are read again in each round. */
  readonly sample: number
}

/** What could not be checked, and why. */
export interface Trouble {
  readonly code: string
  readonly words: Words
}

export interface RoundReport {
  readonly time: number
  /** Leaves that are verified, and how many the newest signed checkpoint has that was served. */
  readonly verified: number
  readonly published: number
  /** Since the newest verified checkpoint was signed, in seconds; by the log's time key. */
  readonly age?: number
  readonly records: number
  readonly epochs: number
  readonly anchors?: { readonly verified: number; readonly size: number; readonly waiting: number }
  readonly receipts?: { readonly kept: number; readonly waiting: number }
  readonly warnings: readonly Warning[]
  /** All on record; those of this round are new. */
  readonly faults: readonly FaultOnRecord[]
  readonly found: number
  readonly troubles: readonly Trouble[]
}

/** The same comes again as often as somebody asks. */
const MOST_BESIDE = 16

export class Monitor implements AsyncDisposable {
  readonly #parts: MonitorParts
  readonly #log: FollowedLog
  readonly #index: FollowedLog | undefined
  readonly #derived: DerivedIndex
  /** Found beside the rounds; put on record by the next one, which alone writes. */
  readonly #beside: Contradiction[] = []

  private constructor(parts: MonitorParts, log: FollowedLog, index: FollowedLog | undefined, derived: DerivedIndex) {
    this.#parts = parts
    this.#log = log
    this.#index = index
    this.#derived = derived
  }

  /** Takes up what the folder has; whatever of it does not fit together is made again from the log. */
  static async open(parts: MonitorParts): Promise<Monitor> {
    const { folder, trust, asking } = parts
    const follow = async (name: LogName, key: Trust['logKey']): Promise<FollowedLog> => {
      const kept = await folder.tree(name, key)
      return new FollowedLog({ name, client: createTileClient(asking, name, key), ...kept })
    }
    const log = await follow('log', trust.logKey)
    const index = trust.indexKey === undefined ? undefined : await follow('index', trust.indexKey)
    const isLost = [log, index].some(followed => followed?.head !== undefined && followed.size < followed.head.size)
    if (isLost) folder.forget()
    const derived = await DerivedIndex.open(join(folder.path, 'postings'))
    return new Monitor(parts, log, index, derived)
  }

  get state(): MonitorState {
    return this.#parts.folder.state
  }

  get isAtFault(): boolean {
    return this.state.faults.length > 0 || this.#beside.length > 0
  }

  /** What somebody else found of this log. */
  report(found: Contradiction): void {
    if (this.#beside.length < MOST_BESIDE) this.#beside.push(found)
  }

  /** @throws the signal's reason; what is no LedgerError is a bug */
  async round(signal: AbortSignal): Promise<RoundReport> {
    const { clock, receipts, trust, folder } = this.#parts
    const { state } = folder
    const [log, index] = [this.#log, this.#index]
    const troubles: Trouble[] = []
    let found = 0
    const onFault = async (fault: Contradiction): Promise<void> => {
      if (await recordFault(folder, this.#parts.key, fault, clock.now())) {
        found++
        await this.#save()
      }
    }
    /** One step; what it finds or cannot do does not keep the next from being made. */
    const attempt = async <T>(step: () => Promise<T>): Promise<T | undefined> => {
      signal.throwIfAborted()
      try {
        return await step()
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof Contradiction) await onFault(error)
        else if (error instanceof LedgerError) troubles.push({ code: error.code, words: error.words })
        else if (error instanceof NotCheckable) troubles.push({ code: 'chain_not_checkable', words: error.words })
        else throw error
        return undefined
      }
    }

    for (const fault of this.#beside) await onFault(fault)
    this.#beside.length = 0
    // The index log's first: what its epochs are of was published before.
    const indexHead = index && (await attempt(async () => (await index.client.checkpoint(signal)) ?? NONE))
    const logHead = await attempt(async () => requirePublished(log, (await log.client.checkpoint(signal)) ?? NONE))
    // Of an empty log nothing is anchored, and so no index published.
    const isDue = index !== undefined && indexHead === NONE && logHead !== undefined && logHead.size > 0
    if (isDue) await attempt(async () => requirePublished(index, NONE))
    for (const followed of [log, index]) await attempt(async () => followed?.catchUp(signal))
    if (index !== undefined && indexHead !== undefined && indexHead !== NONE) {
      await attempt(() => this.#take(index, indexHead, signal))
      await attempt(() => this.#checkEpochs(index, onFault, signal))
    }
    if (logHead !== undefined) await attempt(() => this.#take(log, logHead, signal))
    await attempt(() => this.#readRest(onFault, signal))
    for (const followed of [log, index]) await attempt(async () => followed && this.#sample(followed, signal))
    await attempt(() => this.#checkChain(onFault, signal))
    await attempt(async () => receipts?.check(log, onFault, signal))
    this.#noteAwaited()
    await this.#save()

    const signed = log.head && timeOf(log.head.note, trust.timeKey)
    const anchors = { verified: state.chain.verified, size: state.chain.size, waiting: state.chain.pending.length }
    return {
      time: clock.now(),
      verified: log.size,
      published: Math.max(logHead?.size ?? 0, log.head?.size ?? 0),
      ...(signed === undefined ? {} : { age: Math.max(0, Math.floor(clock.now() / 1000) - signed) }),
      records: state.records,
      epochs: state.epochs.count,
      ...(this.#parts.chain && { anchors }),
      ...(receipts && { receipts: { kept: receipts.kept, waiting: receipts.waiting } }),
      warnings: warningsOf(state, clock.now(), this.#parts.patienceMs),
      faults: state.faults,
      found,
      troubles,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#derived[Symbol.asyncDispose]()
  }

  /** A smaller checkpoint of our own tree may be that of a cache; not if it stays. */
  async #take(log: FollowedLog, head: SignedHead, signal: AbortSignal): Promise<void> {
    const { state } = this
    const held = log.head
    await log.take(head, signal)
    if (held === undefined || head.size >= held.size) {
      delete state.smaller[log.name]
      return
    }
    const now = this.#parts.clock.now()
    const since = (state.smaller[log.name] ??= now)
    if (now - since >= this.#parts.patienceMs) throw rolledBack(log.name, held, head, since)
  }

  async #checkEpochs(
    index: FollowedLog,
    onFault: (found: Contradiction) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { trust, backdatedMs } = this.#parts
    const [state, log, derived] = [this.state, this.#log, this.#derived]
    // All that follows a wrong epoch rests on it.
    if (state.faults.some(({ check }) => check === 'epoch-wrong')) return
    const { timeKey } = trust
    const save = (): Promise<void> => this.#save()
    await checkEpochs({ state, log, index, derived, timeKey, backdatedMs, onFault, save }, signal)
  }

  /** Those behind the newest epoch: they are derived from when theirs ends, and are looked at now. */
  async #readRest(onFault: (found: Contradiction) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { state } = this
    for await (const _ of readRecords(this.#log, state.records, this.#log.size, onFault, signal)) state.records++
  }

  async #sample(log: FollowedLog, signal: AbortSignal): Promise<void> {
    const { tiles } = log.tree
    for (let k = 0; k < Math.min(tiles, this.#parts.sample); k++) {
      await log.readAgain(Math.floor(Math.random() * tiles), signal).catch((error: unknown) => {
        if (!(error instanceof LedgerError) || error.code !== PRUNED) throw error
      })
    }
  }

  async #checkChain(onFault: (found: Contradiction) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { chain, trust, finality, clock } = this.#parts
    if (chain === undefined) return
    const { state } = this
    await readAnchors(state.chain, { chain: await chain(), trust, finality })
    await checkAnchors(state.chain, { log: this.#log, ...(this.#index && { index: this.#index }) }, onFault, signal)
    await this.#requireAnchored()
    const published = this.#log.head?.size ?? 0
    if (state.chain.size >= published) delete state.unanchored
    else if (state.unanchored === undefined || state.chain.size >= state.unanchored.size) {
      state.unanchored = { size: published, since: clock.now() }
    }
  }

  /** What is anchored was published before; who keeps showing less keeps it back. */
  async #requireAnchored(): Promise<void> {
    const { state } = this
    const anchor = state.chain.pending.findLast(({ of }) => of === 'log')
    if (anchor === undefined) {
      delete state.smaller.chain
      return
    }
    const now = this.#parts.clock.now()
    const since = (state.smaller.chain ??= now)
    if (now - since >= this.#parts.patienceMs) throw keptBack(anchor, this.#log.head, since)
  }

  /** By this clock and not by the time in the receipt, which the log signed. */
  #noteAwaited(): void {
    const { state } = this
    const size = this.#parts.receipts?.awaited
    if (size === undefined) delete state.promised
    else if (state.promised?.size !== size) state.promised = { size, since: this.#parts.clock.now() }
  }

  async #save(): Promise<void> {
    await this.#parts.folder.save([this.#log, ...(this.#index === undefined ? [] : [this.#index])])
  }
}

const NONE = 'none'

function requirePublished(log: FollowedLog, head: SignedHead | typeof NONE): SignedHead {
  if (head !== NONE) return head
  throw new LedgerError(
    'log_unpublished',
    {
      en: `Nothing is published at /${log.name}/checkpoint; see that --log is the address of the service, and ask again once it has anchored for the first time.`,
      zh: `/${log.name}/checkpoint 没有已发布的检查点；请核对 --log 是否为服务地址，或待其首次存证后再试。`,
    },
    { retryable: true },
  )
}
