// Rebuilds the engine's state from the journal. Every block is mined again and must come out with the hash it had: the
// hash commits to the state, the receipts and the transactions, so what the journal says cannot be bent unnoticed.

import { LedgerError } from '../../core/error.ts'
import type { JournalBlock } from './block.ts'
import { type Hex, toHex } from './bytes.ts'
import type { Engine, Head } from './engine.ts'
import type { Journal } from './journal.ts'

export interface ReplayProgress {
  readonly block: number
  readonly transactions: number
  /** Bytes of the journal replayed so far, and in all. */
  readonly bytes: number
  readonly size: number
}

/**
 * Feeds all of the journal to a fresh engine. Returns the newest block and the number of transactions replayed.
 * @throws LedgerError `chain_replay_mismatch`, and what `Journal.replay` throws
 */
export async function replayJournal(
  journal: Journal,
  engine: Engine,
  onProgress: (progress: ReplayProgress) => void = () => {},
): Promise<{ head: Head; transactions: number }> {
  let head = engine.genesis
  let transactions = 0
  for await (const { block, offset, end, size } of journal.replay()) {
    const refuse = (why: string, cause?: unknown): LedgerError => mismatch(journal, engine, block, offset, why, cause)
    if (block.number !== head.number + 1) throw refuse(`its number does not follow block ${head.number}`)
    if (toHex(block.parentHash) !== head.hash) {
      throw refuse(`its parent is ${toHex(block.parentHash)}, but block ${head.number} is ${head.hash}`)
    }
    head = await replayBlock(block, engine, refuse)
    transactions += block.transactions.length
    onProgress({ block: block.number, transactions, bytes: end, size })
  }
  return { head, transactions }
}

async function replayBlock(
  block: JournalBlock,
  engine: Engine,
  refuse: (why: string, cause?: unknown) => LedgerError,
): Promise<Head> {
  const wanted: Hex = toHex(block.blockHash)
  try {
    for (const transaction of block.transactions) await engine.submit(transaction)
    const mined = await engine.mine(block.timestamp)
    if (mined.hash === wanted) return mined
    throw refuse(`its hash was ${wanted}, replayed it is ${mined.hash}`)
  } catch (error) {
    if (error instanceof LedgerError) throw error
    throw refuse('the engine refuses what is in it', error)
  }
}

function mismatch(
  journal: Journal,
  engine: Engine,
  block: JournalBlock,
  offset: number,
  why: string,
  cause: unknown,
): LedgerError {
  const reason = cause instanceof Error ? ` (${cause.message})` : ''
  const message =
    `Block ${block.number} of the journal ${journal.path} (byte ${offset}) does not replay: ${why}${reason}. ` +
    `Either the file was changed, or the engine was: it was begun with ${journal.header.engine}, this is ` +
    `${engine.version}. Restore the file from a backup, or start the version that began it.`
  return new LedgerError('chain_replay_mismatch', message, { cause })
}
