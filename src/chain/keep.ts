// Keeps the embedded chain running: when its process dies it is started again on the same port, from its journal.

import { type ChainLog, type EmbeddedChain, type EmbeddedChainOptions, startEmbeddedChain } from './embedded.ts'

export interface KeptChain {
  readonly url: string
  /** See `EmbeddedChain.setClockOffset`; a chain that is started again keeps it. */
  setClockOffset(milliseconds: number): void
  /** Ends it for good. */
  close(): Promise<void>
}

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 30_000

/** @throws LedgerError as `startEmbeddedChain`, at the first start; later failures are logged and tried again. */
export async function keepEmbeddedChain(
  options: EmbeddedChainOptions,
  log: ChainLog = options.log,
): Promise<KeptChain> {
  let current: EmbeddedChain = await startEmbeddedChain(options)
  const { url } = current
  const port = Number(new URL(url).port)
  let { clockOffset } = options
  const { launched: _, ...again } = options
  const stop = new AbortController()

  const watch = async (): Promise<void> => {
    let pause = FIRST_PAUSE_MS
    for (;;) {
      const { error } = await current.exited
      if (stop.signal.aborted) return
      log.error({ code: error?.code }, `chain: ${error?.message ?? 'the process ended'}`)
      for (;;) {
        await new Promise(resolve => setTimeout(resolve, pause))
        if (stop.signal.aborted) return
        try {
          current = await startEmbeddedChain({
            ...again,
            port,
            ...(clockOffset === undefined ? {} : { clockOffset }),
          })
          if (stop.signal.aborted) return await current.close()
          pause = FIRST_PAUSE_MS
          break
        } catch (error) {
          pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
          log.error(
            { pause },
            `chain: cannot be started again: ${error instanceof Error ? error.message : String(error)}`,
          )
        }
      }
    }
  }
  const watching = watch()

  return {
    url,
    setClockOffset(milliseconds) {
      clockOffset = milliseconds
      current.setClockOffset(milliseconds)
    },
    async close() {
      stop.abort()
      await current.close()
      await watching
    },
  }
}
