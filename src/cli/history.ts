// The history of one thing as a table: what was said, when, by whom, by whose signature, and where on the chain.

import type { Language } from '../core/words.ts'
import type { HistoryAnswer } from './answers.ts'
import { formatBeijing, formatTable } from './table.ts'

const HEADS = {
  zh: ['区块', '时间（北京）', '事项', '机构', '签名账户', '代发', '交易'],
  en: ['block', 'time (Beijing)', 'what', 'by', 'signed by', 'sent by', 'transaction'],
} as const

export function formatHistory(history: HistoryAnswer, language: Language): string {
  const rows = history.map(({ says, place: { transaction, block, by = {} } }) => [
    String(block.number),
    block.time === undefined ? '—' : formatBeijing(block.time),
    says[language],
    by.organisation ?? '—',
    shorten(by.account),
    shorten(by.relayer),
    shorten(transaction),
  ])
  return formatTable(HEADS[language], rows, [0])
}

/** An address or hash as far as people look; --json has the whole. */
function shorten(hex: string | undefined): string {
  return hex === undefined ? '—' : hex.length <= 14 ? hex : `${hex.slice(0, 8)}…${hex.slice(-4)}`
}

/** The word's label, or the word as it is where this program does not know it. */
export function labelOf(
  terms: Readonly<Record<string, { readonly zh: string; readonly en: string }>>,
  word: string,
  language: Language,
): string {
  return Object.hasOwn(terms, word) ? terms[word]![language] : word
}
