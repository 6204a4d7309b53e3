// What Agreements refuses (IAgreements.sol).

import type { Sentences } from './sentence.ts'

export const AGREEMENTS: Sentences = {
  AgreementUnknown: {
    zh: '没有协议 {id}；请核对编号。',
    en: 'There is no agreement {id}; check the id.',
  },
  AgreementStateWrong: {
    zh: '协议 {id} 的状态是“{current}”，不能这样做；请查看其经过。',
    en: 'Agreement {id} is {current}, which does not allow this; look at its history.',
  },
  AgreementPeriodInvalid: {
    zh: '协议期 {from} 至 {until} 为空、已过（现在是 {time}）或超过 {longest}；请改正期限。',
    en: 'The period from {from} until {until} is empty, over (it is {time}), or longer than {longest}; correct it.',
  },
  AgreementOutlastsParent: {
    zh: '开发利用协议至 {until}，晚于运营协议 {parent} 的终止时间 {parentUntil}；请缩短期限。',
    en: 'The agreement would last until {until}, but operation agreement {parent} above it ends on {parentUntil}; shorten it.',
  },
  AgreementKindWrong: {
    zh: '协议 {id} 是{kind}，不适用此操作；请核对编号。',
    en: 'Agreement {id} is of kind {kind}, which does not fit here; check the id.',
  },
  PartyInvalid: {
    zh: '机构 {party} 不是这一方应有的类型，或同时处于两方；请核对各方。',
    en: 'Organisation {party} is not of the kind that its side must be, or stands on two sides; check the parties.',
  },
  NotAPartyToAgreement: {
    zh: '机构 {caller} 不能就协议 {id} 这样做：须是相应的一方；请用该方账户签名。',
    en: 'Organisation {caller} is not the party to agreement {id} that may do this; sign with that party’s account.',
  },
  RangeEmpty: {
    zh: '协议没有列出数据资源；请至少列出一项。',
    en: 'The agreement reaches no resource; name at least one.',
  },
  RangeTooLong: {
    zh: '协议列出了 {given} 项资源，最多 {most} 项；请减少，或另订协议。',
    en: 'The agreement names {given} resources, and at most {most} are allowed; name fewer, or make a second agreement.',
  },
  AgreementDigestMissing: {
    zh: '缺少所依据文件的摘要；请提供其摘要。',
    en: 'The digest of the document that this rests on is missing; give it.',
  },
  TextDiffers: {
    zh: '所签文本 {given} 与协议 {id} 待签文本 {offered} 不同；请核对后签署待签文本。',
    en: 'The text signed is {given}, but the one on offer in agreement {id} is {offered}; read that one, and sign it or decline.',
  },
  AlreadySigned: {
    zh: '机构 {party} 已签署协议 {id}；请等待其他各方。',
    en: 'Organisation {party} has signed agreement {id} already; wait for the others.',
  },
  PublicityNotOver: {
    zh: '协议 {id} 公示至 {publicUntil}，现在是 {time}；请在公示期满后签署。',
    en: 'Agreement {id} is public until {publicUntil}, and it is {time}; sign after that.',
  },
  PublicityOver: {
    zh: '协议 {id} 的公示已于 {publicUntil} 结束，现在是 {time}；请向监管方反映。',
    en: 'The publicity of agreement {id} ended on {publicUntil}, and it is {time}; turn to a regulator instead.',
  },
  ObjectionsOpen: {
    zh: '协议 {id} 还有 {objections} 件异议未处理；请由监管方处理后再签署。',
    en: 'Agreement {id} has {objections} objections that are not resolved; a regulator resolves them, then it can be signed.',
  },
  AlreadyObjected: {
    zh: '机构 {caller} 已对协议 {id} 提出过异议；请等待处理结果。',
    en: 'Organisation {caller} has objected to agreement {id} before; wait for how it is resolved.',
  },
  ObjectionsNone: {
    zh: '协议 {id} 没有待处理的异议；请核对编号。',
    en: 'Agreement {id} has no objection to resolve; check the id.',
  },
  AgreementReasonMissing: {
    zh: '对协议 {id} 的这一操作须说明理由；请提供理由文本的摘要。',
    en: 'This act on agreement {id} needs a reason; give the digest of its text.',
  },
  AgreementNotInForce: {
    zh: '协议 {id} 的状态是“{current}”，没有生效，其下的授权不能使用；请另订协议。',
    en: 'Agreement {id} is {current}, not in force, and neither is anything under it; a new agreement is needed.',
  },
  AgreementNotBegun: {
    zh: '协议 {id} 自 {from} 起生效，现在是 {time}；请届时再办。',
    en: 'Agreement {id} begins on {from}, and it is {time}; wait until then.',
  },
  AgreementIsVetoed: {
    zh: '协议 {id} 已被外部检验否决，其下的一切都已停止；须由检验方和监管方共同解除。',
    en: 'An inspector’s veto stands on agreement {id} and stops all under it; an inspector and a regulator can lift it.',
  },
  AgreementNotVetoed: {
    zh: '协议 {id} 没有被否决，无可解除；请核对编号。',
    en: 'No veto stands on agreement {id}, so there is none to lift; check the id.',
  },
  AgreementVetoDiffers: {
    zh: '所签的同意针对协议 {id} 的否决轮次 {given}，而现行否决为轮次 {current}；请查看现行否决后再决定是否同意解除。',
    en: 'The consent was signed for round {given} of the vetoes on agreement {id}, and round {current} stands; look at that veto before agreeing to lift it.',
  },
  AgreementLiftNotYours: {
    zh: '机构 {caller} 不能同意解除对协议 {id} 的否决：须是检验方或监管方，且每方只同意一次；请等待另一方。',
    en: 'Organisation {caller} cannot agree to lift the veto on agreement {id}: it takes one inspector and one regulator, each once; ask the other side.',
  },
  DeveloperExcluded: {
    zh: '运营机构 {operator} 已对开发主体 {developer} 采取措施“{measure}”；请向运营机构了解恢复条件。',
    en: 'Operator {operator} holds developer {developer} as {measure}; ask the operator what would restore it.',
  },
  MeasureUnchanged: {
    zh: '运营机构 {operator} 对开发主体 {developer} 的措施已经是“{measure}”，无需变更。',
    en: 'Operator {operator} holds developer {developer} as {measure} already; nothing to do.',
  },
  OutcomeInvalid: {
    zh: '对协议 {id} 的评估没有结论；请给出通过、未通过或限期整改。',
    en: 'The evaluation of agreement {id} says nothing; give pass, fail or rectify.',
  },
  EvaluationStands: {
    zh: '协议 {id} 的评估结论是“{outcome}”（整改期限 {rectifyBy}，现在是 {time}），不得新增授权；请整改后重新评估。',
    en: 'Agreement {id} was evaluated: {outcome} (to rectify by {rectifyBy}, and it is {time}), so nothing new is granted; rectify, and be evaluated again.',
  },
  OutsideAgreement: {
    zh: '协议 {id} 不包括资源 {resource}，或机构 {taker} 不是协议允许取用的一方；请核对协议范围。',
    en: 'Agreement {id} does not reach resource {resource}, or organisation {taker} is not whom it lets take; check its range and parties.',
  },
}
