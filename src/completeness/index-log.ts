// The index of a running ledger: what is kept of it beside the store (index-keeper.ts), and the log of its epochs
// (epoch-log.ts), which commits to it. An epoch ends with a checkpoint that is about to be anchored, and the two logs are
// anchored together.
//
// Covering a checkpoint goes: note it → grow the index to its size → append the epoch → publish the index log's checkpoint.
// Each step is on the disk before the next, so a start ends what a crash interrupted: the epoch that was under way has the
// checkpoint that was noted. What is kept is derived: found wrong or too far ahead it is made again, epoch by epoch.

import { equal } from '../core/bytes.ts'
import { parseCheckpoint, type TreeHead } from '../core/checkpoint.ts'
import { type CompleteProof, checkComplete } from '../core/completeness/answer.ts'
import { indexOrigin } from '../core/completeness/epoch.ts'
import type { Posting } from '../core/completeness/postings.ts'
import { LedgerError } from '../core/error.ts'
import { parseNote } from '../core/note.ts'
import { inclusionNodes, proveInclusion } from '../core/proof.ts'
import { DIMENSIONS, type Dimension, type Question } from '../core/question.ts'
import type { TileId } from '../core/tile.ts'
import type { Hash } from '../core/tree.ts'
import { INDEX_FACTS, INDEX_KEY_FILES, type LogKey, openLogKey } from '../log-key.ts'
import { openPublisher, type Published, type Publisher, rootAt } from '../published.ts'
import { prunedLeaves } from '../store/archive/pruned.ts'
import { factsUnder } from '../store/facts-under.ts'
import { EpochLog } from './epoch-log.ts'
import { indexBehind, indexDamaged, indexDiffers, indexUnusable } from './index-errors.ts'
import type { IndexKeeper, IndexQuestion } from './index-keeper.ts'
import type { PinnedRoot } from './kept-index.ts'
import { type KeptParts, openAnew, openKept } from './open-kept.ts'

export interface IndexLogParts extends KeptParts {
  /** Of the log that is indexed. */
  readonly origin: string
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** A checkpoint of the log that the index covers, and the index log with its epoch as the last leaf. */
export interface Covered {
  readonly checkpoint: string
  readonly head: TreeHead
}

/** What proves an answer to be complete, but for the anchor. */
export interface CompleteAnswer {
  readonly by: Dimension
  readonly trieRoot: Hash
  /** Inclusion of the last leaf of the index log's tree. */
  readonly inclusion: readonly Hash[]
  readonly proof: CompleteProof
  /** All that the value has within the window. */
  readonly postings: readonly Posting[]
}

/** An anchored tree of the log, and the tree of the index log that was anchored with it. */
export interface CoveredAnchor {
  readonly size: number
  readonly index: { readonly size: number }
}

/** Facts, under `INDEX_FACTS`: the checkpoint that is being covered. */
export const COVERING_FACT = 'covering'
/** Epochs read at a time when the index is made again; of as many, older roots are kept while it is. */
const EPOCHS_AT_ONCE = 64

export class IndexLog implements AsyncDisposable {
  readonly origin: string
  readonly key: LogKey
  readonly epochs: EpochLog
  readonly #parts: IndexLogParts
  readonly #publisher: Publisher
  #keeper: IndexKeeper
  /** Why what is kept could be neither used nor made anew: it is not open. */
  #notOpened: LedgerError | undefined
  /** The kept index has all epochs, and none is half done. */
  #isCaughtUp = false
  /** It was made from nothing since the start: what is wrong with it now is not what was kept. */
  #isAnew = false

  private constructor(parts: IndexLogParts, key: LogKey, epochs: EpochLog, publisher: Publisher, keeper: IndexKeeper) {
    this.origin = key.origin
    this.key = key
    this.epochs = epochs
    this.#parts = parts
    this.#publisher = publisher
    this.#keeper = keeper
  }

  /**
   * Opens the keys and the epochs, and compares them with what was published of them. What is derived is made anew if it
   * cannot be read.
   * @throws LedgerError as `openLogKey` and `openPublisher`, of the index log
   */
  static async open(parts: IndexLogParts): Promise<IndexLog> {
    const { dir, now } = parts
    const facts = factsUnder(parts.store.facts, INDEX_FACTS)
    const origin = indexOrigin(parts.origin)
    const key = await openLogKey({ dir, origin, facts, files: INDEX_KEY_FILES })
    const epochs = await EpochLog.open(facts)
    const publisher = await openPublisher({ store: epochs, logKey: key, now })
    return new IndexLog(parts, key, epochs, publisher, await openKept(parts))
  }

  /** The published checkpoint of the index log, a signed note. */
  checkpoint(): string | undefined {
    return this.#publisher.current()?.checkpoint
  }

  /** Of the index log, as tlog-tiles serves it. */
  readTile(tile: TileId): Promise<Uint8Array | undefined> {
    return this.epochs.readTile(tile)
  }

  /**
   * Covers a checkpoint of the log, or an earlier one first that was interrupted. One call at a time.
   * @param published Of a tree larger than any that was covered before, or the one covered last
   * @throws LedgerError `index_differs` for good; `index_unusable` and those of the store, to be tried again; the signal's reason
   */
  cover(published: Published, signal?: AbortSignal): Promise<Covered> {
    return this.#orAnew(() => this.#cover(published, signal), signal)
  }

  /**
   * Takes in the epochs that what is kept lacks, and ends the one that was interrupted. Not beside `cover`.
   * @throws LedgerError as `cover`
   */
  catchUp(signal?: AbortSignal): Promise<void> {
    return this.#orAnew(() => this.#catchUp(signal), signal)
  }

  /** It is derived: whatever is wrong with what is kept, the log has it all. */
  async #orAnew<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof LedgerError || isAborted(signal)) throw error
      await this.#startAnew(error)
    }
    try {
      return await work()
    } catch (error) {
      throw error instanceof LedgerError || isAborted(signal) ? error : indexUnusable(error)
    }
  }

  async #cover(published: Published, signal?: AbortSignal): Promise<Covered> {
    await this.#catchUp(signal)
    if (this.epochs.newest?.size !== published.size) await this.#add(published, signal)
    return { checkpoint: this.epochs.newest!.checkpoint, head: await this.#publisher.publish() }
  }

  /** What was covered with a tree of the log, if it was. */
  async coveredAt(size: number): Promise<Covered | undefined> {
    const epoch = await this.epochs.ofSize(size)
    if (epoch === undefined) return undefined
    const leaves = epoch.index + 1
    return { checkpoint: epoch.checkpoint, head: { size: leaves, root: await rootAt(this.epochs, leaves) } }
  }

  /**
   * Drops what only epochs of smaller trees than this have.
   * @throws LedgerError as `cover`
   */
  async release(size: number): Promise<void> {
    if (this.#notOpened !== undefined) return // it has nothing to drop
    try {
      await this.#release(size)
    } catch (error) {
      if (error instanceof LedgerError) throw error
      await this.#startAnew(error)
    }
  }

  /**
   * Proves which records there are, all of them, with a value that the question names: that of the fewest records.
   * @param first No record of an earlier leaf is asked for
   * @throws LedgerError `index_behind`, `index_unusable` (both retryable), `index_damaged`, `evidence_too_long`
   */
  async prove(
    { where, from, to }: Question,
    first: number | undefined,
    anchor: CoveredAnchor,
  ): Promise<CompleteAnswer> {
    if (this.#notOpened !== undefined) throw this.#notOpened
    const pin = this.#keeper.pins.findLast(({ size }) => size === anchor.size)
    if (pin === undefined) throw indexBehind(anchor.size, this.#keeper.size)
    const by = await this.#rarest(where, pin)
    const question = { dimension: by, value: where[by]!, from, to, first }
    const proof = await this.#proveFrom(pin, question)
    // What leaves here is checked as a stranger will: a bit that flipped on our disk must not become a signed lie.
    const postings = checkComplete(question, pin.root, proof)
    if (postings === undefined) throw indexDamaged()
    const { size } = anchor.index
    const nodes = await this.epochs.readNodes(inclusionNodes(size - 1, size))
    return { by, trieRoot: pin.root, inclusion: proveInclusion(size - 1, size, nodes), proof, postings }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keeper[Symbol.asyncDispose]()
  }

  async #proveFrom(pin: PinnedRoot, question: IndexQuestion): Promise<CompleteProof> {
    try {
      return await this.#keeper.prove(question, pin)
    } catch (error) {
      if (error instanceof LedgerError) throw error
      // Released meanwhile, since a newer anchor is final: whoever asks again is answered from that.
      const isKept = this.#keeper.pins.some(({ root }) => equal(root, pin.root))
      throw isKept ? indexDamaged(error) : indexBehind(pin.size, this.#keeper.size)
    }
  }

  async #rarest(where: Question['where'], pin: PinnedRoot): Promise<Dimension> {
    const named = DIMENSIONS.filter(dimension => where[dimension] !== undefined)
    if (named.length === 1) return named[0]!
    const counts = await Promise.all(named.map(dimension => this.#keeper.count(dimension, where[dimension]!, pin)))
    return named[counts.indexOf(Math.min(...counts))]!
  }

  async #add({ checkpoint, size }: Pick<Published, 'checkpoint' | 'size'>, signal?: AbortSignal): Promise<void> {
    this.#isCaughtUp = false
    await this.epochs.facts.put({ [COVERING_FACT]: checkpoint })
    const { root } = await this.#keeper.grow(size, signal)
    await this.epochs.append({ trieRoot: root, checkpoint })
    this.#isCaughtUp = true
  }

  /** Ends what was interrupted, and grows the kept index to the newest epoch, or makes it again. */
  async #catchUp(signal?: AbortSignal): Promise<void> {
    if (this.#isCaughtUp) return
    const covering = await this.#interrupted()
    const [newest, keeper] = [this.epochs.newest?.size ?? 0, this.#keeper]
    const known = Math.max(newest, await prunedLeaves(this.#parts.store.facts))
    const isAhead = keeper.target === undefined ? keeper.size > known : keeper.target > newest
    const isInterrupted = covering !== undefined && (keeper.target ?? keeper.size) === covering.size
    if (isAhead && !isInterrupted) await this.#startAnew(new Error('it goes beyond the epochs'))
    await this.#replay(signal)
    if (covering !== undefined) await this.#add(covering, signal)
    this.#isCaughtUp = true
  }

  /** The checkpoint that was being covered when the ledger ended, unless that was done. */
  async #interrupted(): Promise<Pick<Published, 'checkpoint' | 'size'> | undefined> {
    const checkpoint = await this.epochs.facts.get(COVERING_FACT)
    if (checkpoint === undefined) return undefined
    const { size } = parseCheckpoint(parseNote(checkpoint).text)
    return size > (this.epochs.newest?.size ?? 0) ? { checkpoint, size } : undefined
  }

  /** Takes in the epochs that the kept index lacks: it must come to the roots that they state. */
  async #replay(signal?: AbortSignal): Promise<void> {
    const { size } = this.epochs.head
    for (let at = await this.#firstLacking(); at < size; ) {
      const epochs = await this.epochs.from(at, EPOCHS_AT_ONCE)
      for (const epoch of epochs) {
        const { root } = await this.#keeper.grow(epoch.size, signal)
        if (equal(root, epoch.trieRoot)) continue
        if (this.#isAnew) throw indexDiffers(epoch, root)
        throw new Error(`it does not come to the root of epoch ${epoch.index}`)
      }
      at += epochs.length
      await this.#release(epochs[0]!.size) // the newest may still be asked for
      this.#parts.log.info({ epochs: at, of: size }, 'index: made again')
    }
  }

  /** The first epoch that the kept index has not taken in. */
  #firstLacking(): Promise<number> {
    const { size, target = Number.POSITIVE_INFINITY } = this.#keeper
    return this.epochs.firstBeyond(Math.min(size, target - 1))
  }

  async #release(size: number): Promise<void> {
    if (this.#keeper.pins.some(pin => pin.size < size)) await this.#keeper.release(size)
  }

  /** @throws LedgerError `index_unusable` when it cannot be opened; as `openAnew`, with what is kept still open */
  async #startAnew(why: unknown): Promise<void> {
    this.#isCaughtUp = false
    try {
      this.#keeper = await openAnew(this.#parts, why, this.#keeper)
    } catch (error) {
      if (error instanceof LedgerError) throw error
      this.#notOpened = indexUnusable(error)
      throw this.#notOpened
    }
    this.#notOpened = undefined
    this.#isAnew = true
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}
