// Who takes part, and what organisations put on record of themselves, as the contracts' views tell it.

import { id as digestText, ZeroAddress } from 'ethers'
import { vetoBits } from './veto-bits.ts'
import type { Kind } from './view.ts'
import { distinct } from './view.ts'

export const ORGANISATION_VIEWS: Kind = {
  zh: '参与方',
  en: 'organisation',
  contract: 'organisations',
  count: { view: 'organisationCount', first: 1 },
  ids: ({ state }) => state.organisations.keys(),
  views: {
    organisation: {
      expect: (held, id) => {
        const organisation = held.state.organisations.get(Number(id))!
        const { account, officer = ZeroAddress, kinds, status, code } = organisation
        return { account, officer, kinds, status, codeHash: digestText(code), veto: vetoBits(organisation, held) }
      },
    },
    idOfCode: {
      asks: ({ state }, id) => [[digestText(state.organisations.get(Number(id))!.code)]],
      expect: ({ state }, id) => ({ '': state.organisationIds.get(state.organisations.get(Number(id))!.code) ?? 0 }),
    },
    idOfAccount: {
      asks: ({ state }, id) => [[state.organisations.get(Number(id))!.account]],
      expect: (_, id) => ({ id: Number(id) }),
    },
  },
}

/** Of each organisation that ever registered anybody. */
export const PERSON_VIEWS: Kind = {
  zh: '人员登记',
  en: 'register of persons',
  contract: 'conduct',
  ids: ({ state, persons }) => {
    const counted = [...state.conduct].flatMap(([code, { persons: count }]) =>
      count === 0 ? [] : [state.organisationIds.get(code)!],
    )
    return distinct([...persons.keys(), ...counted])
  },
  views: {
    isRegistered: {
      asks: ({ persons }, id) => Array.from(persons.get(Number(id))?.keys() ?? [], person => [id, person]),
      answer: 'which',
      expect: ({ state, persons }, id) => ({
        '': [...(persons.get(Number(id)) ?? [])].flatMap(([person, registered]) => (registered ? [person] : [])),
        count: state.conduct.get(state.organisations.get(Number(id))!.code)?.persons ?? 0,
      }),
    },
  },
}

/** Which there are; what they say stands in events alone. */
export const INCIDENT_VIEWS: Kind = {
  zh: '安全事件',
  en: 'incident',
  contract: 'conduct',
  count: { view: 'incidentCount', first: 1 },
  ids: ({ state }) => state.incidents.keys(),
  views: {},
}
