// Receipts against the log's key: each is a signed promise that its leaves are in the tree of its checkpoint. A file of
// receipts is one JSON object a line, as `suyuan ingest --receipts` writes it.

import type { TreeHead } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import { decodeUtf8, parseStrict } from '../core/json.ts'
import { anyText, list, object, wholeNumber } from '../core/reader.ts'
import { checkReceipt, decodeReceipt, type Receipt } from '../core/receipt.ts'
import { type Words } from '../core/words.ts'
import { findReceiptFork, type HeldReceipt } from './receipt-forks.ts'
import type { Verdict } from './report.ts'
import type { Trust } from './trust.ts'

const RECEIPT = object({
  firstIndex: wholeNumber(),
  count: wholeNumber(1),
  leaves: anyText(10_000_000),
  proof: list(anyText(64), 1_000_000),
  checkpoint: anyText(100_000),
})

export interface CheckedReceipts {
  readonly verdict: Verdict
  /** How many were found to be right, and the leaves they promise, each counted once. */
  readonly receipts: number
  readonly leaves: number
  readonly failed?: { readonly line: number; readonly detail: Words }
}

/** Tells receipts from evidence by their first line alone; what they are worth is seen later. */
export function isReceiptFile(file: Uint8Array): boolean {
  const end = file.indexOf(0x0a)
  const first = Buffer.from(file.subarray(0, end < 0 ? file.length : end)).toString()
  return /"firstIndex"\s*:/.test(first) && !/"format"\s*:/.test(first)
}

/** Checks every line, the first that fails decides; then each against the others: no log has two histories. */
export function verifyReceipts(file: Uint8Array, trust: Trust): CheckedReceipts {
  const held: HeldReceipt[] = []
  const checked = readReceipts(file, trust, (receipt, line, { size, root }) =>
    held.push({ ...receipt, line, size, root }),
  )
  const failed = checked.failed === undefined ? findReceiptFork(held) : undefined
  return failed === undefined ? checked : { ...checked, verdict: 'tampered', failed }
}

/** The same; `onReceipt` is told of each that holds, and of its line. */
export function readReceipts(
  file: Uint8Array,
  { logKey, timeKey }: Trust,
  onReceipt: (receipt: Receipt, line: number, tree: TreeHead) => void,
): CheckedReceipts {
  let receipts = 0
  const runs: LeafRun[] = []
  let number = 0
  for (const line of eachLine(file)) {
    number++
    if (line.length === 0) continue
    try {
      const receipt = decodeReceipt(RECEIPT(parseStrict(decodeUtf8(line)), ''))
      const tree = checkReceipt(receipt, logKey, timeKey ?? logKey)
      receipts++
      onReceipt(receipt, number, tree)
      runs.push({ first: receipt.firstIndex, end: receipt.firstIndex + receipt.leaves.length })
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      const failed = { line: number, detail: describe(number, error) }
      return { verdict: verdictOf(error), receipts, leaves: countLeaves(runs), failed }
    }
  }
  return { verdict: 'verified', receipts, leaves: countLeaves(runs) }
}

/** One at a time: a packed file may hold very many. */
function* eachLine(file: Uint8Array): Iterable<Uint8Array> {
  for (let start = 0; start < file.length; ) {
    const end = file.indexOf(0x0a, start)
    const upTo = end < 0 ? file.length : end
    yield file.subarray(start, upTo)
    start = upTo + 1
  }
}

/** Leaves from `first` up to, not with, `end`. */
interface LeafRun {
  readonly first: number
  readonly end: number
}

/** Receipts may overlap: a batch that has grown is promised anew as a whole. */
function countLeaves(runs: readonly LeafRun[]): number {
  let counted = 0
  let upTo = 0
  for (const { first, end } of runs.toSorted((a, b) => a.first - b.first)) {
    counted += Math.max(0, end - Math.max(first, upTo))
    upTo = Math.max(upTo, end)
  }
  return counted
}

/** A receipt of another log, or what is no receipt at all, says nothing against this one. */
function verdictOf({ code }: LedgerError): Verdict {
  return code === 'receipt_unproven' || code === 'signature_invalid' ? 'tampered' : 'unchecked'
}

function describe(line: number, { code, words }: LedgerError): Words {
  return {
    zh: `第 ${line} 行的回执未通过检查（${code}）：${words.zh}`,
    en: `The receipt on line ${line} does not hold: ${words.en}`,
  }
}
