// The terms of one request or grant, a line each, for a reader who decides by them: until when an answer is owed, which
// fields, how much of the quota was taken, who approved, and what the consumer says arrived.

import { APPROVERS } from '../chain/terms.ts'
import type { Language } from '../core/words.ts'
import type { GrantLifeAnswer } from './answers.ts'
import { labelOf } from './history.ts'
import { formatBeijing, formatCount, showCell } from './table.ts'

/** Lines such as `quota: 5 of 1,000 bytes and 1 of 10 rows delivered`. */
export function formatTerms(grant: GrantLifeAnswer, language: Language): string {
  const lines = LINES[language]
  return [lines.due(grant), lines.fields(grant), lines.quota(grant), lines.approvals(grant), lines.confirmed(grant)]
    .map(showCell)
    .join('\n')
}

type Line = (grant: GrantLifeAnswer) => string

const LINES: Readonly<
  Record<Language, Readonly<Record<'due' | 'fields' | 'quota' | 'approvals' | 'confirmed', Line>>>
> = {
  en: {
    due({ due }) {
      if (due === undefined) return 'answer due: none is owed'
      const { time, provisional, overdue, late } = due
      const marks = [provisional && 'provisional', overdue && 'overdue', late && 'answered late'].filter(Boolean)
      return `answer due: before ${formatBeijing(time)} (Beijing)${marks.map(mark => `, ${mark}`).join('')}`
    },
    fields: ({ fields }) => `fields (counted from 0): ${fields.join(', ')}`,
    quota: ({ quota, delivered }) =>
      `quota: ${count(delivered.bytes)} of ${most(quota.bytes, 'unlimited')} bytes and ${count(delivered.rows)} of ${most(quota.rows, 'unlimited')} rows delivered`,
    approvals(grant) {
      const { needed, roles, given } = approvalsOf(grant, 'en')
      if (needed === 0) return 'approvals: none needed'
      const by = given.length === 0 ? '' : `; standing: ${given.join(', ')}`
      return `approvals: ${given.length} of ${needed} needed, from ${roles.join(', ')}${by}`
    },
    confirmed({ confirmations: { count: all, newest } }) {
      if (all === 0) return 'receipt confirmed by the consumer: never'
      const at = newest[0] === undefined ? '' : `, last in block ${newest[0].block.number}`
      return `receipt confirmed by the consumer: ${all} ${all === 1 ? 'time' : 'times'}${at}`
    },
  },
  zh: {
    due({ due }) {
      if (due === undefined) return '答复期限：无须答复'
      const { time, provisional, overdue, late } = due
      const marks = [provisional && '暂定', overdue && '已逾期', late && '逾期答复'].filter(Boolean)
      return `答复期限：${formatBeijing(time)}（北京时间）之前${marks.map(mark => `，${mark}`).join('')}`
    },
    fields: ({ fields }) => `信息项（从 0 起）：${fields.join('、')}`,
    quota: ({ quota, delivered }) =>
      `额度：已交付 ${count(delivered.bytes)} 字节（共 ${most(quota.bytes, '不限')}），${count(delivered.rows)} 行（共 ${most(quota.rows, '不限')}）`,
    approvals(grant) {
      const { needed, roles, given } = approvalsOf(grant, 'zh')
      if (needed === 0) return '会签：无须会签'
      const by = given.length === 0 ? '' : `；有效：${given.join('、')}`
      return `会签：需 ${needed} 个，有效 ${given.length} 个，可由${roles.join('、')}作出${by}`
    },
    confirmed({ confirmations: { count: all, newest } }) {
      if (all === 0) return '使用方签收：无'
      return `使用方签收：${all} 次${newest[0] === undefined ? '' : `，最近在区块 ${newest[0].block.number}`}`
    },
  },
}

const count = (amount: string): string => formatCount(BigInt(amount))
const most = (amount: string | undefined, unlimited: string): string =>
  amount === undefined ? unlimited : count(amount)

/** Only what stands counts: an approval is taken back, or runs out. */
function approvalsOf({ approvalsNeeded: { needed, roles }, approvals }: GrantLifeAnswer, language: Language) {
  const given = approvals
    .filter(({ standing }) => standing)
    .map(({ role, organisation }) => `${labelOf(APPROVERS, role, language)} (${organisation})`)
  return { needed, roles: roles.map(role => labelOf(APPROVERS, role, language)), given }
}
