// A node that is asked again and again.

import type { Chain } from '../chain/network.ts'

/** One connection for as long as it lives; made again after it failed to be made. */
export class KeptChain {
  readonly url: string | undefined
  #chain: Chain | undefined

  constructor(url: string | undefined) {
    this.url = url
  }

  async connect(): Promise<Chain> {
    const { connectChain } = await import('../chain/network.ts')
    this.#chain ??= await connectChain({ url: this.url! })
    return this.#chain
  }

  close(): void {
    this.#chain?.close()
  }
}
