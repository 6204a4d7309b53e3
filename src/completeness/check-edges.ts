// What is left of the index of pruned records (edge-file.ts), against what is on record of them: whole, as of the last of them,
// with the root that was stated when they went.

import { encodeBase64 } from '../core/bytes.ts'
import type { Words } from '../core/words.ts'
import { type HashEach, PLAIN_HASH_EACH } from '../hashing/hash-each.ts'
import type { PrunedSegment } from '../store/archive/pruned.ts'
import type { LogFile } from '../store/file.ts'
import { EDGES_FILE, type EdgesHead, edgesDamaged, loadEdges } from './edge-file.ts'

/**
 * What the index can be made again from; undefined when nothing was pruned, or it went before there was such a file.
 * @param last The segment that was pruned last
 * @throws LedgerError `edges_damaged`
 */
export async function checkEdges(
  file: Pick<LogFile, 'path' | 'size' | 'read'> | undefined,
  last: PrunedSegment | undefined,
  hashEach: HashEach = PLAIN_HASH_EACH,
): Promise<EdgesHead | undefined> {
  if (file === undefined) {
    if (last?.index === undefined) return undefined
    throw edgesDamaged(EDGES_FILE, NOT_THERE)
  }
  const { leaves, count, root } = await loadEdges(file, hashEach)
  if (last === undefined) return undefined // of a pruning that was not done: the records are there
  const end = (last.segment + 1) * last.leaves
  if (leaves < end) throw edgesDamaged(file.path, ofEarlier(leaves, end))
  const made = encodeBase64(root)
  // Of a pruning that was begun and not ended nothing is on record.
  if (leaves > end || last.index === undefined || last.index === made) return { leaves, count, root }
  throw edgesDamaged(file.path, ofOther(made, last.index))
}

const NOT_THERE: Words = { en: 'it is not there', zh: '不存在' }

function ofEarlier(leaves: number, pruned: number): Words {
  return {
    en: `it tells of ${leaves} leaves, and ${pruned} were pruned`,
    zh: `其中只有 ${leaves} 片叶的内容，而已清除 ${pruned} 片叶`,
  }
}

function ofOther(made: string, stated: string): Words {
  return {
    en: `its root is ${made}, and ${stated} is on record of the segment that was pruned last`,
    zh: `其根为 ${made}，而最后清除的分段登记的是 ${stated}`,
  }
}
