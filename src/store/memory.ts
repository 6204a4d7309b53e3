// A store that forgets: for tests and dry runs. It keeps every promise of store.ts but durability, in the plainest way,
// which makes it what the embedded store is compared with.

import { findEntries } from '../core/leaves.ts'
import { DIMENSIONS, type Dimension, fits } from '../core/question.ts'
import type { AccessRecord } from '../core/record.ts'
import { readTime } from '../core/record.ts'
import { encodeBundle, TILE_HEIGHT, TILE_WIDTH, type TileId, tileWidth } from '../core/tile.ts'
import { appendLeaf, emptyFrontier, frontierRoot, type Hash, type NodeId } from '../core/tree.ts'
import { packBatches } from './log/append.ts'
import type { BatchState, Facts, NewBatch, Rows, Search, Store } from './store.ts'

const RUN_LEAVES = 1024
const ONE_SEGMENT = 2 ** 40

interface KeptLeaf {
  readonly record: AccessRecord
  readonly entry: Uint8Array
  readonly hash: Hash
  readonly sealed: Uint8Array | undefined
}

export function createMemoryStore(): Store {
  const frontier = emptyFrontier()
  const leaves: KeptLeaf[] = []
  const hashes = new Map<string, Hash>()
  const batchStates = new Map<string, BatchState>()

  const readNode = ({ level, index }: NodeId): Hash => {
    const hash = hashes.get(`${level}/${index}`)
    if (hash === undefined) throw new RangeError(`node (${level}, ${index}) is not in a tree of ${leaves.length}`)
    return hash
  }

  function* search(search: Search): Generator<readonly number[]> {
    let run: number[] = []
    for (let index = Math.min(search.below, leaves.length) - 1; index >= (search.first ?? 0); index--) {
      if (fits(search, leaves[index]!.record)) run.push(index)
      if (run.length < RUN_LEAVES) continue
      yield run
      run = []
    }
    if (run.length > 0) yield run
  }

  return {
    get head() {
      return { size: frontier.size, root: frontierRoot(frontier) }
    },

    async append(batches) {
      const end = { size: leaves.length, root: new Uint8Array(), entriesEnd: 0, sealedEnd: 0 }
      const { firstIndices, states } = packBatches(batches, end, ONE_SEGMENT)
      for (const leaf of batches.flatMap(readLeaves)) {
        const index = leaves.length
        appendLeaf(frontier, leaf.hash, (level, hash) => {
          hashes.set(`${level}/${Math.floor(index / 2 ** level)}`, hash)
        })
        leaves.push(leaf)
      }
      for (const state of states) batchStates.set(state.key, state)
      return firstIndices
    },

    findBatch: key => batchStates.get(key),

    async readNodes(nodes) {
      return nodes.map(readNode)
    },

    async readTile({ level, index, width }: TileId) {
      if (!(index >= 0 && width >= 1 && width <= tileWidth(level, index, leaves.length))) return undefined
      const indices = Array.from({ length: width }, (_, k) => index * TILE_WIDTH + k)
      if (level === 'entries') return encodeBundle(indices.map(leaf => leaves[leaf]!.entry))
      return Buffer.concat(indices.map(hash => readNode({ level: level * TILE_HEIGHT, index: hash })))
    },

    async readEntries(indices) {
      return indices.map(index => {
        const leaf = leaves[index]
        if (leaf === undefined) throw new RangeError(`leaf ${index} is not in a tree of ${leaves.length} leaves`)
        return leaf.entry
      })
    },

    async readSealed(index) {
      return leaves[index]?.sealed
    },

    async eraseSealed(index) {
      const leaf = leaves[index]
      if (leaf?.sealed !== undefined) leaves[index] = { ...leaf, sealed: Buffer.alloc(leaf.sealed.length) }
    },

    async *search(asked) {
      yield* search(asked)
    },

    async *scan(asked, dimensions) {
      const names = new MemoryNames()
      for (const indices of search(asked)) {
        yield toRows(
          indices,
          indices.map(index => leaves[index]!.record),
          dimensions,
          names,
        )
      }
    },

    async readColumns(start, { times, ids }) {
      if (start + times.length > leaves.length) throw new RangeError('more leaves than there are')
      const names = new MemoryNames()
      for (let k = 0; k < times.length; k++) {
        const { record } = leaves[start + k]!
        times[k] = readTime(record.time)
        for (const [d, column] of ids.entries()) column[k] = names.numberIn(record, DIMENSIONS[d]!)
      }
      return names
    },

    facts: createMemoryFacts(),

    async [Symbol.asyncDispose]() {},
  }
}

function readLeaves({ leaves: { count, entries, hashes, sealed } }: NewBatch): KeptLeaf[] {
  const places = findEntries(entries, count)!
  return Array.from({ length: count }, (_, k) => {
    const entry = Buffer.from(entries.subarray(places[k]! + 2, places[k + 1]))
    return {
      record: JSON.parse(entry.toString()) as AccessRecord,
      entry,
      hash: Buffer.from(hashes.subarray(k * 32, (k + 1) * 32)),
      sealed: sealed.find(({ leaf }) => leaf === k)?.bytes,
    }
  })
}

/** Values get their numbers as they are asked for. */
class MemoryNames {
  readonly #texts: string[] = []

  number(dimension: Dimension, value: string | undefined): number {
    if (value === undefined) return 0
    const known = this.#texts.indexOf(`${dimension}/${value}`)
    return known === -1 ? this.#texts.push(`${dimension}/${value}`) : known + 1
  }

  numberIn(record: AccessRecord, dimension: Dimension): number {
    const value = record[dimension]
    return this.number(dimension, value === undefined ? undefined : String(value))
  }

  async find(dimension: Dimension, value: string): Promise<number> {
    return this.number(dimension, value)
  }

  async text(dimension: Dimension, id: number): Promise<string> {
    return this.#texts[id - 1]!.slice(dimension.length + 1)
  }

  async texts(dimension: Dimension, ids: readonly number[]): Promise<string[]> {
    return Promise.all(ids.map(id => this.text(dimension, id)))
  }
}

function toRows(
  indices: readonly number[],
  records: readonly AccessRecord[],
  dimensions: readonly Dimension[],
  names: MemoryNames,
): Rows {
  const idsOf = (dimension: Dimension): Uint32Array =>
    Uint32Array.from(records, record => names.numberIn(record, dimension))
  return {
    indices: Float64Array.from(indices),
    times: Float64Array.from(records, ({ time }) => readTime(time)),
    bytes: Float64Array.from(records, ({ bytes }) => bytes ?? -1),
    rows: Float64Array.from(records, ({ rows }) => rows ?? -1),
    ids: Object.fromEntries(DIMENSIONS.filter(d => dimensions.includes(d)).map(d => [d, idsOf(d)])),
    names,
  }
}

function createMemoryFacts(): Facts {
  const facts = new Map<string, string>()
  const put = async (added: Readonly<Record<string, string>>): Promise<void> => {
    for (const [key, value] of Object.entries(added)) facts.set(key, value)
  }
  return {
    async get(key) {
      return facts.get(key)
    },
    put,
    replace: put,
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
