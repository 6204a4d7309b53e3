// A log as C2SP tlog-tiles serves it, read by somebody who believes none of it: a checkpoint counts by its signature alone,
// and bundles are told apart into entries, whose hashes are for the caller to compare (tile-tree.ts).

import { type Checkpoint, checkCheckpoint } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import { hashPairs } from '../core/hash.ts'
import { decodeUtf8 } from '../core/json.ts'
import type { VerifierKey } from '../core/note.ts'
import {
  decodeBundle,
  formatTilePath,
  MAX_ENTRY_BYTES,
  TILE_WIDTH,
  type TileId,
  tileLevelSize,
  tileRunOf,
  tileWidth,
} from '../core/tile.ts'
import { HASH_BYTES, type Hash, type NodeId } from '../core/tree.ts'
import { type Asking, fetchBytes } from './fetch-bytes.ts'

export interface SignedHead extends Checkpoint {
  /** The signed note. */
  readonly note: string
}

export interface TileClient {
  readonly key: VerifierKey
  /** The published checkpoint; undefined where none is published. @throws LedgerError as `checkCheckpoint` */
  checkpoint(signal: AbortSignal): Promise<SignedHead | undefined>
  /** The entries of a bundle of the tree of `size` leaves, unchecked. @throws LedgerError `log_entries_gone` */
  entries(index: number, size: number, signal: AbortSignal): Promise<readonly Uint8Array[]>
  /** Hashes of complete subtrees of the tree of `size` leaves, as its hash tiles tell them, unchecked. */
  nodes(nodes: readonly NodeId[], size: number, signal: AbortSignal): Promise<readonly Hash[]>
}

const MAX_NOTE_BYTES = 1_000_000
const MAX_BUNDLE_BYTES = TILE_WIDTH * (2 + MAX_ENTRY_BYTES)

/** @param prefix Where the log lies below the service's address: `log` or `index` */
export function createTileClient(asking: Asking, prefix: string, key: VerifierKey): TileClient {
  /** The tile as wide as asked for; a wider one in its place where that is gone, as tlog-tiles allows. */
  const fetchTile = async (tile: TileId, most: number, signal: AbortSignal): Promise<Uint8Array | undefined> => {
    const bytes = await fetchBytes(asking, `${prefix}/${formatTilePath(tile)}`, most, signal)
    if (bytes !== undefined || tile.width === TILE_WIDTH) return bytes
    return fetchBytes(asking, `${prefix}/${formatTilePath({ ...tile, width: TILE_WIDTH })}`, most, signal)
  }

  const hashesOf = async (level: number, index: number, size: number, signal: AbortSignal): Promise<Uint8Array> => {
    const tile = { level, index, width: tileWidth(level, index, size) }
    const bytes = await fetchTile(tile, TILE_WIDTH * HASH_BYTES, signal)
    if (bytes === undefined || bytes.length < tile.width * HASH_BYTES) throw gone(prefix, tile)
    return bytes.subarray(0, tile.width * HASH_BYTES)
  }

  return {
    key,
    async checkpoint(signal) {
      const bytes = await fetchBytes(asking, `${prefix}/checkpoint`, MAX_NOTE_BYTES, signal)
      return bytes === undefined ? undefined : readHead(decodeUtf8(bytes), key)
    },
    async entries(index, size, signal) {
      const tile = { level: 'entries', index, width: tileWidth('entries', index, size) } as const
      const bytes = await fetchTile(tile, MAX_BUNDLE_BYTES, signal)
      const entries = bytes === undefined ? [] : decodeBundle(bytes)
      if (entries.length < tile.width) throw gone(prefix, tile)
      return entries.slice(0, tile.width)
    },
    async nodes(nodes, size, signal) {
      const tiles = new Map<string, Uint8Array>()
      const found: Hash[] = []
      for (const node of nodes) {
        const { level, start, count } = tileRunOf(node)
        const index = Math.floor(start / TILE_WIDTH)
        if (start + count > tileLevelSize(level, size)) throw new RangeError('a subtree beyond the tree')
        const name = `${level}/${index}`
        const tile = tiles.get(name) ?? (await hashesOf(level, index, size, signal))
        tiles.set(name, tile)
        const at = (start - index * TILE_WIDTH) * HASH_BYTES
        let run = tile.subarray(at, at + count * HASH_BYTES)
        while (run.length > HASH_BYTES) run = hashPairs(run)
        found.push(run)
      }
      return found
    },
  }
}

/** @throws LedgerError as `checkCheckpoint` */
export function readHead(note: string, key: VerifierKey): SignedHead {
  return { ...checkCheckpoint(note, key).checkpoint, note }
}

function gone(prefix: string, tile: TileId): LedgerError {
  const path = `/${prefix}/${formatTilePath(tile)}`
  return new LedgerError(
    'log_entries_gone',
    {
      en: `The log does not serve ${path}, though its checkpoint has it: it was pruned, or what stands between is behind. Nothing can be checked there; ask again later, or ask the operator for an archive.`,
      zh: `日志没有提供 ${path}，而其检查点包含它：可能已清除，或中间环节滞后。该处无法核查；请稍后再试，或向运营者索取归档。`,
    },
    { retryable: true },
  )
}
