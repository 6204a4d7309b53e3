// suyuan fsck: the data directory, checked and told to a person or as JSON.

import type { Config } from '../config.ts'
import type { Language, Words } from '../core/words.ts'
import { checkData, type DataReport } from '../fsck/check-data.ts'
import type { Finding } from '../fsck/finding.ts'
import { isLogWhole, repairData } from '../fsck/repair.ts'
import { openProgress } from './progress.ts'
import { formatCount } from './table.ts'

export interface CheckedData {
  readonly report: DataReport
  readonly seconds: number
  /** What was found and made again; the report is then of a second check. */
  readonly repaired: readonly Finding[]
}

/** Checks a data directory; with `repair`, makes again what is derived, and checks once more. */
export async function checkDirectory(
  config: Config,
  { repair, index }: { readonly repair?: true; readonly index?: true },
  language: Language,
): Promise<CheckedData> {
  const begin = performance.now()
  const first = await check(config, index !== true, language)
  const seconds = (performance.now() - begin) / 1000
  const derived = first.findings.filter(({ isDerived }) => isDerived)
  if (!repair || derived.length === 0) return { report: first, seconds, repaired: [] }
  const { data, archives } = config
  const making = openProgress(language === 'zh' ? '重建' : 'making again', first.size, true)
  try {
    const onProgress = (done: number): void => making.advance(done, done)
    await repairData(first, { data, archives, onProgress, onNotice: notice => making.say(notice) })
  } finally {
    making[Symbol.dispose]()
  }
  const report = await check(config, index !== true, language)
  const left = new Set(report.findings.map(({ words }) => words.en))
  return { report, seconds, repaired: derived.filter(({ words }) => !left.has(words.en)) }
}

async function check({ data, archives, rpcUrl }: Config, skipIndex: boolean, language: Language): Promise<DataReport> {
  let bar: ReturnType<typeof openProgress> | undefined
  const onProgress = (done: number, total: number): void => {
    bar ??= openProgress(language === 'zh' ? '检查' : 'checking', total, true)
    bar.advance(done, done)
  }
  try {
    return await checkData({ data, archives, skipIndex, isNetworkNamed: rpcUrl !== undefined, onProgress })
  } finally {
    bar?.[Symbol.dispose]()
  }
}

/** The answer as JSON. */
export function toJson({ report, seconds, repaired }: CheckedData): object {
  const { size, root, sealedOpened, findings, notes } = report
  return {
    size,
    root,
    sealedOpened,
    seconds: Number(seconds.toFixed(3)),
    findings: findings.map(reason),
    repaired: repaired.map(reason),
    notes: notes.map(({ en, zh }) => ({ message: en, zh })),
  }
}

function reason({ code, file, isDerived, words }: Finding): object {
  return { code, file, derived: isDerived, message: words.en, zh: words.zh }
}

/** The answer as lines. */
export function describeData({ report, seconds, repaired }: CheckedData, language: Language): string[] {
  const { size, root, sealedOpened, findings, notes } = report
  const zh = language === 'zh'
  const say = (words: Words): string => words[language]
  const rate = formatCount(Math.round(size / Math.max(seconds, 0.001)))
  const [records, sealed] = [formatCount(size), formatCount(sealedOpened)]
  return [
    zh
      ? `已检查：记录 ${records} 条，密封部分 ${sealed} 个；根 ${root}；${seconds.toFixed(1)} 秒（每秒 ${rate} 条）`
      : `checked: ${records} records, ${sealed} sealed parts; root ${root}; ${seconds.toFixed(1)} s (${rate} records/s)`,
    ...repaired.map(({ words }) => `${zh ? '已重新生成：' : 'made again: '}${say(words)}`),
    ...findings.map(({ words, code }) => `${say(words)} [${code}]`),
    ...notes.map(words => `${zh ? '提示：' : 'note: '}${say(words)}`),
    conclusion(report, zh),
  ]
}

function conclusion(report: DataReport, zh: boolean): string {
  const { findings } = report
  if (findings.length === 0) return zh ? '完好：没有发现问题。' : 'Whole: nothing was found.'
  const derived = findings.filter(({ isDerived }) => isDerived).length
  const lost = findings.length - derived
  const held = derived > 0 && !isLogWhole(report)
  if (zh) {
    const first = held ? '须先恢复日志本身，' : ''
    return `发现 ${findings.length} 处问题：${lost} 处需用另一份副本恢复，${derived} 处${first}可由 suyuan fsck --repair 重新生成。`
  }
  const first = held ? ', once the log itself is restored' : ''
  return `Found: ${findings.length}. ${lost} need another copy; ${derived} are made again by suyuan fsck --repair${first}.`
}
