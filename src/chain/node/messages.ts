// What a node process tells the process that started it, and what it is told.

import { LedgerError } from '../../core/error.ts'
import type { Words } from '../../core/words.ts'
import type { Hex } from './bytes.ts'
import type { Head } from './engine.ts'
import type { TornTail } from './journal.ts'
import type { Replayed } from './node.ts'
import type { ReplayProgress } from './replay.ts'

/** An error that crosses a process boundary: `LedgerError` without its stack and cause. */
export interface Failure {
  readonly code: string
  readonly words: Words
  readonly retryable: boolean
}

export type FromNode =
  | { readonly type: 'progress'; readonly progress: ReplayProgress }
  | {
      readonly type: 'ready'
      readonly port: number
      readonly genesisHash: Hex
      readonly head: Head
      readonly replayed: Replayed
      readonly torn: TornTail | null
    }
  | { readonly type: 'failed'; readonly failure: Failure }

/** What the first message says. `offset`: as in `clock`. */
export interface StartNode {
  readonly type: 'start'
  readonly dir: string
  readonly port: number
  readonly offset: number
}

/** `clock`: how far the chain's clock runs ahead of this machine's (behind, when negative), in milliseconds. */
export type ToNode = StartNode | { readonly type: 'close' } | { readonly type: 'clock'; readonly offset: number }

export function describeFailure(error: unknown): Failure {
  if (error instanceof LedgerError) {
    return { code: error.code, words: error.words, retryable: error.retryable }
  }
  const message = error instanceof Error ? error.message : String(error)
  const words = { en: `The chain's node failed: ${message}`, zh: `链的节点出错：${message}` }
  return { code: 'chain_node_failed', words, retryable: false }
}

export function restoreFailure({ code, words, retryable }: Failure): LedgerError {
  return new LedgerError(code, words, { retryable })
}
