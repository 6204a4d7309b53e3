// What Catalogue refuses (ICatalogue.sol), and the length of texts (Text.sol).

import type { Sentences } from './sentence.ts'

export const CATALOGUE: Sentences = {
  ResourceUnknown: {
    zh: '没有资源 {id}；请按目录代码查询其编号。',
    en: 'There is no resource {id}; look its id up by its catalogue code.',
  },
  ResourceCodeTaken: {
    zh: '该目录代码已属于资源 {holder}；代码不重复使用，请另选。',
    en: 'This catalogue code already belongs to resource {holder}; codes are never used twice, choose another.',
  },
  ResourceIsWithdrawn: {
    zh: '资源 {id} 已从目录撤下；请查找替代它的目录项。',
    en: 'Resource {id} was withdrawn from the catalogue; look for the entry that replaced it.',
  },
  ResourceIsWithheld: {
    zh: '资源 {id} 在负面清单上，不予共享；其目录项载明法律依据。',
    en: 'Resource {id} is on the negative list and is not shared; its entry names the legal basis.',
  },
  ResourceReasonMissing: {
    zh: '对资源 {id} 的这一操作须说明理由；请提供理由文本的摘要。',
    en: 'This act on resource {id} needs a reason; give the digest of its text.',
  },
  ResourceIsVetoed: {
    zh: '资源 {id} 不能使用：外部检验已冻结资源 {vetoed}（其本身或来源）；须由检验方和监管方共同解除。',
    en: 'Resource {id} cannot be used: an inspector’s veto stands on resource {vetoed}, which it is or is made from; an inspector and a regulator can lift it.',
  },
  ResourceNotVetoed: {
    zh: '资源 {id} 没有被否决，无可解除；请核对编号。',
    en: 'No veto stands on resource {id}, so there is none to lift; check the id.',
  },
  ResourceVetoDiffers: {
    zh: '所签的同意针对资源 {id} 的否决轮次 {given}，而现行否决为轮次 {current}；请查看现行否决后再决定是否同意解除。',
    en: 'The consent was signed for round {given} of the vetoes on resource {id}, and round {current} stands; look at that veto before agreeing to lift it.',
  },
  ResourceLiftNotYours: {
    zh: '机构 {caller} 不能同意解除对资源 {id} 的否决：须是检验方或监管方，且每方只同意一次；请等待另一方。',
    en: 'Organisation {caller} cannot agree to lift the veto on resource {id}: it takes one inspector and one regulator, each once; ask the other side.',
  },
  SourceMissing: {
    zh: '来源为零；请提供标识源头数据的摘要。',
    en: 'The source is zero; give the digest that identifies the datum at its source.',
  },
  SourceTaken: {
    zh: '该来源已在目录中，即资源 {holder}：一数一源；请使用该目录项。',
    en: 'This source is in the catalogue already, as resource {holder}: one datum, one source. Use that entry.',
  },
  NotItsProvider: {
    zh: '资源 {id} 属于机构 {provider}，不属于 {caller}；只有其提供方可以这样做。',
    en: 'Resource {id} belongs to organisation {provider}, not to {caller}; only its provider may do this.',
  },
  NotAProvider: {
    zh: '机构 {caller} 的类型是 {held}，不能登记目录；须是提供部门、运营机构或开发主体，请由登记方变更。',
    en: 'Organisation {caller} is {held}, and has nothing to register: that takes a provider, authorised operator or developer; ask the registrar.',
  },
  LevelMissing: {
    zh: '分级为零；请给出从 1 起的级别。',
    en: 'The classification level is zero; give a level from 1.',
  },
  FieldCountInvalid: {
    zh: '此处不能是 {given} 个信息项；请给出 {least} 至 {most}（信息项只增不减）。',
    en: '{given} fields are not allowed here; give {least} to {most} (fields are only ever added).',
  },
  ParentsTooMany: {
    zh: '关联来源有 {given} 个；最多 {most} 个。',
    en: 'There are {given} parents; name at most {most}.',
  },
  ParentOutOfOrder: {
    zh: '来源 {given} 须在 {after_} 之后、{before} 之前；请按升序列出已有资源，各一次。',
    en: 'Parent {given} must lie after {after_} and before {before}; list existing parents once each, in ascending order.',
  },
  AncestorsTooMany: {
    zh: '该目录项直接和间接的来源共 {given} 个，最多 {most} 个；请由较少的来源制作，或先合并来源。',
    en: 'The entry is made, directly or not, from {given} others, and at most {most} can be followed; make it from fewer.',
  },
  ParentIsProduct: {
    zh: '资源 {id} 不是产品，不能以产品 {parent} 为来源；由产品加工而成的须登记为产品并经审查。',
    en: 'Resource {id} is no product, and cannot be made from product {parent}; what is made from a product is registered as a product and reviewed.',
  },
  LineageSettled: {
    zh: '已有其他目录项由资源 {id} 制作，不能再增加其来源；请另行登记新的目录项。',
    en: 'Other entries are made from resource {id} already, so it can get no further sources; register a new entry instead.',
  },
  NegativeListBasisMissing: {
    zh: '不予共享的资源须载明法律依据；请提供其摘要。',
    en: 'A withheld resource must name the law that withholds it; give the digest of the legal basis.',
  },
  ChangeTimeInvalid: {
    zh: '资源 {id} 的变化时间 {occurredAt} 为空或在将来（现在是 {time}）；请填写实际发生的时间。',
    en: 'The change of resource {id} is said to be of {occurredAt}, and it is {time}; give the time when it happened.',
  },
  TextLengthInvalid: {
    zh: '文本有 {given} 字节；请给出 1 至 {most} 字节。',
    en: 'The text has {given} bytes; give 1 to {most}.',
  },
}
