// What the chain says was anchored of a log and its index log, read as far as no block is taken back any more, and compared
// with the trees that were verified.

import { logIdOf } from '../chain/deploy.ts'
import { decodeEvent, topicOf } from '../chain/events.ts'
import { readFinalBlock } from '../chain/final.ts'
import { readLogs } from '../chain/logs.ts'
import type { Chain } from '../chain/network.ts'
import { readBlock, readHead } from '../chain/read.ts'
import { equal, fromHex } from '../core/bytes.ts'
import { indexOrigin } from '../core/completeness/epoch.ts'
import { requireTrustedChain } from '../verify/chain.ts'
import type { AnchorClaim } from '../verify/finding/judged.ts'
import type { Trust } from '../verify/trust.ts'
import { Contradiction } from './checks.ts'
import type { FollowedLog, LogName } from './followed-log.ts'
import { markAnchors, withMark } from './outside-clocks.ts'
import { showBlock } from './shown-block.ts'
import type { Mark, MonitorState } from './state-shape.ts'

/** Of an anchor's block and those behind it, in a finding: it is soon found, and any block behind it will do. */
const MOST_HEADERS = 256

type BlockName = NonNullable<MonitorState['chain']['block']>

/** What is new of the chain, not taken in yet. */
export interface NewAnchors {
  /** Read as far as this block; none while no block is final. */
  readonly final?: BlockName
  readonly found: readonly AnchorClaim[]
  /** When the log was anchored, now and then. */
  readonly marks: readonly Mark[]
}

/**
 * Reads the anchors of the blocks that are new. What was read of another chain before is forgotten.
 * @param finality How deep a block must be where the chain does not say which are final
 * @throws NotCheckable where it is not the chain of the trust file
 */
export async function readAnchors(
  state: MonitorState['chain'],
  { chain, trust, finality }: { chain: Chain; trust: Trust; finality: number },
): Promise<NewAnchors> {
  await requireTrustedChain(trust, chain)
  const head = await readHead(chain)
  state.head = head.number
  const final = await readFinalBlock(chain, head, finality)
  if (final === undefined) return { found: [], marks: [] }
  const isThere = async ({ number, hash }: BlockName): Promise<boolean> =>
    (await readBlock(chain, number))?.hash === hash
  if (state.replaced !== undefined && (await isThere(state.replaced))) delete state.replaced // it was behind
  // Another block than was final then is another chain, or one that was reset: all of it is read again.
  if (state.block !== undefined && !(await isThere(state.block))) {
    state.replaced ??= state.block
    Object.assign(state, { verified: 0, size: 0, alone: 0, pending: [], marks: [] })
    delete state.block
  }
  const contract = trust.contracts.checkpointAnchor
  const ids: Record<string, LogName> = {
    [logIdOf(trust.logKey.name)]: 'log',
    [logIdOf(indexOrigin(trust.logKey.name))]: 'index',
  }
  const filter = { addresses: [contract], topics: [topicOf('CheckpointAnchored'), Object.keys(ids)] }
  const range = { from: state.block === undefined ? 0 : state.block.number + 1, to: final.number }
  const found: AnchorClaim[] = []
  for await (const { logs } of readLogs(chain, filter, range)) {
    for (const log of logs) {
      const event = decodeEvent({ ...log, topics: [...log.topics] }, trust.contracts)
      const of = event?.name === 'CheckpointAnchored' ? ids[event.args.log] : undefined
      if (event?.name !== 'CheckpointAnchored' || of === undefined) continue
      const { blockNumber: block, blockHash, transactionHash: transaction, index: logIndex } = log
      found.push({ of, size: Number(event.args.size), root: event.args.root, block, blockHash, transaction, logIndex })
    }
  }
  const trees = found.filter(({ of }) => of === 'log')
  // They bound epochs, which are not followed without the index log's key.
  const marks = trust.indexKey === undefined ? [] : await markAnchors(chain, trees)
  return { final: { number: final.number, hash: final.hash }, found, marks }
}

/** Remembers them, for their trees to be compared. */
export function takeAnchors(state: MonitorState['chain'], { final, found, marks }: NewAnchors): void {
  if (final === undefined) return
  const trees = found.filter(({ of }) => of === 'log')
  const indices = new Set(found.filter(({ of }) => of === 'index').map(one => placeOf(one, 0)))
  // The index's event right behind the log's, in one transaction.
  state.alone += trees.filter(tree => !indices.has(placeOf(tree, 1))).length
  state.size = Math.max(state.size, ...trees.map(({ size }) => size))
  state.pending.push(...found)
  state.marks = marks.reduce(withMark, state.marks ?? [])
  state.block = final
}

function placeOf({ transaction, logIndex }: AnchorClaim, after: number): string {
  return `${transaction} ${logIndex + after}`
}

/** Compares those for which enough leaves were verified; each is told of by itself. */
export async function checkAnchors(
  state: MonitorState['chain'],
  { logs, chain }: { readonly logs: Readonly<Partial<Record<LogName, FollowedLog>>>; readonly chain: Chain },
  onFault: (found: Contradiction) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { pending } = state
  const waiting: AnchorClaim[] = []
  let done = 0
  try {
    for (const claim of pending) {
      const log = logs[claim.of]
      if (log !== undefined && claim.size > log.size) waiting.push(claim)
      else if (log !== undefined) {
        if (equal(await log.rootAt(claim.size, signal), fromHex(claim.root.slice(2)))) state.verified++
        else await onFault(await foreignAnchor(claim, log, { chain, last: state.block!.number }, signal))
      } // else the index log is not followed
      done++
    }
  } finally {
    state.pending = [...waiting, ...pending.slice(done)] // each counts once, also where the next could not be compared
  }
}

async function foreignAnchor(
  claim: AnchorClaim,
  log: FollowedLog,
  { chain, last }: { readonly chain: Chain; readonly last: number },
  signal: AbortSignal,
): Promise<Contradiction> {
  const { of, size, root, block, transaction } = claim
  const what = of === 'log' ? { en: 'the log', zh: '日志' } : { en: 'the index log', zh: '索引日志' }
  return new Contradiction(
    'anchor-foreign',
    `${of} size ${size} block ${block}`,
    {
      en: `Transaction ${transaction} in block ${block} anchored a tree of ${size} leaves with the root ${root}, which ${what.en} does not begin with.`,
      zh: `区块 ${block} 的交易 ${transaction} 存证了一棵 ${size} 片叶、根为 ${root} 的树，${what.zh}并不以它开头。`,
    },
    { anchor: claim, ours: await log.against(size, signal) },
    async () => {
      const offline = await showBlock(block, Math.min(last, block + MOST_HEADERS - 1), chain)
      return offline === undefined ? {} : { offline }
    },
  )
}
