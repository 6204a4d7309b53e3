// Receipts as they come in: counted, checked by the log's key when it is known, and kept. Whoever holds them can show
// later that the log accepted these lines, even against the log.

import { type FileHandle, open } from 'node:fs/promises'
import { LedgerError } from '../core/error.ts'
import { checkReceipt, decodeReceipt, type Receipt } from '../core/receipt.ts'
import type { Trust } from '../verify/trust.ts'
import { type IngestAnswer, RECEIPT, type ReceiptAnswer } from './answers.ts'
import { claimLeaves } from './claimed-leaves.ts'
import type { Client } from './client.ts'
import { readHeldLeaves } from './held-leaves.ts'
import { unwritable } from './output.ts'

export interface ReceiptBook {
  /**
   * Takes the receipts of an answer, and writes down those that promise more than the file does already.
   * @param batch Its idempotency key
   * @throws LedgerError `receipts_incomplete`, `receipts_replayed`, `receipt_invalid`; what the service refuses with
   */
  take(sent: IngestAnswer, batch: string): Promise<TakenReceipts>
  close(): Promise<void>
}

export interface TakenReceipts {
  /** Of the smallest tree that holds all lines of the answer, 0 if there are none. */
  readonly size: number
  /** All of them, where they are kept or checked. */
  readonly receipts: readonly ReceiptAnswer[]
}

/** Receipts the service gives out for one request. */
const MAX_LEAVES = 10_000

export async function openReceiptBook(
  path: string | undefined,
  trust: Trust | undefined,
  client: Client,
): Promise<ReceiptBook> {
  const file = path === undefined ? undefined : await openFile(path, trust)
  const claimed = claimLeaves()
  return {
    async take(sent, batch) {
      const ranges = [...sent.receipts, ...sent.receiptsOmitted]
      const promised = ranges.reduce((sum, { count }) => sum + count, 0)
      if (promised !== sent.accepted + sent.already) {
        throw new LedgerError('receipts_incomplete', {
          en: `The service accepted ${sent.accepted + sent.already} lines, but gives receipts for ${promised}; what has no receipt is not proven to be in the log. Run the same command again for them; if this stays, tell the regulator.`,
          zh: `服务接受了 ${sent.accepted + sent.already} 行，却只给出 ${promised} 行的回执；没有回执的不能证明已在日志中。请用同一命令再取；如一直如此，请告知监管部门。`,
        })
      }
      const apart = claimLeaves() // nor does one answer promise a leaf twice
      const replayed = ranges
        .filter(({ count }) => count > 0)
        .find((range, k) => !apart.claim(range, String(k)) || !claimed.claim(range, batch))
      if (replayed !== undefined) throw receiptsReplayed(replayed)
      const kept = file !== undefined || trust !== undefined
      const receipts = kept ? [...sent.receipts, ...(await fetchOmitted(client, sent.receiptsOmitted))] : []
      for (const receipt of receipts) if (trust !== undefined) requireHolds(receipt, trust)
      await file?.write(receipts)
      return { size: Math.max(0, ...ranges.map(({ firstIndex, count }) => firstIndex + count)), receipts }
    },
    async close() {
      await file?.close()
    },
  }
}

function receiptsReplayed({ firstIndex, count }: { firstIndex: number; count: number }): LedgerError {
  const last = firstIndex + count - 1
  return new LedgerError('receipts_replayed', {
    en: `For leaves ${firstIndex} to ${last} the service gives a receipt, but it gave one for some of them to other lines of this run already: a leaf is one line, so these lines are not proven to be in the log. Keep the file of receipts, and tell the regulator.`,
    zh: `服务就第 ${firstIndex} 至 ${last} 片叶给出回执，而其中有的已在本次运行中给了其他行：一片叶只是一行，因此不能证明这些行已在日志中。请保留回执文件，并告知监管部门。`,
  })
}

interface ReceiptFile {
  write(receipts: readonly ReceiptAnswer[]): Promise<void>
  close(): Promise<void>
}

/** What stands in the file counts only if it holds: a bad receipt must not keep the good one out. */
async function openFile(path: string, trust: Trust | undefined): Promise<ReceiptFile> {
  const fail = unwritable(path)
  const file = await open(path, 'a+', 0o600).catch(fail)
  const held = await readHeldLeaves(path, receipt => trust === undefined || holds(receipt, trust))
  // The line that a killed run left half written stays alone.
  let separator = (await endsOpen(file)) ? '\n' : ''
  return {
    async write(receipts) {
      const fresh = receipts.filter(receipt => !held.has(decodeReceipt(receipt)))
      if (fresh.length === 0) return
      await file.writeFile(separator + fresh.map(receipt => `${JSON.stringify(receipt)}\n`).join('')).catch(fail)
      separator = ''
      for (const receipt of fresh) held.add(decodeReceipt(receipt))
    },
    async close() {
      await file.sync().catch(fail)
      await file.close()
    },
  }
}

async function endsOpen(file: FileHandle): Promise<boolean> {
  const found = await file.stat()
  if (!found.isFile() || found.size === 0) return false
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, found.size - 1)
  return buffer[0] !== 0x0a
}

async function fetchOmitted(
  client: Client,
  ranges: IngestAnswer['receiptsOmitted'],
): Promise<readonly ReceiptAnswer[]> {
  const receipts: ReceiptAnswer[] = []
  for (const { firstIndex, count } of ranges) {
    for (let from = firstIndex; from < firstIndex + count; from += MAX_LEAVES) {
      const range = { firstIndex: from, count: Math.min(MAX_LEAVES, firstIndex + count - from) }
      receipts.push(await client.get('/v1/receipts', range, RECEIPT))
    }
  }
  return receipts
}

function holds(receipt: Receipt, { logKey, timeKey }: Trust): boolean {
  try {
    checkReceipt(receipt, logKey, timeKey ?? logKey)
    return true
  } catch (error) {
    if (error instanceof LedgerError) return false
    throw error
  }
}

function requireHolds(receipt: ReceiptAnswer, { logKey, timeKey }: Trust): void {
  try {
    checkReceipt(decodeReceipt(receipt), logKey, timeKey ?? logKey)
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause
    throw new LedgerError(
      'receipt_invalid',
      {
        en: `The receipt for leaves ${receipt.firstIndex} to ${receipt.firstIndex + receipt.count - 1} does not hold: ${cause.message} The service is not the log that the trust file names, or it does not keep its promises.`,
        zh: `第 ${receipt.firstIndex} 至 ${receipt.firstIndex + receipt.count - 1} 片叶的回执不成立：${cause.words.zh}该服务不是信任文件所指的日志，或没有信守承诺。`,
      },
      { cause },
    )
  }
}
