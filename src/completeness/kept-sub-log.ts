// The sub-log of one value (core/completeness/sub-log.ts) on a disk, in tiles: so many neighbours of a level under one key, of
// every fourth level, since what lies between is quickly made again. Full tiles are written once; what is not full yet,
// and the edge that the log grows by, lie with the value's leaf in the trie.

import { decodeSubNode, joinNodes, SUB_NODE_BYTES, type SubNode } from '../core/completeness/sub-log.ts'
import { HASH_BYTES, type Hash, splitPoint } from '../core/tree.ts'
import { joinPair } from './node-bytes.ts'
import type { SubLogBase } from './sub-log-base.ts'

const TILE_LEVELS = 4
const TILE_WIDTH = 2 ** TILE_LEVELS
const TILE_PREFIX = 0x6e
/** One for each bit of a size, and one that is being added. */
const MOST_EDGE = 54

// With the leaf: the edge, one node for each bit that is set in the size, the largest first; then the tiles that are not
// full, from the lowest level up, each as many nodes as the size says.

/** Tile `tile` of level `TILE_LEVELS` · `level`. */
export function tileKey(key: Hash, level: number, tile: number): Uint8Array {
  const bytes = Buffer.alloc(1 + HASH_BYTES + 1 + 6)
  bytes[0] = TILE_PREFIX
  bytes.set(key, 1)
  bytes[1 + HASH_BYTES] = level
  bytes.writeUIntBE(tile, 2 + HASH_BYTES, 6)
  return bytes
}

/** One sub-log grows at a time, and so its edge and the tiles that fill up, by level, are used again. */
const edge = new Uint8Array(MOST_EDGE * SUB_NODE_BYTES)
const edgeView = new DataView(edge.buffer)
const filling: Uint8Array[] = []

/** A sub-log that takes in blocks. No other may begin to grow before `root` was asked for. */
export class SubLogGrowth {
  size: number
  /** Nodes of the edge. */
  #width = 0
  /** How many nodes the tile of each level has that is not full. */
  readonly #counts: number[] = []
  readonly #putTile: (level: number, tile: number, bytes: Uint8Array) => void

  constructor(size: number, more: Uint8Array, putTile: (level: number, tile: number, bytes: Uint8Array) => void) {
    this.size = size
    this.#putTile = putTile
    this.#width = bitsSet(size)
    // What is not there would be another sub-log's.
    if (more.length !== (this.#width + heldBy(size)) * SUB_NODE_BYTES) throw noNode()
    edge.set(more.subarray(0, this.#width * SUB_NODE_BYTES))
    for (let at = this.#width, rest = size; rest > 0; rest = Math.floor(rest / TILE_WIDTH)) {
      const count = rest % TILE_WIDTH
      tileOf(this.#counts.length).set(more.subarray(at * SUB_NODE_BYTES, (at + count) * SUB_NODE_BYTES))
      this.#counts.push(count)
      at += count
    }
  }

  /** The node of a block, at a place among others. */
  append(nodes: Uint8Array, at: number): void {
    copyNode(nodes, at, edge, this.#width * SUB_NODE_BYTES)
    this.#add(0)
    let level = 1
    for (let rest = this.size; rest % 2 === 1; rest = (rest - 1) / 2, level++) {
      joinPair(edgeView, --this.#width * SUB_NODE_BYTES)
      if (level % TILE_LEVELS === 0) this.#add(level / TILE_LEVELS)
    }
    this.#width++
    this.size++
  }

  /** What lies with the leaf. */
  more(): Uint8Array {
    const held = this.#counts.reduce((sum, count) => sum + count, 0)
    const bytes = new Uint8Array((this.#width + held) * SUB_NODE_BYTES)
    bytes.set(edge.subarray(0, this.#width * SUB_NODE_BYTES))
    let at = this.#width * SUB_NODE_BYTES
    for (const [level, count] of this.#counts.entries()) {
      bytes.set(tileOf(level).subarray(0, count * SUB_NODE_BYTES), at)
      at += count * SUB_NODE_BYTES
    }
    return bytes
  }

  /** Asked for last: it is made in the place of the edge. */
  root(): SubNode {
    if (this.#width === 0) throw noNode()
    while (this.#width > 1) joinPair(edgeView, (--this.#width - 1) * SUB_NODE_BYTES)
    return nodeIn(edge, 0)
  }

  /** Puts the last node of the edge into the tile of a level. */
  #add(level: number): void {
    const tile = tileOf(level)
    const count = this.#counts[level] ?? 0
    copyNode(edge, this.#width * SUB_NODE_BYTES, tile, count * SUB_NODE_BYTES)
    this.#counts[level] = (count + 1) % TILE_WIDTH
    if (count + 1 < TILE_WIDTH) return
    this.#putTile(level, Math.floor(this.size / TILE_WIDTH ** (level + 1)), tile.slice())
  }
}

/** A sub-log of some size, to be read; its log may have grown further. */
export class KeptSubLog {
  readonly size: number
  readonly #more: Uint8Array
  readonly #readTile: (level: number, tile: number) => Uint8Array | undefined
  readonly #base: SubLogBase | undefined
  readonly #read = new Map<string, Uint8Array>()

  /** @param base Where it begins, if records of its first blocks were pruned: tiles have nothing of these */
  constructor(
    size: number,
    more: Uint8Array,
    readTile: (level: number, tile: number) => Uint8Array | undefined,
    base?: SubLogBase,
  ) {
    this.size = size
    this.#more = more
    this.#readTile = readTile
    this.#base = base
  }

  /** The node over the blocks [start, end): read where a tile has it, else made of two. */
  nodeAt(start: number, end: number): SubNode {
    if (this.#base !== undefined && end <= this.#base.size) return this.#base.nodeAt(start, end)
    const width = end - start
    const level = Math.log2(width)
    if (level % TILE_LEVELS === 0) return this.#nodeOfTile(level / TILE_LEVELS, start / width)
    const middle = start + splitPoint(width)
    return joinNodes(this.nodeAt(start, middle), this.nodeAt(middle, end))
  }

  #nodeOfTile(level: number, index: number): SubNode {
    const tile = Math.floor(index / TILE_WIDTH)
    const name = `${level}/${tile}`
    const bytes = this.#read.get(name) ?? this.#tile(level, tile)
    this.#read.set(name, bytes)
    return nodeIn(bytes, index % TILE_WIDTH)
  }

  #tile(level: number, tile: number): Uint8Array {
    const isFull = tile < Math.floor(this.size / TILE_WIDTH ** (level + 1))
    if (!isFull) return this.#partialTile(level)
    const bytes = this.#readTile(level, tile)
    if (bytes === undefined) throw new Error(`the index lacks tile ${tile} of level ${level} of a sub-log`)
    return bytes
  }

  #partialTile(level: number): Uint8Array {
    let at = bitsSet(this.size)
    for (let below = 0; below < level; below++) at += Math.floor(this.size / TILE_WIDTH ** below) % TILE_WIDTH
    return this.#more.subarray(at * SUB_NODE_BYTES)
  }
}

/** What lies with the leaf of a sub-log of which only the edge is known: in the tiles, zeros. */
export function moreFrom(size: number, edge: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(edge.length + heldBy(size) * SUB_NODE_BYTES)
  bytes.set(edge)
  return bytes
}

/** How many nodes the tiles have that are not full. */
function heldBy(size: number): number {
  let held = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / TILE_WIDTH)) held += rest % TILE_WIDTH
  return held
}

function tileOf(level: number): Uint8Array {
  return (filling[level] ??= new Uint8Array(TILE_WIDTH * SUB_NODE_BYTES))
}

/** A loop: to set a part of one in another would make an object of each. */
function copyNode(from: Uint8Array, at: number, to: Uint8Array, place: number): void {
  for (let k = 0; k < SUB_NODE_BYTES; k++) to[place + k] = from[at + k]!
}

function nodeIn(bytes: Uint8Array, place: number): SubNode {
  const node = decodeSubNode(bytes.subarray(place * SUB_NODE_BYTES, (place + 1) * SUB_NODE_BYTES))
  if (node === undefined) throw noNode()
  return node
}

function noNode(): Error {
  return new Error('the index has no node where one should be')
}

function bitsSet(number: number): number {
  let count = 0
  for (let rest = number; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2
  return count
}
