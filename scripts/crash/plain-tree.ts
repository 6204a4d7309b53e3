// The tree of RFC 6962, computed once more and as plainly as can be: nothing of the ledger's own code judges the ledger.

import { createHash } from 'node:crypto'

export class PlainTree {
  /** `#levels[L][i]` is the root of the complete subtree of 2^L leaves with index i. */
  readonly #levels: Buffer[][] = [[]]

  get size(): number {
    return this.#levels[0]!.length
  }

  leaf(index: number): Buffer {
    return this.#levels[0]![index]!
  }

  add(leaf: Buffer): void {
    this.#levels[0]!.push(leaf)
    for (let level = 0; this.#levels[level]!.length % 2 === 0; level++) {
      const hashes = this.#levels[level]!
      this.#levels[level + 1] ??= []
      this.#levels[level + 1]!.push(hashNode(hashes.at(-2)!, hashes.at(-1)!))
    }
  }

  /** The root of the first `size` leaves, base64. */
  root(size: number): string {
    if (size > this.size) throw new RangeError(`the tree has ${this.size} leaves, not ${size}`)
    let root: Buffer | undefined
    let end = size
    for (let level = 0; end > 0; level++, end = Math.floor(end / 2)) {
      if (end % 2 === 0) continue
      const left = this.#levels[level]![end - 1]!
      root = root === undefined ? left : hashNode(left, root)
    }
    return (root ?? createHash('sha256').digest()).toString('base64')
  }
}

export function hashEntry(entry: Uint8Array): Buffer {
  return createHash('sha256').update(Buffer.of(0)).update(entry).digest()
}

function hashNode(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest()
}
