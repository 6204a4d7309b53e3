// Reads a range of a file from front to back in large blocks, so that replaying millions of small frames costs few reads.

import type { LogFile } from '../file.ts'

const BLOCK_BYTES = 1 << 20

export class ForwardReader {
  readonly #file: LogFile
  readonly #end: number
  #block: Buffer = Buffer.alloc(0)
  #blockStart: number
  /** Position in the file of the next byte that `take` gives. */
  position: number

  constructor(file: LogFile, start: number, end: number) {
    this.#file = file
    this.#end = end
    this.#blockStart = start
    this.position = start
  }

  /** True when `take(length)` can be answered without reading: ask this first, for most frames are. */
  has(length: number): boolean {
    return this.position + length <= this.#blockStart + this.#block.length
  }

  /** Reads on until `take(length)` can be answered; false when the range ends before. */
  async load(length: number): Promise<boolean> {
    if (this.has(length)) return true
    if (this.position + length > this.#end) return false
    const bytes = Math.min(Math.max(length, BLOCK_BYTES), this.#end - this.position)
    this.#block = await this.#file.read(this.position, bytes)
    this.#blockStart = this.position
    return true
  }

  /** The next bytes, as a view that stays valid; only after `has` or `load` said yes. */
  take(length: number): Buffer {
    const bytes = this.peek(length)
    this.position += length
    return bytes
  }

  /** Goes on behind the next `length` bytes without reading them. */
  skip(length: number): void {
    this.position += length
  }

  /** The next bytes, to be given again. */
  peek(length: number): Buffer {
    if (!this.has(length)) throw new Error('ForwardReader.take without load')
    const at = this.position - this.#blockStart
    return this.#block.subarray(at, at + length)
  }
}
