// Which segments are pruned, by the facts of a copied ledger: their entries are no more, and only their roots are known. A
// root that is not theirs leads to no commit's root, so nothing is taken on the facts' word.

import { decodeBase64 } from '../core/bytes.ts'
import type { Hash } from '../core/tree.ts'
import { isPrunedFact, parsePruned } from '../store/archive/pruned.ts'
import { parseFacts } from '../store/facts/facts-journal.ts'
import type { LogFile } from '../store/file.ts'
import { scanFrames } from '../store/log/frames.ts'

/** Their roots, by the number of the segment. */
export async function readPruned(facts: LogFile): Promise<Map<number, Hash>> {
  const roots = new Map<number, Hash>()
  for await (const { json } of scanFrames(facts, 0)) {
    for (const [key, value] of Object.entries(parseFacts(json) ?? {})) {
      if (!isPrunedFact(key)) continue
      const { segment, root } = parsePruned(value)
      roots.set(segment, decodeBase64(root)!)
    }
  }
  return roots
}
