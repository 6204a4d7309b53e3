// Agreements and the products made under them.

import type { Agreement, Books, Product } from '../chain/registry-state.ts'
import { pairOf } from '../chain/state/books.ts'
import type { AgreementState } from '../chain/terms.ts'
import { formatTime } from '../core/record.ts'
import type * as shown from '../http/schemas/life.ts'
import { showDue, showPlace, showStanding } from './place.ts'

export function showAgreement(agreement: Agreement, books: Books, now: number): shown.Agreement {
  const { id, kind, parties, parent, from, until, range, textDigest, publicity, objections, signatures } = agreement
  const { inForce, filing, evaluation, ended } = agreement
  return {
    id,
    kind,
    state: agreementStateOf(agreement, now),
    parties: parties.map(code => ({ code, name: nameOf(books, code) })),
    ...(parent === undefined ? {} : { parent }),
    from: formatTime(from),
    until: formatTime(until),
    range: [...range],
    ...(textDigest === undefined ? {} : { textDigest }),
    ...(publicity && { publicity: showPublicity(publicity, now) }),
    objections: { ...objections },
    signatures: signatures.map(({ by, place }) => ({ by, place: showPlace(place) })),
    ...(inForce && { inForce: showPlace(inForce) }),
    ...(filing && {
      filing: { due: showDue(filing.due, filing.filed, now), ...(filing.filed && { filed: showPlace(filing.filed) }) },
    }),
    ...(evaluation && { evaluation: showEvaluation(evaluation) }),
    ...showMeasure(agreement, books),
    ...showStanding(agreement.vetoes),
    ...(ended && { ended: showPlace(ended) }),
    grants: grantsUnder(books, id).length,
    products: productsUnder(books, id).length,
  }
}

/** As the contract would say it: that it ran out is never stored. */
export function agreementStateOf({ state, until }: Agreement, now: number): AgreementState {
  return state === 'in-force' && now >= until ? 'expired' : state
}

export function grantsUnder(books: Books, agreement: number): readonly number[] {
  return [...books.grants.values()].filter(grant => grant.agreement === agreement).map(({ id }) => id)
}

export function productsUnder(books: Books, agreement: number): readonly Product[] {
  return [...books.products.values()].filter(product => product.agreement === agreement)
}

export function showProduct({ resource, state, agreement, maker, price, sources, releasedVersion, since }: Product) {
  return {
    resource,
    state,
    agreement,
    maker,
    price,
    sources: [...sources],
    ...(releasedVersion === undefined ? {} : { releasedVersion }),
    since: showPlace(since),
  }
}

export function nameOf(books: Books, code: string): string {
  return books.organisations.get(books.organisationIds.get(code) ?? 0)?.name ?? code
}

function showPublicity({ at, calendarVersion, provisional }: NonNullable<Agreement['publicity']>, now: number) {
  return { until: formatTime(at), calendarVersion, provisional, over: now >= at }
}

function showEvaluation({ outcome, rectifyBy, place }: NonNullable<Agreement['evaluation']>) {
  return { outcome, ...(rectifyBy === undefined ? {} : { rectifyBy: formatTime(rectifyBy) }), place: showPlace(place) }
}

function showMeasure({ kind, parties: [operator = '', developer = ''] }: Agreement, books: Books) {
  const taken = kind === 'development' ? books.measures.get(pairOf(operator, developer)) : undefined
  return taken === undefined ? {} : { measure: { measure: taken.measure, since: showPlace(taken.since) } }
}
