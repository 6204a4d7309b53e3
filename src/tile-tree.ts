// A verified tree, as little of it as finds every lie about it again: the root of each full tile of 256 leaves, and the
// leaves of the last tile. From these come the root at any earlier size, proofs, and what a bundle must hash to.

import { equal } from './core/bytes.ts'
import type { TreeHead } from './core/checkpoint.ts'
import { hashNode, hashPairs } from './core/hash.ts'
import { TILE_HEIGHT, TILE_WIDTH } from './core/tile.ts'
import { foldRight, frontierNodes, HASH_BYTES, type Hash, type NodeId } from './core/tree.ts'

/** Where a tree stood, to go back to. */
export interface TreeMark {
  readonly size: number
  readonly tail: readonly Hash[]
}

/** The leaf hashes of a full tile, which somebody has to have read again. */
export type LeavesOf = (tile: number) => Promise<readonly Hash[]>

export class TileTree {
  /** By level less 8: the roots of complete subtrees, in one run of bytes that has room to grow. */
  readonly #levels: { bytes: Uint8Array; count: number }[] = []
  #tail: Hash[] = []

  /** @param tileRoots Of the full tiles, one behind the other; `tail`: the leaves behind them, fewer than a tile has */
  static of(tileRoots: Uint8Array, tail: readonly Hash[]): TileTree {
    const tree = new TileTree()
    for (let at = 0; at < tileRoots.length; at += HASH_BYTES) tree.#push(0, tileRoots.subarray(at, at + HASH_BYTES))
    tree.#tail = [...tail]
    return tree
  }

  get size(): number {
    return this.tiles * TILE_WIDTH + this.#tail.length
  }

  /** Full tiles. */
  get tiles(): number {
    return this.#levels[0]?.count ?? 0
  }

  get tail(): readonly Hash[] {
    return this.#tail
  }

  /** The root of the tile that would be full with this leaf. */
  tileRootWith(leaf: Hash): Hash | undefined {
    return this.#tail.length === TILE_WIDTH - 1 ? tileRootOf([...this.#tail, leaf]) : undefined
  }

  append(leaf: Hash): void {
    this.#tail.push(leaf)
    if (this.#tail.length < TILE_WIDTH) return
    this.#push(0, tileRootOf(this.#tail))
    this.#tail = []
  }

  mark(): TreeMark {
    return { size: this.size, tail: [...this.#tail] }
  }

  /** Back to where it stood: what was appended since was not what the log had signed. */
  rollBack({ size, tail }: TreeMark): void {
    for (const [level, run] of this.#levels.entries()) run.count = Math.floor(size / (TILE_WIDTH * 2 ** level))
    this.#tail = [...tail]
  }

  /** Of full tiles from this one on. */
  tileRoots(from: number): Uint8Array {
    const run = this.#levels[0]
    return run === undefined ? new Uint8Array(0) : run.bytes.slice(from * HASH_BYTES, run.count * HASH_BYTES)
  }

  /** Do these leaves make a full tile of the tree? */
  hasTile(tile: number, leaves: readonly Hash[]): boolean {
    return tile < this.tiles && leaves.length === TILE_WIDTH && equal(tileRootOf(leaves), this.#upper(0, tile))
  }

  head(): TreeHead {
    const nodes = frontierNodes(this.size)
    const upper = nodes.filter(({ level, index }) => (index + 1) * 2 ** level <= this.tiles * TILE_WIDTH)
    const hashes = upper.map(({ level, index }) => this.#upper(level - TILE_HEIGHT, index))
    const lower = nodes.slice(upper.length).map(node => foldLeaves(this.#tail, node))
    return { size: this.size, root: foldRight([...hashes, ...lower]) }
  }

  async rootAt(size: number, leavesOf: LeavesOf): Promise<Hash> {
    return foldRight(await this.readNodes(frontierNodes(size), leavesOf))
  }

  /** Hashes of complete subtrees. */
  async readNodes(nodes: readonly NodeId[], leavesOf: LeavesOf): Promise<Hash[]> {
    const hashes: Hash[] = []
    for (const node of nodes) {
      const { level, index } = node
      if (level >= TILE_HEIGHT) hashes.push(this.#upper(level - TILE_HEIGHT, index))
      else {
        const tile = Math.floor((index * 2 ** level) / TILE_WIDTH)
        hashes.push(foldLeaves(tile === this.tiles ? this.#tail : await leavesOf(tile), node))
      }
    }
    return hashes
  }

  #upper(level: number, index: number): Hash {
    const run = this.#levels[level]
    if (run === undefined || index >= run.count) throw new RangeError(`no subtree ${index} of level ${level + 8}`)
    return run.bytes.slice(index * HASH_BYTES, (index + 1) * HASH_BYTES)
  }

  #push(level: number, hash: Hash): void {
    const run = (this.#levels[level] ??= { bytes: new Uint8Array(64 * HASH_BYTES), count: 0 })
    if ((run.count + 1) * HASH_BYTES > run.bytes.length) {
      const wider = new Uint8Array(2 * run.bytes.length)
      wider.set(run.bytes)
      run.bytes = wider
    }
    run.bytes.set(hash, run.count * HASH_BYTES)
    run.count++
    if (run.count % 2 === 0) {
      this.#push(level + 1, hashNode(this.#upper(level, run.count - 2), this.#upper(level, run.count - 1)))
    }
  }
}

function tileRootOf(leaves: readonly Hash[]): Hash {
  return foldPairs(leaves)
}

/** A complete subtree within one tile, of its leaves. */
function foldLeaves(leaves: readonly Hash[], { level, index }: NodeId): Hash {
  const start = (index * 2 ** level) % TILE_WIDTH
  return foldPairs(leaves.slice(start, start + 2 ** level))
}

function foldPairs(leaves: readonly Hash[]): Hash {
  let run: Uint8Array = new Uint8Array(leaves.length * HASH_BYTES)
  for (const [k, leaf] of leaves.entries()) run.set(leaf, k * HASH_BYTES)
  while (run.length > HASH_BYTES) run = hashPairs(run)
  return run
}
