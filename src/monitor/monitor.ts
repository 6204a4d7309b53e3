// One inspector's watch over one log: each round reads what is new, verifies all of it, and compares it with what was
// verified, derived and anchored before. A round goes on past a fault to whatever can still be checked, and what could not be
// checked is told apart from what was found wrong.

import { join } from 'node:path'
import type { Chain } from '../chain/network.ts'
import type { Clock } from '../clock.ts'
import type { Trust } from '../verify/trust.ts'
import { AskedAnswers } from './asked-answers.ts'
import type { Found } from './checks.ts'
import { DerivedIndex } from './derived-index.ts'
import { findDoubt, isInDoubt } from './doubt.ts'
import { checkEpochs } from './epochs.ts'
import { recordFinding } from './fault-record.ts'
import type { Asking } from './fetch-bytes.ts'
import { FollowedLog, type LogName } from './followed-log.ts'
import { type HeldReceipts, noteAwaited } from './held-receipts.ts'
import type { MonitorKey } from './identity.ts'
import { marksBehind, pastMarks, withMark } from './outside-clocks.ts'
import { RecordReading } from './record-reading.ts'
import { type RoundReport, reportOf } from './report.ts'
import { Round } from './round.ts'
import { readSample } from './sample.ts'
import { askHeads, takeServed } from './served-heads.ts'
import { WatchedSources } from './sources.ts'
import type { StateFolder } from './state.ts'
import type { MonitorState } from './state-shape.ts'
import { createTileClient, type SignedHead } from './tile-client.ts'
import { checkChain, type ReadChain, readChain } from './watched-chain.ts'

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
  /** Chooses what is asked about, as `Math.random` would: at least 0, less than 1. By node:crypto where absent. */
  readonly random?: () => number
}

/** The same comes again as often as somebody asks. */
const MOST_BESIDE = 16

export class Monitor implements AsyncDisposable {
  readonly #parts: MonitorParts
  readonly #log: FollowedLog
  readonly #index: FollowedLog | undefined
  readonly #derived: DerivedIndex
  readonly #sources: WatchedSources | undefined
  readonly #records: RecordReading
  /** Found beside the rounds; put on record by the next one, which alone writes. */
  readonly #beside: Found[] = []
  readonly #answers: AskedAnswers | undefined

  private constructor(
    parts: MonitorParts,
    log: FollowedLog,
    index: FollowedLog | undefined,
    derived: DerivedIndex,
    sources: WatchedSources | undefined,
  ) {
    this.#sources = sources
    this.#records = new RecordReading(log, sources)
    this.#parts = parts
    this.#log = log
    this.#index = index
    this.#derived = derived
    const { asking, trust, random, chain, folder } = parts
    const isAsking = asking.token !== undefined
    this.#answers = isAsking
      ? new AskedAnswers({ asking, trust, log, index, chain, state: folder.state, ...(random && { random }) })
      : undefined
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
    const sources = trust.sources && (await WatchedSources.open(folder.path, trust.sources))
    return new Monitor(parts, log, index, derived, sources)
  }

  get state(): MonitorState {
    return this.#parts.folder.state
  }

  get isAtFault(): boolean {
    return this.state.faults.length > 0 || this.#beside.length > 0
  }

  /** What somebody else found of this log. */
  report(found: Found): void {
    if (this.#beside.length < MOST_BESIDE) this.#beside.push(found)
  }

  /** @throws the signal's reason; what is no LedgerError is a bug */
  async round(signal: AbortSignal): Promise<RoundReport> {
    const { folder, key, clock } = this.#parts
    const { state } = this
    state.whole ??= clock.now()
    const round = new Round(signal, async found => {
      const isNew = await recordFinding(folder, key, found, clock.now())
      if (isNew) await this.#save()
      return isNew
    })
    for (const found of this.#beside.splice(0)) await round.onFound(found)
    const news = await this.#readChain(round)
    const published = await this.#follow(round, news)
    await this.#compare(round, news)
    noteAwaited(state, this.#parts.receipts?.awaited, clock.now())
    await this.#save(true)
    return this.#told(round, published)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#derived[Symbol.asyncDispose]()
  }

  /** Before the logs: when they were anchored bounds when what follows came in. */
  async #readChain({ attempt }: Round): Promise<ReadChain | undefined> {
    const { chain: connect, trust, finality } = this.#parts
    if (connect === undefined) return undefined
    return attempt(() => readChain({ connect, trust, finality }, this.state))
  }

  /** Takes in what is new of both logs; resolves to the size of the newest checkpoint. */
  async #follow(round: Round, news: ReadChain | undefined): Promise<number> {
    const [log, index] = [this.#log, this.#index]
    const { signal, attempt } = round
    const askedAt = this.#parts.clock.now()
    const heads = await askHeads(log, index, round)
    for (const followed of [log, index]) await attempt(async () => followed?.catchUp(signal))
    const lag = { smaller: this.state.smaller, now: this.#parts.clock.now(), patienceMs: this.#parts.patienceMs }
    const take = (followed: FollowedLog, head: SignedHead) => attempt(() => takeServed(followed, head, lag, signal))
    if (index !== undefined && heads.index !== undefined) {
      await take(index, heads.index)
      await attempt(() => this.#checkEpochs(index, round, news))
    }
    if (heads.log !== undefined) {
      await take(log, heads.log)
      if (index !== undefined && heads.log.size <= log.size) this.#noteLook(heads.log.size, askedAt)
    }
    await attempt(() => this.#readRest(round))
    return heads.log?.size ?? 0
  }

  /** With what is served again, anchored, promised and answered. */
  async #compare(round: Round, news: ReadChain | undefined): Promise<void> {
    const { receipts, clock, patienceMs, sample } = this.#parts
    const [{ state }, log, index] = [this, this.#log, this.#index]
    const { signal, attempt, onFound } = round
    for (const followed of [log, index]) await attempt(async () => followed && readSample(followed, sample, signal))
    if (news !== undefined) {
      const lateness = { now: clock.now(), patienceMs }
      await attempt(() => checkChain(news, state, { log, index }, lateness, onFound, signal))
    }
    this.#forgetClocks()
    await attempt(async () => receipts?.check(log, onFound, signal))
    if (this.#answers === undefined) return
    const doubt = await attempt(async () => index && findDoubt(state, index, log, signal))
    // What no epoch has yet is not anchored, and not answered of.
    const size = index === undefined ? log.size : state.epochs.size
    await this.#answers.round({ size, doubt }, round)
  }

  #told(round: Round, published: number): RoundReport {
    const [log, index, answers, sources] = [this.#log, this.#index, this.#answers, this.#sources]
    return reportOf(round, this.state, { ...this.#parts, log, index, answers, sources, published })
  }

  async #checkEpochs(
    index: FollowedLog,
    { onFound, signal }: Round,
    { marks }: Pick<ReadChain, 'marks'> = { marks: [] },
  ): Promise<void> {
    const { trust, backdatedMs, clock } = this.#parts
    const [state, log, derived, records] = [this.state, this.#log, this.#derived, this.#records]
    // All that follows a wrong epoch rests on it.
    if (isInDoubt(state)) return
    const { timeKey } = trust
    const anchors = pastMarks([...(state.chain.marks ?? []), ...marks], clock.now())
    const clocks = { anchors, looks: state.looks ?? [] }
    const save = (): Promise<void> => this.#save()
    await checkEpochs({ state, log, index, derived, records, timeKey, backdatedMs, clocks, onFound, save }, signal)
  }

  /** The log showed so many leaves, which were verified. */
  #noteLook(size: number, askedAt: number): void {
    this.state.looks = withMark(this.state.looks ?? [], { size, time: Math.floor(askedAt / 1000) })
  }

  /** What bounds no epoch that is still to come. */
  #forgetClocks(): void {
    const { state } = this
    const size = isInDoubt(state) ? Number.POSITIVE_INFINITY : state.epochs.size
    if (state.chain.marks !== undefined) state.chain.marks = marksBehind(state.chain.marks, size)
    if (state.looks !== undefined) state.looks = marksBehind(state.looks, size)
  }

  /** Those behind the newest epoch: they are derived from when theirs ends, and are looked at now. */
  async #readRest({ onFound, signal }: Round): Promise<void> {
    const { state } = this
    for await (const _ of this.#records.read(state.records, this.#log.size, onFound, signal)) state.records++
  }

  async #save(isEnd = false): Promise<void> {
    await this.#parts.folder.save([this.#log, ...(this.#index === undefined ? [] : [this.#index])])
    await this.#sources?.save(isEnd)
  }
}
