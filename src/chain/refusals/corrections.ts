// What Corrections refuses (ICorrections.sol).

import type { Sentences } from './sentence.ts'

export const CORRECTIONS: Sentences = {
  CorrectionUnknown: {
    zh: '没有校核 {id}；请核对编号。',
    en: 'There is no correction {id}; check the id.',
  },
  CorrectionStateWrong: {
    zh: '校核 {id} 的状态是“{current}”，不能这样做；请查看其经过。',
    en: 'Correction {id} is {current}, which does not allow this; look at its history.',
  },
  CorrectionDigestMissing: {
    zh: '缺少疑义或答复文本的摘要；请提供。',
    en: 'The digest of the claim or of the answer is missing; give it.',
  },
  NotItsConsumer: {
    zh: '授权 {grant} 的使用方是机构 {consumer}，机构 {caller} 不能就其数据提出校核。',
    en: 'Grant {grant} is organisation {consumer}’s; organisation {caller} cannot dispute what was taken under it.',
  },
  NeverGranted: {
    zh: '申请 {grant} 从未获得授权，没有可校核的数据；请引用取得数据的授权。',
    en: 'Request {grant} was never granted, so no data came of it; name the grant under which the data was taken.',
  },
  NotTheRaiser: {
    zh: '校核 {id} 由机构 {raiser} 提出，机构 {caller} 不能代为办理。',
    en: 'Correction {id} was raised by organisation {raiser}; organisation {caller} cannot do this in its place.',
  },
  NotTheAnswerer: {
    zh: '校核 {id} 由提供方 {provider} 答复，机构 {caller} 不能代为办理。',
    en: 'Correction {id} is for provider {provider} to answer; organisation {caller} cannot do this in its place.',
  },
}
