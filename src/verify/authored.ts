// An answer as its author's own word: signed by the answers' key, and true or false by itself; and what a chain says to it.

import type { Chain } from '../chain/network.ts'
import type { Story } from '../chain/things.ts'
import { utf8 } from '../core/bytes.ts'
import { answerText, type Evidence } from '../core/evidence.ts'
import { checkNote, parseNote } from '../core/note.ts'
import { readEvents } from './events.ts'
import { readFindings } from './grants.ts'
import type { CheckName, Outcome } from './report.ts'
import { checkQuestion, checkRecords } from './rows.ts'
import type { Trust } from './trust.ts'
import { verifyEvidence } from './verify.ts'

/** What follows from the file and the trusted keys: an author whose answer fails one of these has signed what is not so. */
const INSIDE: ReadonlySet<CheckName> = new Set([
  'checkpoint',
  'records',
  'inclusion',
  'question',
  'events',
  'anchor',
  'complete',
  'judgements',
  'totals',
])

/** @throws LedgerError where the signature is no note, or does not verify */
export function isAuthored(answer: Evidence, { logKey, answerKey }: Trust): boolean {
  const note = parseNote(answer.signature)
  return note.text === answerText(logKey.name, answer) && checkNote(note, [answerKey]).length > 0
}

export interface Inside {
  /** The check that fails by what is in the file: nobody but its author is to blame. */
  readonly failed?: Outcome['failed']
  /** Why not all of it could be checked: it is of another ledger, or by other keys. */
  readonly unchecked?: Outcome['failed']
  /** By the index that was anchored with it, as it says, nothing was left out. */
  readonly isComplete: boolean
}

/** Makes the checks that need no chain, and asks for no witnesses: they are no matter of the author's word. */
export async function checkInside(answer: Evidence, trust: Trust): Promise<Inside> {
  const { witnesses: _, ...keys } = trust
  const file = utf8(JSON.stringify(answer))
  const { verdict, failed, checks } = await verifyEvidence(file, { ...keys, blocks: [] }, undefined)
  const isComplete = checks.some(({ check, result }) => check === 'complete' && result === 'passed')
  if (failed === undefined || failed.check === 'chain' || failed.check === 'hidden') return { isComplete }
  const isFalse = verdict === 'tampered' && INSIDE.has(failed.check)
  return { isComplete, ...(isFalse ? { failed } : { unchecked: failed }) }
}

/** What the answer hangs on, and what it tells of that; of one in which all holds that needs no chain. */
export function storyOf(answer: Evidence, { contracts }: Trust): Story {
  const rows = checkQuestion(answer, checkRecords(answer))
  return readFindings(readEvents(answer, contracts).events, rows).story
}

export interface OnChain {
  /** The check that the chain, as the node tells it, does not let pass. */
  readonly denied?: Outcome['failed']
  readonly unchecked?: Outcome['failed']
}

/**
 * Makes the checks that take a chain, of an answer in which all holds that takes none. The chain is the trusted one
 * (`requireTrustedChain`): that a node's is not is nothing against the author.
 */
export async function checkOnChain(answer: Evidence, trust: Trust, chain: Chain): Promise<OnChain> {
  const { witnesses: _, ...keys } = trust
  const { verdict, failed } = await verifyEvidence(
    utf8(JSON.stringify(answer)),
    { ...keys, blocks: [] },
    async () => chain,
  )
  if (failed === undefined) return {}
  return verdict === 'tampered' ? { denied: failed } : { unchecked: failed }
}
