// A round in one line, and as JSON.

import type { Language } from '../core/words.ts'
import { CHECKS } from './checks.ts'
import type { RoundReport } from './monitor.ts'

/** One line for the round, and one for each thing that somebody should know. */
export function linesOf(report: RoundReport, language: Language): string[] {
  const { verified, published, age, records, epochs, anchors, receipts, warnings, faults, troubles } = report
  const zh = language === 'zh'
  const parts = zh
    ? [
        `已核实 ${verified} 片叶（落后 ${published - verified}${age === undefined ? '' : `，${age} 秒前签署`}）`,
        `记录 ${records}`,
        `索引 ${epochs} 期`,
        ...(anchors ? [`存证 ${anchors.verified} 次，至 ${anchors.size}（待核 ${anchors.waiting}）`] : []),
        ...(receipts ? [`回执 ${receipts.kept}（待核 ${receipts.waiting}）`] : []),
        `警告 ${warnings.length}`,
        `故障 ${faults.length}`,
      ]
    : [
        `verified ${verified} leaves (behind by ${published - verified}${age === undefined ? '' : `, signed ${age} s ago`})`,
        `records ${records}`,
        `epochs ${epochs}`,
        ...(anchors ? [`anchors ${anchors.verified}, up to ${anchors.size} (${anchors.waiting} waiting)`] : []),
        ...(receipts ? [`receipts ${receipts.kept} (${receipts.waiting} waiting)`] : []),
        `warnings ${warnings.length}`,
        `faults ${faults.length}`,
      ]
  return [
    `${new Date(report.time).toISOString()} ${parts.join(zh ? '；' : '; ')}`,
    ...faults.map(fault => `✘ ${fault.check}: ${CHECKS[fault.check][language]}: ${fault[language]} [${fault.file}]`),
    ...warnings.map(({ check, words }) => `! ${check}: ${CHECKS[check][language]}: ${words[language]}`),
    ...troubles.map(({ code, words }) => `? ${words[language]} [${code}]`),
  ]
}

/** Plain JSON, in one shape from round to round. */
export function jsonOf(report: RoundReport): object {
  const { time, verified, published, ...rest } = report
  return {
    time: new Date(time).toISOString(),
    verified,
    published,
    lag: published - verified,
    ...rest,
    faults: report.faults.map(({ first, last, ...fault }) => {
      return { ...fault, first: new Date(first).toISOString(), last: new Date(last).toISOString() }
    }),
    warnings: report.warnings.map(({ check, words: { zh, en } }) => ({ check, zh, en })),
    troubles: report.troubles.map(({ code, words: { zh, en } }) => ({ code, zh, en })),
  }
}
