// Why lines within their grant are not stated, and what is wrong with statements that are on the chain: in words.

import { STANDINGS, type Standing } from '../chain/state/standing.ts'
import type { Words } from '../core/words.ts'

/** Statements on the chain that the log does not bear out. */
const CONTRADICTIONS = {
  'stated-beyond-log': { zh: '链上结算超出已上链日志', en: 'contradiction: stated beyond the anchored log' },
  'stated-otherwise': { zh: '链上结算与日志不一致', en: 'contradiction: what was stated is not the log’s sum' },
  'stated-twice': { zh: '链上结算区间与已结算的重叠', en: 'contradiction: its range overlaps one stated before' },
} as const

const LEFT = {
  'under-way': { zh: '已签名，尚未上链', en: 'signed, and not on the chain yet' },
  'over-quota': { zh: '超出额度', en: 'beyond the quota' },
  'nothing-taken': { zh: '未记录字节和行数', en: 'no line says how much was taken' },
} as const

type Obstacle = Exclude<Standing, 'usable'>
export type Why = keyof typeof LEFT | keyof typeof CONTRADICTIONS | Obstacle

const { usable: _, ...obstacles } = STANDINGS

export const UNSTATED: Readonly<Record<Why, Words>> = {
  ...LEFT,
  ...CONTRADICTIONS,
  ...(Object.fromEntries(
    Object.entries(obstacles).map(([word, { zh, en }]) => [
      word,
      { zh: `授权现不可用：${zh}`, en: `the grant cannot be used now: ${en}` },
    ]),
  ) as Record<Obstacle, Words>),
}
