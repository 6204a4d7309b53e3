// A file in memory that outlives the "process" that writes it, and that can fail: before a write is done, half-way, or
// after it was done.

import type { LogFile } from '../../src/store/file.ts'

export type Failure = 'refused' | 'short' | 'persisted'

export class TestFile implements LogFile {
  readonly path = 'data/events'
  bytes = Buffer.alloc(0)
  /** What was synced stands, whatever happens. */
  #durable = 0
  size = 0
  /** The failure of each change from now on. */
  fail: ((operation: 'append' | 'truncate' | 'datasync') => Failure | undefined) | undefined

  async append(bytes: Uint8Array): Promise<void> {
    const failure = this.fail?.('append')
    const done = failure === 'refused' ? 0 : failure === 'short' ? Math.ceil(bytes.length / 2) : bytes.length
    this.bytes = Buffer.concat([
      this.bytes.subarray(0, this.size),
      bytes.subarray(0, done),
      this.bytes.subarray(this.size + done), // what a longer write before this one left
    ])
    if (failure !== undefined) throw new Error(`EIO: append ${failure}`)
    this.size += bytes.length
  }

  async truncate(size: number): Promise<void> {
    const failure = this.fail?.('truncate')
    if (failure !== 'refused') {
      this.bytes = this.bytes.subarray(0, size)
      this.size = this.bytes.length
      this.#durable = Math.min(this.#durable, size)
    }
    if (failure !== undefined) throw new Error(`EIO: truncate ${failure}`)
  }

  async datasync(): Promise<void> {
    const failure = this.fail?.('datasync')
    if (failure !== 'refused') this.#durable = this.bytes.length
    if (failure !== undefined) throw new Error(`EIO: datasync ${failure}`)
  }

  async read(position: number, length: number): Promise<Buffer> {
    return Buffer.from(this.bytes.subarray(position, position + length))
  }

  async rewrite(): Promise<void> {
    throw new Error('a journal of events is never written over')
  }

  async close(): Promise<void> {}

  /** The process is gone, and as of the power of the machine `lost` (0 to 1) of what was not synced. */
  restart(lost: number): void {
    const unsynced = this.bytes.length - this.#durable
    this.bytes = this.bytes.subarray(0, this.#durable + Math.ceil(unsynced * (1 - lost)))
    this.size = this.bytes.length
    this.#durable = this.size
    this.fail = undefined
  }
}
