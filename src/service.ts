// The ledger as a service. The first signal drains, the second stops at once.

import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { launchNode } from './chain/embedded.ts'
import { systemClock } from './clock.ts'
import { readConfig } from './config.ts'
import { LedgerError } from './core/error.ts'
import { languageOf } from './core/words.ts'

// The old generation is collected when it has grown by two thirds, not to the threefold: 16,000 states of batches at a time
// become garbage there. (How large the young one is can only be said at the start of a process: package.json, `start`.)
setFlagsFromString('--heap-growing-percent=70')
// This process has its own by now; its threads need less than it does, and would take 32 MB each.
setFlagsFromString('--min-semi-space-size=1')
setFlagsFromString('--max-semi-space-size=4')

const stop = stopOnSignals()
try {
  await run()
} catch (error) {
  if (stop.signal.aborted) process.exit(0) // asked to stop while it was still starting
  if (!(error instanceof LedgerError)) throw error
  console.error(`${error.words[languageOf(process.env)]} [${error.code}]`)
  process.exit(1)
}

async function run(): Promise<void> {
  const config = readConfig(process.env)
  // The chain's process loads its engine while this one loads the rest of its own program.
  const chainNode = config.rpcUrl === undefined ? launchNode() : undefined
  const [{ createLogger }, { openLedger }, { requirePort, serve }, { openTokens, SCOPES }] = await Promise.all([
    import('./http/logger.ts'),
    import('./ledger.ts'),
    import('./serve.ts'),
    import('./tokens.ts'),
  ])
  const logger = createLogger(config.logLevel)
  await requirePort(config)
  await using ledger = await openLedger({
    config,
    clock: systemClock,
    log: logger,
    signal: stop.signal,
    ...(chainNode && { chainNode }),
  })
  const tokens = openTokens(join(config.data, 'keys'))
  if (tokens.list().length === 0) {
    const token = await tokens.create(SCOPES, 'first')
    console.error(
      `\nFirst start: this token may do everything, and is shown only now. 首次启动，令牌仅显示一次：\n\n  ${token}\n`,
    )
  }
  await using service = await serve({ ledger, config, tokens, logger, now: () => systemClock.now() })
  logger.info({ url: service.url, chain: ledger.chainUrl, records: ledger.store.head.size }, 'ledger: ready')
  const asked = new Promise<void>(resolve => stop.signal.addEventListener('abort', () => resolve(), { once: true }))
  await Promise.race([asked, ledger.ended])
  logger.info({}, 'ledger: stopping')
}

function stopOnSignals(): AbortController {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(130)
      stop.abort(new LedgerError('stopped', { en: `Stopped by ${signal}.`, zh: `因 ${signal} 信号停止。` }))
    })
  }
  return stop
}
