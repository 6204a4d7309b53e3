// Corrections (校核): raised, answered, disputed again, accepted.

import type { Books, Correction } from '../chain/registry-state.ts'
import { resourceByCode } from '../chain/state/books.ts'
import type * as shown from '../http/schemas/life.ts'
import { showDue, showPlace } from './place.ts'

export function showCorrection(correction: Correction, books: Books, now: number): shown.Correction {
  const { id, resource, raiser, grant, state, rounds, due, raised, answers } = correction
  const owed = state === 'raised' || state === 'disputed'
  return {
    id,
    resource,
    raiser,
    provider: resourceByCode(books, resource).provider,
    grant,
    state,
    rounds,
    due: showDue(due, owed ? undefined : answers[0], now),
    raised: showPlace(raised),
    answers: answers.map(({ answer, answerDigest, overdue, ...place }) => ({
      answer,
      answerDigest,
      overdue,
      ...showPlace(place),
    })),
  }
}
