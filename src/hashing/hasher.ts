// Hashing on a thread of its own: leaves and tree are a third of what a record costs, and meanwhile the main thread reads
// the next lines. Entries and their hashes lie in memory that both threads share, so nothing is sent but where.

import { Worker } from 'node:worker_threads'
import type { HashPairs } from '../core/growth.ts'
import { createJobs, type EntriesJob, type Jobs, type TreeJob } from './jobs.ts'

export interface Hasher extends AsyncDisposable {
  /** Resolves when the leaf hashes are there. Until then nobody else may write where the job lies. */
  hashEntries(job: EntriesJob): Promise<void>
  /**
   * Resolves to the pairs that appending these leaves to this tree asks for, hashed already. They are good until the next
   * call, in memory that is used again; one call at a time.
   */
  hashTree(job: Pick<TreeJob, 'frontier' | 'leaves'>): Promise<HashPairs>
}

/** Hashes of the subtrees of any tree that has no more than 2^53 leaves. */
const MOST_FRONTIER_BYTES = 53 * 32

export interface HasherLog {
  warn(fields: object, message: string): void
}

interface Waiting extends PromiseWithResolvers<void> {
  readonly job: EntriesJob | TreeJob
}

/** Starts the thread. Should it end, every job is done on the calling thread instead: no line is lost for it. */
export function startHasher(module: WebAssembly.Module, log: HasherLog): Hasher {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    workerData: module,
    execArgv: [], // not ours: a profiler's or a debugger's would come twice
    resourceLimits: { maxYoungGenerationSizeMb: 4 }, // it leaves next to nothing behind
  })
  const waiting: Waiting[] = []
  let hasEnded = false
  let jobsHere: Jobs | undefined
  const doHere = (job: EntriesJob | TreeJob): void => {
    jobsHere ??= createJobs(module)
    if ('entries' in job) jobsHere.hashEntries(job)
    else jobsHere.hashTree(job)
  }
  worker.on('message', () => waiting.shift()?.resolve()) // none waits any more once it has ended
  worker.on('error', error =>
    log.warn({ err: error }, 'hashing: the thread failed; the main thread hashes from now on'),
  )
  worker.on('exit', () => {
    hasEnded = true
    for (const { job, resolve, reject } of waiting.splice(0)) {
      try {
        doHere(job)
        resolve()
      } catch (error) {
        reject(error)
      }
    }
  })
  worker.unref()

  const ask = async (job: EntriesJob | TreeJob): Promise<void> => {
    if (hasEnded) return doHere(job)
    const asked = { job, ...Promise.withResolvers<void>() }
    waiting.push(asked)
    worker.postMessage(job, []) // nothing is handed over: it is shared, or, of a few bytes, copied
    await asked.promise
  }
  let room = new SharedArrayBuffer(0)

  return {
    hashEntries: ask,
    async hashTree({ frontier: { size, hashes }, leaves: { length }, leaves }) {
      // As many nodes as leaves at most, and one more for each subtree that waited for its neighbour.
      if (room.byteLength < 2 * length + MOST_FRONTIER_BYTES) {
        room = new SharedArrayBuffer(2 * (2 * length + MOST_FRONTIER_BYTES))
      }
      const [shared, nodes] = [new Uint8Array(room, 0, length), new Uint8Array(room, length)]
      shared.set(leaves)
      // Copies: a view would be sent with all of the memory that it is a view of.
      const frontier = { size, hashes: hashes.map(hash => Uint8Array.from(hash)) }
      await ask({ frontier, leaves: shared, nodes })
      let at = 0
      return run => {
        const pairs = nodes.subarray(at, at + run.length / 2)
        at += pairs.length
        return pairs
      }
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate()
    },
  }
}
