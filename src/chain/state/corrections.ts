// Corrections as their events make them: raised, answered, disputed again, accepted.

import type { Answer, CorrectionState } from '../codes.ts'
import type { EventFrom, EventNamed } from '../ledger-event.ts'
import { type ActPlace, type Deadline, type KeptAct, newest, placeOf, type Told, tell } from './act.ts'
import { type Books, codeOf, grantOf, missing, resourceOf } from './books.ts'

export interface CorrectionAnswer extends ActPlace {
  readonly answer: Answer
  readonly answerDigest: string
  readonly overdue: boolean
}

export interface Correction extends Told {
  readonly id: number
  /** Codes. */
  readonly resource: string
  readonly raiser: string
  readonly grant: number
  readonly state: Exclude<CorrectionState, 'none'>
  /** Answers owed so far, from 1. */
  readonly rounds: number
  /** Of the answer that is, or last was, owed. */
  readonly due: Deadline
  readonly raised: ActPlace
  /** Newest first, the last ones. */
  readonly answers: readonly CorrectionAnswer[]
}

/** The two sides can go on for ever; the first word and the newest ones are kept. */
const ROUNDS_KEPT = 32
const ROUND = ['CorrectionAnswered', 'CorrectionDisputed'] as const

export function applyToCorrections(books: Books, event: EventFrom<'corrections'>, act: KeptAct): void {
  const id = Number(event.args.id)
  if (event.name === 'CorrectionRaised') {
    const { resource, raiser, grant } = event.args
    books.corrections.set(id, {
      id,
      resource: resourceOf(books, resource).code,
      raiser: codeOf(books, raiser),
      grant: grantOf(books, grant).id,
      state: 'raised',
      rounds: 1,
      due: dueOf(event),
      raised: placeOf(act),
      answers: [],
      ...tell(undefined, act),
    })
    return
  }
  const known = books.corrections.get(id) ?? missing('correction', id)
  const told = tell(known, act, ROUND, 2 * ROUNDS_KEPT)
  switch (event.name) {
    case 'CorrectionAnswered': {
      const { answer, answerDigest, overdue } = event.args
      const given = { ...placeOf(act), answer, answerDigest, overdue }
      const answers = newest(given, known.answers, ROUNDS_KEPT)
      books.corrections.set(id, { ...known, state: 'answered', answers, ...told })
      return
    }
    case 'CorrectionDisputed': {
      const { round } = event.args
      books.corrections.set(id, { ...known, state: 'disputed', rounds: round, due: dueOf(event), ...told })
      return
    }
    case 'CorrectionAccepted':
      books.corrections.set(id, { ...known, state: 'accepted', ...told })
  }
}

function dueOf({ args }: EventNamed<'CorrectionRaised' | 'CorrectionDisputed'>): Deadline {
  const { dueAt, calendarVersion, provisional } = args
  return { at: dueAt * 1000, calendarVersion, provisional }
}
