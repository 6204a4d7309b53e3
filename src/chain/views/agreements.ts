// Agreements, what operators did about developers, and disputes, as the contracts' views tell it.

import { ZeroHash } from 'ethers'
import { pairOf } from '../state/books.ts'
import { vetoBits } from './veto-bits.ts'
import { distinct, type Held, type Id, type Kind, pairIn } from './view.ts'

export const AGREEMENT_VIEWS: Kind = {
  zh: '协议',
  en: 'agreement',
  contract: 'agreements',
  count: { view: 'agreementCount', first: 1 },
  ids: ({ state }) => state.agreements.keys(),
  views: {
    agreementOf: {
      expect: (held, id, time) => {
        const { agreements, organisationIds } = held.state
        const agreement = agreements.get(Number(id))!
        const { kind, from, until, parent = 0, objections, publicity, evaluation, textDigest = ZeroHash } = agreement
        const [first, second, third] = agreement.parties.map(code => organisationIds.get(code)!)
        const sides = agreement.signatures.map(({ by }) => 1 << agreement.parties.indexOf(by))
        return {
          first: first!,
          second: second!,
          third: third ?? 0,
          parent,
          kind,
          state: agreement.state === 'in-force' && time >= until / 1000 ? 'expired' : agreement.state,
          signed: sides.reduce((bits, side) => bits | side, 0),
          veto: vetoBits(agreement, held),
          outcome: evaluation?.outcome ?? 'none',
          objections: objections.open,
          from: from / 1000,
          until: until / 1000,
          publicUntil: (publicity?.at ?? 0) / 1000,
          rectifyBy: (evaluation?.rectifyBy ?? 0) / 1000,
          textDigest,
        }
      },
    },
    reaches: {
      asks: (held, id) => rangeOf(held, id).map(resource => [id, resource]),
      answer: 'which',
      expect: (held, id) => ({ '': rangeOf(held, id) }),
    },
  },
}

/** Of every operator with every developer that it agreed with, or took a measure about: also that it took none. */
export const MEASURE_VIEWS: Kind = {
  zh: '处置措施',
  en: 'measure',
  contract: 'agreements',
  *ids({ state }) {
    const agreed = [...state.agreements.values()].flatMap(({ kind, parties: [operator = '', developer = ''] }) =>
      kind === 'development' ? [{ operator, developer }] : [],
    )
    const pairs = [...state.measures.values(), ...agreed].map(({ operator, developer }) =>
      [operator, developer].map(code => state.organisationIds.get(code)!).join(' '),
    )
    yield* distinct(pairs)
  },
  views: {
    measureOf: {
      asks: (_, id) => [pairIn(id)],
      expect: ({ state }, id) => {
        const [operator = '', developer = ''] = pairIn(id).map(number => state.organisations.get(number)!.code)
        return { '': state.measures.get(pairOf(operator, developer))?.measure ?? 'none' }
      },
    },
  },
}

export const CORRECTION_VIEWS: Kind = {
  zh: '校核',
  en: 'correction',
  contract: 'corrections',
  count: { view: 'correctionCount', first: 1 },
  ids: ({ state }) => state.corrections.keys(),
  views: {
    correctionOf: {
      expect: ({ state }, id) => {
        const { resource, raiser, grant, due, state: stands, rounds } = state.corrections.get(Number(id))!
        return {
          resource: state.resourceIds.get(resource)!,
          raiser: state.organisationIds.get(raiser)!,
          grant,
          dueAt: due.at / 1000,
          state: stands,
          rounds,
        }
      },
    },
  },
}

function rangeOf({ state }: Held, id: Id): readonly number[] {
  return state.agreements.get(Number(id))!.range.map(code => state.resourceIds.get(code)!)
}
