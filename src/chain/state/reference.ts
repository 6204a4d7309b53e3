// What other acts refer to: purposes, working calendars, rules of approval.

import { type Approver, approversFromBits } from '../codes.ts'
import type { EventFrom, EventNamed } from '../ledger-event.ts'
import { type ActPlace, type KeptAct, placeOf } from './act.ts'
import { type Books, missing } from './books.ts'

export interface Purpose {
  readonly code: string
  /** Position in a set of purposes. */
  readonly number: number
  readonly zh: string
  readonly en: string
  readonly basis: string
  readonly registered: ActPlace
  readonly retired?: ActPlace
}

export interface CalendarVersion {
  readonly version: number
  /** Days since 1970-01-01 in Asia/Shanghai; `endDay` is the first after the span. */
  readonly firstDay: number
  readonly endDay: number
  /** Days that are the opposite of what their day of the week says: holidays, and make-up days at weekends. */
  readonly exceptions: readonly number[]
  /** SHA-256 of the calendar file it was made from, 0x and 64 hexadecimal digits. */
  readonly digest: string
  readonly set: ActPlace
}

/** How many of whom must approve; nobody where `needed` is 0. */
export interface ApprovalsNeeded {
  readonly needed: number
  readonly roles: readonly Approver[]
}

export interface LevelRule extends ApprovalsNeeded {
  readonly set: ActPlace
}

export function applyToVocabulary(books: Books, event: EventFrom<'vocabulary'>, act: KeptAct): void {
  const { code } = event.args
  if (event.name === 'PurposeRegistered') {
    books.purposes.set(code, { ...event.args, registered: placeOf(act) })
    return
  }
  const known = books.purposes.get(code) ?? missing('purpose', code)
  books.purposes.set(code, { ...known, retired: placeOf(act) })
}

export function applyToCalendars(books: Books, { args }: EventFrom<'workCalendar'>, act: KeptAct): void {
  const { sourceDigest: digest, ...span } = args
  books.calendars.set(span.version, { ...span, digest, set: placeOf(act) })
}

/** A rule holds from its level on, in place of all rules there were for these; the one for operation for that alone. */
export function applyApprovalRule(books: Books, { args }: EventNamed<'ApprovalRuleSet'>, act: KeptAct): void {
  const rule = { needed: args.rule.needed, roles: approversFromBits(args.rule.roles), set: placeOf(act) }
  const last = args.fromLevel === OPERATION_LEVEL ? OPERATION_LEVEL : HIGHEST_LEVEL
  for (let level = args.fromLevel; level <= last; level++) books.approvalRules.set(level, rule)
}

// As in contracts/types/ApprovalRules.sol: levels above it follow its rule, and the place of the rule for requests under
// an operation agreement, since no resource has level 0.
export const HIGHEST_LEVEL = 15
const OPERATION_LEVEL = 0
