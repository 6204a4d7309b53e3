// The thread of leaf-hasher.ts: hashes what it is handed, in order.

import { parentPort, workerData } from 'node:worker_threads'
import { createHashLeaves, type HashJob } from './leaf-hasher.ts'

const port = parentPort!
const hashLeaves = createHashLeaves(workerData as WebAssembly.Module)
port.on('message', (job: HashJob) => {
  hashLeaves(job)
  port.postMessage(null)
})
