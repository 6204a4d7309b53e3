// C2SP tlog-tiles: the tree cut into tiles of 256 hashes, the entries into bundles of 256, and how both are named.

import { LedgerError } from './error.ts'
import type { NodeId } from './tree.ts'

/** Hashes of a full tile, entries of a full bundle. */
export const TILE_WIDTH = 256
/** Levels of the tree from one level of tiles to the next: 2^8 = 256. */
export const TILE_HEIGHT = 8
/** The longest entry whose length a bundle can state in two bytes. */
export const MAX_ENTRY_BYTES = 65_535

export interface TileId {
  /** 0 to 5 for hashes; 'entries' for the bundle of entries themselves. */
  readonly level: number | 'entries'
  readonly index: number
  /** 1 to 256; below 256 the tile is partial. */
  readonly width: number
}

/** The path below the log's prefix, as in `tile/0/x001/x234/067` or `tile/entries/000.p/5`. */
export function formatTilePath({ level, index, width }: TileId): string {
  let n = String(index % 1000).padStart(3, '0')
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    n = `x${String(rest % 1000).padStart(3, '0')}/${n}`
  }
  return `tile/${level}/${n}${width < TILE_WIDTH ? `.p/${width}` : ''}`
}

const TILE_PATH = /^tile\/(entries|[0-5]?\d|6[0-3])\/((?:x\d{3}\/)*)(\d{3})(?:\.p\/([1-9]\d{0,2}))?$/

/** The tile that a path names, or undefined: only the one spelling that `formatTilePath` gives is accepted. */
export function parseTilePath(path: string): TileId | undefined {
  const match = TILE_PATH.exec(path)
  if (match === null) return undefined
  const [, level, groups, last, partial] = match
  const index = Number(groups!.replaceAll(/[x/]/g, '') + last!)
  const width = partial === undefined ? TILE_WIDTH : Number(partial)
  const tile: TileId = { level: level === 'entries' ? level : Number(level), index, width }
  if (!Number.isSafeInteger(index) || (partial !== undefined && width >= TILE_WIDTH)) return undefined
  return formatTilePath(tile) === path ? tile : undefined
}

/** How many hashes of tile level `level` a tree of `size` leaves has: ⌊size / 256^level⌋. */
export function tileLevelSize(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level)
}

/** The widest form of tile (level, index) in a tree of `size` leaves; 0 when there is none. */
export function tileWidth(level: number | 'entries', index: number, size: number): number {
  const hashes = level === 'entries' ? size : tileLevelSize(level, size)
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH))
}

/** Where the hash of a complete subtree comes from: a run of hashes of one tile level, folded when longer than one. */
export function tileRunOf({ level, index }: NodeId): { level: number; start: number; count: number } {
  const tileLevel = Math.floor(level / TILE_HEIGHT)
  const count = 2 ** (level % TILE_HEIGHT)
  return { level: tileLevel, start: index * count, count }
}

/** `u16be length ‖ entry`, appended for every entry: the bytes of a bundle, and of our entries file. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bundle = new Uint8Array(entries.reduce((bytes, entry) => bytes + 2 + entry.length, 0))
  let at = 0
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES) throw new RangeError(`an entry of ${entry.length} bytes does not fit a bundle`)
    bundle[at] = entry.length >> 8
    bundle[at + 1] = entry.length
    bundle.set(entry, at + 2)
    at += 2 + entry.length
  }
  return bundle
}

/** The entries of a bundle, as views into it; a bundle that ends inside an entry is refused. */
export function decodeBundle(bundle: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = []
  let at = 0
  while (at < bundle.length) {
    const start = at + 2
    const length = start <= bundle.length ? bundle[at]! * 256 + bundle[at + 1]! : Number.POSITIVE_INFINITY
    if (start + length > bundle.length) {
      throw new LedgerError('bundle_torn', {
        en: `The entry bundle ends inside entry ${entries.length} (byte ${at} of ${bundle.length}); fetch it again, and if it stays so the log is damaged.`,
        zh: `条目包在第 ${entries.length} 条中间就结束了（共 ${bundle.length} 字节，断在第 ${at} 字节）；请重新获取，若仍如此，则日志已损坏。`,
      })
    }
    entries.push(bundle.subarray(start, start + length))
    at = start + length
  }
  return entries
}
