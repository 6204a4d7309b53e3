// What the demo shows: steps in Chinese and English, progress on a terminal, and the answer as a table.

import { SingleBar } from 'cli-progress'
import Table from 'cli-table3'
import { JUDGEMENTS } from '../../src/core/authority.ts'
import type { Answer } from './client.ts'

export interface Stage {
  step(zh: string, en: string): void
  note(text: string): void
  progress(unit: string): { update(done: number, total: number): void; stop(): void }
  showAnswer(answer: Answer): void
}

/** `quiet`: nothing on stdout, where the caller wants one line of JSON; the steps still go to stderr. */
export function createStage({ quiet }: { readonly quiet: boolean }): Stage {
  const say = quiet ? console.error : console.log
  let steps = 0
  return {
    step: (zh, en) => say(`\n${++steps}. ${zh}\n   ${en}`),
    note: text => say(text.replaceAll(/^/gm, '   ')),
    progress(unit) {
      const bar = new SingleBar({
        format: `   {bar} {value}/{total} ${unit}`,
        clearOnComplete: true,
        stream: process.stderr,
        noTTYOutput: false,
      })
      let running = false
      return {
        update(done, total) {
          if (!running) bar.start(total, done)
          running = true
          bar.update(done)
        },
        stop: () => bar.stop(),
      }
    },
    showAnswer(answer) {
      say(formatGroups(answer))
      say(formatRows(answer))
    },
  }
}

/** Without lines between the rows, and without colours: it is copied into reports. */
const PLAIN = {
  style: { head: [], border: [] },
  chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
}

function formatGroups({ totals, names }: Answer): string {
  const table = new Table({
    head: ['使用方 who', '用途 what for', '次数 accesses', '行数 rows', '授权外 outside'],
    colAligns: ['left', 'left', 'right', 'right', 'right'],
    ...PLAIN,
  })
  for (const { consumer, purpose, records, rows, outside } of totals?.groups.slice(0, 12) ?? []) {
    table.push([names.organisations[consumer] ?? consumer, purposeLabel(purpose, names), records, rows, outside || ''])
  }
  const more = (totals?.groups.length ?? 0) - 12
  const sum = `   合计 in all ${totals?.records} 次 accesses, ${totals?.outside} 授权外 outside a grant${more > 0 ? `; 另有 ${more} 组 more groups` : ''}`
  return `${table.toString()}\n${sum}\n`
}

function formatRows({ rows, names }: Answer): string {
  const table = new Table({
    head: ['序号 index', '时间 when', '使用方 who', '行 rows', '用途 what for', '授权 grant', '判定 judgement'],
    colAligns: ['right', 'left', 'left', 'right', 'left', 'right', 'left'],
    ...PLAIN,
  })
  for (const { index, record, judgement } of rows) {
    table.push([
      index,
      beijing(record.time),
      record.consumer === undefined ? '—' : (names.organisations[record.consumer] ?? record.consumer),
      record.rows ?? '',
      purposeLabel(record.purpose, names),
      record.grant ?? '—',
      JUDGEMENTS[judgement].zh,
    ])
  }
  return table.toString()
}

function purposeLabel(purpose: string | undefined, names: Answer['names']): string {
  if (purpose === undefined) return '未申报 undeclared'
  return names.purposes[purpose]?.zh ?? purpose
}

const beijing = (time: string): string =>
  new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'medium' }).format(
    new Date(time),
  )
