// The tree's tiles (C2SP tlog-tiles): per level L one file of the hashes of that tile level, one after the other, so
// that tile (L, N) of any width is a range of it. Hash i of level L is the root of the complete subtree of 256^L leaves
// with index i. Derived from the entries.

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { TILE_WIDTH, tileLevelSize } from '../../core/tile.ts'
import { HASH_BYTES } from '../../core/tree.ts'
import type { Files, LogFile } from '../file.ts'
import { settleAll } from '../settle.ts'

export class TileFiles {
  readonly #directory: string
  readonly #files: Files
  readonly #levels: LogFile[]

  private constructor(directory: string, files: Files, levels: LogFile[]) {
    this.#directory = directory
    this.#files = files
    this.#levels = levels
  }

  static async open(directory: string, files: Files): Promise<TileFiles> {
    const names = new Set(await readdir(directory))
    const levels: LogFile[] = []
    while (names.has(String(levels.length))) levels.push(await files.open(join(directory, String(levels.length))))
    return new TileFiles(directory, files, levels)
  }

  /** Leaves that have a hash at level 0, or part of one. */
  get leaves(): number {
    return Math.ceil((this.#levels[0]?.size ?? 0) / HASH_BYTES)
  }

  /** Appends to each level its new hashes: `hashes[L]` to level L. */
  async append(hashes: readonly Uint8Array[]): Promise<void> {
    for (const [level, added] of hashes.entries()) {
      if (added.length > 0) await (await this.#level(level)).append(added)
    }
  }

  /** `count` hashes of tile level `level` from `first` on, as one run of bytes. */
  async read(level: number, first: number, count: number): Promise<Buffer> {
    return (await this.#level(level)).read(first * HASH_BYTES, count * HASH_BYTES)
  }

  /** Are all hashes of a tree of `size` leaves there? */
  covers(size: number): boolean {
    for (let level = 0; tileLevelSize(level, size) > 0; level++) {
      if ((this.#levels[level]?.size ?? 0) < tileLevelSize(level, size) * HASH_BYTES) return false
    }
    return true
  }

  /** Cuts the tiles back to those of a tree of `size` leaves. */
  async truncate(size: number): Promise<void> {
    for (const [level, file] of this.#levels.entries()) await file.truncate(tileLevelSize(level, size) * HASH_BYTES)
  }

  async datasync(): Promise<void> {
    await settleAll(this.#levels.map(file => file.datasync()))
  }

  async close(): Promise<void> {
    await settleAll(this.#levels.map(file => file.close()))
  }

  /** A level gets its file with its first hash: some six times in the life of a log. */
  async #level(level: number): Promise<LogFile> {
    while (this.#levels.length <= level) {
      this.#levels.push(await this.#files.open(join(this.#directory, String(this.#levels.length))))
      await this.#files.syncDirectory(this.#directory)
    }
    return this.#levels[level]!
  }
}

/** Splits the subtrees that `appendLeaf` reports into tile levels: only every eighth level of the tree is stored. */
export function tileLevelOf(level: number): number | undefined {
  return level % Math.log2(TILE_WIDTH) === 0 ? level / Math.log2(TILE_WIDTH) : undefined
}
