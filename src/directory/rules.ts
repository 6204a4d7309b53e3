// What acts refer to and what they left undone: purposes, the working calendar, what is overdue, which vetoes stand.

import { dateOfDay } from '../calendar/day.ts'
import { describeExceptions, NO_DAYS, type WorkDays, withSpan, workingDaysAfter } from '../calendar.ts'
import { type Books, isVetoed, overdueAt } from '../chain/registry-state.ts'
import { OBLIGATIONS } from '../chain/state/overdue.ts'
import { formatSeconds, formatTime } from '../core/record.ts'
import type * as shown from '../http/schemas/life.ts'
import { nameOf } from './agreements.ts'
import { showPlace, showVeto } from './place.ts'

export function showPurposes(books: Books): readonly shown.Purpose[] {
  return [...books.purposes.values()].map(({ code, number, zh, en, basis, registered, retired }) => {
    const since = { registered: showPlace(registered), ...(retired && { retired: showPlace(retired) }) }
    return { code, number, zh, en, basis, ...since }
  })
}

export interface Asked {
  /** Seconds since 1970. */
  readonly time: number
  /** Working days. */
  readonly days: number
}

/**
 * The calendar as the contract has it now, and when some working days after a time are over.
 * @throws LedgerError `invalid_working_days`
 */
export function showCalendar(books: Books, asked: Asked | undefined): shown.Calendar {
  const versions = [...books.calendars.values()]
  const days = versions.reduce<WorkDays>(withSpan, NO_DAYS)
  const last = versions.at(-1)
  const due = asked && workingDaysAfter(asked.time, asked.days, days)
  return {
    version: last?.version ?? 0,
    ...(last && {
      coverage: { first: dateOfDay(days.firstDay), last: dateOfDay(days.endDay - 1) },
      digest: last.digest,
      set: showPlace(last.set),
    }),
    ...describeExceptions([...days.exceptions].toSorted((a, b) => a - b)),
    ...(due && { due: { time: formatSeconds(due.dueAt), provisional: due.provisional } }),
  }
}

export interface OverdueFilter {
  readonly owedBy?: string
  readonly what?: string
  /** Code of the resource, or number of what it is about. */
  readonly of?: string
}

/** What is owed and late now, the oldest first. */
export function overdueOf(books: Books, now: number, { owedBy, what, of }: OverdueFilter): shown.Overdue[] {
  return overdueAt(books, now)
    .filter(one => owedBy === undefined || one.owedBy === owedBy)
    .filter(one => what === undefined || one.what === what)
    .filter(one => of === undefined || String(one.of) === of)
    .toSorted((a, b) => a.dueAt - b.dueAt)
    .map(({ what, owedBy, of, dueAt, provisional }) => ({
      what,
      says: OBLIGATIONS[what],
      owedBy,
      of: String(of),
      since: formatTime(dueAt),
      provisional,
    }))
}

export function standingVetoes(books: Books): shown.StandingVeto[] {
  const all = [
    ...[...books.organisations.values()].map(one => ({
      on: 'organisation' as const,
      of: one.code,
      name: one.name,
      one,
    })),
    ...[...books.resources.values()].map(one => ({ on: 'resource' as const, of: one.code, name: one.name, one })),
    ...[...books.grants.values()].map(one => ({ on: 'grant' as const, of: String(one.id), name: undefined, one })),
    ...[...books.agreements.values()].map(one => {
      const name = one.parties.map(code => nameOf(books, code)).join(' – ')
      return { on: 'agreement' as const, of: String(one.id), name, one }
    }),
  ]
  return all.flatMap(({ on, of, name, one }) => {
    const veto = one.vetoes.at(-1)
    if (veto === undefined || !isVetoed(one)) return []
    return [{ on, of, ...(name === undefined ? {} : { name }), veto: showVeto(veto) }]
  })
}
