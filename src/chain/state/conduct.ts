// What organisations put on record of themselves: who handles data, what went wrong, what was filed.

import type { Severity } from '../codes.ts'
import type { EventFrom } from '../ledger-event.ts'
import { type ActPlace, type Deadline, type KeptAct, newest, placeOf, type Told, tell } from './act.ts'
import { type Books, codeOf, missing, pairOf } from './books.ts'

export interface Conduct {
  /** How many persons are registered now. */
  readonly persons: number
  /** Numbers of the incidents it reported, newest first, the last ones. */
  readonly incidents: readonly number[]
}

export interface Incident extends Told {
  readonly id: number
  /** Code of who reported it. */
  readonly by: string
  /** Under which it happened. */
  readonly agreement?: number
  readonly severity: Severity
  /** Milliseconds since 1970. */
  readonly occurredAt: number
  readonly reported: ActPlace
  /** Newest first, the last ones. */
  readonly followUps: readonly { readonly by: string; readonly closed: boolean; readonly place: ActPlace }[]
  readonly closed: boolean
}

export interface Plan {
  readonly agency: string
  readonly digest: string
  /** Milliseconds since 1970. */
  readonly approvedAt: number
  readonly due: Deadline
  readonly filed: ActPlace
}

const KEPT = 100
const NOTHING: Conduct = { persons: 0, incidents: [] }

export function applyToConduct(books: Books, event: EventFrom<'conduct'>, act: KeptAct): void {
  const place = placeOf(act)
  switch (event.name) {
    case 'PersonRegistered':
    case 'PersonRemoved': {
      const { code, conduct } = conductOf(books, event.args.organisation)
      // The contract takes nobody twice and removes nobody unknown, so a count is enough.
      const persons = conduct.persons + (event.name === 'PersonRegistered' ? 1 : -1)
      books.conduct.set(code, { ...conduct, persons })
      return
    }
    case 'IncidentReported': {
      const { agreement, severity, occurredAt } = event.args
      const id = Number(event.args.incident)
      const { code: by, conduct } = conductOf(books, event.args.by)
      books.conduct.set(by, { ...conduct, incidents: newest(id, conduct.incidents, KEPT) })
      books.incidents.set(id, {
        id,
        by,
        ...(agreement !== 0n && { agreement: Number(agreement) }),
        severity,
        occurredAt: occurredAt * 1000,
        reported: place,
        followUps: [],
        closed: false,
        ...tell(undefined, act),
      })
      return
    }
    case 'IncidentFollowedUp': {
      const id = Number(event.args.incident)
      const known = books.incidents.get(id) ?? missing('incident', id)
      const { closed } = event.args
      const followUps = newest({ by: codeOf(books, event.args.by), closed, place }, known.followUps, KEPT)
      books.incidents.set(id, { ...known, closed, followUps, ...tell(known, act, ['IncidentFollowedUp'], KEPT) })
      return
    }
    case 'PlanFiled': {
      const { planDigest: digest, approvedAt, dueAt, calendarVersion, provisional } = event.args
      const agency = codeOf(books, event.args.agency)
      // The first filing counts: a second one of the same plan must not make a late one look timely.
      if (books.plans.has(pairOf(agency, digest))) return
      const due = { at: dueAt * 1000, calendarVersion, provisional }
      books.plans.set(pairOf(agency, digest), { agency, digest, approvedAt: approvedAt * 1000, due, filed: place })
    }
  }
}

function conductOf(books: Books, id: bigint): { readonly code: string; readonly conduct: Conduct } {
  const code = codeOf(books, id)
  return { code, conduct: books.conduct.get(code) ?? NOTHING }
}
