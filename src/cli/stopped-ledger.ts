// The ledger of a service that is stopped, as far as a command needs it: the lock of its data directory, what it remembers
// of its chain, the chain itself.

import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Deployment } from '../chain/deploy.ts'
import { startEmbeddedChain } from '../chain/embedded.ts'
import { EVENT_JOURNAL_FILE } from '../chain/event-journal.ts'
import { createGuard, type Guard, recallIdentity } from '../chain/identity.ts'
import { type Chain, connectChain } from '../chain/network.ts'
import type { Config } from '../config.ts'
import { LedgerError } from '../core/error.ts'
import { explainFailure, noLedger } from '../store/directory.ts'
import { FACTS_FILE, openFacts } from '../store/facts/facts.ts'
import { diskFiles, type LogFile } from '../store/file.ts'
import { LevelIndex } from '../store/level/level.ts'
import type { Facts } from '../store/store.ts'
import { tell } from './output.ts'
import { explainRunning } from './service-running.ts'

export interface StoppedLedger extends AsyncDisposable {
  readonly deployment: Deployment
  readonly chain: Chain
  readonly guard: Guard
  readonly facts: Facts
  /** The file of the journal of events. */
  readonly events: LogFile
}

/**
 * @throws LedgerError `data_in_use` (retryable) while the service runs; `data_unknown`; of the disk and of the chain, as
 *   a start has them
 */
export async function openStoppedLedger(config: Config): Promise<StoppedLedger> {
  await using opened = new AsyncDisposableStack()
  const { data } = config
  const facts = await takeLock(opened, data)
  const identity = await recallIdentity(facts)
  if (identity === undefined) throw unknownDeployment(data)
  const { deployment } = identity
  const chain = await openChain(opened, config)
  const guard = createGuard({ chain, facts, deployment, finality: config.finality })
  const events = await diskFiles.open(join(data, EVENT_JOURNAL_FILE)).catch((cause: unknown) => {
    throw explainFailure(cause, data)
  })
  opened.defer(() => events.close())
  const parts = opened.move()
  return { deployment, chain, guard, facts, events, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}

export function unknownDeployment(data: string): LedgerError {
  return new LedgerError('data_unknown', {
    en: `The ledger in ${data} has no contracts yet; start the service first.`,
    zh: `${data} 中的账本还没有合约；请先启动服务。`,
  })
}

/** Opens no more of the directory than is needed to hold it, and to read its facts. */
async function takeLock(opened: AsyncDisposableStack, data: string): Promise<Facts> {
  const directory = join(data, 'index')
  await access(directory).catch((cause: unknown) => {
    throw noLedger(data, cause)
  })
  const index = await LevelIndex.open(directory).catch((cause: unknown) =>
    explainRunning(data)(explainFailure(cause, data)),
  )
  opened.defer(() => index.close())
  const parts = { path: join(data, FACTS_FILE), disk: diskFiles, index }
  const facts = await openFacts(parts, { onNotice: tell }).catch((cause: unknown) => {
    throw explainFailure(cause, data)
  })
  opened.defer(() => facts.close())
  return facts
}

/** The network that is named, or the embedded chain: that one stopped with the service, and is started for this. */
export async function openChain(opened: AsyncDisposableStack, { data, rpcUrl }: Config): Promise<Chain> {
  let url = rpcUrl
  if (url === undefined) {
    const log = {
      info() {},
      warn: (_: object, text: string) => tell(text),
      error: (_: object, text: string) => tell(text),
    }
    const embedded = await startEmbeddedChain({ dir: join(data, 'chain'), log })
    opened.defer(() => embedded.close())
    url = embedded.url
  }
  const chain = await connectChain({ url })
  opened.defer(() => chain.close())
  return chain
}
