// A round in one line, and as JSON.

import type { Language } from '../core/words.ts'
import { CHECKS } from './checks.ts'
import type { RoundReport } from './report.ts'
import type { OnRecord } from './state-shape.ts'

/** One line for the round, and one for each thing that somebody should know. */
export function linesOf(report: RoundReport, language: Language): string[] {
  const { time, warnings, faults, notices, troubles } = report
  const parts = language === 'zh' ? partsInChinese(report) : partsInEnglish(report)
  const showFound = (mark: string, found: OnRecord): string =>
    `${mark} ${found.check}: ${CHECKS[found.check][language]}: ${found[language]} [${found.file}]`
  return [
    `${new Date(time).toISOString()} ${parts.join(language === 'zh' ? '；' : '; ')}`,
    ...faults.map(found => showFound('✘', found)),
    ...warnings.map(({ check, words }) => `! ${check}: ${CHECKS[check][language]}: ${words[language]}`),
    ...notices.map(found => showFound('!', found)),
    ...troubles.map(({ code, words }) => `? ${words[language]} [${code}]`),
  ]
}

function partsInEnglish({ verified, lag, records, epochs, anchors, receipts, answers, warnings, faults }: RoundReport) {
  return [
    `verified ${verified} leaves (behind by ${lag.leaves}${lag.seconds === undefined ? '' : `, signed ${lag.seconds} s ago`})`,
    `records ${records}${behind(lag.records, ' (behind by ', ')')}`,
    `epochs ${epochs}${behind(lag.epochs, ' (behind by ', ')')}`,
    ...(anchors
      ? [
          `anchors ${anchors.verified}, up to ${anchors.size} (${anchors.waiting} waiting, ${lag.blocks ?? 0} blocks behind)`,
        ]
      : []),
    ...(receipts ? [`receipts ${receipts.kept} (${receipts.waiting} waiting)`] : []),
    answers ? `answers ${answers.checked} of ${answers.asked}` : 'answers not asked for (no token)',
    `warnings ${warnings.length}`,
    `faults ${faults.length}`,
  ]
}

function partsInChinese({ verified, lag, records, epochs, anchors, receipts, answers, warnings, faults }: RoundReport) {
  return [
    `已核实 ${verified} 片叶（落后 ${lag.leaves}${lag.seconds === undefined ? '' : `，${lag.seconds} 秒前签署`}）`,
    `记录 ${records}${behind(lag.records, '（落后 ', '）')}`,
    `索引 ${epochs} 期${behind(lag.epochs, '（落后 ', '）')}`,
    ...(anchors
      ? [`存证 ${anchors.verified} 次，至 ${anchors.size}（待核 ${anchors.waiting}，落后 ${lag.blocks ?? 0} 个区块）`]
      : []),
    ...(receipts ? [`回执 ${receipts.kept}（待核 ${receipts.waiting}）`] : []),
    answers ? `答复 ${answers.asked} 问已核 ${answers.checked}` : '未索取答复（无令牌）',
    `警告 ${warnings.length}`,
    `故障 ${faults.length}`,
  ]
}

function behind(count: number | undefined, before: string, after: string): string {
  return count === undefined || count === 0 ? '' : `${before}${count}${after}`
}

/** Plain JSON, in one shape from round to round. */
export function jsonOf(report: RoundReport): object {
  const dated = ({ first, last, ...found }: OnRecord): object => {
    return { ...found, first: new Date(first).toISOString(), last: new Date(last).toISOString() }
  }
  return {
    ...report,
    time: new Date(report.time).toISOString(),
    whole: new Date(report.whole).toISOString(),
    faults: report.faults.map(dated),
    notices: report.notices.map(dated),
    warnings: report.warnings.map(({ check, words: { zh, en } }) => ({ check, zh, en })),
    troubles: report.troubles.map(({ code, words: { zh, en } }) => ({ code, zh, en })),
  }
}
