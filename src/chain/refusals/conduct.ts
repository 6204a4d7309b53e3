// What Conduct refuses (IConduct.sol).

import type { Sentences } from './sentence.ts'

export const CONDUCT: Sentences = {
  ConductDigestMissing: {
    zh: '缺少所报文件的摘要；请提供。',
    en: 'The digest of what is put on record is missing; give it.',
  },
  PersonTaken: {
    zh: '人员 {person} 已在机构 {organisation} 备案，无需重复。',
    en: 'Person {person} is on record with organisation {organisation} already; nothing to do.',
  },
  PersonUnknown: {
    zh: '人员 {person} 没有在机构 {organisation} 备案；请核对。',
    en: 'Person {person} is not on record with organisation {organisation}; check the pseudonym.',
  },
  ConductTimeInvalid: {
    zh: '所填时间 {given} 为空或在将来（现在是 {time}）；请填写实际发生的时间。',
    en: 'It is said to be of {given}, and it is {time}; give the time when it happened.',
  },
  IncidentUnknown: {
    zh: '没有事件 {incident}；请核对编号。',
    en: 'There is no incident {incident}; check the number.',
  },
  IncidentIsClosed: {
    zh: '事件 {incident} 已办结；如有新情况，请另行报告。',
    en: 'Incident {incident} is closed; report anew what happened since.',
  },
  NotAPartyToIncident: {
    zh: '机构 {caller} 不是协议 {agreement} 的一方；请引用其为一方的协议，或不引用协议。',
    en: 'Organisation {caller} is no party to agreement {agreement}; name one that it is party to, or none.',
  },
  FollowUpNotYours: {
    zh: '机构 {caller} 不能跟进事件 {incident}：须是协议的另一方、上级协议的一方或监管方。',
    en: 'Organisation {caller} cannot follow up incident {incident}: that is for another party of its agreement, of the one above it, or a regulator.',
  },
}
