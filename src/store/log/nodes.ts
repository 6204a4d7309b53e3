// Hashes of any complete subtree, out of the tiles. Every such subtree lies within one tile: a run of 1, 2, 4 … 128 of
// its hashes. A full tile is folded whole when it is read, compared with its own hash one tile level up, and kept: so a
// bit that flipped on the disk is found before it gets into a proof, and the next proof from that tile folds nothing.

import { LedgerError } from '../../core/error.ts'
import type { HashPairs } from '../../core/growth.ts'
import { TILE_HEIGHT, TILE_WIDTH, tileRunOf, tileWidth } from '../../core/tile.ts'
import { HASH_BYTES, type Hash, type NodeId } from '../../core/tree.ts'
import { type TileFiles } from './tiles.ts'

/** Layer k holds the subtrees of 2^k hashes of a tile, as a run of hashes; layer 8 is a full tile's own hash. */
type FoldedTile = readonly Uint8Array[]

interface KeptTile {
  readonly width: number
  /** On its way still, perhaps: the many receipts of one commit ask for the same tile at once. */
  readonly folded: Promise<FoldedTile>
}

/** Some 16 kB each. */
const KEPT_TILES = 512

export class NodeReader {
  readonly #tiles: TileFiles
  readonly #hashPairs: HashPairs
  /** The least recently used first. A tile of one width never changes. */
  readonly #kept = new Map<string, KeptTile>()

  constructor(tiles: TileFiles, hashPairs: HashPairs) {
    this.#tiles = tiles
    this.#hashPairs = hashPairs
  }

  /** The hashes of complete subtrees of the tree of `size` leaves, in the order asked for. */
  async read(nodes: readonly NodeId[], size: number): Promise<Hash[]> {
    const wanted = new Map<string, Promise<FoldedTile>>()
    const places = nodes.map(node => {
      if (!isWithin(node, size)) throw new RangeError(`node (${node.level}, ${node.index}) is not in a tree of ${size}`)
      const { level, start } = tileRunOf(node)
      const index = Math.floor(start / TILE_WIDTH)
      const key = `${level}/${index}`
      if (!wanted.has(key)) wanted.set(key, this.#tile(level, index, size))
      const layer = node.level % TILE_HEIGHT
      return { key, layer, at: (start - index * TILE_WIDTH) / 2 ** layer }
    })
    const tiles = new Map<string, FoldedTile>()
    for (const [key, tile] of wanted) tiles.set(key, await tile)
    return places.map(({ key, layer, at }) => hashAt(tiles.get(key)![layer]!, at))
  }

  #tile(level: number, index: number, size: number): Promise<FoldedTile> {
    const key = `${level}/${index}`
    const width = tileWidth(level, index, size)
    const kept = this.#kept.get(key)
    const tile = kept?.width === width ? kept : { width, folded: this.#read(level, index, width, size) }
    this.#keep(key, tile)
    // What could not be read, or was damaged, is read anew when it is asked for again.
    if (tile !== kept) tile.folded.catch(() => this.#kept.delete(key))
    return tile.folded
  }

  async #read(level: number, index: number, width: number, size: number): Promise<FoldedTile> {
    const reading = this.#tiles.read(level, index * TILE_WIDTH, width)
    if (width < TILE_WIDTH) return this.#fold(await reading)
    const parent = Math.floor(index / TILE_WIDTH)
    const [bytes, [above]] = await Promise.all([reading, this.#tile(level + 1, parent, size)])
    const folded = this.#fold(bytes)
    if (Buffer.compare(hashAt(above!, index % TILE_WIDTH), folded[TILE_HEIGHT]!) !== 0) {
      this.#kept.delete(`${level + 1}/${parent}`) // it may be that one
      throw damagedTile(level, index)
    }
    return folded
  }

  #fold(bytes: Uint8Array): FoldedTile {
    const layers = [bytes]
    for (let below = bytes; below.length > HASH_BYTES; below = layers.at(-1)!) {
      layers.push(this.#hashPairs(below.subarray(0, below.length - (below.length % (2 * HASH_BYTES)))))
    }
    return layers
  }

  #keep(key: string, tile: KeptTile): void {
    this.#kept.delete(key)
    this.#kept.set(key, tile)
    if (this.#kept.size <= KEPT_TILES) return
    const [oldest] = this.#kept.keys()
    this.#kept.delete(oldest!)
  }
}

function hashAt(run: Uint8Array, at: number): Hash {
  return run.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)
}

/** Is it a complete subtree of the tree of `size` leaves? */
export function isWithin({ level, index }: NodeId, size: number): boolean {
  return level >= 0 && index >= 0 && (index + 1) * 2 ** level <= size
}

function damagedTile(level: number, index: number): LedgerError {
  return new LedgerError('tile_damaged', {
    en: `Tile ${index} of level ${level} does not hash to what level ${level + 1} says: one of the two files under log/tile changed on the disk. Tiles are derived: stop the service and run suyuan fsck --repair, which makes them again from the entries.`,
    zh: `第 ${level} 层的数据块 ${index} 的哈希与第 ${level + 1} 层所载不符：log/tile 下两个文件之一在磁盘上被改动。数据块是派生的：请停止服务并运行 suyuan fsck --repair，由条目重新生成。`,
  })
}
