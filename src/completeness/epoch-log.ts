// The index log: one leaf an epoch (core/completeness/epoch.ts), in an ordinary log (C2SP tlog-tiles) of its own. Its leaves
// are facts, since what was signed cannot be made again. Of the tree only the roots of full tiles are kept, 32 bytes for
// 256 epochs; what lies below one is hashed again when it is asked for.

import { decodeBase64, encodeBase64 } from '../core/bytes.ts'
import { parseCheckpoint, type TreeHead } from '../core/checkpoint.ts'
import { decodeEpoch, type Epoch, encodeEpoch } from '../core/completeness/epoch.ts'
import { hashLeaf, hashNode } from '../core/hash.ts'
import { parseNote } from '../core/note.ts'
import { encodeBundle, TILE_HEIGHT, TILE_WIDTH, type TileId, tileWidth } from '../core/tile.ts'
import { appendLeaf, type Frontier, frontierNodes, frontierRoot, type Hash, type NodeId } from '../core/tree.ts'
import type { LogStore } from '../published.ts'
import type { Facts } from '../store/store.ts'

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
  #frontier: Frontier
  #newest: KeptEpoch | undefined
  /** The roots of complete subtrees of 256 leaves and more: by their level less 8. */
  readonly #upper: Hash[][] = [[]]
  /** The hashes of the leaves of one tile, of as many as there were when it was read. */
  #tile: { readonly number: number; readonly size: number; readonly hashes: readonly Hash[] } | undefined

  private constructor(facts: Facts) {
    this.facts = facts
    this.#frontier = { size: 0, hashes: [] }
  }

  /** @param facts Its own alone. */
  static async open(facts: Facts): Promise<EpochLog> {
    const log = new EpochLog(facts)
    const [last] = await facts.list(EPOCH_PREFIX, { reverse: true, limit: 1 })
    if (last === undefined) return log
    log.#newest = readEpoch(last)
    const size = log.#newest.index + 1
    for (const [, root] of await facts.list(TILE_PREFIX)) log.#keepTileRoot(decodeBase64(root)!)
    log.#frontier = { size, hashes: [] }
    log.#frontier = { size, hashes: await log.readNodes(frontierNodes(size)) }
    return log
  }

  get head(): TreeHead {
    return { size: this.#frontier.size, root: frontierRoot(this.#frontier) }
  }

  get newest(): KeptEpoch | undefined {
    return this.#newest
  }

  /** Durable when it resolves. One call at a time; its checkpoint is of a larger tree than those before. */
  async append(epoch: Epoch): Promise<void> {
    const index = this.#frontier.size
    const leaf = encodeEpoch(epoch)
    const frontier = { size: index, hashes: [...this.#frontier.hashes] }
    let tileRoot: Hash | undefined
    appendLeaf(frontier, hashLeaf(leaf), (level, hash) => {
      if (level === TILE_HEIGHT) tileRoot = hash
    })
    await this.facts.put({
      [epochKey(index)]: Buffer.from(leaf).toString(),
      ...(tileRoot && { [tileRootKey(Math.floor(index / TILE_WIDTH))]: encodeBase64(tileRoot) }),
    })
    this.#frontier = frontier
    this.#newest = { ...epoch, index, size: sizeOf(epoch) }
    if (tileRoot !== undefined) this.#keepTileRoot(tileRoot)
  }

  /** The epoch that ends with so many leaves of the log. */
  async ofSize(size: number): Promise<KeptEpoch | undefined> {
    for (let end = this.#frontier.size; end > 0; end -= PAGE) {
      const page = await this.from(Math.max(0, end - PAGE), Math.min(PAGE, end))
      if (page[0]!.size <= size) return page.find(epoch => epoch.size === size)
    }
    return undefined
  }

  /** Epochs in their order. */
  async from(index: number, limit: number): Promise<KeptEpoch[]> {
    return (await this.facts.list(EPOCH_PREFIX, { from: epochKey(index), limit })).map(readEpoch)
  }

  async readNodes(nodes: readonly NodeId[]): Promise<Hash[]> {
    const hashes: Hash[] = []
    for (const node of nodes) hashes.push(await this.#readNode(node))
    return hashes
  }

  async readTile({ level, index, width }: TileId): Promise<Uint8Array | undefined> {
    if (!(index >= 0 && width >= 1 && width <= tileWidth(level, index, this.#frontier.size))) return undefined
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

  async #readNode({ level, index }: NodeId): Promise<Hash> {
    if (level >= TILE_HEIGHT) {
      const hash = this.#upper[level - TILE_HEIGHT]?.[index]
      if (hash === undefined) throw new RangeError(`the index log has no node (${level}, ${index})`)
      return hash
    }
    const first = index * 2 ** level
    const leaves = await this.#leafHashes(Math.floor(first / TILE_WIDTH))
    let hashes = leaves.slice(first % TILE_WIDTH, (first % TILE_WIDTH) + 2 ** level)
    if (hashes.length < 2 ** level) throw new RangeError(`the index log has no node (${level}, ${index})`)
    while (hashes.length > 1) hashes = pairUp(hashes)
    return hashes[0]!
  }

  async #leafHashes(number: number): Promise<readonly Hash[]> {
    const size = Math.min(this.#frontier.size - number * TILE_WIDTH, TILE_WIDTH)
    if (this.#tile?.number === number && this.#tile.size === size) return this.#tile.hashes
    const leaves = await this.facts.list(EPOCH_PREFIX, { from: epochKey(number * TILE_WIDTH), limit: size })
    const hashes = leaves.map(([, leaf]) => hashLeaf(Buffer.from(leaf)))
    this.#tile = { number, size, hashes }
    return hashes
  }

  #keepTileRoot(root: Hash): void {
    this.#upper[0]!.push(root)
    for (let level = 0; this.#upper[level]!.length % 2 === 0; level++) {
      const [left, right] = this.#upper[level]!.slice(-2)
      const above = (this.#upper[level + 1] ??= [])
      above.push(hashNode(left!, right!))
    }
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

function pairUp(hashes: readonly Hash[]): Hash[] {
  return Array.from({ length: hashes.length / 2 }, (_, k) => hashNode(hashes[2 * k]!, hashes[2 * k + 1]!))
}
