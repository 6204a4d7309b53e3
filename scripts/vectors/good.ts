// Vectors that a verifier must accept: each kind of question, and of what shows that no row was left out.

import type { Question } from '../../src/core/question.ts'
import type { Words } from '../../src/core/words.ts'
import { TAX } from '../../test/verify/scene.ts'
import { LIBRARY, SECOND_ACTOR, SIGNED_ACTORS, type Workshop } from './scene.ts'

export interface GoodVector extends Words {
  readonly question: (workshop: Workshop) => Question
  readonly limit: number
}

const asked = (where: Question['where']) => (): Question => ({ where })

export const GOOD = {
  'one-value': {
    question: asked({ consumer: LIBRARY }),
    limit: 100,
    zh: '按一个使用方提问：其全部记录，子日志的五块都打开',
    en: 'one value: all rows of a consumer, all five blocks of its sub-log opened',
  },
  window: {
    question: ({ window }) => ({ where: { consumer: LIBRARY }, from: window.from, to: window.until }),
    limit: 100,
    zh: '一个使用方、一段时间：起点恰为第一块最后一条的时间（含），终点恰为第四块第一条的时间（不含）；迟报的一条在最后一块中',
    en: 'one value and a time: it begins (inclusive) at the very time of the last record of the first block, and ends (exclusive) at that of the first of the fourth; one record came late, in the last block',
  },
  'empty-window': {
    question: ({ window }) => ({ where: { consumer: LIBRARY }, from: window.until + 86_400_000 }),
    limit: 100,
    zh: '值存在而该时段没有记录：整个子日志以一个节点略过',
    en: 'a value without a row in the window: one node passes over its whole sub-log',
  },
  'two-values': {
    question: asked({ consumer: LIBRARY, actor: SECOND_ACTOR }),
    limit: 100,
    zh: '两个条件：出示较少见的一个的全部记录，不符合另一条件的也一并出示',
    en: 'two filters: all records of the rarer value are shown, those that do not fit the other filter besides',
  },
  'two-values-no-row': {
    question: asked({ consumer: LIBRARY, purpose: 'ScientificResearch' }),
    limit: 100,
    zh: '两个值各有记录，却没有同时符合的：只出示不符合的记录，没有行',
    en: 'two values that no record has together: a record is shown that does not fit, and there is no row',
  },
  'two-values-and-a-window': {
    question: ({ window }) => ({ where: { consumer: LIBRARY, actor: SECOND_ACTOR }, from: window.until }),
    limit: 100,
    zh: '两个条件和一段没有终点的时间：前三块以两个节点略过',
    en: 'two filters and a time without an end: the first three blocks are passed over by two nodes',
  },
  absent: {
    question: asked({ consumer: '11520100MB0000009Z' }),
    limit: 100,
    zh: '没有任何记录的值：以该处的另一个值的叶证明其不在索引中',
    en: 'a value that no record has: shown to be absent by the leaf of another value where it would be',
  },
  cut: {
    question: asked({ consumer: LIBRARY }),
    limit: 5,
    zh: '行数达到上限：最新的五条，自其中最早一条起没有遗漏',
    en: 'cut off at the limit: the newest five rows, and none is missing from the oldest of them on',
  },
  'cut-two-values': {
    question: asked({ consumer: LIBRARY, actor: SECOND_ACTOR }),
    limit: 3,
    zh: '两个条件且达到上限：较早的块略过，其间不符合的记录一并出示',
    en: 'two filters, cut off at the limit: older blocks are passed over, and what lies between and does not fit is shown',
  },
  grants: {
    question: asked({ consumer: TAX }),
    limit: 100,
    zh: '行涉及一份已撤销的授权、他人的授权，或没有授权',
    en: 'rows under a grant that was revoked, under somebody else’s, and under none',
  },
  revoked: {
    question: asked({ grant: '2' }),
    limit: 100,
    zh: '授权已撤销：撤销之前的访问在授权内，之后的不在',
    en: 'a grant that was revoked: an access before is within it, one after it is not',
  },
  vetoed: {
    question: ({ veto }) => ({ where: { grant: '1' }, from: veto.from - 1_000 }),
    limit: 100,
    zh: '授权曾被否决、后又解除：否决期间的访问判为超出授权',
    en: 'a grant that was vetoed, and freed again: what was taken meanwhile is judged to be outside of it',
  },
  judgements: {
    question: asked({ source: 'exchange-1' }),
    limit: 100,
    zh: '各种判定的记录',
    en: 'rows for most of the ways in which a grant can be right or wrong',
  },
  signed: {
    question: asked({ actor: SIGNED_ACTORS.honest }),
    limit: 100,
    zh: '来源签名的三条记录，签名按信任文件中该来源的公钥成立',
    en: 'three records that their source signed; the signatures hold by the key that the trust file names for it',
  },
  'time-only': {
    question: ({ window }) => ({ where: {}, from: window.from, to: window.until }),
    limit: 100,
    zh: '只问时间：没有 complete，文件自称不证明没有遗漏',
    en: 'only a time: there is no `complete`, and the file says that it does not prove that nothing was left out',
  },
} as const satisfies Record<string, GoodVector>
export type GoodName = keyof typeof GOOD
