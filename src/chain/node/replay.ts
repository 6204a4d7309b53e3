// Rebuilds the engine's state from the journal. Every block is mined again and must come out with the hash it had: the
// hash commits to the state, the receipts and the transactions, so what the journal says cannot be bent unnoticed.

import { LedgerError } from '../../core/error.ts'
import type { Words } from '../../core/words.ts'
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
    const refuse = (why: Words, cause?: unknown): LedgerError => mismatch(journal, engine, block, offset, why, cause)
    if (block.number !== head.number + 1)
      throw refuse({
        en: `its number does not follow block ${head.number}`,
        zh: `其编号不接在区块 ${head.number} 之后`,
      })
    if (toHex(block.parentHash) !== head.hash) {
      throw refuse({
        en: `its parent is ${toHex(block.parentHash)}, but block ${head.number} is ${head.hash}`,
        zh: `其上一区块为 ${toHex(block.parentHash)}，而区块 ${head.number} 是 ${head.hash}`,
      })
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
  refuse: (why: Words, cause?: unknown) => LedgerError,
): Promise<Head> {
  const wanted: Hex = toHex(block.blockHash)
  try {
    for (const transaction of block.transactions) await engine.submit(transaction)
    const mined = await engine.mine(block.timestamp)
    if (mined.hash === wanted) return mined
    throw refuse({
      en: `its hash was ${wanted}, replayed it is ${mined.hash}`,
      zh: `其哈希原为 ${wanted}，重放后为 ${mined.hash}`,
    })
  } catch (error) {
    if (error instanceof LedgerError) throw error
    throw refuse({ en: 'the engine refuses what is in it', zh: '引擎拒绝其内容' }, error)
  }
}

function mismatch(
  journal: Journal,
  engine: Engine,
  block: JournalBlock,
  offset: number,
  why: Words,
  cause: unknown,
): LedgerError {
  const reason = cause instanceof Error ? ` (${cause.message})` : ''
  const words = {
    en: `Block ${block.number} of the journal ${journal.path} (byte ${offset}) does not replay: ${why.en}${reason}. Either the file was changed, or the engine was: it was begun with ${journal.header.engine}, this is ${engine.version}. Restore the file from a backup, or start the version that began it.`,
    zh: `区块日志 ${journal.path} 的区块 ${block.number}（第 ${offset} 字节）无法重放：${why.zh}${reason}。文件或引擎被改动过：始建于 ${journal.header.engine}，现为 ${engine.version}。请从备份恢复该文件，或用始建时的版本启动。`,
  }
  return new LedgerError('chain_replay_mismatch', words, { cause })
}
