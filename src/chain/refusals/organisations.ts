// What Organisations refuses (IOrganisations.sol).

import type { Sentences } from './sentence.ts'

export const ORGANISATIONS: Sentences = {
  CreditCodeInvalid: {
    zh: '{code} 不是统一社会信用代码；请填写 18 位数字和大写字母。',
    en: '{code} is not a unified social credit code; give 18 digits and capital letters.',
  },
  CreditCodeTaken: {
    zh: '该信用代码已属于机构 {holder}；请使用该机构，或核对代码。',
    en: 'This credit code already belongs to organisation {holder}; use that one, or check the code.',
  },
  AccountInvalid: {
    zh: '零地址不能作为账户；请填写用于签名的密钥或钱包地址。',
    en: 'The zero address cannot be an account; give the address of the key or wallet that will sign.',
  },
  AccountTaken: {
    zh: '账户 {account} 现在或曾经代表机构 {holder}；请填写从未使用过的账户。',
    en: 'Account {account} speaks, or once spoke, for organisation {holder}; give an account that was never used.',
  },
  AccountUnknown: {
    zh: '账户 {account} 不代表任何机构；请由登记方登记，或换用其他账户签名。',
    en: 'Account {account} speaks for no organisation; have the registrar register it, or sign with another.',
  },
  KindsInvalid: {
    zh: '机构类型“{given}”为空或未知；请从 {known} 中选择。',
    en: 'The kinds "{given}" are none or unknown; choose among {known}.',
  },
  KindsExclusive: {
    zh: '机构类型“{given}”不能并存：{kind} 不得同时是 {excluded}；请分别登记为不同机构。',
    en: 'The kinds "{given}" do not go together: {kind} cannot also be any of {excluded}; register two organisations.',
  },
  KindMissing: {
    zh: '机构 {id} 的类型是 {held}，此操作需要 {needed}；请由登记方增加该类型。',
    en: 'Organisation {id} is {held} but needs to be {needed}; ask the registrar to add that kind.',
  },
  OrganisationUnknown: {
    zh: '没有机构 {id}；请按信用代码查询其编号。',
    en: 'There is no organisation {id}; look its id up by its credit code.',
  },
  OrganisationNotActive: {
    zh: '机构 {id} 的状态是“{status}”，涉及它的操作都不能进行；请向登记方询问原因。',
    en: 'Organisation {id} is {status}, so nothing moves for it; ask the registrar why.',
  },
  OrganisationStatusUnchanged: {
    zh: '机构 {id} 的状态已经是“{status}”，无需变更。',
    en: 'Organisation {id} is {status} already; nothing to do.',
  },
  OrganisationReasonMissing: {
    zh: '对机构 {id} 的这一操作须说明理由；请提供理由文本的摘要。',
    en: 'This act on organisation {id} needs a reason; give the digest of its text.',
  },
  OrganisationIsVetoed: {
    zh: '机构 {id} 已被外部检验冻结，涉及它的操作都不能进行；须由检验方和监管方共同解除。',
    en: 'Organisation {id} is frozen by an inspector’s veto, so nothing moves for it; an inspector and a regulator can lift it.',
  },
  OrganisationNotVetoed: {
    zh: '机构 {id} 没有被否决，无可解除；请核对编号。',
    en: 'No veto stands on organisation {id}, so there is none to lift; check the id.',
  },
  OrganisationVetoDiffers: {
    zh: '所签的同意针对机构 {id} 的否决轮次 {given}，而现行否决为轮次 {current}；请查看现行否决后再决定是否同意解除。',
    en: 'The consent was signed for round {given} of the vetoes on organisation {id}, and round {current} stands; look at that veto before agreeing to lift it.',
  },
  OrganisationVetoExempt: {
    zh: '机构 {id} 是{kinds}，不能被否决，否则无人能够解除；请由登记方暂停该机构。',
    en: 'Organisation {id} is {kinds} and cannot be vetoed, since nobody could lift it; ask the registrar to suspend it.',
  },
  OfficerUnknown: {
    zh: '账户 {account} 不是任何机构的首席数据官；请由登记方任命，或换用首席数据官的账户签名。',
    en: 'Account {account} is the chief data officer of no organisation; have the registrar appoint it, or sign with the officer’s.',
  },
  OfficerUnchanged: {
    zh: '机构 {id} 的首席数据官账户已经是 {officer}，无需变更。',
    en: 'The chief data officer of organisation {id} is {officer} already; nothing to do.',
  },
  LiftNotYours: {
    zh: '机构 {caller} 不能同意解除对机构 {id} 的否决：须是检验方或监管方，且每方只同意一次；请等待另一方。',
    en: 'Organisation {caller} cannot agree to lift the veto on organisation {id}: it takes one inspector and one regulator, each once; ask the other side.',
  },
}
