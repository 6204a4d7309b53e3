// Catalogue entries as their events make them: what there is, from what it is made, whether it is kept up.

import type { ChangeKind, OpenType, ShareType } from '../codes.ts'
import type { EventFrom } from '../ledger-event.ts'
import { type ActPlace, type Deadline, type KeptAct, newest, placeOf, type Told, tell } from './act.ts'
import { type Books, codeOf, organisationOf, resourceByCode, resourceOf } from './books.ts'
import { agreeToLift, impose, lift, type Vetoable } from './veto.ts'

/** A change that the entry has to follow. */
export interface ChangeNote {
  readonly kind: ChangeKind
  /** Code of who noted it. */
  readonly by: string
  /** Milliseconds since 1970. */
  readonly occurredAt: number
  readonly due: Deadline
  readonly noted: ActPlace
  /** The first update after the change, which may be older than the note; absent while it is owed. */
  readonly followed?: ActPlace
}

export interface Resource extends Told, Vetoable {
  readonly id: number
  readonly code: string
  readonly name: string
  /** Code of the organisation whose data it is. */
  readonly provider: string
  readonly version: number
  readonly shareType: ShareType
  readonly openType: OpenType
  readonly level: number
  /** That any version had: by it is decided how many approve. */
  readonly highestLevel: number
  readonly fieldCount: number
  /** Codes. */
  readonly parents: readonly string[]
  /** Codes of all it is or ever was made from, directly or not: nothing escapes a veto by leaving a parent out. */
  readonly ancestors: readonly string[]
  /** An entry of an authorised operator or developer: only what was reviewed may be taken. */
  readonly product: boolean
  readonly withdrawn: boolean
  /** The catalogue entry's further fields, as bytes in hexadecimal: canonical JSON if the provider did its duty. */
  readonly metadata: string
  readonly registered: ActPlace
  /** When it was last registered or brought up to date. */
  readonly updated: ActPlace
  /** When it was last looked through and found to stand as it is. */
  readonly confirmed?: ActPlace
  /** Since when it is on the negative list; undefined while it is not. */
  readonly withheldSince: ActPlace | undefined
  /** Newest first, the last ones. */
  readonly notes: readonly ChangeNote[]
  /** Of the changes not yet followed the one due first, also where it is no longer among the notes. */
  readonly owed: ChangeNote | undefined
}

const NOTES_KEPT = 32

export function applyToResources(books: Books, event: EventFrom<'catalogue'>, act: KeptAct): void {
  const place = placeOf(act)
  const known = (): Resource => resourceOf(books, event.args.id)
  /** Nobody can make an answer about a resource unreadable by updating, confirming or noting without end. */
  const change = (change: Partial<Resource>, most = 1): void => {
    const resource = known()
    books.resources.set(resource.id, { ...resource, ...change, ...tell(resource, act, [act.name], most) })
  }

  switch (event.name) {
    case 'ResourceRegistered': {
      const { id, code, provider, description } = event.args
      const { code: providerCode, kinds } = organisationOf(books, provider)
      const parents = description.parents.map(parent => resourceOf(books, parent).code)
      books.resourceIds.set(code, Number(id))
      books.resources.set(Number(id), {
        id: Number(id),
        code,
        provider: providerCode,
        version: 1,
        ...described(description),
        highestLevel: description.level,
        parents,
        ancestors: ancestorsOf(books, [], parents),
        product: !kinds.includes('provider'),
        withdrawn: false,
        registered: place,
        updated: place,
        withheldSince: description.shareType === 'withheld' ? place : undefined,
        notes: [],
        owed: undefined,
        vetoes: [],
        ...tell(undefined, act),
      })
      return
    }
    case 'ResourceUpdated': {
      const { ancestors, highestLevel, notes, withheldSince } = known()
      const { version, description } = event.args
      const parents = description.parents.map(parent => resourceOf(books, parent).code)
      return change({
        version,
        ...described(description),
        highestLevel: Math.max(highestLevel, description.level),
        parents,
        ancestors: ancestorsOf(books, ancestors, parents),
        updated: place,
        withheldSince: description.shareType === 'withheld' ? (withheldSince ?? place) : undefined,
        notes: notes.map(note => (note.followed === undefined ? { ...note, followed: place } : note)),
        owed: undefined,
      })
    }
    case 'ResourceWithdrawn':
      return change({ withdrawn: true })
    case 'ResourceChangeNoted': {
      const { updated, notes, owed } = known()
      const { kind, by, occurredAt, dueAt, calendarVersion, provisional } = event.args
      const note: ChangeNote = {
        kind,
        by: codeOf(books, by),
        occurredAt: occurredAt * 1000,
        due: { at: dueAt * 1000, calendarVersion, provisional },
        noted: place,
        ...(updated.block.time > occurredAt && { followed: updated }),
      }
      const first = note.followed === undefined && (owed === undefined || note.due.at < owed.due.at) ? note : owed
      return change({ notes: newest(note, notes, NOTES_KEPT), owed: first }, NOTES_KEPT)
    }
    case 'ResourceConfirmed':
      return change({ confirmed: place })
    case 'ResourceVetoed': {
      const inspector = codeOf(books, event.args.inspector)
      return change(impose(known(), { ...event.args, inspector }, place), Infinity)
    }
    case 'ResourceVetoLiftAgreed':
      return change(agreeToLift(known(), codeOf(books, event.args.by), place), Infinity)
    case 'ResourceVetoLifted':
      return change(lift(known(), place), Infinity)
  }
}

type Described = Pick<Resource, 'name' | 'shareType' | 'openType' | 'level' | 'fieldCount' | 'metadata'>

function described({ name, shareType, openType, level, fieldCount, metadata }: Described): Described {
  return { name, shareType, openType, level, fieldCount, metadata }
}

/** As the contract computes them when an entry is written: what it had, its parents, and all of theirs at that time. */
function ancestorsOf(books: Books, before: readonly string[], parents: readonly string[]): readonly string[] {
  return [...new Set([...before, ...parents.flatMap(code => [code, ...resourceByCode(books, code).ancestors])])]
}
