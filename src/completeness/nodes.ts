// Where the kept index has its nodes: a LevelDB, or any map of bytes. What is put is seen at once by whoever reads here, and
// comes to the disk all or none, when it is put down.

/** Bytes under keys of bytes. */
export interface NodeDisk {
  get(key: Uint8Array): Uint8Array | undefined
  /** Those that begin so. */
  keys(prefix: Uint8Array): AsyncIterable<Uint8Array>
  /** All or none. An undefined value removes its key. */
  write(changes: readonly NodeChange[]): Promise<void>
}

export interface NodeChange {
  readonly key: Uint8Array
  readonly value: Uint8Array | undefined
}

export class Nodes {
  readonly #disk: NodeDisk
  readonly #changes = new Map<string, NodeChange>()
  readonly #added: NodeChange[] = []

  constructor(disk: NodeDisk) {
    this.#disk = disk
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const changed = this.#changes.get(nameOf(key))
    return changed === undefined ? this.#disk.get(key) : changed.value
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#changes.set(nameOf(key), { key, value })
  }

  /** What is written once, and asked for only when it lies on the disk: most of what there is. */
  add(key: Uint8Array, value: Uint8Array): void {
    this.#added.push({ key, value })
  }

  remove(key: Uint8Array): void {
    this.#changes.set(nameOf(key), { key, value: undefined })
  }

  /** Keys on the disk, those that wait left out. */
  keys(prefix: Uint8Array): AsyncIterable<Uint8Array> {
    return this.#disk.keys(prefix)
  }

  /** Changes that are not on the disk. */
  get waiting(): number {
    return this.#changes.size + this.#added.length
  }

  async putDown(): Promise<void> {
    await this.#disk.write([...this.#added, ...this.#changes.values()])
    this.#added.length = 0
    this.#changes.clear()
  }
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1')
}
