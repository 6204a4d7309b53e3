// Which segments are pruned, by the facts of a copied ledger: their entries are no more, and only their roots are known. A
// root that is not theirs leads to no commit's root, so nothing is taken on the facts' word.

import { isPrunedFact, type PrunedSegment, parsePruned } from '../store/archive/pruned.ts'
import { eachFact } from '../store/facts/facts-journal.ts'
import type { LogFile } from '../store/file.ts'

/** What is on record of them, the oldest first. */
export async function readPruned(facts: LogFile): Promise<PrunedSegment[]> {
  const pruned: PrunedSegment[] = []
  for await (const [key, value] of eachFact(facts)) {
    if (!isPrunedFact(key)) continue
    const segment = parsePruned(value)
    pruned[segment.segment] = segment
  }
  return pruned
}
