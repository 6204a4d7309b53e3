// The thread of trie-work.ts: it has the trie to itself, and grows it as it is told, in order.

import { parentPort, workerData } from 'node:worker_threads'
import { LedgerError } from '../core/error.ts'
import { createQuickHashEach } from '../hashing/hash-each.ts'
import { type AddedStretch, type FromTrieThread, growAll, type TrieThreadData } from './trie-work.ts'
import { ValueTrie } from './value-trie.ts'

const port = parentPort!
const { module, edges } = workerData as TrieThreadData
const trie = await ValueTrie.open(createQuickHashEach(module), edges)

let turn: Promise<void> = Promise.resolve()
port.on('message', (asked: readonly AddedStretch[] | 'close') => {
  turn = turn.then(async () => {
    if (asked === 'close') {
      await trie[Symbol.asyncDispose]()
      return port.close()
    }
    const answer = await growAll(trie, asked).then(
      (roots): FromTrieThread => ({ roots }),
      // What is thrown loses its class on its way.
      (error: unknown): FromTrieThread =>
        error instanceof LedgerError ? { code: error.code, words: error.words } : { failure: error },
    )
    port.postMessage(answer)
  })
})
