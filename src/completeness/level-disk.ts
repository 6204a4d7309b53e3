// The kept index's nodes in a LevelDB of their own. It is asked in step: whoever asks does nothing else meanwhile, and a
// thread for each of ten thousand small reads would cost more than they do.

import { type BatchOperation, Level } from 'level'
import { concat } from '../core/bytes.ts'
import { CRC_BYTES, checkOf } from '../store/level/checked-value.ts'
import { checkSums, writeSums } from '../store/level/folder-sums.ts'
import type { NodeChange, NodeDisk } from './nodes.ts'

const LONGER_THAN_KEYS = 64
const WRITE_BUFFER_BYTES = 1 << 22
/**
 * LevelDB maps the tables that it has open into memory, and an epoch goes through all of them in the order of their keys:
 * without bounds all of the index would be resident. It keeps 10 files for itself, and no fewer than 64 tables open.
 */
const OPEN_TABLES = { maxOpenFiles: 64 + 10, maxFileSize: 1 << 20 }

export class LevelDisk implements NodeDisk, AsyncDisposable {
  readonly #database: Level<Uint8Array, Uint8Array>
  readonly #directory: string

  private constructor(database: Level<Uint8Array, Uint8Array>, directory: string) {
    this.#database = database
    this.#directory = directory
  }

  /** @throws Error when it is in use, cannot be read, or was changed since it was closed */
  static async open(directory: string): Promise<LevelDisk> {
    const { changed } = await checkSums(directory, true)
    if (changed.length > 0) throw new Error(`${changed.join(', ')} in ${directory} changed since it was closed`)
    const database = new Level<Uint8Array, Uint8Array>(directory, {
      keyEncoding: 'view',
      valueEncoding: 'view',
      writeBufferSize: WRITE_BUFFER_BYTES,
      cacheSize: 1 << 20,
      ...OPEN_TABLES,
    })
    await database.open()
    return new LevelDisk(database, directory)
  }

  /** @throws Error when a value is not what was written: LevelDB gives out what it reads unchecked */
  get(key: Uint8Array): Uint8Array | undefined {
    const kept = this.#database.getSync(key)
    if (kept === undefined) return undefined
    const value = openValue(key, kept)
    if (value !== undefined) return value
    throw new Error(`the value of ${Buffer.from(key).toString('hex')} in the index was changed`)
  }

  keys(prefix: Uint8Array): AsyncIterable<Uint8Array> {
    // No key is as long as this, so all that begin so lie before it.
    return this.#database.keys({ gte: prefix, lt: concat(prefix, new Uint8Array(LONGER_THAN_KEYS).fill(255)) })
  }

  /** Not synced: what a power failure takes of it is derived again, and LevelDB keeps an earlier write before a later one. */
  async write(changes: readonly NodeChange[]): Promise<void> {
    const batch = changes.map(
      ({ key, value }): BatchOperation<Level<Uint8Array, Uint8Array>, Uint8Array, Uint8Array> => {
        return value === undefined ? { type: 'del', key } : { type: 'put', key, value: withCrc(key, value) }
      },
    )
    await this.#database.batch(batch)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#database.close()
    await writeSums(this.#directory)
  }
}

/** The value, or undefined when it is not what was put there. */
export function openValue(key: Uint8Array, kept: Uint8Array): Uint8Array | undefined {
  if (kept.length < CRC_BYTES) return undefined
  const value = kept.subarray(CRC_BYTES)
  const crc = new DataView(kept.buffer, kept.byteOffset).getUint32(0)
  return crc === checkOf(key, value) ? value : undefined
}

function withCrc(key: Uint8Array, value: Uint8Array): Uint8Array {
  const kept = new Uint8Array(CRC_BYTES + value.length)
  new DataView(kept.buffer).setUint32(0, checkOf(key, value))
  kept.set(value, CRC_BYTES)
  return kept
}
