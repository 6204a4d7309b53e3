// What a party may do under a grant now: whether a delivery would be recorded, and if not why not. The same questions as
// AccessLedger.checkUsable asks (IAccessLedger.sol), answered from events.

import type { Agreement } from './agreements.ts'
import { type Books, organisationByCode, pairOf, resourceByCode } from './books.ts'
import type { Grant } from './grants.ts'
import { agreementsUp, MOST_PRODUCT_STEPS, productOf, sourcesBehind, sourcesOf } from './lineage.ts'
import type { Resource } from './resources.ts'
import { isVetoed } from './veto.ts'

export const STANDINGS = {
  usable: { zh: '可用', en: 'may be used' },
  requested: { zh: '尚未决定', en: 'it is not decided yet' },
  held: { zh: '审批因否决中止', en: 'it is held by a veto' },
  refused: { zh: '已拒绝', en: 'it was refused' },
  revoked: { zh: '已撤销', en: 'it was revoked' },
  suspended: { zh: '因否决暂停', en: 'it is suspended by a veto' },
  'not-started': { zh: '尚未开始', en: 'it has not begun' },
  expired: { zh: '已到期', en: 'it has ended' },
  exhausted: { zh: '额度用尽', en: 'it is used up' },
  'resource-withdrawn': { zh: '资源已下架', en: 'its resource was withdrawn' },
  'resource-withheld': { zh: '资源不予共享', en: 'its resource is on the negative list' },
  'resource-vetoed': { zh: '资源被冻结', en: 'its resource, or a source of it, is frozen by a veto' },
  'organisation-inactive': { zh: '机构被暂停或列入黑名单', en: 'an organisation it takes is suspended or blacklisted' },
  'organisation-vetoed': { zh: '机构被冻结', en: 'an organisation it takes is frozen by a veto' },
  'agreement-not-begun': { zh: '协议尚未开始', en: 'its agreement has not begun' },
  'agreement-over': { zh: '协议未生效或已终止', en: 'its agreement is not, or no longer, in force' },
  'agreement-vetoed': { zh: '协议被否决', en: 'its agreement is stopped by a veto' },
  'developer-excluded': { zh: '开发主体资格被暂停或取消', en: 'the operator suspended or barred the developer' },
  'product-not-released': { zh: '产品版本未经发布', en: 'the product, in this version, is not released' },
  'source-not-granted': {
    zh: '产品来源未经授权运营取得',
    en: 'a source of the product was not granted to its makers for this',
  },
  'sources-too-deep': { zh: '产品层层加工，无法核查否决', en: 'its product is made of too many steps of products' },
  'source-vetoed': { zh: '产品来源被否决', en: 'a veto stands on a source of the product' },
} as const

export type Standing = keyof typeof STANDINGS

export interface StandingNow {
  readonly usable: boolean
  readonly why: Standing
  /** What it fails on: code of an organisation or resource, number of an agreement or grant. */
  readonly of?: string | number
}

/** Why not, or nothing. */
type Obstacle = Omit<StandingNow, 'usable'> | undefined

/** @param now Milliseconds since 1970. */
export function standingOf(grant: Grant, books: Books, now: number): StandingNow {
  const obstacle = findObstacle(grant, books, now)
  return obstacle === undefined ? { usable: true, why: 'usable' } : { usable: false, ...obstacle }
}

function findObstacle(grant: Grant, books: Books, now: number): Obstacle {
  const resource = resourceByCode(books, grant.terms.resource)
  return (
    ofItself(grant, now) ??
    ofResource(resource, books) ??
    first([grant.provider, grant.terms.consumer], code => ofOrganisation(code, books)) ??
    (grant.agreement === undefined ? undefined : ofAgreement(grant.agreement, books, now)) ??
    (resource.product ? ofProduct(resource, books, now) : undefined)
  )
}

function ofItself(grant: Grant, now: number): Obstacle {
  const { decision, revoked, terms, delivered, quota } = grant
  if (decision === undefined) return { why: isVetoed(grant) ? 'held' : 'requested' }
  if (decision.outcome === 'refused') return { why: 'refused' }
  if (revoked !== undefined) return { why: 'revoked' }
  if (now >= terms.until) return { why: 'expired' }
  if (isVetoed(grant)) return { why: 'suspended' }
  if (now < terms.from) return { why: 'not-started' }
  // An unlimited quota is the greatest number, and to the contract a number like any other: it can be used up.
  const spent = delivered.bytes >= quota.byteCount || delivered.rows >= quota.rowCount
  return spent ? { why: 'exhausted' } : undefined
}

function ofResource(resource: Resource, books: Books): Obstacle {
  const { code: of } = resource
  if (resource.withdrawn) return { why: 'resource-withdrawn', of }
  if (resource.shareType === 'withheld') return { why: 'resource-withheld', of }
  return ofLineage(of, books)
}

/** A source that was withdrawn, or whose provider was merely suspended, does not take its products with it. */
function ofLineage(resource: string, books: Books): Obstacle {
  return first(sourcesOf(books, resource), source => {
    if (isVetoed(source)) return { why: 'resource-vetoed', of: source.code }
    return isVetoed(organisationByCode(books, source.provider))
      ? { why: 'organisation-vetoed', of: source.provider }
      : undefined
  })
}

function ofOrganisation(code: string, books: Books): Obstacle {
  const organisation = organisationByCode(books, code)
  if (organisation.status !== 'active') return { why: 'organisation-inactive', of: code }
  return isVetoed(organisation) ? { why: 'organisation-vetoed', of: code } : undefined
}

function ofAgreement(id: number, books: Books, now: number): Obstacle {
  return first(agreementsUp(books, id), agreement => ofOneAgreement(agreement, books, now))
}

function ofOneAgreement(agreement: Agreement, books: Books, now: number): Obstacle {
  const { id: of, kind, parties, state, from, until } = agreement
  if (state !== 'in-force' || now >= until) return { why: 'agreement-over', of }
  if (now < from) return { why: 'agreement-not-begun', of }
  if (isVetoed(agreement)) return { why: 'agreement-vetoed', of }
  const inactive = first(parties, party => ofOrganisation(party, books))
  if (inactive !== undefined) return inactive
  const [operator = '', developer = ''] = parties
  const measure = kind === 'development' ? books.measures.get(pairOf(operator, developer))?.measure : undefined
  return measure === 'suspended' || measure === 'barred' ? { why: 'developer-excluded', of } : undefined
}

function ofProduct(resource: Resource, books: Books, now: number): Obstacle {
  const product = productOf(books, resource)
  if (product?.state !== 'released' || product.releasedVersion !== resource.version) {
    return { why: 'product-not-released', of: resource.code }
  }
  const over = ofAgreement(product.agreement, books, now)
  if (over !== undefined) return over
  const given = first(product.sources, of => {
    // A registration may name a grant that nobody asked for yet.
    const source = books.grants.get(of)
    const granted = source?.decision?.outcome === 'granted' && isTheirs(source, product.agreement, books)
    return granted ? undefined : { why: 'source-not-granted', of }
  })
  return given ?? ofSources(sourcesBehind(books, resource), resource, books, MOST_PRODUCT_STEPS)
}

/**
 * Whether a grant may be a source of what is made under an agreement: a developer's own, or one that the operator took
 * under an operation agreement of the same agency (contracts/access/Grants.sol `_isTheirs`).
 */
function isTheirs(source: Grant, under: number, books: Books): boolean {
  const [agreement, operation = agreement] = agreementsUp(books, under)
  if (agreement?.kind === 'development' && source.terms.consumer === agreement.parties[1]) return true
  const [taken] = source.agreement === undefined ? [] : agreementsUp(books, source.agreement)
  if (taken?.kind !== 'operation') return false
  return [0, 1].every(side => taken.parties[side] === operation?.parties[side])
}

/** Grants by which a product's data came, and those by which theirs came, where that was a product itself. */
function ofSources(sources: readonly number[], product: Resource, books: Books, steps: number): Obstacle {
  if (steps === 0) return { why: 'sources-too-deep', of: product.code }
  return first(sources, of => {
    const source = books.grants.get(of)
    if (source === undefined) return undefined // released before anybody asked for it, further up: nothing came by it
    if (isVetoed(source)) return { why: 'source-vetoed', of }
    const stopped = source.agreement === undefined ? undefined : ofAgreementVeto(source.agreement, books)
    if (stopped !== undefined) return stopped
    const frozen = ofLineage(source.terms.resource, books)
    if (frozen !== undefined) return frozen
    const before = sourcesBehind(books, resourceByCode(books, source.terms.resource))
    return before.length === 0 ? undefined : ofSources(before, product, books, steps - 1)
  })
}

/** That the agreement under which a source came ended since does not take away what was made under it; a veto does. */
function ofAgreementVeto(id: number, books: Books): Obstacle {
  return first(agreementsUp(books, id), agreement =>
    isVetoed(agreement) ? { why: 'agreement-vetoed', of: agreement.id } : undefined,
  )
}

function first<T>(items: readonly T[], obstacleOf: (item: T) => Obstacle): Obstacle {
  for (const item of items) {
    const obstacle = obstacleOf(item)
    if (obstacle !== undefined) return obstacle
  }
  return undefined
}
