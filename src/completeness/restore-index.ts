// The kept index begun where records were pruned: from what is left of them (edge-file.ts), as of their last leaf. From there
// on it grows out of the log, as it would have.

import { equal } from '../core/bytes.ts'
import { encodeLeaf } from '../core/completeness/index-trie.ts'
import { decodeSubNode, joinNodes, SUB_NODE_BYTES } from '../core/completeness/sub-log.ts'
import type { LogFile } from '../store/file.ts'
import { readEdges, readEdgesHead } from './edge-file.ts'
import { firstState } from './kept-index.ts'
import { moreFrom } from './kept-sub-log.ts'
import { type KeptLeaf, KeptTrie } from './kept-trie.ts'
import type { Edge } from './memory-trie.ts'
import type { Nodes } from './nodes.ts'
import { baseKey, encodeBase } from './sub-log-base.ts'

/**
 * Puts it on a disk that has nothing. A crash leaves a disk on which no index has begun: the state is written last.
 * @throws LedgerError `edges_damaged`; Error when they do not lead to their root
 */
export async function restoreIndex(nodes: Nodes, file: Pick<LogFile, 'path' | 'size' | 'read'>): Promise<void> {
  const { leaves, root } = await readEdgesHead(file)
  const trie = new KeptTrie(nodes, { version: 0, drop: key => nodes.remove(key) })
  for await (const edges of readEdges(file)) {
    trie.update(edges.map(edge => ({ key: edge.key, grow: () => leafOf(edge) })))
    for (const edge of edges) nodes.add(baseKey(edge.key), encodeBase(edge))
    await nodes.putDown()
  }
  if (!equal(trie.root, root)) throw new Error(`${file.path} does not lead to the root that it states`)
  firstState(nodes, leaves, root)
  await nodes.putDown()
}

function leafOf({ key, size, nodes }: Edge): KeptLeaf {
  const edge = Array.from({ length: nodes.length / SUB_NODE_BYTES }, (_, k) => {
    return decodeSubNode(nodes.subarray(k * SUB_NODE_BYTES, (k + 1) * SUB_NODE_BYTES))!
  })
  const root = edge.reduceRight((right, left) => joinNodes(left, right))
  return { leaf: encodeLeaf({ key, head: { size, root } }), more: moreFrom(size, nodes) }
}
