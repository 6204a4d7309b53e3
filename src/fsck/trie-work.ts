// The trie of a check (value-trie.ts) on a thread of its own, which grows it while the next blocks are made; of a small log
// right here, since a thread takes longer to start.

import { Worker } from 'node:worker_threads'
import type { AddedBlocks } from '../completeness/memory-trie.ts'
import { LedgerError } from '../core/error.ts'
import type { Hash } from '../core/tree.ts'
import type { Words } from '../core/words.ts'
import { createQuickHashEach } from '../hashing/hash-each.ts'
import { ValueTrie } from './value-trie.ts'

/** What stretches add, one after the other. Resolves to the root after each that ends an epoch, and undefined after others. */
export interface TrieWork extends AsyncDisposable {
  /** One call at a time. @throws LedgerError `scratch_unusable` */
  grow(stretches: readonly AddedStretch[]): Promise<readonly (Hash | undefined)[]>
}

export interface AddedStretch {
  readonly added: AddedBlocks
  readonly isEpochEnd: boolean
}

/** Of what the thread cannot do: the disk that it needs. */
export type FromTrieThread =
  | { readonly roots: readonly (Hash | undefined)[] }
  | { readonly code: string; readonly words: Words }
  | { readonly failure: unknown }

export async function growAll(
  trie: ValueTrie,
  stretches: readonly AddedStretch[],
): Promise<readonly (Hash | undefined)[]> {
  const roots: (Hash | undefined)[] = []
  for (const { added, isEpochEnd } of stretches) {
    await trie.update(added)
    roots.push(isEpochEnd ? trie.root() : undefined)
  }
  return roots
}

export interface TrieThreadData {
  readonly module: WebAssembly.Module
  /** What is left of pruned records, if it is to begin with that. */
  readonly edges: string | undefined
}

/** @param size Leaves of the log */
export async function openTrieWork(data: TrieThreadData, size: number): Promise<TrieWork> {
  if (size > FEW_LEAVES) return new TrieThread(data)
  const trie = await ValueTrie.open(createQuickHashEach(data.module), data.edges)
  return { grow: stretches => growAll(trie, stretches), [Symbol.asyncDispose]: () => trie[Symbol.asyncDispose]() }
}

const FEW_LEAVES = 65_536
/** Its arrays of bytes are no part of it. */
const LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 }

class TrieThread implements TrieWork {
  readonly #worker: Worker
  readonly #exited = Promise.withResolvers<void>()
  #ended: Error | undefined
  #waiting: PromiseWithResolvers<readonly (Hash | undefined)[]> | undefined

  constructor(workerData: TrieThreadData) {
    this.#worker = new Worker(new URL('./trie-thread.ts', import.meta.url), { workerData, resourceLimits: LIMITS })
    this.#worker.on('message', (message: FromTrieThread) => {
      if ('roots' in message) this.#waiting?.resolve(message.roots)
      else this.#waiting?.reject('code' in message ? new LedgerError(message.code, message.words) : message.failure)
    })
    this.#worker.on('error', error => {
      this.#ended = error
      this.#waiting?.reject(error)
    })
    this.#worker.on('exit', () => this.#exited.resolve())
  }

  grow(stretches: readonly AddedStretch[]): Promise<readonly (Hash | undefined)[]> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    this.#waiting = Promise.withResolvers()
    const moved = stretches.flatMap(({ added: { keys, counts, nodes } }) => [keys, counts, nodes])
    this.#worker.postMessage(
      stretches,
      moved.map(({ buffer }) => buffer as ArrayBuffer),
    )
    return this.#waiting.promise
  }

  /** Resolves when nothing is left of what it had on the disk. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#worker.postMessage('close', [])
    await this.#exited.promise
  }
}
