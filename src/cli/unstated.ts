// Why lines within their grant are not stated, in words.

import { STANDINGS } from '../chain/state/standing.ts'

export const UNSTATED: Readonly<Record<string, { readonly zh: string; readonly en: string } | undefined>> = {
  ...Object.fromEntries(
    Object.entries(STANDINGS).map(([word, { zh, en }]) => [word, { zh: `授权现不可用：${zh}`, en: `the grant ${en}` }]),
  ),
  'over-quota': { zh: '超出额度', en: 'beyond the quota' },
  'nothing-taken': { zh: '未记录字节和行数', en: 'no line says how much was taken' },
}
