// What Products refuses (IProducts.sol).

import type { Sentences } from './sentence.ts'

export const PRODUCTS: Sentences = {
  NotAProduct: {
    zh: '资源 {resource} 不是数据产品；请核对编号。',
    en: 'Resource {resource} is not a product; check the id.',
  },
  NotItsMaker: {
    zh: '产品 {resource} 由机构 {maker} 制作，机构 {caller} 不能这样做。',
    en: 'Product {resource} is made by organisation {maker}; organisation {caller} cannot do this in its place.',
  },
  NotItsReviewer: {
    zh: '产品 {resource} 由机构 {reviewer} 审查，机构 {caller} 不能这样做。',
    en: 'Product {resource} is reviewed by organisation {reviewer}; organisation {caller} cannot do this in its place.',
  },
  NotTheMakersAgreement: {
    zh: '机构 {caller} 不能依据协议 {agreement} 制作产品；请指明以其为第二方的运营或开发利用协议。',
    en: 'Organisation {caller} makes no products under agreement {agreement}; name the operation or development agreement whose second party it is.',
  },
  ProductStateWrong: {
    zh: '产品 {resource} 的状态是“{current}”，不能这样做；如需重新审查，请先更新目录项版本。',
    en: 'Product {resource} is {current}, which does not allow this; for a new review, update its catalogue entry first.',
  },
  SourcesInvalid: {
    zh: '产品列出了 {given} 项来源授权；须为 1 至 {most} 项。',
    en: 'The product names {given} source grants; name 1 to {most}.',
  },
  SourceDropped: {
    zh: '产品 {resource} 已发布的版本来自授权 {source}，不得去掉；请保留该来源，或登记为新的产品。',
    en: 'Product {resource} was released with the source grant {source} and cannot drop it: name it as well, or make a new entry for the new product.',
  },
  SourceOutOfOrder: {
    zh: '来源授权 {given} 为零或未按升序排列；请按编号升序列出，各一次。',
    en: 'Source grant {given} is zero or out of order; list each once, ascending.',
  },
  ProductUseMissing: {
    zh: '产品 {resource} 没有说明用途和制作方法；请提供其摘要。',
    en: 'Nothing says what product {resource} is for and how it was made; give the digest of that.',
  },
  ProductReasonMissing: {
    zh: '对产品 {resource} 的这一操作须说明理由；请提供理由文本的摘要。',
    en: 'This act on product {resource} needs a reason; give the digest of its text.',
  },
  ChecksMissing: {
    zh: '产品 {resource} 的审查要点未全部通过：{missing}；六项齐备方可发布，否则请不予通过。',
    en: 'The review of product {resource} lacks: {missing}; it is released with all six in order, or else refused.',
  },
  ProductNotReleased: {
    zh: '产品 {resource} 的第 {version} 版不能取用：状态是“{state}”，已发布的是第 {releasedVersion} 版；请等待审查。',
    en: 'Version {version} of product {resource} may not be taken: it is {state}, and version {releasedVersion} was released; wait for its review.',
  },
  ReviewOfAnotherVersion: {
    zh: '审查的是产品 {resource} 的第 {given} 版，现行的是第 {current} 版；请登记并审查现行版本。',
    en: 'The review is of version {given} of product {resource}, and the one that counts is {current}; register and review that one.',
  },
}
