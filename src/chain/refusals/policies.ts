// What Policies refuses (IPolicies.sol).

import type { Sentences } from './sentence.ts'

export const POLICIES: Sentences = {
  NotThePolicysProvider: {
    zh: '资源 {resource} 属于机构 {provider}，机构 {caller} 不能设定其自动共享策略。',
    en: 'Resource {resource} belongs to organisation {provider}; organisation {caller} cannot state what is granted of it.',
  },
  PolicyPeriodInvalid: {
    zh: '策略最长授权期 {longestPeriod}、有效至 {validUntil}（现在是 {time}）：期限须大于零，有效期须在将来。',
    en: 'A policy for grants of {longestPeriod}, valid until {validUntil}, grants nothing (it is {time}); give a period above zero and an end that lies ahead.',
  },
  PolicyQuotaEmpty: {
    zh: '策略额度 {mostBytes} 字节、{mostRows} 行，不能授权任何数据；两者均须至少为 1。',
    en: 'A policy of at most {mostBytes} bytes and {mostRows} rows grants nothing; give at least 1 of each.',
  },
  PolicyScopeInvalid: {
    zh: '策略的信息项 {given} 为空或超出资源的 {whole}；请缩小范围。',
    en: 'The policy covers the fields {given}, which are none, or not all among the resource’s {whole}; give some of these.',
  },
  PolicyPurposesEmpty: {
    zh: '策略没有列出用途；请至少选择一项。',
    en: 'The policy names no purpose; choose at least one.',
  },
  PolicyConsumersInvalid: {
    zh: '使用方 {consumer} 未登记或未按升序排列；请按编号升序列出已登记的机构，各一次。',
    en: 'Consumer {consumer} is not registered, or out of order; list registered organisations once each, ascending.',
  },
  PolicyConsumersTooMany: {
    zh: '策略列出了 {given} 个使用方，最多 {most} 个；请减少，或对所有使用方开放。',
    en: 'The policy names {given} consumers, and at most {most} are allowed; name fewer, or none for everybody.',
  },
  PolicyNone: {
    zh: '资源 {resource} 没有生效的策略，无可终止；请核对编号。',
    en: 'Resource {resource} has no policy that could be ended; check the id.',
  },
  PolicyReasonMissing: {
    zh: '终止资源 {resource} 的策略须说明理由；请提供理由文本的摘要。',
    en: 'Ending the policy of resource {resource} needs a reason; give the digest of its text.',
  },
}
