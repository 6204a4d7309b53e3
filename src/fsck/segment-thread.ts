// The thread that checks segments, one after the other: started by segment-pool.ts, which says which.

import { parentPort, workerData } from 'node:worker_threads'
import { createSegmentChecker } from './segment-checker.ts'
import type { FromThread, SegmentJob, ThreadData } from './segment-job.ts'

const check = await createSegmentChecker(workerData as ThreadData)
const tell = (message: FromThread, moved: ArrayBuffer[] = []): void => parentPort!.postMessage(message, moved)

parentPort!.on('message', (job: SegmentJob) => {
  check(job, leaves => tell({ leaves })).then(
    checked => tell({ checked }, [checked.hashes.buffer, checked.places.buffer] as ArrayBuffer[]),
    (failure: unknown) => tell({ failure }),
  )
})
