// The index of a running ledger: what is kept of it beside the store (index-keeper.ts), and the log of its epochs
// (epoch-log.ts), which commits to it. An epoch ends with a checkpoint that is about to be anchored, and the two logs are
// anchored together.
//
// Covering a checkpoint goes: note it → grow the index to its size → append the epoch → publish the index log's checkpoint.
// Each step is on the disk before the next, so a start ends what a crash interrupted: the epoch that was under way has the
// checkpoint that was noted. What is kept is derived: found wrong or too far ahead it is made again, epoch by epoch.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../chain/outbox.ts'
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
import { PLAIN_HASH_EACH } from '../hashing/hash-each.ts'
import { INDEX_FACTS, INDEX_KEY_FILES, type LogKey, openLogKey } from '../log-key.ts'
import { openPublisher, type Published, type Publisher, rootAt } from '../published.ts'
import { prunedLeaves } from '../store/archive/pruned.ts'
import { factsUnder } from '../store/facts-under.ts'
import { diskFiles } from '../store/file.ts'
import type { Store } from '../store/store.ts'
import { EpochLog, type KeptEpoch } from './epoch-log.ts'
import { type IndexKeeper, type IndexQuestion, openIndexKeeper } from './index-keeper.ts'
import type { PinnedRoot } from './kept-index.ts'
import { findEdges } from './pruned-edges.ts'

export interface IndexLogParts {
  readonly store: Pick<Store, 'scan' | 'readColumns' | 'facts'>
  /** The data directory. */
  readonly dir: string
  /** Of the log that is indexed. */
  readonly origin: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly log: Log
  /** As many as a segment of the store has, unless it is the usual number. */
  readonly stretchLeaves?: number
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

/** What is derived of the index, in the data directory. */
export const POSTINGS_FOLDER = 'postings'
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
   * @throws LedgerError `index_differs` for good; of the store, to be tried again; the signal's reason
   */
  async cover(published: Published, signal?: AbortSignal): Promise<Covered> {
    try {
      return await this.#cover(published, signal)
    } catch (error) {
      if (error instanceof LedgerError || isAborted(signal)) throw error
      await this.#startAnew(error) // it is derived: whatever is wrong with it, the log has it all
    }
    try {
      return await this.#cover(published, signal)
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

  /** Drops what only epochs of smaller trees than this have. */
  async release(size: number): Promise<void> {
    if (this.#keeper.pins.some(pin => pin.size < size)) await this.#keeper.release(size)
  }

  /**
   * Proves which records there are, all of them, with a value that the question names: that of the fewest records.
   * @param first No record of an earlier leaf is asked for
   * @throws LedgerError `index_behind` (retryable), `index_damaged`, `evidence_too_long`
   */
  async prove(
    { where, from, to }: Question,
    first: number | undefined,
    anchor: CoveredAnchor,
  ): Promise<CompleteAnswer> {
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
      await this.release(epochs[0]!.size) // the newest may still be asked for
      this.#parts.log.info({ epochs: at, of: size }, 'index: made again')
    }
  }

  /** The first epoch that the kept index has not taken in. */
  #firstLacking(): Promise<number> {
    const { size, target = Number.POSITIVE_INFINITY } = this.#keeper
    return this.epochs.firstBeyond(Math.min(size, target - 1))
  }

  async #startAnew(why: unknown): Promise<void> {
    const edges = await edgesOf(this.#parts, why)
    this.#parts.log.warn({ why: String(why) }, 'index: what is kept of it is made again from the log')
    this.#isAnew = true
    await this.#keeper[Symbol.asyncDispose]()
    this.#keeper = await openAnew(this.#parts, edges)
  }
}

async function openKept(parts: IndexLogParts): Promise<IndexKeeper> {
  const { store, dir, log, stretchLeaves } = parts
  const pruned = await prunedLeaves(store.facts)
  let keeper: IndexKeeper
  try {
    keeper = await openIndexKeeper(store, join(dir, POSTINGS_FOLDER), stretchLeaves)
  } catch (error) {
    const edges = await edgesOf(parts, error)
    log.warn({ why: String(error) }, 'index: what is kept of it cannot be read, and is made again from the log')
    return openAnew(parts, edges)
  }
  if (keeper.size >= pruned) return keeper
  try {
    // What it lacks of the pruned records the log does not have any more.
    const edges = await edgesOf(parts, new Error(`it ends with ${keeper.size} leaves`))
    await keeper[Symbol.asyncDispose]()
    return await openAnew(parts, edges)
  } catch (error) {
    await keeper[Symbol.asyncDispose]()
    throw error
  }
}

/** Removes what is kept, and begins with what is left of pruned records, or with the first leaf. */
async function openAnew({ store, dir, stretchLeaves }: IndexLogParts, edges: string | undefined): Promise<IndexKeeper> {
  const folder = join(dir, POSTINGS_FOLDER)
  await rm(folder, { recursive: true, force: true })
  const keeper = await openIndexKeeper(store, folder, stretchLeaves)
  if (edges === undefined) return keeper
  try {
    await keeper.restore(edges)
    return keeper
  } catch (error) {
    await keeper[Symbol.asyncDispose]()
    throw error
  }
}

/** Where what is left of pruned records is, which was read whole: without it nothing is removed that could not be made again. */
async function edgesOf({ store, dir }: IndexLogParts, why: unknown): Promise<string | undefined> {
  try {
    return (await findEdges({ store, dir, disk: diskFiles, hashEach: PLAIN_HASH_EACH }))?.path
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    const { code, words } = error
    throw new LedgerError(
      code,
      {
        en: `The index in ${POSTINGS_FOLDER} cannot be used (${String(why)}); nothing was removed. ${words.en}`,
        zh: `${POSTINGS_FOLDER} 中的索引无法使用（${String(why)}）；没有移除任何内容。${words.zh}`,
      },
      { cause: error },
    )
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}

function indexBehind(size: number, known: number): LedgerError {
  return new LedgerError(
    'index_behind',
    {
      en: `The anchored tree of ${size} leaves cannot be proven from yet: the index that shows that nothing is left out goes as far as ${known} leaves. It is made again from the log by itself; ask again later.`,
      zh: `${size} 片叶的存证树暂时无法据以证明：证明无遗漏所用的索引目前只到 ${known} 片叶。它会自动由日志重新生成，请稍后再问。`,
    },
    { retryable: true },
  )
}

function indexDamaged(cause?: unknown): LedgerError {
  return new LedgerError(
    'index_damaged',
    {
      en: `The index in ${POSTINGS_FOLDER} no longer proves what was anchored: bits on the disk have changed. Nothing was signed. All of it is derived: stop the service and run suyuan fsck --repair, which makes it again from the log.`,
      zh: `${POSTINGS_FOLDER} 中的索引已证明不了存证的内容：磁盘上的数据被改动。没有签署任何内容。其中全是派生数据：请停止服务并运行 suyuan fsck --repair，由日志重新生成。`,
    },
    { cause },
  )
}

function indexUnusable(cause: unknown): LedgerError {
  return new LedgerError(
    'index_unusable',
    {
      en: `The index in ${POSTINGS_FOLDER} was made anew from the log and failed again (${String(cause)}); until it works nothing is anchored. It is tried again by itself: see that the disk has room and can be written.`,
      zh: `${POSTINGS_FOLDER} 中的索引已由日志重新生成，但再次失败（${String(cause)}）；恢复之前不会存证。将自动重试：请检查磁盘空间和写权限。`,
    },
    { retryable: true, cause },
  )
}

function indexDiffers({ index, size, trieRoot }: KeptEpoch, found: Hash): LedgerError {
  const [is, made] = [trieRoot, found].map(hash => Buffer.from(hash).toString('hex'))
  return new LedgerError('index_differs', {
    en: `Epoch ${index} of the index log states the trie ${is} for ${size} leaves, but the log makes ${made}: the facts or the log in the data directory were changed, or another version of this program indexed it. Stop, and check the data directory against a backup.`,
    zh: `索引日志第 ${index} 期写明 ${size} 片叶的索引树根为 ${is}，而由日志得出 ${made}：数据目录中的登记信息或日志被改动，或曾由另一版本的程序建立索引。请停止服务，并以备份核对数据目录。`,
  })
}
