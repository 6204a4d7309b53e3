// The trees that facts tell of, the published one and the anchored ones, beside the commits as they pass by: each must be
// one of theirs, for nothing else is ever signed.

import { type ToldTree, tellOtherTree } from './check-facts.ts'
import type { Findings } from './finding.ts'

export class TreesCheck {
  readonly #published: ToldTree | undefined
  readonly #anchored: AsyncIterator<ToldTree>
  readonly #findings: Findings
  #next: ToldTree | undefined
  #isBegun = false
  #isFound = false

  constructor(published: ToldTree | undefined, anchored: AsyncGenerator<ToldTree>, findings: Findings) {
    this.#published = published
    this.#anchored = anchored
    this.#findings = findings
  }

  async see({ size, root }: { readonly size: number; readonly root: Uint8Array }): Promise<void> {
    if (this.#published?.size === size) this.#compare(this.#published, root)
    if (!this.#isBegun) await this.#take()
    for (; this.#next !== undefined && this.#next.size <= size; await this.#take()) {
      if (this.#next.size === size) this.#compare(this.#next, root)
      else if (this.#next.size > 0) tellOtherTree(this.#findings, this.#next, undefined)
    }
  }

  async end(): Promise<void> {
    if (!this.#isBegun) await this.#take()
    for (; this.#next !== undefined; await this.#take()) {
      if (this.#next.size > 0) tellOtherTree(this.#findings, this.#next, undefined)
    }
    if (this.#published !== undefined && this.#published.size > 0 && !this.#isFound) {
      tellOtherTree(this.#findings, this.#published, undefined)
    }
  }

  #compare(told: ToldTree, root: Uint8Array): void {
    if (told === this.#published) this.#isFound = true
    if (Buffer.compare(told.root, root) !== 0) tellOtherTree(this.#findings, told, root)
  }

  async #take(): Promise<void> {
    this.#isBegun = true
    const { done, value } = await this.#anchored.next()
    this.#next = done === true ? undefined : value
  }
}
