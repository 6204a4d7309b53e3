// What Vocabulary and WorkCalendar refuse (IVocabulary.sol, IWorkCalendar.sol).

import type { Sentences } from './sentence.ts'

export const REFERENCE: Sentences = {
  PurposeInvalid: {
    zh: '{purpose} 不是用途代码；请用 1 至 32 个 A–Z a–z 0–9 - . : _ 字符。',
    en: '{purpose} is not a purpose code; use 1 to 32 of A–Z a–z 0–9 - . : _.',
  },
  PurposeTaken: {
    zh: '用途 {purpose} 已登记（第 {number} 号），含义不得改变；请使用它，或另选代码。',
    en: 'Purpose {purpose} is registered already, as number {number}, and its meaning never changes; use it, or choose another code.',
  },
  PurposeUnknown: {
    zh: '用途 {purpose} 未登记；请从用途词表中选择，或请词表管理方登记。',
    en: 'Purpose {purpose} is not registered; choose one of the vocabulary, or ask its keeper to register it.',
  },
  PurposeIsRetired: {
    zh: '用途 {purpose} 已停用，不能再用于申请；请从用途词表中另选。',
    en: 'Purpose {purpose} was retired and cannot be asked for any more; choose another of the vocabulary.',
  },
  PurposeReasonMissing: {
    zh: '停用用途 {purpose} 须说明理由；请提供理由文本的摘要。',
    en: 'Retiring purpose {purpose} needs a reason; give the digest of its text.',
  },
  VocabularyFull: {
    zh: '用途词表最多 {most} 项，已满；请使用已登记的用途。',
    en: 'The vocabulary holds at most {most} purposes; use one that is registered.',
  },
  PurposesEmpty: {
    zh: '没有要登记的用途；请至少给出一项。',
    en: 'There is no purpose to register; give at least one.',
  },
  CalendarSpanInvalid: {
    zh: '{firstDay} 至 {endDay}（不含）的区间为空、超过两年，或与已有日历（{coveredFirst} 至 {coveredEnd}）不相连；请改用相连的区间。',
    en: 'The span from {firstDay} to before {endDay} is empty, longer than two years, or leaves a gap beside the calendar from {coveredFirst} to before {coveredEnd}; give one that adjoins it.',
  },
  CalendarExceptionInvalid: {
    zh: '例外日 {day} 不在 {firstDay} 至 {endDay}（不含）之内，或未按升序排列；请改正。',
    en: 'The exception {day} does not lie from {firstDay} to before {endDay}, or is out of order; list each once, ascending.',
  },
  CalendarSourceMissing: {
    zh: '缺少日历文件的摘要；请提供其 SHA-256。',
    en: 'Nothing says which file the calendar was made from; give its SHA-256.',
  },
  WorkingDaysInvalid: {
    zh: '不能一次计算 {given} 个工作日；请给出 1 至 {most}。',
    en: '{given} working days cannot be counted in one call; give 1 to {most}.',
  },
}
