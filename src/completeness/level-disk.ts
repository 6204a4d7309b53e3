// The kept index's nodes in a LevelDB of their own. It is asked in step: whoever asks does nothing else meanwhile, and a
// thread for each of ten thousand small reads would cost more than they do.

import { type BatchOperation, Level } from 'level'
import { concat } from '../core/bytes.ts'
import type { NodeChange, NodeDisk } from './nodes.ts'

const LONGER_THAN_KEYS = 64
const WRITE_BUFFER_BYTES = 1 << 23

export class LevelDisk implements NodeDisk, AsyncDisposable {
  readonly #database: Level<Uint8Array, Uint8Array>

  private constructor(database: Level<Uint8Array, Uint8Array>) {
    this.#database = database
  }

  static async open(directory: string): Promise<LevelDisk> {
    const database = new Level<Uint8Array, Uint8Array>(directory, {
      keyEncoding: 'view',
      valueEncoding: 'view',
      writeBufferSize: WRITE_BUFFER_BYTES,
    })
    await database.open()
    return new LevelDisk(database)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#database.getSync(key)
  }

  keys(prefix: Uint8Array): AsyncIterable<Uint8Array> {
    // No key is as long as this, so all that begin so lie before it.
    return this.#database.keys({ gte: prefix, lt: concat(prefix, new Uint8Array(LONGER_THAN_KEYS).fill(255)) })
  }

  /** Not synced: what a power failure takes of it is derived again, and LevelDB keeps an earlier write before a later one. */
  async write(changes: readonly NodeChange[]): Promise<void> {
    const batch = changes.map(
      ({ key, value }): BatchOperation<Level<Uint8Array, Uint8Array>, Uint8Array, Uint8Array> => {
        return value === undefined ? { type: 'del', key } : { type: 'put', key, value }
      },
    )
    await this.#database.batch(batch)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#database.close()
  }
}
