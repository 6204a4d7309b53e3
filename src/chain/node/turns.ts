// Who may touch the engine when: any number of reads side by side, or one write alone, in the order of asking. A block
// is one write, from its first transaction to the end of its fsync. That is how no read can see a block that is not yet
// on disk: while such a block exists, no read has its turn.

export class Turns {
  readonly #limit: number
  /** Settles when the last write asked for has ended; reads wait for it. */
  #written: Promise<unknown> = Promise.resolve()
  /** Settles when everything asked for has ended; writes wait for it. */
  #done: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #ended: Error | undefined

  /** `limit` is how many may wait before `full` says so. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** True when a caller should be sent away, so that a flood cannot eat the memory. */
  get full(): boolean {
    return this.#waiting >= this.#limit
  }

  /** Runs work that changes nothing, beside other such work. Rejects with its error, or with the reason of `end`. */
  read<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#after(this.#written, work)
    this.#done = Promise.allSettled([this.#done, turn])
    return turn
  }

  /** Runs work alone. Rejects with its error, or with the reason of `end`. */
  write<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#after(this.#done, work)
    this.#written = Promise.allSettled([turn])
    this.#done = this.#written
    return turn
  }

  /** From now on no work begins, not even work that waits already; all of it rejects with this reason. */
  end(reason: Error): void {
    this.#ended ??= reason
  }

  /** Settles when all work asked for so far has ended. Never rejects. */
  async settled(): Promise<void> {
    await this.#done
  }

  async #after<T>(earlier: Promise<unknown>, work: () => Promise<T>): Promise<T> {
    this.#waiting++
    try {
      await earlier
      if (this.#ended !== undefined) throw this.#ended
      return await work()
    } finally {
      this.#waiting--
    }
  }
}
