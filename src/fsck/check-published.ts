// The one checkpoint of a log that counts: the newest that it published, and, of the index log, the one that is being
// covered. Their signatures are checked here, by the keys that the ledger remembers; their trees as the log passes by.

import { COVERING_FACT } from '../completeness/index-log.ts'
import { checkCheckpoint } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import type { VerifierKey } from '../core/note.ts'
import { INDEX_FACTS, recallKeys } from '../log-key.ts'
import { PUBLISHED_FACT, recallPublished } from '../published.ts'
import { FACTS_FILE } from '../store/facts/facts.ts'
import type { FactsFound } from './check-facts.ts'
import type { ToldTree } from './check-trees.ts'
import { BACKUP, type Findings } from './finding.ts'

type FewFacts = Pick<FactsFound, 'facts'>

/** @param prefix Of the facts of the log: none, or the index log's */
export async function checkPublished(
  { facts }: FewFacts,
  prefix: '' | typeof INDEX_FACTS,
  findings: Findings,
): Promise<ToldTree | undefined> {
  const asked = { get: async (key: string) => facts.get(prefix + key) }
  const key = prefix + PUBLISHED_FACT
  try {
    const keys = await recallKeys(asked)
    const published = keys && (await recallPublished(asked, keys))
    return published && { key, size: published.size, root: published.root }
  } catch (error) {
    tellWrong(key, error, findings)
    return undefined
  }
}

/** The checkpoint of the log that an epoch is to end with, or does. */
export function checkCovering(
  { facts }: FewFacts,
  logKey: VerifierKey | undefined,
  findings: Findings,
): ToldTree | undefined {
  const key = INDEX_FACTS + COVERING_FACT
  const signed = facts.get(key)
  if (signed === undefined || logKey === undefined) return undefined
  try {
    const { size, root } = checkCheckpoint(signed, logKey).checkpoint
    return { key, size, root }
  } catch (error) {
    tellWrong(key, error, findings)
    return undefined
  }
}

/** What is wrong with a fact that has a checkpoint. */
export function tellWrong(key: string, error: unknown, findings: Findings): void {
  if (!(error instanceof LedgerError)) throw error
  const { en, zh } = error.words
  findings.lost('facts_damaged', FACTS_FILE, { en: `the fact ${key}: ${en}`, zh: `登记信息 ${key}：${zh}` }, BACKUP)
}
