// A complete answer for one value: all of its postings within a window, and that there are no others; or that there is no
// record with this value at all.

import type { Dimension } from '../question.ts'
import type { Hash } from '../tree.ts'
import { lookUp, type TrieProof } from './index-trie.ts'
import { indexKey } from './key.ts'
import type { Posting } from './postings.ts'
import { checkWindow, type SubProofPart } from './sub-log.ts'
import { isWindow, type Window } from './window.ts'

export interface CompleteProof {
  readonly trie: TrieProof
  /** Of the value's sub-log; none when the trie has none. */
  readonly parts: readonly SubProofPart[]
}

/**
 * The postings of a value within a window, all of them by the index with this trie; undefined when the proof does not show
 * that. Whether the index is the log's own is for those who derive it again (derive.ts), and whether a record is what its
 * posting says for whoever is shown the record.
 */
export function checkComplete(
  { dimension, value, ...window }: Window & { readonly dimension: Dimension; readonly value: string },
  trieRoot: Hash,
  { trie, parts }: CompleteProof,
): Posting[] | undefined {
  if (!isWindow(window)) return undefined
  const found = lookUp(indexKey(dimension, value), trieRoot, trie)
  if (found === undefined) return undefined
  if (found === 'absent') return parts.length === 0 ? [] : undefined
  return checkWindow(found, window, parts)
}
