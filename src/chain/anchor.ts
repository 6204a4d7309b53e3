// Checkpoints on the chain: the CheckpointAnchor contract as anchoring sees it. Only the contract's own event, in a
// block, counts as an anchor: a call to an address without code would "succeed" too.

import type { AnchorPlace } from '../anchors.ts'
import type { TreeHead } from '../core/checkpoint.ts'
import { indexOrigin } from '../core/completeness/epoch.ts'
import { LedgerError } from '../core/error.ts'
import { EMPTY_ROOT } from '../core/hash.ts'
import type { Hash } from '../core/tree.ts'
import { type ContractAddresses, interfaceOf } from './abi.ts'
import { callContract } from './call.ts'
import { type Deployment, logIdOf } from './deploy.ts'
import { decodeEvent, topicOf } from './events.ts'
import type { Guard } from './identity.ts'
import { readLogs } from './logs.ts'
import { type Chain, RpcRefusal } from './network.ts'
import type { Outbox, OutboxStatus } from './outbox.ts'
import { type ChainLog, readBlock, readReceipt } from './read.ts'

/** The trees of the log and of its index log (core/completeness/epoch.ts) that are anchored: together, in one transaction. */
export interface AnchoredTrees {
  readonly log: TreeHead
  readonly index: TreeHead
}

/** A tree, and the proof that it extends the one that was anchored before (RFC 9162 §2.1.4). */
export interface Growth {
  readonly head: TreeHead
  readonly proof: readonly Hash[]
}

export interface AnchorChain {
  /**
   * The last anchored trees, once everything sent before is settled; size 0 where there is none.
   * @throws LedgerError as `checkChain`; `chain_unreachable`, `chain_answer_malformed`, `log_unregistered` (retryable)
   */
  latest(signal?: AbortSignal): Promise<AnchoredTrees>
  /** Anchors trees that extend the last ones; resolves when that is confirmed, however long it takes. */
  anchor(log: Growth, index: Growth, signal?: AbortSignal): Promise<AnchorPlace>
  /** Where a tree of one of them was anchored, or undefined. Looks through the chain, newest blocks first. */
  find(head: TreeHead, of: keyof AnchoredTrees): Promise<AnchorPlace | undefined>
  /** Whether the chain still holds the block of an anchor, and for good. */
  standing(place: AnchorPlace): Promise<'gone' | 'open' | 'final'>
  status(): OutboxStatus
}

export interface AnchorChainParts {
  readonly chain: Chain
  readonly guard: Guard
  readonly outbox: Outbox
  readonly deployment: Deployment
  readonly origin: string
  /** How many blocks deep an anchor must be to count as final. */
  readonly finality: number
}

export function createAnchorChain({
  chain,
  guard,
  outbox,
  deployment,
  origin,
  finality,
}: AnchorChainParts): AnchorChain {
  const ids = { log: logIdOf(origin), index: logIdOf(indexOrigin(origin)) }
  const { contracts } = deployment
  const contract = contracts.checkpointAnchor
  const abi = interfaceOf('checkpointAnchor')

  const placeOf = async (event: ChainLog): Promise<AnchorPlace | undefined> => {
    const block = await readBlock(chain, event.blockNumber)
    if (block === undefined || block.hash !== event.blockHash) return undefined // being reorganised
    return {
      transaction: event.transactionHash,
      block: { number: block.number, hash: block.hash, time: block.time },
    }
  }

  return {
    async latest(signal) {
      await outbox.settle(signal)
      const anchored = await readAnchored(chain, deployment, origin)
      return { log: anchored, index: await readAnchored(chain, deployment, indexOrigin(origin)) }
    },

    async anchor(logGrowth, indexGrowth, signal) {
      const growths = [
        [ids.log, logGrowth],
        [ids.index, indexGrowth],
      ] as const
      const data = abi.encodeFunctionData('anchorAll', [
        growths.map(([id, { head, proof }]) => [id, head.size, toBytes32(head.root), proof.map(toBytes32)]),
      ])
      const { head } = logGrowth
      const { transaction, block, receipt } = await outbox.send(
        { label: `anchor/${head.size}`, to: contract, data },
        signal,
      )
      const isThere = growths.every(([id, { head }]) =>
        receipt.logs.some(event => saysAnchored(event, contracts, id, head)),
      )
      if (isThere) return { transaction, block }
      throw new LedgerError('anchor_missing', {
        en: `Transaction ${transaction} is in block ${block.number}, but the contract at ${contract} says nothing there of a tree of ${head.size} leaves: the node does not answer truthfully, or serves another chain. See which node SUYUAN_RPC_URL names.`,
        zh: `交易 ${transaction} 在区块 ${block.number} 中，但位于 ${contract} 的合约在其中没有提到 ${head.size} 片叶的树：节点应答不实，或服务的是另一条链。请核对 SUYUAN_RPC_URL 指向的节点。`,
      })
    },

    async find(tree, of) {
      const head = await guard()
      const log = ids[of]
      const filter = { addresses: [contract], topics: [topicOf('CheckpointAnchored'), log, toBytes32(tree.size)] }
      const range = { from: deployment.block, to: head.number }
      for await (const { logs } of readLogs(chain, filter, range, { newestFirst: true })) {
        const event = logs.find(event => saysAnchored(event, contracts, log, tree))
        if (event !== undefined) return placeOf(event)
      }
      return undefined
    },

    async standing({ block }) {
      const head = await guard()
      const now = await readBlock(chain, block.number)
      if (now?.hash !== block.hash) return 'gone'
      return head.number - block.number + 1 >= finality ? 'final' : 'open'
    },

    status: () => outbox.status(),
  }
}

/** The contract's word in a log, if it is that this tree was anchored. */
function saysAnchored(event: ChainLog, contracts: ContractAddresses, log: string, { size, root }: TreeHead): boolean {
  const decoded = decodeEvent({ ...event, topics: [...event.topics] }, contracts)
  if (decoded?.name !== 'CheckpointAnchored') return false
  return decoded.args.log === log && decoded.args.size === BigInt(size) && decoded.args.root === toBytes32(root)
}

export interface AnchoredLog {
  readonly chain: Chain
  readonly deployment: Deployment
  readonly origin: string
}

/**
 * Compares an anchor that is remembered with the chain: its block, the time of that, and the contract's event in it.
 * @param tree As the log itself has it
 * @throws LedgerError `anchor_differs`; `chain_unreachable`, `chain_answer_malformed` (retryable)
 */
export async function confirmAnchor(
  { chain, deployment, origin }: AnchoredLog,
  tree: TreeHead,
  { transaction, block }: AnchorPlace,
): Promise<void> {
  const [there, receipt] = await Promise.all([readBlock(chain, block.number), readReceipt(chain, transaction)])
  const isThere = there?.hash === block.hash && there.time === block.time && receipt?.blockHash === block.hash
  const log = logIdOf(origin)
  if (isThere && receipt.logs.some(event => saysAnchored(event, deployment.contracts, log, tree))) return
  const { size } = tree
  const [ours, theirs] = [block, there].map(told => (told === undefined ? '—' : `${told.hash}, ${told.time}`))
  throw new LedgerError('anchor_differs', {
    en: `The anchor of size ${size} is remembered in transaction ${transaction}, block ${block.number} (${ours}), but the node at ${chain.name} knows no anchor of this tree there (block: ${theirs}). Ask another node; start the service, which looks for its anchors again. If it stays so, the facts were changed: see suyuan fsck.`,
    zh: `记录中大小为 ${size} 的存证位于交易 ${transaction}、区块 ${block.number}（${ours}），但节点 ${chain.name} 在那里没有这棵树的存证（区块：${theirs}）。请改问其他节点，或启动服务以重新查找存证；若仍如此，则记录被改动过：见 suyuan fsck。`,
  })
}

function toBytes32(value: Hash | number): string {
  return typeof value === 'number'
    ? `0x${value.toString(16).padStart(64, '0')}`
    : `0x${Buffer.from(value).toString('hex')}`
}

/** Has this log a name and an account in the contract? */
export async function isRegistered(chain: Chain, { contracts }: Deployment, origin: string): Promise<boolean> {
  try {
    await callContract(chain, 'checkpointAnchor', contracts.checkpointAnchor, 'latest', [logIdOf(origin)])
    return true
  } catch (error) {
    if (isUnknownLog(error)) return false
    throw error
  }
}

function isUnknownLog(error: unknown): boolean {
  const selector = interfaceOf('checkpointAnchor').getError('LogUnknown')!.selector
  return error instanceof RpcRefusal && error.data?.startsWith(selector) === true
}

function logUnregistered(origin: string, contract: string, cause: unknown): LedgerError {
  return new LedgerError(
    'log_unregistered',
    {
      en: `The contract at ${contract} knows no log named ${origin}, so nothing can be anchored. Contracts that were deployed before there were index logs need it to be registered once: let the log administrator call registerLog("${origin}", anchorer) there, with the account that anchors the log itself.`,
      zh: `位于 ${contract} 的合约中没有名为 ${origin} 的日志，因此无法存证。在有索引日志之前部署的合约需要补登记一次：请日志管理方在该合约调用 registerLog("${origin}", anchorer)，其中 anchorer 为本日志的存证账户。`,
    },
    { cause, retryable: true },
  )
}

/**
 * The tree of this log that was anchored last, as the contract has it now; size 0 if there is none.
 * @throws LedgerError `chain_unreachable`, `chain_answer_malformed`, `log_unregistered` (retryable)
 */
export async function readAnchored(
  chain: Chain,
  { contracts }: Pick<Deployment, 'contracts'>,
  origin: string,
): Promise<TreeHead> {
  const contract = contracts.checkpointAnchor
  const asked = callContract(chain, 'checkpointAnchor', contract, 'latest', [logIdOf(origin)])
  const [size, root] = (await asked.catch((error: unknown) => {
    throw isUnknownLog(error) ? logUnregistered(origin, contract, error) : error
  })) as [bigint, string]
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new LedgerError(
      'chain_answer_malformed',
      {
        en: `The node at ${chain.name} says that a tree of ${size} leaves was anchored, which no log can have. Ask another node, or look at what stands between.`,
        zh: `节点 ${chain.name} 称有一棵 ${size} 片叶的树已存证，而任何日志都不可能达到该大小。请改问其他节点，或检查中间环节。`,
      },
      { retryable: true },
    )
  }
  // The contract has no root for a log that was never anchored; RFC 6962 has one for the empty tree.
  return { size: Number(size), root: size === 0n ? EMPTY_ROOT : Buffer.from(root.slice(2), 'hex') }
}
