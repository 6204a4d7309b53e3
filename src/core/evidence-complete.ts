// The part of an evidence file that shows that no row was left out (docs/evidence.md): by the index that was anchored with
// the log, what one value has within the time asked for. The bytes are those of core/completeness, in base64.

import { encodeBase64, fromBase64 } from './bytes.ts'
import type { CompleteProof } from './completeness/answer.ts'
import type { SubProofPart } from './completeness/sub-log.ts'
import { BASE64, HASH } from './evidence-chain.ts'
import { DIMENSIONS } from './question.ts'
import { isObject, list, object, oneOf, type Read, type Reader, wholeNumber } from './reader.ts'

const MOST_SIBLINGS = 256
const MOST_PARTS = 100_000

const OPENED = object({ block: BASE64 })
const PASSED = object({ blocks: wholeNumber(1), node: BASE64 })
const PART: Reader<Read<typeof OPENED> | Read<typeof PASSED>> = (value, at) =>
  (isObject(value) && 'block' in value ? OPENED : PASSED)(value, at)

export const COMPLETE = object(
  {
    /** The dimension of the question by whose value all records are shown, those among them that do not fit as well. */
    by: oneOf(DIMENSIONS),
    /** Of the epoch, which is the last leaf of the index log's anchored tree; its checkpoint is that of the file. */
    trieRoot: HASH,
    /** That leaf in that tree. */
    inclusion: list(HASH, 64),
    /** Beside the way down the trie, from the root. */
    siblings: list(object({ bit: wholeNumber(), hash: HASH }), MOST_SIBLINGS),
    /** Of the value's sub-log, in the order of its blocks; none where no record has the value. */
    parts: list(PART, MOST_PARTS),
  },
  {
    /** The trie's leaf at the end of the way, the value's own or another's; none in a trie of nothing. */
    leaf: BASE64,
  },
)
export type CompletePart = Read<typeof COMPLETE>

export function encodeProof({ trie, parts }: CompleteProof): Pick<CompletePart, 'leaf' | 'siblings' | 'parts'> {
  return {
    ...(trie.leaf && { leaf: encodeBase64(trie.leaf) }),
    siblings: trie.siblings.map(({ bit, hash }) => ({ bit, hash: encodeBase64(hash) })),
    parts: parts.map(part =>
      'block' in part ? { block: encodeBase64(part.block) } : { blocks: part.blocks, node: encodeBase64(part.node) },
    ),
  }
}

export function decodeProof({ leaf, siblings, parts }: CompletePart): CompleteProof {
  return {
    trie: {
      leaf: leaf === undefined ? undefined : fromBase64(leaf),
      siblings: siblings.map(({ bit, hash }) => ({ bit, hash: fromBase64(hash) })),
    },
    parts: parts.map(
      (part): SubProofPart =>
        'block' in part ? { block: fromBase64(part.block) } : { blocks: part.blocks, node: fromBase64(part.node) },
    ),
  }
}
