// The thread of hasher.ts: does what it is handed, in order.

import { parentPort, workerData } from 'node:worker_threads'
import { createJobs, type EntriesJob, type TreeJob } from './jobs.ts'

const port = parentPort!
const jobs = createJobs(workerData as WebAssembly.Module)
port.on('message', (job: EntriesJob | TreeJob) => {
  if ('entries' in job) jobs.hashEntries(job)
  else jobs.hashTree(job)
  port.postMessage(null)
})
