// A file written from beginning to end in many small pieces: they go there in few writes, and are synced as they go, so
// that the last sync has little to do and holds up no append to another file.

import type { LogFile } from './file.ts'

const SYNC_BYTES = 1 << 23
const WRITE_BYTES = 1 << 20

/**
 * One call after the other: whoever writes waits until the write before has ended. One that failed leaves the file to be
 * given up.
 */
export class GatheredWrites {
  readonly #file: LogFile
  readonly #waiting = Buffer.allocUnsafeSlow(WRITE_BYTES)
  #waitingBytes = 0
  #unsynced = 0

  constructor(file: LogFile) {
    this.#file = file
  }

  /** Where the next byte goes. */
  get position(): number {
    return this.#file.size + this.#waitingBytes
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const taken = Math.min(bytes.length - at, WRITE_BYTES - this.#waitingBytes)
      this.#waiting.set(bytes.subarray(at, at + taken), this.#waitingBytes)
      this.#waitingBytes += taken
      at += taken
      if (this.#waitingBytes === WRITE_BYTES) await this.flush()
    }
  }

  /** Whoever has written all of it syncs the file afterwards. */
  async flush(): Promise<void> {
    const bytes = this.#waiting.subarray(0, this.#waitingBytes)
    await this.#file.append(bytes)
    this.#waitingBytes = 0
    this.#unsynced += bytes.length
    if (this.#unsynced < SYNC_BYTES) return
    await this.#file.datasync()
    this.#unsynced = 0
  }
}
