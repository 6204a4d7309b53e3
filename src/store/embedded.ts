// The embedded store: plain files for the log, LevelDB for its index, in one data directory that one process owns
// (docs/data-directory.md). An append goes: data → sync → commit frame → sync → derived files → head. What is derived is
// not synced; recover.ts makes it again.

import { resolve } from 'node:path'
import type { TreeHead } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import { TILE_WIDTH, type TileId, tileWidth } from '../core/tile.ts'
import type { Hash, NodeId } from '../core/tree.ts'
import { inBoth } from '../core/words.ts'
import { type PackedBatches, packBatches } from './append.ts'
import { encodeCommit } from './commits.ts'
import type { Derivation } from './derived.ts'
import { type DataDirectory, explainFailure, openDirectory } from './directory.ts'
import { readBundle, readEntries } from './entries.ts'
import { openFacts } from './facts.ts'
import { diskFiles, type Files } from './file.ts'
import { NodeReader } from './nodes.ts'
import { readPlaces } from './places.ts'
import { type Recovered, recover } from './recover.ts'
import { readSealedFrame } from './sealed.ts'
import { searchWindows } from './search.ts'
import { settleAll } from './settle.ts'
import type { BatchState, Facts, NewBatch, Search, Store } from './store.ts'
import { type LogMark, MemoryWindow } from './window.ts'

export interface EmbeddedOptions {
  /** The data directory; made if it is not there. */
  readonly dir: string
  /** Leaves of a full window: what a restart replays at most, and the unit of the index. */
  readonly window?: number
  /** Makes everything derived again from the log, and so checks every entry ever accepted. */
  readonly rebuild?: boolean
  readonly onProgress?: (done: number, total: number) => void
  /** A sentence for the operator's log: a tail that was cut off, an index that is made again. */
  readonly onNotice?: (notice: string) => void
  /** The file system; tests put faults in here. */
  readonly files?: Files
}

/** Some 2 MB of postings, and a second or two of replay. */
const WINDOW_LEAVES = 131_072

/**
 * Opens the store, replaying what was not flushed. Throws `data_in_use`, `data_read_only`, `disk_full`, `disk_failing`,
 * `data_unusable`, `data_format_unknown`, `index_damaged`, `commits_damaged`, `log_truncated`, `log_damaged` or
 * `sealed_damaged`, each with what it found where, and the next step.
 */
export async function openEmbeddedStore(options: EmbeddedOptions): Promise<Store> {
  const { window = WINDOW_LEAVES, rebuild = false, onProgress = ignore, onNotice = ignore, files = diskFiles } = options
  const dir = resolve(options.dir)
  const directory = await openDirectory(dir, files)
  try {
    const recovered = await recover(directory.files, directory.index, {
      windowLeaves: window,
      rebuild,
      onProgress,
      onNotice,
    })
    return new EmbeddedStore(dir, directory, recovered, window)
  } catch (error) {
    await directory.close()
    throw explainFailure(error, dir)
  }
}

class EmbeddedStore implements Store {
  readonly facts: Facts
  readonly #dir: string
  readonly #directory: DataDirectory
  readonly #nodes: NodeReader
  readonly #derivation: Derivation
  readonly #windowLeaves: number
  /** The newest window, and before it one that may be on its way into the index. */
  #window: MemoryWindow
  #flushing: { readonly window: MemoryWindow; readonly done: Promise<void> } | undefined
  #head: LogMark
  /** The append under way. */
  #appending: Promise<void> | undefined
  /** Why no more writes are taken. */
  #broken: LedgerError | undefined
  #closed: Promise<void> | undefined

  constructor(dir: string, directory: DataDirectory, { window, derivation }: Recovered, windowLeaves: number) {
    this.#dir = dir
    this.#directory = directory
    this.#nodes = new NodeReader(directory.files.tiles)
    this.#derivation = derivation
    this.#windowLeaves = windowLeaves
    this.#window = window
    this.#head = window.mark
    const facts = openFacts(directory.index.database, cause => this.#fail(cause))
    this.facts = {
      ...facts,
      put: async added => {
        this.#requireWritable()
        await facts.put(added)
      },
    }
  }

  get head(): TreeHead {
    const { size, root } = this.#head
    return { size, root }
  }

  async append(batches: readonly NewBatch[]): Promise<readonly number[]> {
    this.#requireWritable()
    if (this.#appending !== undefined) throw new Error('append was called while another is under way')
    const packed = packBatches(batches, this.#head)
    if (packed.leaves.length === 0 && packed.states.length === 0) return packed.firstIndices
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

  async findBatch(key: string): Promise<BatchState | undefined> {
    const inMemory = this.#window.batches.get(key) ?? this.#flushing?.window.batches.get(key)
    return inMemory ?? this.#directory.index.findBatch(key)
  }

  async readNodes(nodes: readonly NodeId[]): Promise<Hash[]> {
    return this.#nodes.read(nodes, this.#head.size)
  }

  async readTile({ level, index, width }: TileId): Promise<Uint8Array | undefined> {
    const { files } = this.#directory
    const head = this.#head
    if (!(index >= 0 && width >= 1 && width <= tileWidth(level, index, head.size))) return undefined
    const first = index * TILE_WIDTH
    return level === 'entries' ? readBundle(files, first, width, head) : files.tiles.read(level, first, width)
  }

  async readEntries(indices: readonly number[]): Promise<Uint8Array[]> {
    return readEntries(this.#directory.files, indices, this.#head)
  }

  async readSealed(index: number): Promise<Uint8Array | undefined> {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.#head.size) return undefined
    const { places, sealed } = this.#directory.files
    const [place] = await readPlaces(places, index, 1)
    return place?.sealed === undefined ? undefined : readSealedFrame(sealed, place.sealed, index)
  }

  search(search: Search): AsyncIterable<readonly number[]> {
    const memory = this.#flushing === undefined ? [this.#window] : [this.#window, this.#flushing.window]
    const { index, files } = this.#directory
    const below = Math.min(search.below, this.#head.size)
    return searchWindows({ memory, index, places: files.places }, { ...search, below })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close()
    await this.#closed
  }

  /** Any failure in here leaves the files in a state that only `recover` may judge: the store is broken from then on. */
  async #commit({ entries, sealed, leaves, states }: PackedBatches): Promise<void> {
    const { files } = this.#directory
    // The data is on its way to the disk while the tree is computed.
    const written = settleAll([writeSynced(files.entries, entries), writeSynced(files.sealed, sealed)])
    for (const { leaf, place } of leaves) this.#derivation.add(leaf.leaf, place)
    const commit = {
      size: this.#derivation.size,
      root: this.#derivation.root,
      entriesEnd: this.#head.entriesEnd + entries.length,
      sealedEnd: this.#head.sealedEnd + sealed.length,
      batches: states,
    }
    await written
    // If we crash before this frame is whole, the data behind the last one is cut off at the next start.
    const frame = encodeCommit(commit)
    const start = files.commits.size
    const committed = writeSynced(files.commits, frame)
    const { size } = this.#head
    for (const [k, { leaf, place }] of leaves.entries()) this.#window.add(size + k, leaf.record, place.time)
    await committed
    // From here on the batches are in the log, whatever happens. Places only now: see `findLogEnd`.
    const { places, tiles } = this.#derivation.take()
    if (leaves.length > 0) await settleAll([files.places.append(places), files.tiles.append(tiles)])
    this.#window.commit({ commit, start, end: start + frame.length })
    this.#head = this.#window.mark
    if (this.#window.isFull(this.#windowLeaves)) await this.#turnWindow()
  }

  /** Sends the full window to the index in the background, and waits only for the one before it. */
  async #turnWindow(): Promise<void> {
    await this.#flushing?.done
    const window = this.#window
    const done = this.#flush(window)
    done.catch((error: unknown) => this.#fail(error)) // and thrown to the append that waits for it
    this.#flushing = { window, done }
    this.#window = new MemoryWindow(window.mark)
  }

  async #flush(window: MemoryWindow): Promise<void> {
    const { files, index } = this.#directory
    await settleAll([files.places.datasync(), files.tiles.datasync()])
    await index.flush(window)
    this.#flushing = undefined
  }

  #requireWritable(): void {
    if (this.#closed !== undefined)
      throw new LedgerError('store_closed', {
        en: 'The store is closed: open it again.',
        zh: '存储已关闭：请重新打开。',
      })
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
    await this.#appending?.catch(ignore)
    await this.#flushing?.done.catch(ignore)
    await this.#directory.close()
  }
}

async function writeSynced(
  file: { append(bytes: Uint8Array): Promise<void>; datasync(): Promise<void> },
  bytes: Buffer,
): Promise<void> {
  if (bytes.length === 0) return
  await file.append(bytes)
  await file.datasync()
}

function ignore(): void {}
