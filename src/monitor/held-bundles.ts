// Entries that were read a moment ago, so that what has just been verified need not be asked for again to be understood.

/** Bytes of entries that are held. */
const MOST_HELD = 1 << 26

export class HeldBundles {
  readonly #held = new Map<number, readonly Uint8Array[]>()
  #bytes = 0

  get(tile: number): readonly Uint8Array[] | undefined {
    return this.#held.get(tile)
  }

  /** The oldest give way. */
  put(tile: number, entries: readonly Uint8Array[]): void {
    this.drop(tile)
    this.#held.set(tile, entries)
    this.#bytes += bytesOf(entries)
    for (const oldest of this.#held.keys()) {
      if (this.#bytes <= MOST_HELD) break
      this.drop(oldest)
    }
  }

  drop(tile: number): void {
    this.#bytes -= bytesOf(this.#held.get(tile) ?? [])
    this.#held.delete(tile)
  }

  clear(): void {
    this.#held.clear()
    this.#bytes = 0
  }
}

function bytesOf(entries: readonly Uint8Array[]): number {
  return entries.reduce((sum, entry) => sum + entry.length, 0)
}
