// A file that is written a second time, to see whether it is what would be written today: each byte that would go to the
// disk is compared with the one that is there. So an index is checked by the very code that writes it.

import type { Files, LogFile } from '../store/file.ts'
import { HEAD_BYTES } from '../store/index/index-head.ts'

/** The part of `Files` that writing an index needs; `differsAt` is the first byte that is another, or that is missing. */
export class ComparedFiles implements Files {
  readonly #file: LogFile
  #size = 0
  #differsAt: number | undefined

  /** `file` is what lies on the disk. */
  constructor(file: LogFile) {
    this.#file = file
  }

  /** After all was written: the first byte that differs. */
  get differsAt(): number | undefined {
    if (this.#differsAt !== undefined) return this.#differsAt
    return this.#size === this.#file.size ? undefined : Math.min(this.#size, this.#file.size)
  }

  async open(): Promise<LogFile> {
    const { path } = this.#file
    return {
      path,
      size: 0,
      append: async bytes => {
        // The head comes first, empty; it is compared when it is filled in.
        if (this.#size >= HEAD_BYTES) await this.#compare(bytes, this.#size)
        this.#size += bytes.length
      },
      rewrite: (bytes, position) => this.#compare(bytes, position),
      read: (position, length) => this.#file.read(position, length),
      truncate: nothing,
      datasync: nothing,
      close: nothing,
    }
  }

  rename = nothing
  remove = nothing
  syncDirectory = nothing

  async #compare(bytes: Uint8Array, position: number): Promise<void> {
    if (this.#differsAt !== undefined && this.#differsAt <= position) return
    const length = Math.max(0, Math.min(bytes.length, this.#file.size - position))
    const found = await this.#file.read(position, length)
    if (Buffer.compare(found, bytes) === 0) return
    const at = found.findIndex((byte, k) => byte !== bytes[k])
    this.#differsAt = position + (at === -1 ? length : at)
  }
}

async function nothing(): Promise<void> {}
