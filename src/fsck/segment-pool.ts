// Segments are checked in threads, as many at once as there are processors to spare: each is a subtree by itself. A small
// log is checked right here, since a thread takes longer to start.

import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { takeTurns } from '../turns.ts'
import type { SegmentChecked } from './check-segment.ts'
import { createSegmentChecker } from './segment-checker.ts'
import type { FromThread, SegmentJob, ThreadData } from './segment-job.ts'

export interface SegmentPool extends AsyncDisposable {
  check(job: SegmentJob): Promise<SegmentChecked>
}

/** Each needs some 130 MB for a segment of 2^20 leaves. */
export const MOST_THREADS = 2
const FEW_LEAVES = 65_536
/** What lives but a moment takes no more; what stays may be all values of a segment. */
const LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 1_024 }

/** `size`: leaves of the whole log. `onLeaves` is told of leaves as they are done. */
export async function openSegmentPool(
  data: ThreadData,
  size: number,
  onLeaves: (count: number) => void,
): Promise<SegmentPool> {
  if (size > FEW_LEAVES) return new ThreadPool(data, Math.min(MOST_THREADS, availableParallelism()), onLeaves)
  const check = await createSegmentChecker(data)
  const inTurn = takeTurns() // as a thread has them
  return {
    check: job => inTurn(async () => check(job, onLeaves)),
    async [Symbol.asyncDispose]() {},
  }
}

interface Waiting {
  readonly job: SegmentJob
  readonly resolve: (checked: SegmentChecked) => void
  readonly reject: (cause: unknown) => void
}

class ThreadPool implements SegmentPool {
  readonly #threads: readonly Worker[]
  readonly #idle: Worker[]
  readonly #waiting: Waiting[] = []
  readonly #onLeaves: (count: number) => void

  constructor(workerData: ThreadData, threads: number, onLeaves: (count: number) => void) {
    this.#onLeaves = onLeaves
    this.#threads = Array.from({ length: threads }, () => {
      return new Worker(new URL('./segment-thread.ts', import.meta.url), { workerData, resourceLimits: LIMITS })
    })
    this.#idle = [...this.#threads]
  }

  check(job: SegmentJob): Promise<SegmentChecked> {
    const { promise, resolve, reject } = Promise.withResolvers<SegmentChecked>()
    this.#waiting.push({ job, resolve, reject })
    this.#next()
    return promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map(thread => thread.terminate()))
  }

  #next(): void {
    const thread = this.#waiting.length > 0 ? this.#idle.pop() : undefined
    if (thread === undefined) return
    const { job, resolve, reject } = this.#waiting.shift()!
    const listen = (message: FromThread): void => {
      if ('leaves' in message) {
        this.#onLeaves(message.leaves)
        return
      }
      thread.off('message', listen).off('error', reject)
      this.#idle.push(thread)
      if ('checked' in message) resolve(message.checked)
      else reject(Object.assign(message.failure as object, message.told))
      this.#next()
    }
    thread.on('message', listen).on('error', reject).postMessage(job, [])
  }
}
