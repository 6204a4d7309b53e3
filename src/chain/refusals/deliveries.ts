// What AccessLedger refuses of deliveries, statements and computations (IAccessLedger.sol).

import type { Sentences } from './sentence.ts'

export const DELIVERIES: Sentences = {
  NotAParty: {
    zh: '机构 {caller} 不是授权 {id} 的一方；只有提供方 {provider}、使用方 {consumer} 或受提供方委托的平台运营方可以记录交付。',
    en: 'Organisation {caller} is no party to grant {id}; only its provider {provider}, its consumer {consumer}, or an operator that the provider entrusted may record a delivery.',
  },
  GrantNotStarted: {
    zh: '授权 {id} 自 {from} 起有效，现在是 {time}；请届时再取用。',
    en: 'Grant {id} starts on {from}, and it is {time}; wait until then.',
  },
  GrantExpired: {
    zh: '授权 {id} 已于 {until} 到期；请重新申请。',
    en: 'Grant {id} ended on {until}; ask for a new one.',
  },
  ByteQuotaExceeded: {
    zh: '授权 {id} 剩余 {left} 字节，本次交付 {given} 字节；请减少，或重新申请。',
    en: 'Grant {id} has {left} bytes left, and this delivery has {given}; deliver less, or ask for a new grant.',
  },
  RowQuotaExceeded: {
    zh: '授权 {id} 剩余 {left} 行，本次交付 {given} 行；请减少，或重新申请。',
    en: 'Grant {id} has {left} rows left, and this delivery has {given}; deliver less, or ask for a new grant.',
  },
  DeliveryScopeEmpty: {
    zh: '授权 {id} 的交付没有信息项；请说明交付了哪些。',
    en: 'The delivery under grant {id} names no field; say which fields were delivered.',
  },
  DeliveryScopeTooWide: {
    zh: '交付的信息项 {given} 超出授权 {id} 的 {granted}；只能交付后者。',
    en: 'The delivery has the fields {given}, but grant {id} covers only {granted}; deliver those only.',
  },
  DeliveryEmpty: {
    zh: '授权 {id} 的交付既无字节也无行数；没有可记录的内容。',
    en: 'The delivery under grant {id} has neither bytes nor rows; there is nothing to record.',
  },
  LogRangeInvalid: {
    zh: '授权 {id} 的交付所引日志止于 {end}，早于起点 {first}；请改正。',
    en: 'The log range of the delivery under grant {id} ends at {end}, before its start {first}; correct it.',
  },
  StatementInvalid: {
    zh: '授权 {id} 的用量结算为 {accessCount} 次访问，所引日志为 {first} 至 {end}；须至少一次，且不多于该区间的行数。',
    en: 'The statement under grant {id} sums up {accessCount} accesses in the log from {first} to before {end}; give at least one, and no more than that range holds.',
  },
  DeliveryKindWrong: {
    zh: '授权 {id} 不能这样记录“{kind}”：accessCount 须为 0，因为只有用量结算汇总访问行；也只有用量结算可由平台运营方记录；计算另行记录。请更正计数或类型。',
    en: 'Under grant {id} this cannot be recorded as {kind}: its accessCount must be 0, since only statements sum up access lines; only statements may come from an operator; and computations have an act of their own. Correct the count or the kind.',
  },
  DeliveryUnidentified: {
    zh: '没有说明授权 {id} 交付了什么；请提供内容摘要或日志区间。',
    en: 'Nothing says what was delivered under grant {id}; give a digest of the content or its range in the log.',
  },
  BatchEmpty: {
    zh: '批次为空，没有可记录的内容；请至少给出一项。',
    en: 'The batch is empty, so there is nothing to record; give at least one item.',
  },
  ComputationDigestMissing: {
    zh: '计算缺少算法或结果的摘要；请提供。',
    en: 'The computation lacks the digest of its algorithm or of its output; give both.',
  },
  InputInvalid: {
    zh: '计算的输入 {id} 无效：须为同一使用方的授权，按编号升序列出，各一次。',
    en: 'Input {id} does not fit the computation: list grants of one consumer, once each, ascending.',
  },
  EntrustedUnchanged: {
    zh: '提供方 {provider} 对运营方 {operator} 的委托（日志 {log}）没有变化，无需办理。',
    en: 'Provider {provider} has entrusted operator {operator} in just this way already (log {log}); nothing to do.',
  },
  ContentDigestMissing: {
    zh: '对授权 {id} 的签收缺少内容摘要；请提供所收到数据的摘要。',
    en: 'The receipt under grant {id} does not say what arrived; give the digest of the bytes received.',
  },
}
