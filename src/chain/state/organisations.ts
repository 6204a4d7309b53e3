// Organisations as their events make them.

import type { Kind, OrganisationStatus } from '../codes.ts'
import type { EventFrom } from '../ledger-event.ts'
import { type ActPlace, type KeptAct, placeOf, type Told, tell } from './act.ts'
import { type Books, codeOf, organisationOf } from './books.ts'
import { agreeToLift, impose, lift, type Vetoable } from './veto.ts'

export interface Organisation extends Told, Vetoable {
  readonly id: number
  readonly code: string
  readonly name: string
  readonly kinds: readonly Kind[]
  readonly account: string
  /** Account of its chief data officer; undefined while the office is vacant. */
  readonly officer: string | undefined
  readonly status: OrganisationStatus
  readonly registered: ActPlace
  /** Since when its status, and the veto on it, are what they are. */
  readonly since: ActPlace
}

const NOBODY = `0x${'0'.repeat(40)}`

export function applyToOrganisations(books: Books, event: EventFrom<'organisations'>, act: KeptAct): void {
  const place = placeOf(act)
  /** Of what only the newest says anything, the newest is kept; vetoes all, since accesses are judged by them. */
  const change = (change: Partial<Organisation>, most = 1): void => {
    const known = organisationOf(books, event.args.id)
    books.organisations.set(known.id, { ...known, ...change, ...tell(known, act, [act.name], most) })
  }
  const known = (): Organisation => organisationOf(books, event.args.id)

  switch (event.name) {
    case 'OrganisationRegistered': {
      const { id, code, name, kinds, account } = event.args
      books.organisationIds.set(code, Number(id))
      books.organisations.set(Number(id), {
        id: Number(id),
        code,
        name,
        kinds,
        account,
        officer: undefined,
        status: 'active',
        vetoes: [],
        registered: place,
        since: place,
        ...tell(undefined, act),
      })
      return
    }
    case 'OrganisationUpdated':
      return change({ name: event.args.name, kinds: event.args.kinds })
    case 'OrganisationAccountChanged':
      return change({ account: event.args.account })
    case 'OrganisationStatusChanged':
      return change({ status: event.args.status, since: place })
    case 'OfficerAppointed': {
      const { officer } = event.args
      return change({ officer: officer === NOBODY ? undefined : officer })
    }
    case 'OrganisationVetoed': {
      const inspector = codeOf(books, event.args.inspector)
      return change({ ...impose(known(), { ...event.args, inspector }, place), since: place }, Infinity)
    }
    case 'OrganisationVetoLiftAgreed':
      return change(agreeToLift(known(), codeOf(books, event.args.by), place), Infinity)
    case 'OrganisationVetoLifted':
      return change({ ...lift(known(), place), since: place }, Infinity)
  }
}
