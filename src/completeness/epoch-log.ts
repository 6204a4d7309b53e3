// The index log: one leaf an epoch (core/completeness/epoch.ts), in an ordinary log (C2SP tlog-tiles) of its own. Its leaves
// are facts, since what was signed cannot be made again. Of the tree only the roots of full tiles are kept, 32 bytes for
// 256 epochs; what lies below one is hashed again when it is asked for.

import { decodeBase64, encodeBase64 } from '../core/bytes.ts'
import { parseCheckpoint, type TreeHead } from '../core/checkpoint.ts'
import { decodeEpoch, type Epoch, encodeEpoch } from '../core/completeness/epoch.ts'
import { hashLeaf } from '../core/hash.ts'
import { parseNote } from '../core/note.ts'
import { encodeBundle, TILE_HEIGHT, TILE_WIDTH, type TileId, tileWidth } from '../core/tile.ts'
import type { Hash, NodeId } from '../core/tree.ts'
import type { LogStore } from '../published.ts'
import type { Facts } from '../store/store.ts'
import { TileTree } from '../tile-tree.ts'

/** An epoch, and where it ends: the size of the log's tree that its checkpoint is of. */
export interface KeptEpoch extends Epoch {
  /** Its leaf in the index log. */
  readonly index: number
  readonly size: number
}

const EPOCH_PREFIX = 'epoch/'
const TILE_PREFIX = 'tile/'
/** Every number up to 2^53 in the order of its digits. */
const DIGITS = 16
/** Epochs read at a time, from the newest on. */
const PAGE = 64

/** Among the facts of the index log. */
export const epochKey = (index: number): string => EPOCH_PREFIX + String(index).padStart(DIGITS, '0')
/** The same of the root of a full tile of epochs. */
export const tileRootKey = (tile: number): string => TILE_PREFIX + String(tile).padStart(DIGITS, '0')

export class EpochLog implements LogStore {
  readonly facts: Facts
  #tree = TileTree.of(new Uint8Array(0), [])
  #newest: KeptEpoch | undefined

  private constructor(facts: Facts) {
    this.facts = facts
  }

  /** @param facts Its own alone. */
  static async open(facts: Facts): Promise<EpochLog> {
    const log = new EpochLog(facts)
    const [last] = await facts.list(EPOCH_PREFIX, { reverse: true, limit: 1 })
    if (last === undefined) return log
    log.#newest = readEpoch(last)
    const roots = (await facts.list(TILE_PREFIX)).map(([, root]) => decodeBase64(root)!)
    log.#tree = TileTree.of(Buffer.concat(roots), await log.#leafHashes(roots.length))
    return log
  }

  get head(): TreeHead {
    return this.#tree.head()
  }

  get newest(): KeptEpoch | undefined {
    return this.#newest
  }

  /** Durable when it resolves. One call at a time; its checkpoint is of a larger tree than those before. */
  async append(epoch: Epoch): Promise<void> {
    const index = this.#tree.size
    const leaf = encodeEpoch(epoch)
    const hash = hashLeaf(leaf)
    const tileRoot = this.#tree.tileRootWith(hash)
    await this.facts.put({
      [epochKey(index)]: Buffer.from(leaf).toString(),
      ...(tileRoot && { [tileRootKey(this.#tree.tiles)]: encodeBase64(tileRoot) }),
    })
    this.#tree.append(hash)
    this.#newest = { ...epoch, index, size: sizeOf(epoch) }
  }

  /** The epoch that ends with so many leaves of the log. */
  async ofSize(size: number): Promise<KeptEpoch | undefined> {
    for (let end = this.#tree.size; end > 0; end -= PAGE) {
      const page = await this.from(Math.max(0, end - PAGE), Math.min(PAGE, end))
      if (page[0]!.size <= size) return page.find(epoch => epoch.size === size)
    }
    return undefined
  }

  /** Epochs in their order. */
  async from(index: number, limit: number): Promise<KeptEpoch[]> {
    return (await this.facts.list(EPOCH_PREFIX, { from: epochKey(index), limit })).map(readEpoch)
  }

  /** The first epoch that ends with more leaves of the log than this; as many as there are if none does. */
  async firstBeyond(size: number): Promise<number> {
    let [low, high] = [0, this.#tree.size]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const [epoch] = await this.from(middle, 1)
      if (epoch!.size <= size) low = middle + 1
      else high = middle
    }
    return low
  }

  async readNodes(nodes: readonly NodeId[]): Promise<Hash[]> {
    const beyond = nodes.find(({ level, index }) => (index + 1) * 2 ** level > this.#tree.size)
    if (beyond !== undefined) throw new RangeError(`the index log has no node (${beyond.level}, ${beyond.index})`)
    return this.#tree.readNodes(nodes, tile => this.#leafHashes(tile))
  }

  async readTile({ level, index, width }: TileId): Promise<Uint8Array | undefined> {
    if (!(index >= 0 && width >= 1 && width <= tileWidth(level, index, this.#tree.size))) return undefined
    if (level === 'entries') {
      const leaves = await this.facts.list(EPOCH_PREFIX, { from: epochKey(index * TILE_WIDTH), limit: width })
      return encodeBundle(leaves.map(([, leaf]) => Buffer.from(leaf)))
    }
    const nodes = Array.from({ length: width }, (_, k) => ({
      level: level * TILE_HEIGHT,
      index: index * TILE_WIDTH + k,
    }))
    return Buffer.concat(await this.readNodes(nodes))
  }

  /** Of one tile, as many as there are. */
  async #leafHashes(tile: number): Promise<Hash[]> {
    const leaves = await this.facts.list(EPOCH_PREFIX, { from: epochKey(tile * TILE_WIDTH), limit: TILE_WIDTH })
    return leaves.map(([, leaf]) => hashLeaf(Buffer.from(leaf)))
  }
}

function readEpoch([key, leaf]: readonly [string, string]): KeptEpoch {
  const epoch = decodeEpoch(Buffer.from(leaf))
  if (epoch === undefined) throw new Error(`the fact ${key} is no epoch of the index log`)
  return { ...epoch, index: Number(key.slice(EPOCH_PREFIX.length)), size: sizeOf(epoch) }
}

function sizeOf({ checkpoint }: Epoch): number {
  return parseCheckpoint(parseNote(checkpoint).text).size
}
