// What was read lately, bounded in bytes: one for all segments, so that memory does not grow with the log.

export class ByteCache {
  readonly #most: number
  #bytes = 0
  /** The least recently used first. */
  readonly #kept = new Map<string, { readonly value: unknown; readonly bytes: number }>()

  constructor(most: number) {
    this.#most = most
  }

  get(key: string): unknown {
    const found = this.#kept.get(key)
    if (found === undefined) return undefined
    this.#kept.delete(key)
    this.#kept.set(key, found)
    return found.value
  }

  /** Keeps a value that takes so many bytes; what was not used for longest goes. */
  set(key: string, value: unknown, bytes: number): void {
    const before = this.#kept.get(key)
    if (before !== undefined) this.#bytes -= before.bytes
    this.#kept.delete(key)
    this.#kept.set(key, { value, bytes })
    this.#bytes += bytes
    for (const [oldest, { bytes: freed }] of this.#kept) {
      if (this.#bytes <= this.#most) break
      this.#kept.delete(oldest)
      this.#bytes -= freed
    }
  }

  get bytes(): number {
    return this.#bytes
  }
}
