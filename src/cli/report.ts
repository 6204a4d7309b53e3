// What ingest says at its end: what became of each file's lines, and where they are anchored.

import { LedgerError } from '../core/error.ts'
import type { Language } from '../core/words.ts'
import { ANCHOR, type AnchorAnswer } from './answers.ts'
import type { Client } from './client.ts'
import { persist } from './send.ts'
import { formatBeijing, formatCount } from './table.ts'

/** Every line of a file is counted in exactly one of accepted, already, skipped and refused. */
export interface FileReport {
  readonly file: string
  lines: number
  accepted: number
  already: number
  refused: number
  /** By the rule of the mapping. */
  readonly skipped: Record<string, number>
  /** There is no such file. */
  missing: boolean
  /** A last line without its line end was left for the next time. */
  unfinished: boolean
  /** Size of the smallest tree that holds all accepted lines of the file. */
  size: number
  /** Lines whose records are what was sent; with --compare. */
  compared?: number
}

export function newReport(file: string): FileReport {
  return {
    file,
    lines: 0,
    accepted: 0,
    already: 0,
    refused: 0,
    skipped: {},
    missing: false,
    unfinished: false,
    size: 0,
  }
}

export function describeFile(report: FileReport, dryRun: boolean, language: Language): string {
  const { file, lines, accepted, already, refused, skipped, missing, unfinished, compared } = report
  if (missing) return language === 'zh' ? `${file}：文件不存在` : `${file}: not there`
  const left = Object.values(skipped).reduce((sum, count) => sum + count, 0)
  const rules = Object.entries(skipped).map(([rule, count]) => `${rule}: ${formatCount(count)}`)
  const listed = rules.length === 0 ? '' : ` (${rules.join(', ')})`
  const n = formatCount
  const parts =
    language === 'zh'
      ? [
          `${n(lines)} 行`,
          dryRun ? `将写入 ${n(accepted)}` : `写入 ${n(accepted)}`,
          `已在账本 ${n(already)}`,
          `按映射跳过 ${n(left)}${listed}`,
          `拒绝 ${n(refused)}`,
          ...(compared === undefined ? [] : [`已比对 ${n(compared)}`]),
          ...(unfinished ? ['最后一行尚未写完，留待下次'] : []),
          ...(accepted === 0 && already > 0 ? ['没有新内容'] : []),
          ...(dryRun ? ['试运行：什么都没有写入'] : []),
        ]
      : [
          `${n(lines)} lines`,
          dryRun ? `${n(accepted)} would be added` : `${n(accepted)} added`,
          `${n(already)} already there`,
          `${n(left)} skipped by mapping${listed}`,
          `${n(refused)} refused`,
          ...(compared === undefined ? [] : [`${n(compared)} compared`]),
          ...(unfinished ? ['the last line has no end yet and is left for the next time'] : []),
          ...(accepted === 0 && already > 0 ? ['nothing new'] : []),
          ...(dryRun ? ['dry run: nothing was stored'] : []),
        ]
  return `${file}: ${parts.join(language === 'zh' ? '，' : ', ')}`
}

export interface Anchored {
  /** Size of the tree asked about. */
  readonly size: number
  readonly anchor: AnchorAnswer | undefined
  /** Not there when time ran out. */
  readonly late: boolean
}

/** Waits until the first `size` leaves are anchored. Asks again and again: it takes as long as the chain takes. */
export async function waitForAnchor(client: Client, size: number, milliseconds: number): Promise<Anchored> {
  if (size === 0) return { size, anchor: undefined, late: false }
  try {
    const anchor = await persist({ milliseconds, onRetry: () => {}, longestWaitMs: 2_000 }, () =>
      client.get('/v1/anchors', { size }, ANCHOR),
    )
    return { size, anchor, late: false }
  } catch (error) {
    if (error instanceof LedgerError && error.retryable) return { size, anchor: undefined, late: true }
    throw error
  }
}

export function describeAnchor({ size, anchor, late }: Anchored, language: Language): string {
  const zh = language === 'zh'
  if (late) {
    return zh
      ? `前 ${formatCount(size)} 条记录已入账，但未能及时上链；稍后用同一命令再查。`
      : `The first ${formatCount(size)} records are in the log, but were not on the chain in time; run the same command again later.`
  }
  if (anchor === undefined) return zh ? '没有需要上链的记录。' : 'There is nothing to anchor.'
  const { number, hash, time } = anchor.block
  const when = time === undefined ? '' : `, ${formatBeijing(time)}`
  return zh
    ? `已上链：前 ${formatCount(anchor.size)} 条，区块 ${number} ${hash}${when}，交易 ${anchor.transaction}`
    : `anchored: the first ${formatCount(anchor.size)} records, block ${number} ${hash}${when}, transaction ${anchor.transaction}`
}
