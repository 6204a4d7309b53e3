// The thread that checks segments, one after the other: started by segment-pool.ts, which says which.

import { parentPort, workerData } from 'node:worker_threads'
import type { SegmentChecked } from './check-segment.ts'
import { createSegmentChecker } from './segment-checker.ts'
import type { FromThread, SegmentJob, SystemFailure, ThreadData } from './segment-job.ts'

const check = await createSegmentChecker(workerData as ThreadData)
const tell = (message: FromThread, moved: ArrayBuffer[] = []): void => parentPort!.postMessage(message, moved)

parentPort!.on('message', (job: SegmentJob) => {
  check(job, leaves => tell({ leaves })).then(
    checked => tell({ checked }, movedOf(checked)),
    (failure: unknown) => {
      const { code, errno, path } = failure as SystemFailure
      tell({ failure, told: { ...(code && { code }), ...(errno && { errno }), ...(path && { path }) } })
    },
  )
})

/** What is handed over, not copied. */
function movedOf({ hashes, places, added = [] }: SegmentChecked): ArrayBuffer[] {
  const pieces = [hashes, places, ...added.flatMap(({ keys, counts, nodes }) => [keys, counts, nodes])]
  return pieces.map(({ buffer }) => buffer as ArrayBuffer)
}
