// suyuan usage: who took which data, under whose authority, and what for.

import type { Command } from 'commander'
import { JUDGEMENTS } from '../core/authority.ts'
import { type Language, languageOf } from '../core/words.ts'
import { USAGE, type UsageAnswer } from './answers.ts'
import { addServiceOptions, openClient, type ServiceOptions } from './client.ts'
import { print, printAnswer, tell } from './output.ts'
import { addQuestionOptions, parseWhole, type QuestionOptions, questionOf } from './question.ts'
import { formatBeijing, formatCount, formatTable } from './table.ts'
import { tellUnknownCodes } from './unknown-codes.ts'

interface UsageOptions extends QuestionOptions, ServiceOptions {
  readonly limit: number
  readonly cursor?: string
  readonly json?: true
}

export function addUsage(program: Command): void {
  addServiceOptions(addQuestionOptions(program.command('usage')))
    .description('who took which data, when, under which grant, what for')
    .option('--limit <n>', 'rows shown, newest first (at most 1000)', parseWhole, 20)
    .option('--cursor <cursor>', 'go on where the page before ended')
    .option('--json', 'the answer as the service gives it')
    .addHelpText(
      'after',
      `
Examples:
  suyuan usage --resource 306001/000001 --from 2026-03-01 --to 2026-03-31
  suyuan usage --consumer 11520100MB1A234565 --json | jq .totals`,
    )
    .action(async (options: UsageOptions) => {
      const client = await openClient(options)
      const { limit, cursor } = options
      const parameters = { ...questionOf(options), limit, cursor }
      if (options.json) printAnswer(await client.getBytes('/v1/usage', parameters))
      else {
        const answer = await client.get('/v1/usage', parameters, USAGE)
        showUsage(answer, languageOf(process.env))
        if (answer.rows.length === 0) await tellUnknownCodes(client, options)
      }
    })
}

const WORDS = {
  zh: {
    totals: ['使用方', '用途', '次数', '字节', '行数', '超出授权'],
    rows: ['记录号', '时间（北京）', '使用方', '数据资源', '用途', '授权', '判定', '字节', '行数'],
    undeclared: '（未声明）',
    ungrouped: '使用方与用途的组合超过 10,000 种，未逐一列出：请用 --consumer 限定使用方，或缩短时间。',
    none: '没有符合条件的记录。',
    more: (cursor: string) => `还有更多，下一页：--cursor ${cursor}`,
    pinned: (size: number, where: string) => `以上答复对应大小为 ${size} 的检查点；${where}`,
    anchored: (block: number, transaction: string) => `已上链：区块 ${block}，交易 ${transaction}`,
    notAnchored: '尚未上链存证',
  },
  en: {
    totals: ['consumer', 'purpose', 'times', 'bytes', 'rows', 'outside grant'],
    rows: ['record', 'time (Beijing)', 'consumer', 'resource', 'purpose', 'grant', 'judgement', 'bytes', 'rows'],
    undeclared: '(undeclared)',
    ungrouped:
      'There are more than 10,000 pairs of consumer and purpose, and none is listed: ask for one --consumer, or a shorter time.',
    none: 'No record fits.',
    more: (cursor: string) => `There are more; next page: --cursor ${cursor}`,
    pinned: (size: number, where: string) => `This answer is of the checkpoint of size ${size}; ${where}`,
    anchored: (block: number, transaction: string) => `anchored in block ${block}, transaction ${transaction}`,
    notAnchored: 'not anchored on the chain yet',
  },
} as const

function showUsage({ rows, totals, names, next, checkpoint, anchor }: UsageAnswer, language: Language): void {
  const words = WORDS[language]
  const organisation = (code: string): string => names.organisations[code] ?? code
  const purposeOf = (code: string | undefined): string =>
    code === undefined ? words.undeclared : (names.purposes[code]?.[language] ?? code)
  if (totals !== undefined && totals.groups.length > 0) {
    const groups = totals.groups.map(group => [
      organisation(group.consumer),
      purposeOf(group.purpose),
      formatCount(group.records),
      formatCount(group.bytes),
      formatCount(group.rows),
      formatCount(group.outside),
    ])
    print(formatTable(words.totals, groups, [2, 3, 4, 5]))
  } else if (totals?.ungrouped === true) {
    print(words.ungrouped)
  }
  if (rows.length === 0) {
    print(words.none)
  } else {
    const lines = rows.map(({ index, record, judgement }) => [
      String(index), // as `suyuan erase` takes it
      formatBeijing(record.time),
      record.consumer === undefined ? '—' : organisation(record.consumer),
      record.resource === undefined ? '—' : (names.resources[record.resource] ?? record.resource),
      purposeOf(record.purpose),
      record.grant === undefined ? '—' : String(record.grant),
      JUDGEMENTS[judgement][language],
      record.bytes === undefined ? '—' : formatCount(record.bytes),
      record.rows === undefined ? '—' : formatCount(record.rows),
    ])
    print(formatTable(words.rows, lines, [0, 5, 7, 8]))
  }
  if (next !== undefined) tell(words.more(next))
  const where = anchor === null ? words.notAnchored : words.anchored(anchor.block.number, anchor.transaction)
  tell(words.pinned(checkpoint.size, where))
}
