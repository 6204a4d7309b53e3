// What is held against a log that tells two stories: two trees that it signed, or entries other than those it had signed for.

import { encodeBase64, equal } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import { type Fork, makeFork } from '../core/fork.ts'
import { checkConsistency, consistencyNodes, proveConsistency } from '../core/proof.ts'
import { foldRight, frontierNodes, type Hash, type NodeId } from '../core/tree.ts'
import { Contradiction } from './checks.ts'
import type { LogName } from './followed-log.ts'
import type { SignedHead, TileClient } from './tile-client.ts'

const WHAT = {
  log: { en: 'The log', zh: '日志' },
  index: { en: 'The index log', zh: '索引日志' },
} as const

/** @param fork Where its own signatures show it */
export function forked(
  name: LogName,
  held: SignedHead | undefined,
  offered: SignedHead,
  fork: Fork | undefined,
): Contradiction {
  const what = WHAT[name]
  const root = encodeBase64(offered.root)
  return new Contradiction(
    name === 'log' ? 'log-fork' : 'index-fork',
    `size ${offered.size}`,
    {
      en: `${what.en} signed a checkpoint of ${offered.size} leaves with the root ${root}, which is not that of the tree verified so far (${held?.size ?? 0} leaves) and what is served behind it${fork === undefined ? '' : '; two signed checkpoints prove it'}.`,
      zh: `${what.zh}签署了 ${offered.size} 片叶、根为 ${root} 的检查点，与已核实的树（${held?.size ?? 0} 片叶）及其后提供的内容不符${fork === undefined ? '' : '；两份已签署的检查点即可证明'}。`,
    },
    fork === undefined ? { of: name, offered: offered.note, ...(held && { held: held.note }) } : { of: name, fork },
  )
}

/** Of a larger tree, which ours does not lead to: the log's own hash tiles may say what it has in the place of ours. */
export async function findFork(
  client: TileClient,
  known: SignedHead | undefined,
  { size, root, note }: SignedHead,
  signal: AbortSignal,
): Promise<Fork | undefined> {
  if (known === undefined || known.size === 0 || known.size >= size) return undefined
  try {
    const there = foldRight(await client.nodes(frontierNodes(known.size), size, signal))
    const nodes = await client.nodes(consistencyNodes(known.size, size), size, signal)
    const proof = proveConsistency(known.size, size, nodes)
    const isIn = checkConsistency(known.size, size, there, root, proof)
    return isIn && !equal(there, known.root) ? makeFork(known.note, note, there, proof) : undefined
  } catch (error) {
    if (error instanceof LedgerError) return undefined // it does not say; the finding stands without
    throw error
  }
}

/** A bundle as it was verified: a subtree of it, or the first leaf that differs, proven in the tree of the checkpoint; and as it is served. */
export interface Rewriting {
  readonly tile: number
  readonly first: number
  readonly subtree: NodeId
  readonly verified: Hash
  readonly proof: readonly Hash[]
  readonly served: readonly Hash[]
}

export function rewritten(
  name: LogName,
  { size, note }: SignedHead,
  { tile, first, subtree, verified, proof, served }: Rewriting,
): Contradiction {
  const what = WHAT[name]
  return new Contradiction(
    'entry-rewritten',
    `${name} bundle ${tile}`,
    {
      en: `${what.en} serves other entries in bundle ${tile}, from leaf ${first} on, than those verified under the checkpoint of ${size} leaves.`,
      zh: `${what.zh}现在提供的第 ${tile} 个条目包（自第 ${first} 片叶起）不是在 ${size} 片叶的检查点下核实过的条目。`,
    },
    {
      of: name,
      checkpoint: note,
      subtree,
      verified: encodeBase64(verified),
      proof: proof.map(encodeBase64),
      served: served.map(encodeBase64),
    },
  )
}
