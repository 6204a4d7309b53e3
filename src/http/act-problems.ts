// What HTTP says of acts: what the contracts refuse with, by their custom errors, and what is refused before they are asked.

import { REFUSALS } from '../chain/refusals.ts'
import { snakeCase } from '../core/name-case.ts'
import type { ProblemKind } from './problems.ts'

const REFUSED: ProblemKind = { status: 422, en: 'The contracts refuse the act', zh: '合约拒绝该操作，原因见说明' }
const ARGUMENT: ProblemKind = {
  status: 400,
  en: 'An argument of the act is not valid',
  zh: '操作参数不正确，请按说明修改',
}
const TYPED: ProblemKind = { status: 400, en: 'The act is none of this ledger', zh: '不是本账本的操作' }

export const ACT_PROBLEMS: Readonly<Record<string, ProblemKind>> = {
  ...Object.fromEntries(Object.keys(REFUSALS).map(name => [snakeCase(name), REFUSED])),
  contract_refused: REFUSED,
  argument_unknown: ARGUMENT,
  argument_missing: ARGUMENT,
  argument_invalid: ARGUMENT,
  lookups_too_many: ARGUMENT,
  act_unknown: TYPED,
  act_misdirected: TYPED,
  act_malformed: TYPED,
  act_incomplete: { status: 400, en: 'The act is not complete', zh: '操作内容不完整' },
  deadline_invalid: { status: 400, en: 'The act’s deadline is not valid', zh: '操作的截止时间不正确' },
  text_differs: { status: 400, en: 'A text is not the one that was digested', zh: '文本与摘要不符' },
  act_not_found: { status: 404, en: 'No such act was accepted here', zh: '没有此操作' },
  text_not_found: { status: 404, en: 'No such text is kept here', zh: '没有此文本' },
  nonce_waiting: { status: 409, en: 'Another act with this nonce is waiting', zh: '同一序号的操作正在等待上链' },
  act_too_large: { status: 413, en: 'The act is too large', zh: '操作内容过大' },
  acts_waiting: { status: 503, en: 'Too many acts are waiting', zh: '等待上链的操作过多，请稍候', retryAfter: 5 },
  account_cannot_pay: {
    status: 503,
    en: 'The relaying account cannot pay',
    zh: '代发账户余额不足，请通知运维人员',
    retryAfter: 60,
  },
  chain_refused: { status: 503, en: 'The chain’s node refuses', zh: '区块链节点拒绝请求', retryAfter: 10 },
}
