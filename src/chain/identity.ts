// Is this the chain that the ledger lives on? Its id, its first block, the code of the contracts, and the newest block
// that counted as final. A local chain's first block is the same every time it is made, so that only the last of these
// tells a lost chain from its fresh twin. Everything compared is remembered in the ledger's own facts.

import { keccak256 } from 'ethers'
import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import type { Facts } from '../store/store.ts'
import { CONTRACT_NAMES } from './abi.ts'
import type { Deployment } from './deploy.ts'
import { type Chain, chainIdDiffers } from './network.ts'
import { type Block, parseNumber, readBlock, readCode, readHead } from './read.ts'

/** A block that counted as final when it was seen. */
export interface SeenBlock {
  readonly number: number
  readonly hash: string
}

export interface ChainIdentity {
  readonly deployment: Deployment
  readonly lastSeen: SeenBlock | undefined
}

const DEPLOYMENT_FACT = 'chain/identity'
const SEEN_FACT = 'chain/seen'

/** What this ledger remembers of its chain; undefined before its contracts were deployed. */
export async function recallIdentity(facts: Pick<Facts, 'get'>): Promise<ChainIdentity | undefined> {
  const deployment = await facts.get(DEPLOYMENT_FACT)
  if (deployment === undefined) return undefined
  return { deployment: JSON.parse(deployment) as Deployment, lastSeen: await recallSeen(facts) }
}

async function recallSeen(facts: Pick<Facts, 'get'>): Promise<SeenBlock | undefined> {
  const seen = await facts.get(SEEN_FACT)
  return seen === undefined ? undefined : (JSON.parse(seen) as SeenBlock)
}

/**
 * Remembers where the ledger's contracts are. For ever: a second, different deployment is refused, since its chain
 * would hold none of the anchors.
 * @throws LedgerError `deployment_differs`
 */
export async function rememberDeployment(facts: Facts, deployment: Deployment): Promise<void> {
  const known = await recallIdentity(facts)
  if (known === undefined) return facts.put({ [DEPLOYMENT_FACT]: JSON.stringify(deployment) })
  const [was, is] = [known.deployment, deployment].map(
    ({ chainId, contracts }) => `chain ${chainId}, ${contracts.checkpointAnchor}`,
  )
  if (was !== is) {
    throw new LedgerError('deployment_differs', {
      en: `This data directory belongs to the contracts at ${was}, not ${is}; use a fresh data directory for a new ledger.`,
      zh: `本数据目录属于 ${was} 的合约，而不是 ${is}；新账本请使用新的数据目录。`,
    })
  }
}

/**
 * Refuses a chain that is not the one in `identity`.
 * @throws LedgerError `chain_id_differs`, `chain_differs`, `contract_code_differs`, `chain_lost`; `chain_unreachable`
 */
export async function checkChain(chain: Chain, identity: ChainIdentity): Promise<void> {
  const { chainId, genesisHash } = identity.deployment
  const told = parseNumber('chain id', await chain.request('eth_chainId', []))
  if (told !== chainId) throw chainIdDiffers(chain.name, told, chainId)
  const genesis = await readBlock(chain, 0)
  if (genesis?.hash !== genesisHash) {
    throw new LedgerError('chain_differs', {
      en: `The chain at ${chain.name} begins with block ${genesis?.hash ?? 'none'}, but this ledger is on the one that begins with ${genesisHash}; both call themselves chain ${chainId}. Set SUYUAN_RPC_URL to a node of the right one.`,
      zh: `节点 ${chain.name} 的链以区块 ${genesis?.hash ?? '（无）'} 开始，而本账本所在的链以 ${genesisHash} 开始；两者的链标识都是 ${chainId}。请将 SUYUAN_RPC_URL 设为正确链的节点。`,
    })
  }
  if (identity.lastSeen !== undefined) await checkSeen(chain, identity.lastSeen)
  await checkContracts(chain, identity.deployment)
}

/**
 * Refuses a chain that no longer holds a block which counted as final.
 * @throws LedgerError `chain_lost`
 */
async function checkSeen(chain: Chain, seen: SeenBlock): Promise<void> {
  const block = await readBlock(chain, seen.number)
  if (block?.hash === seen.hash) return
  const now = await sayNow(chain, block)
  throw new LedgerError('chain_lost', {
    en: `Block ${seen.number} of the chain at ${chain.name} was ${seen.hash}, and now ${now.en}: the chain was reset, restored from an older backup or rewritten, and anchors may be gone with it. Restore the chain's own data, or let the node catch up if it is behind, and start again.`,
    zh: `节点 ${chain.name} 上的区块 ${seen.number} 原为 ${seen.hash}，现在${now.zh}：链被重置、从旧备份恢复或被改写，存证可能随之丢失。请恢复链自身的数据；若节点只是落后，请等它追上后再启动。`,
  })
}

async function sayNow(chain: Chain, block: Pick<SeenBlock, 'hash'> | undefined): Promise<Words> {
  if (block !== undefined) return { en: `it is ${block.hash}`, zh: `是 ${block.hash}` }
  const { number } = await readHead(chain)
  return { en: `the chain ends at block ${number}`, zh: `链到区块 ${number} 为止` }
}

async function checkContracts(chain: Chain, { contracts, codeHashes }: Deployment): Promise<void> {
  const codes = await Promise.all(CONTRACT_NAMES.map(name => readCode(chain, contracts[name])))
  for (const [k, name] of CONTRACT_NAMES.entries()) {
    const code = codes[k]!
    const hash = keccak256(code)
    if (hash === codeHashes[name]) continue
    throw new LedgerError(
      'contract_code_differs',
      code === '0x'
        ? {
            en: `There is no contract at ${contracts[name]}, where this ledger's ${name} was; the node at ${chain.name} serves another chain, or the chain was reset. Set SUYUAN_RPC_URL to the right node, or restore the chain.`,
            zh: `${contracts[name]} 处没有合约，而本账本的 ${name} 原在那里；节点 ${chain.name} 服务的是另一条链，或链被重置。请将 SUYUAN_RPC_URL 设为正确的节点，或恢复该链。`,
          }
        : {
            en: `The contract at ${contracts[name]} is not this ledger's ${name}: its code has hash ${hash}, not ${codeHashes[name]}. Set SUYUAN_RPC_URL to the right node.`,
            zh: `${contracts[name]} 处的合约不是本账本的 ${name}：其代码哈希为 ${hash}，应为 ${codeHashes[name]}。请将 SUYUAN_RPC_URL 设为正确的节点。`,
          },
    )
  }
}

/**
 * The newest block that is `finality` blocks deep, the head itself being 1 deep; remembered, so that a later start can
 * look for it. Never moves back.
 */
export async function markSeen(
  chain: Chain,
  facts: Facts,
  head: Block,
  finality: number,
): Promise<SeenBlock | undefined> {
  const seen = await recallSeen(facts)
  const number = head.number - finality + 1
  if (number < 0 || (seen !== undefined && number <= seen.number)) return seen
  const block = finality === 1 ? head : await readBlock(chain, number)
  if (block === undefined || block.number !== number) return seen // the node went back meanwhile; next time
  await facts.put({ [SEEN_FACT]: JSON.stringify({ number, hash: block.hash }) })
  return { number, hash: block.hash }
}

export interface GuardParts {
  readonly chain: Chain
  readonly facts: Facts
  readonly deployment: Deployment
  /** How many blocks deep a block must be to count as final; 1 where blocks are never taken back. */
  readonly finality: number
}

/** Run before anything is sent and before anything is believed; resolves to the chain's head. */
export type Guard = () => Promise<Block>

/**
 * A guard for a long-running service: everything is compared at first and after each failure, since behind the same URL
 * there may be another node then; in between, the newest block that counted as final.
 * @throws as `checkChain`
 */
export function createGuard({ chain, facts, deployment, finality }: GuardParts): Guard {
  let trusted = false
  let lastSeen: SeenBlock | undefined
  return async () => {
    try {
      lastSeen ??= await recallSeen(facts)
      if (!trusted) await checkChain(chain, { deployment, lastSeen })
      else if (lastSeen !== undefined) await checkSeen(chain, lastSeen)
      const head = await readHead(chain)
      lastSeen = await markSeen(chain, facts, head, finality)
      trusted = true
      return head
    } catch (error) {
      trusted = false
      throw error
    }
  }
}
