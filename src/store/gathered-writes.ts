// A file written from beginning to end in many small pieces: they go there in few writes, and are synced as they go, so
// that the last sync has little to do and holds up no append to another file.

import type { LogFile } from './file.ts'

const SYNC_BYTES = 1 << 23
const WRITE_BYTES = 1 << 20

export class GatheredWrites {
  readonly #file: LogFile
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #unsynced = 0

  constructor(file: LogFile) {
    this.#file = file
  }

  /** Where the next byte goes. */
  get position(): number {
    return this.#file.size + this.#waitingBytes
  }

  /** The bytes must stay as they are until the next `flush`. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
    if (this.#waitingBytes >= WRITE_BYTES) await this.flush()
  }

  /** Whoever has written all of it syncs the file afterwards. */
  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting)
    this.#waiting = []
    this.#waitingBytes = 0
    await this.#file.append(bytes)
    this.#unsynced += bytes.length
    if (this.#unsynced < SYNC_BYTES) return
    await this.#file.datasync()
    this.#unsynced = 0
  }
}
