// A store that forgets: for tests and dry runs. It keeps every promise of store.ts but durability, in the plainest way,
// which makes it what the embedded store is compared with.

import { DIMENSIONS } from '../core/question.ts'
import { encodeBundle, TILE_HEIGHT, TILE_WIDTH, type TileId, tileWidth } from '../core/tile.ts'
import { appendLeaf, emptyFrontier, frontierRoot, type Hash, type NodeId } from '../core/tree.ts'
import { type PlacedLeaf, packBatches } from './append.ts'
import { dimensionValues } from './postings.ts'
import type { BatchState, Facts, Search, Store } from './store.ts'

const RUN_LEAVES = 1024

export function createMemoryStore(): Store {
  const frontier = emptyFrontier()
  const leaves: PlacedLeaf[] = []
  const hashes = new Map<string, Hash>()
  const batchStates = new Map<string, BatchState>()

  const readNode = ({ level, index }: NodeId): Hash => {
    const hash = hashes.get(`${level}/${index}`)
    if (hash === undefined) throw new RangeError(`node (${level}, ${index}) is not in a tree of ${leaves.length}`)
    return hash
  }

  return {
    get head() {
      return { size: frontier.size, root: frontierRoot(frontier) }
    },

    async append(batches) {
      const packed = packBatches(batches, { size: leaves.length, root: new Uint8Array(), entriesEnd: 0, sealedEnd: 0 })
      for (const placed of packed.leaves) {
        const index = leaves.length
        appendLeaf(frontier, placed.leaf.leaf, (level, hash) => {
          hashes.set(`${level}/${Math.floor(index / 2 ** level)}`, hash)
        })
        leaves.push(placed)
      }
      for (const state of packed.states) batchStates.set(state.key, state)
      return packed.firstIndices
    },

    async findBatch(key) {
      return batchStates.get(key)
    },

    async readNodes(nodes) {
      return nodes.map(readNode)
    },

    async readTile({ level, index, width }: TileId) {
      if (!(index >= 0 && width >= 1 && width <= tileWidth(level, index, leaves.length))) return undefined
      const indices = Array.from({ length: width }, (_, k) => index * TILE_WIDTH + k)
      if (level === 'entries') return encodeBundle(indices.map(leaf => leaves[leaf]!.leaf.entry))
      return Buffer.concat(indices.map(hash => readNode({ level: level * TILE_HEIGHT, index: hash })))
    },

    async readEntries(indices) {
      return indices.map(index => {
        const placed = leaves[index]
        if (placed === undefined) throw new RangeError(`leaf ${index} is not in a tree of ${leaves.length} leaves`)
        return placed.leaf.entry
      })
    },

    async readSealed(index) {
      return leaves[index]?.leaf.sealed
    },

    async *search(search) {
      let run: number[] = []
      for (let index = Math.min(search.below, leaves.length) - 1; index >= 0; index--) {
        if (isFound(search, leaves[index]!)) run.push(index)
        if (run.length < RUN_LEAVES) continue
        yield run
        run = []
      }
      if (run.length > 0) yield run
    },

    facts: createMemoryFacts(),

    async [Symbol.asyncDispose]() {},
  }
}

function isFound({ where, from, to }: Search, { leaf, place }: PlacedLeaf): boolean {
  if ((from !== undefined && place.time < from) || (to !== undefined && place.time >= to)) return false
  const values = dimensionValues(leaf.record)
  return DIMENSIONS.every(dimension => where[dimension] === undefined || where[dimension] === values[dimension])
}

function createMemoryFacts(): Facts {
  const facts = new Map<string, string>()
  return {
    async get(key) {
      return facts.get(key)
    },
    async put(added) {
      for (const [key, value] of Object.entries(added)) facts.set(key, value)
    },
    async list(prefix, { from = prefix, reverse = false, limit = -1 } = {}) {
      // In the order of the keys' UTF-8, as on disk.
      const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
      const found = [...facts.entries()].filter(([key]) => key.startsWith(prefix) && compare(key, from) >= 0)
      found.sort(([a], [b]) => compare(a, b))
      if (reverse) found.reverse()
      return limit < 0 ? found : found.slice(0, limit)
    },
  }
}
