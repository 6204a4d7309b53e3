// suyuan ingest --compare: what the log made of the lines that were sent. A receipt promises a leaf by its hash, which does not
// show what is in it; the log's public entry of that hash does, and is held against the line.

import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '../clock.ts'
import { decodeBase64, equal } from '../core/bytes.ts'
import { LedgerError, readSound } from '../core/error.ts'
import { hashLeaf } from '../core/hash.ts'
import { parseNdjson } from '../core/line/ndjson.ts'
import { type AccessRecord, decodeEntry, isAccess, type RecordInput } from '../core/record.ts'
import { isSigned } from '../core/source-link.ts'
import { TILE_WIDTH } from '../core/tile.ts'
import { HASH_BYTES, type Hash } from '../core/tree.ts'
import { createTileClient, type TileClient } from '../monitor/tile-client.ts'
import type { Trust } from '../verify/trust.ts'
import type { ReceiptAnswer } from './answers.ts'
import { addressOf, type ServiceOptions, tokenOf } from './client.ts'

/** A line as it was sent, and where it stands in its file. */
export interface SentLine {
  readonly line: number
  readonly text: string
}

/** With the leaf that was promised for it. */
interface Promised extends SentLine {
  readonly index: number
  readonly leaf: Hash
}

const PAUSE_MS = 1_000

export class Comparison {
  readonly #log: TileClient
  readonly #patienceMs: number
  #waiting: Promised[] = []
  #compared = 0

  private constructor(log: TileClient, patienceMs: number) {
    this.#log = log
    this.#patienceMs = patienceMs
  }

  /** @param trust By whose keys the receipts are checked: without that a hash promises nothing */
  static async open(
    options: ServiceOptions & { readonly patience: number },
    trust: Pick<Trust, 'logKey'>,
  ): Promise<Comparison> {
    const token = await tokenOf(options)
    const asking = { base: addressOf(options.url), ...(token && { token }), clock: systemClock }
    return new Comparison(createTileClient(asking, 'log', trust.logKey), options.patience * 1000)
  }

  /**
   * Lines that the service took, in their order, and the receipts for them. What is published is compared.
   * @throws LedgerError `record_differs`, `entry_not_promised`, `lines_unpaired`; of the service
   */
  async take(lines: readonly SentLine[], receipts: readonly ReceiptAnswer[]): Promise<void> {
    const leaves = receipts.toSorted((a, b) => a.firstIndex - b.firstIndex).flatMap(leavesOf)
    if (leaves.length !== lines.length) throw unpaired(lines.length, leaves.length)
    this.#waiting.push(...lines.map((line, k) => ({ ...line, ...leaves[k]! })))
    await this.#comparePublished()
  }

  /** Waits until all is published; resolves to how many lines were compared since. @throws as `take`, `log_unpublished` */
  async settle(): Promise<number> {
    const end = Date.now() + this.#patienceMs
    while (this.#waiting.length > 0) {
      await this.#comparePublished()
      if (this.#waiting.length === 0) break
      if (Date.now() > end) throw unpublished(this.#waiting.length)
      await wait(PAUSE_MS)
    }
    const compared = this.#compared
    this.#compared = 0
    return compared
  }

  async #comparePublished(): Promise<void> {
    const signal = new AbortController().signal
    const { size } = (await this.#log.checkpoint(signal)) ?? { size: 0 }
    const tiles = Map.groupBy(this.#waiting, ({ index }) => (index < size ? Math.floor(index / TILE_WIDTH) : -1))
    for (const [tile, promised] of tiles) {
      if (tile < 0) continue
      const entries = await this.#log.entries(tile, size, signal)
      for (const one of promised) requireSame(one, entries[one.index % TILE_WIDTH]!)
      this.#compared += promised.length
    }
    this.#waiting = tiles.get(-1) ?? []
  }
}

function leavesOf({ firstIndex, leaves }: ReceiptAnswer): { index: number; leaf: Hash }[] {
  const bytes = decodeBase64(leaves)! // the receipt was checked
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, k) => {
    return { index: firstIndex + k, leaf: bytes.subarray(k * HASH_BYTES, (k + 1) * HASH_BYTES) }
  })
}

function requireSame({ line, text, index, leaf }: Promised, entry: Uint8Array): void {
  if (!equal(hashLeaf(entry), leaf)) throw notPromised(line, index)
  // Undefined where it is no record: what the log promised, as it shows it, and yet nothing that a line can become.
  const record = readSound(() => decodeEntry(entry))
  if (record === undefined) throw differs(line, index, ['entry'])
  const differing = isAccess(record) ? findDifferences(parseNdjson(text), record) : ['action']
  if (differing.length > 0) throw differs(line, index, differing)
}

/**
 * The fields of a record that are not what its line makes of them. Of what the ledger alone can make, that it is there and may
 * be: who a person is under its key, the digest of what is sealed; and what it knows from the contracts.
 */
export function findDifferences(input: RecordInput, record: AccessRecord): string[] {
  const { sealed, salt: _, ...stated } = input
  const made: Readonly<Partial<Record<string, boolean>>> = {
    actor: sealed?.person !== undefined,
    filled: isSigned(stated),
    provider: true,
    purpose: stated.grant !== undefined,
    sealed: sealed !== undefined,
  }
  const [line, logged]: Readonly<Record<string, unknown>>[] = [{ ...stated }, { ...record }]
  const names = [...new Set([...Object.keys(line!), ...Object.keys(logged!)])]
  const differing = names.filter(name => {
    return line![name] === undefined
      ? logged![name] !== undefined && made[name] !== true
      : line![name] !== logged![name]
  })
  const isUnsealed = sealed !== undefined && record.sealed === undefined
  return (isUnsealed ? [...differing, 'sealed'] : differing).toSorted()
}

function differs(line: number, index: number, fields: readonly string[]): LedgerError {
  const names = fields.join(', ')
  return new LedgerError('record_differs', {
    en: `line ${line} was sent, and the log has record ${index} for it, which says otherwise in: ${names}. The log signed a receipt for that record. Keep this file and the receipts, and tell the regulator.`,
    zh: `已报送第 ${line} 行，而日志中与之对应的第 ${index} 号记录在以下字段不同：${names}。日志已为该记录签署回执。请保留本文件与回执，并告知监管部门。`,
  })
}

function notPromised(line: number, index: number): LedgerError {
  return new LedgerError('entry_not_promised', {
    en: `the receipt for line ${line} promises leaf ${index}, and what the log shows there has another hash. Keep this file and the receipts, and tell the regulator.`,
    zh: `第 ${line} 行的回执承诺了第 ${index} 片叶，而日志在该处展示的内容哈希不同。请保留本文件与回执，并告知监管部门。`,
  })
}

function unpaired(lines: number, leaves: number): LedgerError {
  return new LedgerError('lines_unpaired', {
    en: `${lines} lines seem to be taken, and there are receipts for ${leaves}: of those that were refused some would be taken by now, so it cannot be told which leaf is of which line. Without --compare all else is done.`,
    zh: `看来有 ${lines} 行被接受，而回执为 ${leaves} 行：先前拒收的行中有的现在会被接受，无法判定哪片叶属于哪一行。不带 --compare 则其余均已完成。`,
  })
}

function unpublished(lines: number): LedgerError {
  return new LedgerError(
    'log_unpublished',
    {
      en: `${lines} lines are promised, and not published yet (--patience); without that they cannot be compared. Run the same command again later.`,
      zh: `有 ${lines} 行已获承诺而尚未发布（--patience），因此无法比对。请稍后再次运行同一命令。`,
    },
    { retryable: true },
  )
}
