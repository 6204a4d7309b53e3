// Hashing on a thread of its own: leaves and tree are a third of what a record costs, and meanwhile the main thread reads
// the next lines. Entries and their hashes lie in memory that both threads share, so nothing is sent but where.

import { Worker } from 'node:worker_threads'
import type { HashPairs } from '../core/growth.ts'
import { createJobs, type EntriesJob, type Jobs, type TreeJob } from './jobs.ts'

export interface Hasher extends AsyncDisposable {
  /** Resolves when the leaf hashes are there. Until then nobody else may write where the job lies. */
  hashEntries(job: EntriesJob): Promise<void>
  /** Resolves to the pairs that appending these leaves to this tree asks for, hashed already. */
  hashTree(job: TreeJob): Promise<HashPairs>
}

export interface HasherLog {
  warn(fields: object, message: string): void
}

type Answer = Uint8Array | null

interface Waiting extends PromiseWithResolvers<Answer> {
  readonly job: EntriesJob | TreeJob
}

/** Starts the thread. Should it end, every job is done on the calling thread instead: no line is lost for it. */
export function startHasher(module: WebAssembly.Module, log: HasherLog): Hasher {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    workerData: module,
    execArgv: [], // not ours: a profiler's or a debugger's would come twice
  })
  const waiting: Waiting[] = []
  let hasEnded = false
  let jobsHere: Jobs | undefined
  const doHere = (job: EntriesJob | TreeJob): Answer => {
    jobsHere ??= createJobs(module)
    if (!('entries' in job)) return jobsHere.hashTree(job)
    jobsHere.hashEntries(job)
    return null
  }
  worker.on('message', (answer: Answer) => waiting.shift()?.resolve(answer)) // none waits any more once it has ended
  worker.on('error', error =>
    log.warn({ err: error }, 'hashing: the thread failed; the main thread hashes from now on'),
  )
  worker.on('exit', () => {
    hasEnded = true
    for (const { job, resolve, reject } of waiting.splice(0)) {
      try {
        resolve(doHere(job))
      } catch (error) {
        reject(error)
      }
    }
  })
  worker.unref()

  const ask = async (job: EntriesJob | TreeJob): Promise<Answer> => {
    if (hasEnded) return doHere(job)
    const asked = { job, ...Promise.withResolvers<Answer>() }
    waiting.push(asked)
    worker.postMessage(job, []) // nothing is handed over: what is not shared is copied
    return asked.promise
  }

  return {
    async hashEntries(job) {
      await ask(job)
    },
    async hashTree({ frontier: { size, hashes }, leaves }) {
      // Copies: a view would be sent with all of the memory that it is a view of.
      const nodes = (await ask({ frontier: { size, hashes: hashes.map(hash => Uint8Array.from(hash)) }, leaves }))!
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
