// The embedded chain on its way up: begun as early as it may be, since its replay takes most of a start, and ended at any
// time, whether it has come up or not.

import { existsSync } from 'node:fs'
import { type EmbeddedChainOptions, launchNode } from './embedded.ts'
import { type KeptChain, keepEmbeddedChain } from './keep.ts'

export interface ChainStart {
  /** Starts a chain that is there already. The ledger may be refused later: a torn end of the chain's journal is mended by then. */
  resume(): void
  /** Starts it, also a new one, and resolves when it answers. */
  started(): Promise<KeptChain>
  close(): Promise<void>
}

export function createChainStart(options: EmbeddedChainOptions): ChainStart {
  let { launched } = options
  let starting: Promise<KeptChain> | undefined
  let kept: KeptChain | undefined
  let closing: Promise<void> | undefined
  const started = (): Promise<KeptChain> => {
    launched ??= launchNode(options.chainId)
    starting ??= keepEmbeddedChain({ ...options, launched }).then(chain => {
      kept = chain
      return chain
    })
    return starting
  }
  const end = async (): Promise<void> => {
    if (kept === undefined) {
      // Not up yet, and not wanted any more: its replay is not waited for.
      launched?.expectEnd()
      launched?.child.kill('SIGKILL')
      await launched?.exited
    }
    // It may have come up all the same, and would be started again when its process ends.
    await starting?.then(
      chain => chain.close(),
      () => {},
    )
  }
  return {
    resume() {
      if (existsSync(options.dir)) started().catch(() => {}) // told of by whoever awaits it
    },
    started,
    close() {
      closing ??= end()
      return closing
    },
  }
}
