// A node that is asked again and again.

import type { Chain } from '../chain/network.ts'

/** One connection for as long as it lives; made when it is first asked for, and again after it failed to be made. */
export class KeptChain implements Disposable {
  /** Undefined where no node was named. */
  readonly connect: (() => Promise<Chain>) | undefined
  #chain: Promise<Chain> | undefined

  constructor(url: string | undefined) {
    this.connect = url === undefined ? undefined : () => this.#connectTo(url)
  }

  #connectTo(url: string): Promise<Chain> {
    this.#chain ??= connect(url).catch((error: unknown) => {
      this.#chain = undefined
      throw error
    })
    return this.#chain
  }

  [Symbol.dispose](): void {
    void this.#chain?.then(
      chain => chain.close(),
      () => {},
    )
  }
}

async function connect(url: string): Promise<Chain> {
  // Loaded where needed: what reads a chain takes longer to load than most commands to run.
  const { connectChain } = await import('../chain/network.ts')
  return connectChain({ url })
}
