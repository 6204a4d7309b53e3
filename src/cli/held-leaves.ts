// The leaves that a file of receipts has a promise for already, so that a run over an unchanged log adds no receipt
// twice. A leaf is known by its index and its hash: a log that now promises another leaf at the same place contradicts
// itself, and that receipt is the very one to keep.

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { LedgerError } from '../core/error.ts'
import { decodeReceipt, type Receipt } from '../core/receipt.ts'
import { HASH_BYTES } from '../core/tree.ts'
import { RECEIPT } from './answers.ts'

export interface HeldLeaves {
  /** Whether every leaf of this receipt is promised by one that was added before. */
  has(receipt: Receipt): boolean
  add(receipt: Receipt): void
}

/**
 * Reads what a file promises; nothing, when there is none. Lines that are no receipt, or that `accept` does not take,
 * promise nothing: `suyuan verify` is there to name them.
 */
export async function readHeldLeaves(path: string, accept: (receipt: Receipt) => boolean): Promise<HeldLeaves> {
  const held = holdLeaves()
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() !== true) return held
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const receipt = parseReceipt(line)
    if (receipt !== undefined && accept(receipt)) held.add(receipt)
  }
  return held
}

function parseReceipt(line: string): Receipt | undefined {
  try {
    return decodeReceipt(RECEIPT(JSON.parse(line), ''))
  } catch (error) {
    if (error instanceof LedgerError || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Leaves kept in one buffer: a file of millions of leaves takes 32 bytes for each, not an object. */
const PAGE_LEAVES = 256

function holdLeaves(): HeldLeaves {
  const pages = new Map<number, Buffer>()
  const placeOf = (index: number): [page: number, offset: number] => [
    Math.floor(index / PAGE_LEAVES),
    (index % PAGE_LEAVES) * HASH_BYTES,
  ]
  return {
    has: ({ firstIndex, leaves }) =>
      leaves.every((leaf, k) => {
        const [page, offset] = placeOf(firstIndex + k)
        return (
          pages
            .get(page)
            ?.subarray(offset, offset + HASH_BYTES)
            .equals(leaf) === true
        )
      }),
    add({ firstIndex, leaves }) {
      for (const [k, leaf] of leaves.entries()) {
        const [page, offset] = placeOf(firstIndex + k)
        let hashes = pages.get(page)
        if (hashes === undefined) pages.set(page, (hashes = Buffer.alloc(PAGE_LEAVES * HASH_BYTES)))
        hashes.set(leaf, offset)
      }
    },
  }
}
