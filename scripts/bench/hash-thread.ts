// Hashes entries and nothing else, in a thread of its own: what fsck.ts in this folder measures itself against.

import { parentPort, workerData } from 'node:worker_threads'
import { sha256 } from '../../src/core/hash.ts'
import { findEntries } from '../../src/core/leaves.ts'

const { runs, leaves } = workerData as { readonly runs: readonly Uint8Array[]; readonly leaves: number }
const entries = runs.flatMap(run => {
  const places = findEntries(run, leaves)!
  return Array.from({ length: leaves }, (_, k) => run.subarray(places[k]! + 2, places[k + 1]))
})

parentPort!.on('message', () => {
  const begin = performance.now()
  for (const entry of entries) sha256(entry)
  parentPort!.postMessage(entries.length / ((performance.now() - begin) / 1000), [])
})
parentPort!.postMessage('ready', [])
