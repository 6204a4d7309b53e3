// The store of a service that is stopped, for commands that work on its segments.

import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { type Anchors, openAnchors } from '../anchors.ts'
import type { Config } from '../config.ts'
import { createEntryReader } from '../lines/entries.ts'
import { compileLines } from '../lines/wasm.ts'
import { noLedger } from '../store/directory.ts'
import { type EmbeddedStore, openEmbeddedStore } from '../store/embedded.ts'
import { createQuickParts, type WorkingParts } from '../store/working-parts.ts'
import { tell } from './output.ts'
import { explainRunning } from './service-running.ts'

export interface StoppedStore extends AsyncDisposable {
  readonly store: EmbeddedStore
  readonly anchors: Anchors
}

/** @throws LedgerError `data_in_use` (retryable) while the service runs; `data_unknown`; of the store, as a start has them */
export async function openStoppedStore({ data, archives }: Config): Promise<StoppedStore> {
  // A mistyped --data must not become a new directory.
  await access(join(data, 'log/commits')).catch((cause: unknown) => {
    throw noLedger(data, cause)
  })
  const options = { dir: data, archives, work: await quickParts(), onNotice: tell }
  const store = await openEmbeddedStore(options).catch(explainRunning(data))
  return { store, anchors: openAnchors(store.facts), [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
}

export async function quickParts(): Promise<WorkingParts> {
  const lines = await compileLines()
  return createQuickParts(lines, createEntryReader(lines))
}
