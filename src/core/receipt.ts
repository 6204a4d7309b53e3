// A receipt: the log's signed promise that lines it accepted are durable and in its tree. It is a checkpoint that
// covers the batch, and the proof that the batch's leaves are in it: any later checkpoint must be consistent with it,
// so a receipt that stops proving is evidence against the log, whoever holds it.

import { decodeBase64 } from './bytes.ts'
import { checkCheckpoint } from './checkpoint.ts'
import { LedgerError } from './error.ts'
import { checkNote, type VerifierKey } from './note.ts'
import { checkLeaves } from './proof.ts'
import type { Hash } from './tree.ts'

export interface Receipt {
  /** Index of the batch's first leaf; the others follow without a gap. */
  readonly firstIndex: number
  /** Leaf hashes of the batch, in the order of its accepted lines. */
  readonly leaves: readonly Hash[]
  /** Hashes that lead from the leaves to the checkpoint's root (`leavesNodes`). */
  readonly proof: readonly Hash[]
  /** Signed by the log's key and cosigned by the same key with the time of acceptance. */
  readonly checkpoint: string
}

export interface ReceiptJson {
  readonly firstIndex: number
  readonly count: number
  /** Base64 of the leaf hashes, one after the other. */
  readonly leaves: string
  readonly proof: readonly string[]
  readonly checkpoint: string
}

/** What stands for base64 that is none: bytes that prove nothing. */
const NOTHING = new Uint8Array(0)

export function decodeReceipt({ firstIndex, count, leaves, proof, checkpoint }: ReceiptJson): Receipt {
  const bytes = decodeBase64(leaves) ?? NOTHING
  if (bytes.length !== count * 32) {
    throw new LedgerError('receipt_malformed', {
      en: `The receipt says ${count} leaves but holds ${bytes.length} bytes of hashes.`,
      zh: `回执写明 ${count} 片叶，却有 ${bytes.length} 字节的哈希。`,
    })
  }
  return {
    firstIndex,
    leaves: Array.from({ length: count }, (_, k) => bytes.subarray(k * 32, (k + 1) * 32)),
    proof: proof.map(hash => decodeBase64(hash) ?? NOTHING),
    checkpoint,
  }
}

/** Checks a receipt against the log's keys; returns the tree it promises and when, in seconds, if it is cosigned. */
export function checkReceipt(
  receipt: Receipt,
  logKey: VerifierKey,
  cosigner: VerifierKey,
): { size: number; root: Hash; time: number | undefined } {
  const { checkpoint, note } = checkCheckpoint(receipt.checkpoint, logKey)
  const indices = receipt.leaves.map((_, k) => receipt.firstIndex + k)
  if (!checkLeaves(indices, receipt.leaves, checkpoint.size, checkpoint.root, receipt.proof)) {
    throw new LedgerError('receipt_unproven', {
      en: `The receipt's leaves from ${receipt.firstIndex} on do not lead to the root of its checkpoint of size ${checkpoint.size}.`,
      zh: `回执中自第 ${receipt.firstIndex} 片起的叶，得不出大小为 ${checkpoint.size} 的检查点的根。`,
    })
  }
  return { size: checkpoint.size, root: checkpoint.root, time: checkNote(note, [cosigner])[0]?.time }
}
