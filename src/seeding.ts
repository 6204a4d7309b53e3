// What a new ledger starts with on the chain: its index log, the vocabulary of purposes (vocabulary.ts) and the calendar of working days
// (calendar.ts), loaded by their keepers' account. Nothing can be asked for before there are purposes, and due times are
// provisional before there is a calendar. What the chain has already is left as it is, so that a start finishes what an
// earlier one began; a year that a newer version of this program knows is added behind what is covered, never laid over it.

import type { Wallet } from 'ethers'
import { dateOfDay, dayAt } from './calendar/day.ts'
import { type Calendar, type CalendarSpan, SEED_CALENDAR, spansOf } from './calendar.ts'
import { type Act, createActs, createView, type View } from './chain/acts.ts'
import { isRegistered } from './chain/anchor.ts'
import { type Deployment, logIdOf, ROLES } from './chain/deploy.ts'
import type { Chain } from './chain/network.ts'
import { readHead } from './chain/read.ts'
import { decodePurpose, encodePurpose } from './chain/terms.ts'
import { indexOrigin } from './core/completeness/epoch.ts'
import { PURPOSE_SEED, type PurposeTerm } from './vocabulary.ts'

interface SeedingParts {
  readonly chain: Chain
  readonly deployment: Deployment
  readonly account: Wallet
  /** Of the log. */
  readonly origin: string
  readonly log: {
    info(fields: object, message: string): void
    warn(fields: object, message: string): void
  }
}

/** So that one transaction stays well below what a block may take. */
const PURPOSES_AT_ONCE = 20

/** @throws LedgerError what the contracts refuse with; `act_not_mined`, `chain_unreachable` (retryable) */
export async function seedLedger({ chain, deployment, account, origin, log }: SeedingParts): Promise<void> {
  const view = createView(chain, deployment.contracts)
  const act = createActs(chain, deployment.contracts)
  const keeps = async (role: keyof typeof ROLES): Promise<boolean> =>
    (await view('accessManager', 'hasRole', [ROLES[role], account.address]))[0] === true

  // Contracts that were deployed before there were index logs know none yet.
  if (!(await isRegistered(chain, deployment, indexOrigin(origin))) && (await keeps('log_admin'))) {
    const [anchorer] = await view('checkpointAnchor', 'anchorerOf', [logIdOf(origin)])
    await act(account, 'checkpointAnchor', 'registerLog', [indexOrigin(origin), anchorer])
    log.info({ log: indexOrigin(origin) }, 'anchor: index log registered')
  }

  const terms = await missingPurposes(view)
  if (terms.length > 0 && (await keeps('vocabulary_keeper'))) {
    await registerPurposes(terms, { act, by: account })
    log.info({ purposes: terms.length }, 'vocabulary: purposes registered')
  } else if (terms.length > 0) {
    log.warn(
      { missing: terms.length, account: account.address },
      'vocabulary: purposes are missing on the chain, and this account is not their keeper; let the keeper run: suyuan purposes add',
    )
  }

  const spans = await missingSpans(view, SEED_CALENDAR, yearBefore((await readHead(chain)).time))
  if (spans.length > 0 && (await keeps('calendar_keeper'))) {
    await setSpans(spans, { act, by: account })
    log.info({ until: dateOfDay(spans.at(-1)!.endDay - 1) }, 'calendar: holidays and make-up days loaded')
  } else if (spans.length > 0) {
    log.warn(
      { account: account.address },
      'calendar: the chain has no working days of the years at hand, and this account is not their keeper; let the keeper run: suyuan calendar load FILE',
    )
  }
}

/** Terms of a list that are not in the ledger's vocabulary, in their order; the whole seed unless told otherwise. */
export async function missingPurposes(
  view: View,
  terms: readonly PurposeTerm[] = PURPOSE_SEED,
): Promise<readonly PurposeTerm[]> {
  const [count] = (await view('vocabulary', 'purposeCount', [])) as [bigint]
  const codeAt = async (number: number): Promise<string> => {
    const [code] = (await view('vocabulary', 'purposeAt', [number])) as [string]
    return decodePurpose(code)
  }
  // Purposes are registered in order and never removed: where the last one stands in its place, all before it do.
  if (terms.length > 0 && (await codeAt(terms.length - 1)) === terms.at(-1)!.code) return []
  const known = new Set<string>()
  for (let number = 0; number < Number(count); number++) {
    known.add(await codeAt(number))
  }
  return terms.filter(({ code }) => !known.has(code))
}

interface Keeper {
  readonly act: Act
  readonly by: Wallet
}

/** Registers purposes in their order, several a transaction. For their keeper. */
export async function registerPurposes(terms: readonly PurposeTerm[], { act, by }: Keeper): Promise<void> {
  for (let k = 0; k < terms.length; k += PURPOSES_AT_ONCE) {
    const entries = terms.slice(k, k + PURPOSES_AT_ONCE).map(term => ({ ...term, code: encodePurpose(term.code) }))
    await act(by, 'vocabulary', 'registerPurposes', [entries])
  }
}

/** The spans of a calendar that the chain does not cover: all from `firstYear` on, or those behind what it has. */
async function missingSpans(view: View, calendar: Calendar, firstYear: number): Promise<readonly CalendarSpan[]> {
  const [, endDay, version] = (await view('workCalendar', 'coverage', [])) as [bigint, bigint, bigint]
  const last = calendar.years.at(-1)?.year ?? 0
  const first = version === 0n ? Math.min(firstYear, last) : yearOfDay(Number(endDay))
  return spansOf(calendar, first)
}

/** Loads spans of a calendar, oldest first. For its keeper. */
export async function setSpans(spans: readonly CalendarSpan[], { act, by }: Keeper): Promise<void> {
  for (const { firstDay, endDay, exceptions, sourceDigest } of spans) {
    await act(by, 'workCalendar', 'setDays', [firstDay, endDay, exceptions, sourceDigest])
  }
}

/** Due times lie ahead, but what happened last year may still be reported. */
function yearBefore(seconds: number): number {
  return yearOfDay(dayAt(seconds)) - 1
}

function yearOfDay(day: number): number {
  return Number(dateOfDay(day).slice(0, 4))
}
