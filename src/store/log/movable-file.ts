// A file whose bytes may move: whoever reads a segment goes on reading, while its entries change from a file of their own
// to an archive. They have the same addresses there, so nobody need know.

import type { LogFile } from '../file.ts'

/** Where the bytes are, and how many are reading there. */
interface Place {
  readonly file: LogFile
  readers: number
  /** Told when nobody reads there any more. */
  onIdle?: () => void
}

export class MovableFile implements LogFile {
  #place: Place

  constructor(file: LogFile) {
    this.#place = { file, readers: 0 }
  }

  get path(): string {
    return this.#place.file.path
  }

  get size(): number {
    return this.#place.file.size
  }

  append(bytes: Uint8Array): Promise<void> {
    return this.#place.file.append(bytes)
  }

  rewrite(bytes: Uint8Array, position: number): Promise<void> {
    return this.#place.file.rewrite(bytes, position)
  }

  async read(position: number, length: number): Promise<Buffer> {
    const place = this.#place
    place.readers++
    try {
      return await place.file.read(position, length)
    } finally {
      if (--place.readers === 0) place.onIdle?.()
    }
  }

  truncate(size: number): Promise<void> {
    return this.#place.file.truncate(size)
  }

  datasync(): Promise<void> {
    return this.#place.file.datasync()
  }

  close(): Promise<void> {
    return this.#place.file.close()
  }

  /** What is read from now on is read from `file`. Resolves when the file before it is no longer read, and is closed. */
  async moveTo(file: LogFile): Promise<void> {
    const left = this.#place
    this.#place = { file, readers: 0 }
    if (left.readers > 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      left.onIdle = resolve
      await promise
    }
    await left.file.close()
  }
}
