// The tiles from front to back, level by level, as hashes are made anew beside them.

import { join } from 'node:path'
import { ReadOnlyFile } from '../backup/read-only.ts'
import { HASH_BYTES } from '../core/tree.ts'
import { namesIn } from '../missing.ts'
import { ForwardReader } from '../store/log/forward.ts'

interface Level {
  readonly file: ReadOnlyFile
  readonly reader: ForwardReader
}

export class TileReader implements AsyncDisposable {
  /** By number; one in between may be gone. */
  readonly #levels: readonly (Level | undefined)[]

  private constructor(levels: readonly (Level | undefined)[]) {
    this.#levels = levels
  }

  static async open(directory: string): Promise<TileReader> {
    const names = (await namesIn(directory)).filter(name => /^\d$/.test(name))
    const levels: (Level | undefined)[] = []
    for (const name of names) {
      const file = await ReadOnlyFile.open(join(directory, name))
      levels[Number(name)] = { file, reader: new ForwardReader(file, 0, file.size) }
    }
    return new TileReader(levels)
  }

  /** How many levels there are, the highest of which has a file. */
  get levels(): number {
    return this.#levels.length
  }

  /** Bytes of a level's file. */
  sizeOf(level: number): number {
    return this.#levels[level]?.file.size ?? 0
  }

  /** The next `count` hashes of a level; fewer where the file ends before. */
  async next(level: number, count: number): Promise<Buffer> {
    const { file, reader } = this.#levels[level] ?? {}
    if (file === undefined || reader === undefined) return Buffer.alloc(0)
    const bytes = Math.min(count * HASH_BYTES, file.size - reader.position)
    return (await reader.load(bytes)) ? reader.take(bytes) : Buffer.alloc(0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const level of this.#levels) await level?.file.close()
  }
}
