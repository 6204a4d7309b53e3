// Leaf hashes on a thread of their own: they are a quarter of what a record costs, and while a chunk is hashed the main
// thread reads the next one. Entries and hashes lie in memory that both threads share, so nothing is sent but where.

import { Worker } from 'node:worker_threads'
import { MAX_LINES } from './reader.ts'
import { HASH_BYTES, MOST_ENTRY_BYTES, SLACK_BYTES } from './sizes.ts'
import { instantiateLines } from './wasm.ts'

/** `count` entries, each behind its length in two bytes, and room for their hashes: in shared memory. */
export interface HashJob {
  readonly count: number
  readonly entries: Uint8Array
  readonly hashes: Uint8Array
}

export interface LeafHasher extends AsyncDisposable {
  /** Resolves when the hashes are there, one job after the other. Until then nobody else may write where the job lies. */
  hash(job: HashJob): Promise<void>
}

/** Hashes jobs on the calling thread. */
export function createHashLeaves(module: WebAssembly.Module): (job: HashJob) => void {
  const wasm = instantiateLines(module)
  const entriesAt = wasm.allocate(MAX_LINES * MOST_ENTRY_BYTES + SLACK_BYTES)
  const hashesAt = wasm.allocate(MAX_LINES * HASH_BYTES)
  const order = wasm.allocate(MAX_LINES * 8)
  return ({ count, entries, hashes }) => {
    const memory = new Uint8Array(wasm.memory.buffer)
    memory.set(entries, entriesAt)
    wasm.hashLeaves(entriesAt, count, hashesAt, order)
    hashes.set(memory.subarray(hashesAt, hashesAt + count * HASH_BYTES))
  }
}

export interface HasherLog {
  warn(fields: object, message: string): void
}

/** Starts the thread. Should it end, every job is hashed on the calling thread instead: no line is lost for it. */
export function startLeafHasher(module: WebAssembly.Module, log: HasherLog): LeafHasher {
  const worker = new Worker(new URL('./hash-thread.ts', import.meta.url), {
    workerData: module,
    execArgv: [], // not ours: a profiler's or a debugger's would come twice
  })
  const waiting: (PromiseWithResolvers<void> & { readonly job: HashJob })[] = []
  let hasEnded = false
  let onThisThread: ((job: HashJob) => void) | undefined
  const hashHere = (job: HashJob): void => {
    onThisThread ??= createHashLeaves(module)
    onThisThread(job)
  }
  worker.on('message', () => waiting.shift()?.resolve()) // none waits where it has ended already
  worker.on('error', error =>
    log.warn({ err: error }, 'hashing: the thread failed; leaves are hashed on the main thread'),
  )
  worker.on('exit', () => {
    hasEnded = true
    for (const { job, resolve, reject } of waiting.splice(0)) {
      try {
        hashHere(job)
        resolve()
      } catch (error) {
        reject(error)
      }
    }
  })
  worker.unref()
  return {
    async hash(job) {
      if (hasEnded) return hashHere(job)
      const asked = { job, ...Promise.withResolvers<void>() }
      waiting.push(asked)
      worker.postMessage(job)
      await asked.promise
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate()
    },
  }
}
