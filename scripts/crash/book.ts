// What the ledger under this harness ever said, and what that binds it to: receipts, checkpoints, answers. Whatever
// contradicts it later is a violation, and ends the run.

import { type Batch, differs, type SentLine } from './lines.ts'
import { hashEntry, PlainTree } from './plain-tree.ts'

/** The promise was broken; `what` says which. */
export class Violation extends Error {}

interface Promised {
  readonly hash: Buffer
  readonly transaction: string
}

export class Book {
  /** The log as far as it was published and read back. */
  readonly tree = new PlainTree()
  /** Every batch ever sent, by number. */
  readonly batches: Batch[] = []
  /** Those that were answered with all their receipts. */
  readonly answered = new Set<Batch>()
  readonly #lines = new Map<string, SentLine>()
  /** Root of every size that was ever signed, or shown to be committed. */
  readonly #roots = new Map<number, string>()
  /** Leaves that a receipt promises, and that were not read back yet. */
  readonly #promised = new Map<number, Promised>()
  /** Leaf of each transaction that was read back. */
  readonly #found = new Map<string, number>()
  #promisedSize = 0

  sent(batch: Batch): void {
    this.batches.push(batch)
    for (const line of batch.good) this.#lines.set(line.transaction, line)
  }

  /** The largest tree that anybody was promised. */
  get promisedSize(): number {
    return this.#promisedSize
  }

  /** How many different trees were seen. */
  get trees(): number {
    return this.#roots.size
  }

  /** Somebody holds a signature of this tree, or has seen it served. `root` is base64. */
  claim(size: number, root: string, where: string): void {
    const known = this.#roots.get(size) ?? (size <= this.tree.size ? this.tree.root(size) : root)
    if (known !== root) throw new Violation(`${where}: size ${size} has root ${root}, and had ${known} before`)
    this.#roots.set(size, root)
    this.#promisedSize = Math.max(this.#promisedSize, size)
  }

  /** A receipt says that this line is at this leaf. */
  promise(index: number, hash: Buffer, { transaction }: SentLine): void {
    const known = index < this.tree.size ? this.tree.leaf(index) : this.#promised.get(index)?.hash
    if (known !== undefined && !known.equals(hash)) throw new Violation(`leaf ${index} was promised to be two things`)
    const found = this.#found.get(transaction)
    if (found !== undefined && found !== index) {
      throw new Violation(`${transaction} is leaf ${found}, and a receipt says leaf ${index}`)
    }
    if (index >= this.tree.size) this.#promised.set(index, { hash, transaction })
  }

  /** The next entry of the published log. */
  read(bytes: Buffer): void {
    const index = this.tree.size
    const entry = JSON.parse(bytes.toString()) as Record<string, unknown>
    const transaction = String(entry['transaction'])
    const line = this.#lines.get(transaction)
    if (line === undefined) throw new Violation(`leaf ${index} (${transaction}) was never sent`)
    const before = this.#found.get(transaction)
    if (before !== undefined) throw new Violation(`${transaction} is in the log twice: leaves ${before} and ${index}`)
    const difference = differs(entry, line)
    if (difference !== undefined) throw new Violation(`leaf ${index}: ${difference}`)
    const hash = hashEntry(bytes)
    const promised = this.#promised.get(index)
    if (promised !== undefined && !promised.hash.equals(hash))
      throw new Violation(`leaf ${index} is not what was promised`)
    if (promised !== undefined && promised.transaction !== transaction) {
      throw new Violation(`leaf ${index} is ${transaction}, and a receipt said ${promised.transaction}`)
    }
    this.#promised.delete(index)
    this.#found.set(transaction, index)
    this.tree.add(hash)
    const root = this.#roots.get(this.tree.size)
    if (root !== undefined && root !== this.tree.root(this.tree.size)) {
      throw new Violation(`the entries of ${this.tree.size} leaves do not lead to root ${root} that was signed`)
    }
  }

  /** Nothing that was promised is missing from the log as it was read back. */
  requireKept(): void {
    if (this.#promisedSize > this.tree.size) {
      throw new Violation(`${this.#promisedSize} leaves were promised, and ${this.tree.size} are published`)
    }
    const [missing] = this.#promised
    if (missing !== undefined) throw new Violation(`leaf ${missing[0]} was promised and is not in the log`)
    for (const batch of this.answered) {
      const lost = batch.good.find(({ transaction }) => !this.#found.has(transaction))
      if (lost !== undefined) throw new Violation(`${lost.transaction} was acknowledged and is not in the log`)
    }
  }

  /** How many lines of a batch are among the first `size` leaves. */
  countIn(batch: Batch, size: number): number {
    return batch.good.filter(({ transaction }) => (this.#found.get(transaction) ?? size) < size).length
  }

  /** Batches with a key that were answered, the newest of them. */
  answeredWithKey(most: number): readonly Batch[] {
    return [...this.answered].filter(({ key }) => key !== undefined).slice(-most)
  }

  leafOf({ transaction }: SentLine): number | undefined {
    return this.#found.get(transaction)
  }
}
