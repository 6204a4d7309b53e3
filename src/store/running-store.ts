// The embedded store at work. An append goes: data → sync → commit frame → sync → tiles → head. What is derived is not
// synced; recover.ts makes it again.

import type { TreeHead } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import type { Dimension } from '../core/question.ts'
import { TILE_WIDTH, type TileId, tileWidth } from '../core/tile.ts'
import type { Hash, NodeId } from '../core/tree.ts'
import { inBoth } from '../core/words.ts'
import type { Archives } from './archive/archives.ts'
import { OldSegments } from './archive/old-segments.ts'
import { entriesPruned } from './archive/pruned.ts'
import { type DataDirectory, explainFailure } from './directory.ts'
import type { OpenFacts } from './facts/facts.ts'
import type { SegmentColumns } from './index/columns.ts'
import { indexColumns } from './index/memory-index.ts'
import { scanSegments, searchSegments } from './index/search.ts'
import type { SegmentIndex } from './index/segment-index.ts'
import type { SegmentKeeper } from './index/segment-keeper.ts'
import type { BatchStates } from './level/batch-states.ts'
import { type PackedBatches, type PackedSegment, packBatches } from './log/append.ts'
import { encodeCommit, type LogMark } from './log/commits.ts'
import type { Derivation } from './log/derived.ts'
import { type EntrySource, readBundle, readEntries } from './log/entries.ts'
import { JoinedWrites } from './log/joined-writes.ts'
import { isWithin } from './log/nodes.ts'
import { eraseSealedFrame, readSealedFrame } from './log/sealed.ts'
import type { Recovered } from './recover.ts'
import { settleAll } from './settle.ts'
import type { BatchState, Facts, LeafColumns, Names, NewBatch, Rows, Search, Store } from './store.ts'

/** Commits of few or no leaves (all lines refused) add to what a start reads, too: then the open segment is put down. */
const MAX_COMMIT_BYTES = 64 * 2 ** 20

export class RunningStore implements Store {
  readonly facts: Facts
  readonly old: OldSegments
  readonly #archives: Archives
  readonly #facts: OpenFacts
  readonly #dir: string
  readonly #directory: DataDirectory
  readonly #states: BatchStates
  readonly #keeper: SegmentKeeper
  readonly #derivation: Derivation
  /** By number: full ones on the disk, or still in memory, and last the open one. */
  readonly #segments: SegmentIndex[]
  readonly #source: EntrySource
  readonly #joined = new JoinedWrites()
  #open: SegmentColumns
  /** A full segment on its way to the disk. */
  #finishing: Promise<void> | undefined
  #puttingDown: Promise<void> | undefined
  #head: LogMark
  /** Where the commits were when they were last given a mark. */
  #marked: number
  /** The append under way. */
  #appending: Promise<void> | undefined
  /** Why no more writes are taken. */
  #broken: LedgerError | undefined
  #closed: Promise<void> | undefined

  constructor(
    dir: string,
    directory: DataDirectory,
    states: BatchStates,
    keeper: SegmentKeeper,
    facts: OpenFacts,
    archives: Archives,
    { head, closed, open, derivation }: Recovered,
  ) {
    this.#dir = dir
    this.#directory = directory
    this.#states = states
    this.#keeper = keeper
    this.#derivation = derivation
    this.#open = open
    this.#segments = [...closed, indexColumns(open)]
    this.#head = head
    this.#marked = (directory.index.open ?? directory.index.mark)?.commitEnd ?? 0
    const { segments, tiles } = directory.files
    this.#source = { segments, tiles, indexOf: number => this.#segments[number]! }
    this.#archives = archives
    this.old = new OldSegments({
      segments,
      archives,
      indexes: this.#segments,
      settled: () => directory.index.mark?.size ?? 0,
      requireWritable: () => this.#requireWritable(),
      fail: cause => this.#fail(cause),
    })
    this.#facts = facts
    this.facts = {
      get: key => facts.get(key),
      list: (prefix, options) => facts.list(prefix, options),
      put: added => this.#saving(() => facts.put(added)),
      replace: added => this.#saving(() => facts.replace(added)),
    }
  }

  get head(): TreeHead {
    const { size, root } = this.#head
    return { size, root }
  }

  async append(batches: readonly NewBatch[]): Promise<readonly number[]> {
    this.#requireWritable()
    if (this.#appending !== undefined) throw new Error('append was called while another is under way')
    const packed = packBatches(batches, this.#head, this.#leaves)
    if (packed.segments.length === 0 && packed.states.length === 0) return packed.firstIndices
    this.#appending = this.#commit(packed)
    try {
      await this.#appending
      return packed.firstIndices
    } catch (error) {
      throw this.#fail(error)
    } finally {
      this.#appending = undefined
    }
  }

  findBatch(key: string): BatchState | undefined {
    return this.#states.find(key)
  }

  async readNodes(nodes: readonly NodeId[]): Promise<Hash[]> {
    const { size } = this.#head
    const recent = nodes.every(node => isWithin(node, size)) ? this.#derivation.findRecent(nodes) : undefined
    return recent ?? this.#keeper.nodes.read(nodes, size)
  }

  async readTile({ level, index, width }: TileId): Promise<Uint8Array | undefined> {
    if (!(index >= 0 && width >= 1 && width <= tileWidth(level, index, this.#head.size))) return undefined
    const first = index * TILE_WIDTH
    if (level === 'entries') return this.#tellingPruned(() => readBundle(this.#source, first, width))
    return this.#directory.files.tiles.read(level, first, width)
  }

  async readEntries(indices: readonly number[]): Promise<Uint8Array[]> {
    return this.#tellingPruned(() => readEntries(this.#source, indices, this.#head.size))
  }

  async readSealed(index: number): Promise<Uint8Array | undefined> {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.#head.size) return undefined
    return this.#tellingPruned(async () => {
      const frame = await this.#sealedFrame(index)
      if (frame === undefined) return undefined
      const { segments } = this.#directory.files
      return readSealedFrame(segments.get(segments.numberOf(index))!.sealed!, frame.start, frame.end, index)
    })
  }

  async eraseSealed(index: number): Promise<void> {
    this.#requireWritable()
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.#head.size) return
    const frame = await this.#sealedFrame(index)
    if (frame === undefined) return
    const { start, end } = frame
    // Not while the segment is copied into an archive: the part would be in the copy still.
    await this.#archives.inTurn(async () => {
      const { segments } = this.#directory.files
      const sealed = segments.get(segments.numberOf(index))?.sealed
      if (sealed === undefined) return // pruned meanwhile
      await readSealedFrame(sealed, start, end, index)
      await eraseSealedFrame(sealed, start, end).catch((error: unknown) => {
        throw this.#fail(error)
      })
    })
  }

  search(search: Search): AsyncIterable<readonly number[]> {
    // The segments are taken once: one that goes to the disk meanwhile is still answered from memory, and not twice.
    return this.#eachTellingPruned(searchSegments(this.#segments.slice(), this.#leaves, this.#within(search)))
  }

  scan(search: Search, dimensions: readonly Dimension[]): AsyncIterable<Rows> {
    const rows = scanSegments(this.#segments.slice(), this.#leaves, this.#within(search), dimensions)
    return this.#eachTellingPruned(rows)
  }

  async readColumns(start: number, columns: LeafColumns): Promise<Names> {
    const end = start + columns.times.length
    if (end > this.#head.size) throw new RangeError(`leaf ${end - 1} is not in a tree of ${this.#head.size} leaves`)
    const { segments } = this.#directory.files
    const number = segments.numberOf(start)
    if (segments.numberOf(end - 1) > number) throw new RangeError(`[${start}, ${end}) is of more than one segment`)
    const segment = this.#segments[number]!
    await this.#tellingPruned(() => segment.readColumns(start % this.#leaves, columns))
    return segment
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close()
    await this.#closed
  }

  /** A read that lost its files to a pruning fails as one that came after it. */
  async #tellingPruned<T>(read: () => Promise<T>): Promise<T> {
    const before = this.#archives.prunedCount
    try {
      return await read()
    } catch (error) {
      if (this.#archives.prunedCount === before) throw error
      return read()
    }
  }

  async *#eachTellingPruned<T>(read: AsyncIterable<T>): AsyncGenerator<T> {
    const before = this.#archives.prunedCount
    try {
      yield* read
    } catch (error) {
      const pruned = this.#archives.pruned(before)
      throw pruned === undefined ? error : entriesPruned(pruned)
    }
  }

  async #sealedFrame(index: number): Promise<{ readonly start: number; readonly end: number } | undefined> {
    const { segments } = this.#directory.files
    const number = segments.numberOf(index)
    // Taken first: the columns have every frame that the file has, so the last one they tell of ended here.
    const size = segments.get(number)?.sealed?.size ?? 0
    const frame = await this.#segments[number]!.sealedFrame(index % this.#leaves)
    return frame && { start: frame.start, end: frame.end ?? size }
  }

  get #leaves(): number {
    return this.#directory.files.segments.leaves
  }

  #within(search: Search): Search {
    return { ...search, below: Math.min(search.below, this.#head.size) }
  }

  /** Any failure in here leaves the files in a state that only `recover` may judge: the store is broken from then on. */
  async #commit({ segments, entriesEnd, sealedEnd, states }: PackedBatches): Promise<void> {
    const { files } = this.#directory
    // The data is on its way to the disk while the tree and the columns are made.
    const written = settleAll(segments.map(segment => this.#write(segment)))
    written.catch(ignore) // thrown below
    const full = await this.#stage(segments)
    const { size, root } = this.#derivation
    const commit = { size, root, entriesEnd, sealedEnd, batches: states }
    await written
    // If we crash before this frame is whole, the data behind the last one is cut off at the next start.
    const frame = encodeCommit(commit)
    const commitStart = files.commits.size
    await files.commits.append(frame)
    await files.commits.datasync()
    // From here on the batches are in the log, whatever happens. Tiles only now: see `findLogEnd`.
    await files.tiles.append(this.#derivation.take())
    const before = this.#head
    this.#head = { size, root, entriesEnd, sealedEnd, commitStart, commitEnd: commitStart + frame.length }
    this.#states.remember(states)
    // The append has succeeded: what fails from here on breaks the store for the next one.
    try {
      for (const columns of full) {
        await this.#finish(columns, columns.start + columns.capacity === size ? this.#head : before)
      }
      await this.#relieve()
    } catch (error) {
      this.#fail(error)
    }
  }

  async #write({ number, parts, sealed }: PackedSegment): Promise<void> {
    const segment = await this.#directory.files.segments.make(number, sealed.length > 0)
    const entries = parts.map(({ leaves }) => leaves.entries)
    await settleAll([
      this.#joined.append(segment.entries, entries).then(() => segment.entries.datasync()),
      ...(sealed.length > 0 ? [segment.sealed!.append(sealed).then(() => segment.sealed!.datasync())] : []),
    ])
  }

  /** Adds leaves to tree and columns. No read sees them before the head has moved on. Gives the segments that are full. */
  async #stage(segments: readonly PackedSegment[]): Promise<readonly SegmentColumns[]> {
    const full: SegmentColumns[] = []
    for (const { parts } of segments) {
      // One run, however many batches it came in: the more hashes at once, the less each costs.
      const runs = parts.map(({ leaves }) => leaves.hashes)
      const leaves = runs.length === 1 ? runs[0]! : Buffer.concat(runs)
      const pairs = this.#derivation.hashAhead(leaves)
      pairs.catch(ignore) // thrown below
      for (const { leaves, places, sealed } of parts) this.#open.append(leaves, places, sealed)
      this.#derivation.add(leaves, await pairs)
      if (!this.#open.isFull) continue
      full.push(this.#open)
      this.#open = this.#keeper.newColumns(this.#open.number + 1)
      this.#segments.push(indexColumns(this.#open))
    }
    return full
  }

  /** Sends a full segment to the disk in the background, and waits only for the one before it. */
  async #finish(columns: SegmentColumns, mark: LogMark): Promise<void> {
    await this.#finishing
    await this.#puttingDown
    const done = this.#keeper.finish(columns, mark).then(closed => {
      this.#segments[columns.number] = closed
      this.#marked = mark.commitEnd
      this.#finishing = undefined
    })
    done.catch((error: unknown) => this.#fail(error))
    this.#finishing = done
  }

  /** Keeps what is in memory, and what the next start has to read, within bounds. */
  async #relieve(): Promise<void> {
    if (this.#states.areMany) {
      const { done } = await this.#states.beginFlush()
      done.catch((error: unknown) => this.#fail(error))
    }
    if (this.#head.commitEnd - this.#marked < MAX_COMMIT_BYTES || this.#finishing !== undefined) return
    await this.#puttingDown
    const mark = this.#head
    this.#marked = mark.commitEnd
    this.#puttingDown = this.#keeper.putDown(this.#open, mark)
    this.#puttingDown.catch((error: unknown) => this.#fail(error))
  }

  async #saving(put: () => Promise<void>): Promise<void> {
    this.#requireWritable()
    try {
      await put()
    } catch (error) {
      throw this.#fail(error)
    }
  }

  #requireWritable(): void {
    if (this.#closed !== undefined) {
      throw new LedgerError('store_closed', {
        en: 'The store is closed: open it again.',
        zh: '存储已关闭：请重新打开。',
      })
    }
    if (this.#broken !== undefined) throw this.#broken
  }

  #fail(cause: unknown): LedgerError {
    if (this.#broken !== undefined) return this.#broken
    const why = explainFailure(cause, this.#dir)
    const reason = why instanceof LedgerError ? why.words : inBoth(why instanceof Error ? why.message : String(why))
    this.#broken = new LedgerError(
      'store_broken',
      {
        en: `A write to the ledger failed, and it takes no more until it is started again; all it acknowledged is kept. ${reason.en}`,
        zh: `账本写入失败，重新启动之前不再接受写入；已确认的内容全部保留。${reason.zh}`,
      },
      { cause, retryable: true },
    )
    return this.#broken
  }

  async #close(): Promise<void> {
    await this.#archives.close()
    await this.#appending?.catch(ignore)
    await this.#finishing?.catch(ignore)
    await this.#puttingDown?.catch(ignore)
    // The log has all of it: if this fails, the next start only has more to read.
    if (this.#broken === undefined) await this.#keeper.putDown(this.#open, this.#head).catch(ignore)
    if (this.#broken === undefined) await this.#directory.index.markClosed(this.#head.commitEnd).catch(ignore)
    await this.#keeper.close()
    await this.#facts.close().catch(ignore)
    await this.#directory.close()
  }
}

function ignore(): void {}
