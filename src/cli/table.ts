// Answers as tables for people. cli-table3 counts a Chinese character as the two columns that it takes.

import Table from 'cli-table3'
import { formatTime } from '../core/record.ts'

const PLAIN = { head: [], border: [], compact: true }

/** Columns named in `right` are numbers and stand flush right. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const colAligns = head.map((_, k) => (right.includes(k) ? ('right' as const) : ('left' as const)))
  const table = new Table({ head: [...head], colAligns, style: PLAIN })
  for (const row of rows) table.push(row.map(showCell))
  return table.toString()
}

/** What stands in a cell may come from anybody: no control character of theirs reaches the terminal. */
export function showCell(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\u{fffd}')
}

const BEIJING = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
})

/** A time as people in China read it: `2026-03-01 08:30:00`, Beijing time. A number is of milliseconds, and may be any. */
export function formatBeijing(time: string | number): string {
  return BEIJING.format(new Date(typeof time === 'number' ? formatTime(time) : time))
}

export function formatCount(count: number | bigint): string {
  return count.toLocaleString('en-US')
}
