// Receipts that somebody handed over: each promises that its leaves are in the log's tree. A tree that does not begin with
// that of the receipt's checkpoint breaks the promise, and both are signed.

import { equal } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import { makeFork } from '../core/fork.ts'
import { readReceipts } from '../verify/receipts.ts'
import type { Trust } from '../verify/trust.ts'
import { Contradiction } from './checks.ts'
import type { FollowedLog } from './followed-log.ts'
import type { MonitorState } from './state-shape.ts'
import { readHead, type SignedHead } from './tile-client.ts'

export interface HeldReceipts {
  readonly kept: number
  readonly waiting: number
  /** The smallest tree that was promised and is not published yet. */
  readonly awaited: number | undefined
  /** Compares those for which enough leaves were verified. */
  check(log: FollowedLog, onFault: (found: Contradiction) => Promise<void>, signal: AbortSignal): Promise<void>
}

/** @throws LedgerError `receipts_unusable`: a receipt that does not hold by itself says nothing against the log */
export function openReceipts(file: Uint8Array, trust: Trust): HeldReceipts {
  const promised = new Map<string, { readonly line: number; readonly head: SignedHead }>()
  const result = readReceipts(file, trust, (receipt, line) => {
    promised.set(receipt.checkpoint, { line, head: readHead(receipt.checkpoint, trust.logKey) })
  })
  if (result.failed !== undefined) {
    throw new LedgerError('receipts_unusable', {
      en: `The receipts (--receipts) say nothing against the log: ${result.failed.detail.en} Take that line out.`,
      zh: `所给回执（--receipts）不能说明日志有问题：${result.failed.detail.zh}请删去该行。`,
    })
  }
  let [waiting, kept] = [[...promised.values()], 0]
  return {
    get kept() {
      return kept
    },
    get waiting() {
      return waiting.length
    },
    get awaited() {
      const sizes = waiting.map(({ head }) => head.size)
      return sizes.length === 0 ? undefined : sizes.reduce((least, size) => Math.min(least, size))
    },
    async check(log, onFault, signal) {
      const later: typeof waiting = []
      for (const promise of waiting) {
        const { head, line } = promise
        if (head.size > log.size) later.push(promise)
        else {
          const root = await log.rootAt(head.size, signal)
          if (equal(root, head.root)) kept++
          else await onFault(await broken(log, head, line, signal))
        }
      }
      waiting = later
    },
  }
}

/** By the monitor's clock and not by the time in the receipt, which the log signed. */
export function noteAwaited(state: Pick<MonitorState, 'promised'>, size: number | undefined, now: number): void {
  if (size === undefined) delete state.promised
  else if (state.promised?.size !== size) state.promised = { size, since: now }
}

async function broken(log: FollowedLog, head: SignedHead, line: number, signal: AbortSignal): Promise<Contradiction> {
  const held = log.head!
  const proof = await log.proveConsistency(head.size, held.size, signal)
  return new Contradiction(
    'receipt-broken',
    `receipt of size ${head.size}`,
    {
      en: `The receipt on line ${line} is signed for a tree of ${head.size} leaves which the log does not begin with: what it promised is not in the log.`,
      zh: `第 ${line} 行的回执所签的 ${head.size} 片叶的树，日志并不以它开头：所承诺的记录不在日志中。`,
    },
    { of: 'log', fork: makeFork(head.note, held.note, await log.rootAt(head.size, signal), proof) },
  )
}
