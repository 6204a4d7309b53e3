// What is owed and late: facts that anybody can recompute, from due times that the contracts fixed, or from the rules'
// own periods (数据资源目录至少每年维护一次; 负面清单每年复核).

import type { ActPlace, Deadline } from './act.ts'
import type { Books } from './books.ts'
import type { Resource } from './resources.ts'

export const OBLIGATIONS = {
  decision: { zh: '答复申请', en: 'answer to a request' },
  correction: { zh: '答复校核', en: 'answer to a correction' },
  filing: { zh: '协议备案', en: 'filing of an agreement' },
  rectification: { zh: '限期整改', en: 'rectification' },
  'catalogue-change': { zh: '目录随变化更新', en: 'update of an entry after a change' },
  'catalogue-upkeep': { zh: '目录年度维护', en: 'yearly upkeep of an entry' },
  'negative-list-review': { zh: '负面清单年度复核', en: 'yearly review of the negative list' },
} as const

export type Obligation = keyof typeof OBLIGATIONS

export interface Overdue {
  readonly what: Obligation
  /** Code of the organisation that owes it. */
  readonly owedBy: string
  /** Number of the request, correction or agreement; code of the resource. */
  readonly of: number | string
  /** Milliseconds since 1970: the first moment at which it was overdue. */
  readonly dueAt: number
  /** The due time counted days that no calendar covered yet. */
  readonly provisional: boolean
}

/** What is owed and late at a time, in milliseconds since 1970; what was done late, but is done, is not among it. */
export function overdueAt(books: Books, now: number): readonly Overdue[] {
  return [...obligations(books)].filter(({ dueAt }) => now >= dueAt)
}

function* obligations(books: Books): Iterable<Overdue> {
  for (const { id, provider, decision, due } of books.grants.values()) {
    // A veto holds approvals, not refusals: so it is no reason to leave a request without an answer.
    if (decision === undefined && due !== undefined) yield owed('decision', provider, id, due)
  }
  for (const { id, resource, state, due } of books.corrections.values()) {
    const provider = books.resources.get(books.resourceIds.get(resource) ?? 0)?.provider ?? ''
    if (state === 'raised' || state === 'disputed') yield owed('correction', provider, id, due)
  }
  for (const { id, parties, state, until, filing, evaluation } of books.agreements.values()) {
    const [first, second] = parties as [string, string]
    // It is to be filed also where it has ended since.
    if (filing !== undefined && filing.filed === undefined) yield owed('filing', first, id, filing.due)
    if (state === 'in-force' && evaluation?.rectifyBy !== undefined && evaluation.rectifyBy < until) {
      yield { what: 'rectification', owedBy: second, of: id, dueAt: evaluation.rectifyBy, provisional: false }
    }
  }
  for (const resource of books.resources.values()) if (!resource.withdrawn) yield* upkeepOf(resource)
}

function* upkeepOf({ code, provider, owed: note, updated, confirmed, withheldSince }: Resource): Iterable<Overdue> {
  if (note !== undefined) yield owed('catalogue-change', provider, code, note.due)
  const kept = laterOf(updated, confirmed)
  yield { what: 'catalogue-upkeep', owedBy: provider, of: code, dueAt: yearAfter(kept), provisional: false }
  if (withheldSince !== undefined) {
    const reviewed = laterOf(withheldSince, confirmed)
    yield { what: 'negative-list-review', owedBy: provider, of: code, dueAt: yearAfter(reviewed), provisional: false }
  }
}

function owed(what: Obligation, owedBy: string, of: number | string, { at, provisional }: Deadline): Overdue {
  return { what, owedBy, of, dueAt: at, provisional }
}

function laterOf(one: ActPlace, other: ActPlace | undefined): ActPlace {
  return other !== undefined && other.block.time > one.block.time ? other : one
}

const BEIJING = 8 * 3_600_000
const DAY = 86_400_000

/** The first moment of the day after the same day of the next year, in Asia/Shanghai (UTC+8, no summer time). */
export function yearAfter({ block }: ActPlace): number {
  const day = new Date(block.time * 1000 + BEIJING)
  const next = Date.UTC(day.getUTCFullYear() + 1, day.getUTCMonth(), day.getUTCDate())
  return next + DAY - BEIJING
}
