// What is left of the index of pruned records. That it is what the next epoch grew out of is for check-index-roots.ts.

import { join } from 'node:path'
import { ReadOnlyFile } from '../backup/read-only.ts'
import { checkEdges } from '../completeness/check-edges.ts'
import { EDGES_FILE, type EdgesHead } from '../completeness/edge-file.ts'
import { LedgerError } from '../core/error.ts'
import type { HashEach } from '../hashing/hash-each.ts'
import { ignoreMissing } from '../missing.ts'
import type { PrunedSegment } from '../store/archive/pruned.ts'
import type { Findings } from './finding.ts'

/** What the index can be made again from; undefined when nothing was pruned, or it cannot. */
export async function findEdgesDamage(
  data: string,
  last: PrunedSegment | undefined,
  hashEach: HashEach,
  findings: Findings,
): Promise<EdgesHead | undefined> {
  const file = await ReadOnlyFile.open(join(data, EDGES_FILE)).catch(ignoreMissing)
  try {
    return await checkEdges(file?.as(EDGES_FILE), last, hashEach)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    findings.add({ code: error.code, file: EDGES_FILE, words: error.words, isDerived: false })
    return undefined
  } finally {
    await file?.close()
  }
}
