// What AccessLedger refuses of requests, decisions, approvals and vetoes (IAccessLedger.sol).

import type { Sentences } from './sentence.ts'

export const REQUESTS: Sentences = {
  PurposeTextMissing: {
    zh: '除用途代码外还须有文字说明；请提供其加盐摘要。',
    en: 'The purpose needs words beside its code; give the salted digest of the text.',
  },
  LegalBasisMissing: {
    zh: '申请没有载明法律依据；请提供其摘要。',
    en: 'The request names no legal basis; give its digest.',
  },
  ScopeEmpty: {
    zh: '申请没有包含信息项；请至少选择一项。',
    en: 'The request asks for no field; choose at least one.',
  },
  ScopeTooWide: {
    zh: '申请的信息项 {given} 超出资源的 {allowed}；请缩小范围。',
    en: 'The request asks for the fields {given}, but the resource has only {allowed}; ask for less.',
  },
  PeriodInvalid: {
    zh: '期限 {from} 至 {until} 为空或已过（现在是 {time}）；请给出将来的终止时间。',
    en: 'The period from {from} until {until} is empty or over (it is {time}); give an end that lies ahead.',
  },
  QuotaEmpty: {
    zh: '额度 {byteCount} 字节、{rowCount} 行，不能取用任何数据；两者均须至少为 1。',
    en: 'The quota of {byteCount} bytes and {rowCount} rows allows nothing; give at least 1 of each.',
  },
  OwnResource: {
    zh: '资源 {resource} 就是机构 {provider} 自己的数据，无需申请。',
    en: 'Resource {resource} is organisation {provider}’s own; nobody needs to ask itself for its data.',
  },
  MayNotAsk: {
    zh: '机构 {caller} 的类型不能以“{ground}”方式申请；请由登记方核对其类型，或依据协议申请。',
    en: 'Organisation {caller} is of no kind that may ask by way of {ground}; have the registrar check its kinds, or ask under an agreement.',
  },
  NotOpened: {
    zh: '资源 {resource} 不向社会开放；请查阅目录中可开放的资源。',
    en: 'Resource {resource} is not opened to society; look in the catalogue for what is.',
  },
  ProviderNotInAgreement: {
    zh: '协议 {agreement} 下的数据由机构 {needed} 提供，而该资源属于机构 {provider}；请申请协议范围内的资源。',
    en: 'Under agreement {agreement} data is taken from organisation {needed}, and this resource is {provider}’s; ask for one that the agreement is about.',
  },
  SourceNotGranted: {
    zh: '产品 {product} 的来源授权 {source} 既非授予其开发主体，也非运营机构依同一实施机构的运营协议取得；请由制作方改正来源。',
    en: 'Source grant {source} of product {product} was neither given to its developer nor to its operator under an operation agreement of the same agency; the maker has to correct its sources.',
  },
  SourcesTooDeep: {
    zh: '产品 {product} 由产品层层加工而成，层数超过可核查否决的范围，不能取用；请由制作方精简来源。',
    en: 'Product {product} is made of products of products, further down than can be checked for a veto, so it cannot be taken; its maker has to name sources nearer to the data.',
  },
  GrantUnknown: {
    zh: '没有申请或授权 {id}；请核对编号。',
    en: 'There is no request or grant {id}; check the id.',
  },
  GrantStateWrong: {
    zh: '申请 {id} 的状态是“{current}”，此操作需要“{needed}”；请查看其经过。',
    en: 'Request {id} is {current}, and this needs it to be {needed}; look at its history.',
  },
  GrantIsVetoed: {
    zh: '授权 {id} 不能使用：外部检验已否决 {vetoed}（其本身或数据来源）；须由检验方和监管方共同解除。',
    en: 'Grant {id} cannot move: an inspector’s veto stands on {vetoed}, which it is or takes its data from; an inspector and a regulator can lift it.',
  },
  GrantNotVetoed: {
    zh: '授权 {id} 没有被否决，无可解除；请核对编号。',
    en: 'No veto stands on grant {id}, so there is none to lift; check the id.',
  },
  GrantVetoDiffers: {
    zh: '所签的同意针对授权 {id} 的否决轮次 {given}，而现行否决为轮次 {current}；请查看现行否决后再决定是否同意解除。',
    en: 'The consent was signed for round {given} of the vetoes on grant {id}, and round {current} stands; look at that veto before agreeing to lift it.',
  },
  GrantLiftNotYours: {
    zh: '机构 {caller} 不能同意解除对授权 {id} 的否决：须是检验方或监管方，且每方只同意一次；请等待另一方。',
    en: 'Organisation {caller} cannot agree to lift the veto on grant {id}: it takes one inspector and one regulator, each once; ask the other side.',
  },
  AskedDiffers: {
    zh: '所签的决定针对申请 {given}，而编号 {id} 现在是 {current}（签后可能有人撤回会签）；请重新核对该申请后再签。',
    en: 'The decision was signed for a request with digest {given}, and request {id} has {current}, perhaps because an approval was taken back since; look at that request again before signing.',
  },
  NotTheProvider: {
    zh: '授权 {id} 涉及机构 {provider} 的数据，机构 {caller} 不能代为办理。',
    en: 'Grant {id} is for data of organisation {provider}; organisation {caller} cannot do this in its place.',
  },
  NotTheConsumer: {
    zh: '授权 {id} 的使用方是机构 {consumer}，机构 {caller} 不能代为办理。',
    en: 'Grant {id} is organisation {consumer}’s; organisation {caller} cannot do this in its place.',
  },
  ApprovalsNeeded: {
    zh: '申请 {id} 须至少 {needed} 方会签（{roles}），提供方不能单独决定；请收集会签。',
    en: 'Request {id} needs at least {needed} approvals, of {roles}, so its provider does not decide alone; collect the approvals.',
  },
  ApprovalsNotNeeded: {
    zh: '申请 {id} 无需会签；请由提供方决定。',
    en: 'Request {id} needs no approvals; its provider decides.',
  },
  ApproverWrong: {
    zh: '申请 {id} 的会签角色“{role}”属于机构 {needed}，不属于机构 {caller}；请用该角色的账户签名。',
    en: 'For request {id} the {role} is of organisation {needed}, not of {caller}; sign with that role’s account.',
  },
  ApproverNotNamed: {
    zh: '申请 {id} 的会签角色是 {roles}，不包括“{role}”；请由所列角色会签。',
    en: 'Request {id} is approved by {roles}, and {role} is not among them; ask one of these.',
  },
  ApprovalStands: {
    zh: '“{role}”对申请 {id} 的会签有效至 {validUntil}，无需重复；请等待其他角色。',
    en: 'The {role} has approved request {id} already, until {validUntil}; wait for the others.',
  },
  ApprovalNone: {
    zh: '“{role}”没有对申请 {id} 会签，无可撤回。',
    en: 'The {role} has not approved request {id}, so there is nothing to take back.',
  },
  ApprovalPeriodInvalid: {
    zh: '对申请 {id} 的会签有效至 {validUntil}，已经过去（现在是 {time}）；请给出将来的时间。',
    en: 'An approval of request {id} until {validUntil} is over (it is {time}); give an end that lies ahead.',
  },
  ApprovalRuleInvalid: {
    zh: '自 {fromLevel} 级起由 {roles} 中 {needed} 方会签的规则不成立；级别最高 15，会签数不得超过角色数。',
    en: 'A rule of {needed} approvals of {roles} from level {fromLevel} on cannot hold; levels go to 15, and it takes at most as many as there are roles.',
  },
  RequestLapsed: {
    zh: '申请 {id} 的期限已于 {until} 结束，现在是 {time}；只能拒绝，请重新申请。',
    en: 'Request {id} asked for a period that ended on {until}, and it is {time}; it can only be refused, ask anew.',
  },
  PeriodWidened: {
    zh: '申请 {id} 的期限至 {requested}，授权至 {given} 超出申请；请缩短。',
    en: 'Request {id} asked for a period until {requested}; a grant until {given} would be longer, shorten it.',
  },
  QuotaWidened: {
    zh: '申请 {id} 的额度是 {requested}，授权 {given} 超出申请；请降低。',
    en: 'Request {id} asked for {requested}; a grant of {given} would be more, lower it.',
  },
  ReasonMissing: {
    zh: '对 {id} 的这一操作须说明理由；请提供理由文本的摘要。',
    en: 'This act on request {id} needs a reason; give the digest of its text.',
  },
}
