// Receipts that hold, each by itself, and cannot all be of one history: two of them convict the log, whoever shows them.

import { equal } from '../core/bytes.ts'
import type { Receipt } from '../core/receipt.ts'
import type { Hash } from '../core/tree.ts'
import type { Words } from '../core/words.ts'

export interface HeldReceipt extends Receipt {
  readonly line: number
  /** The tree that it promises. */
  readonly size: number
  readonly root: Hash
}

export interface ReceiptFork {
  /** Of the second of the two. */
  readonly line: number
  readonly detail: Words
}

export function findReceiptFork(held: readonly HeldReceipt[]): ReceiptFork | undefined {
  return findOtherTree(held) ?? findOtherRecord(held)
}

/** Two trees of one size that are not the same. */
function findOtherTree(held: readonly HeldReceipt[]): ReceiptFork | undefined {
  const bySize = new Map<number, HeldReceipt>()
  for (const receipt of held) {
    const before = bySize.get(receipt.size) ?? receipt
    if (!equal(before.root, receipt.root)) {
      return convicting(before, receipt, {
        en: `two different trees of ${receipt.size} leaves`,
        zh: `两棵不同的 ${receipt.size} 片叶的树`,
      })
    }
    bySize.set(receipt.size, before)
  }
  return undefined
}

/** Two records in one place. */
function findOtherRecord(held: readonly HeldReceipt[]): ReceiptFork | undefined {
  let furthest: HeldReceipt | undefined
  for (const receipt of held.toSorted((a, b) => a.firstIndex - b.firstIndex)) {
    const { firstIndex, leaves } = receipt
    const upTo = furthest === undefined ? 0 : furthest.firstIndex + furthest.leaves.length
    for (let index = firstIndex; index < Math.min(upTo, firstIndex + leaves.length); index++) {
      if (equal(leaves[index - firstIndex]!, furthest!.leaves[index - furthest!.firstIndex]!)) continue
      return convicting(furthest!, receipt, {
        en: `two different records as number ${index}`,
        zh: `第 ${index} 号有两条不同的记录`,
      })
    }
    if (firstIndex + leaves.length > upTo) furthest = receipt
  }
  return undefined
}

/** Each holds by itself: it is the log that cannot be believed. */
function convicting(a: HeldReceipt, b: HeldReceipt, { en, zh }: Words): ReceiptFork {
  const [first, line] = [a.line, b.line].toSorted((one, other) => one - other) as [number, number]
  return {
    line,
    detail: {
      zh: `第 ${first} 行与第 ${line} 行的回执各自成立，却由日志签署了${zh}：日志篡改了历史，两份回执即为证据，请妥善保存。`,
      en: `The receipts on lines ${first} and ${line} hold, each by itself, and by them the log has signed ${en}: it has two histories, and these two receipts prove it. Keep them.`,
    },
  }
}
