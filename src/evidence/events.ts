// What the contracts say of what the rows name: the raw events, as a verifier will compare them with the chain.

import type { Anchor } from '../anchors.ts'
import { decodeEvent, type LedgerEvent, type RawEvent } from '../chain/contracts.ts'
import { type Deployment, logIdOf } from '../chain/deploy.ts'
import type { Chain } from '../chain/network.ts'
import { type Block, readBlock, readReceipt } from '../chain/read.ts'
import type { GrantTerms } from '../core/authority.ts'
import { LedgerError } from '../core/error.ts'
import type { Evidence, EvidenceEvent } from '../core/evidence.ts'
import type { UsageRow } from '../core/usage.ts'

/** Something the contracts know, with the events by which it is what it is. */
interface Told {
  readonly events: readonly RawEvent[]
}

type BlockName = Pick<Block, 'number' | 'hash'>

/** What evidence asks of the registry (src/chain/registry.ts). */
export interface EvidenceRegistry {
  /** The newest block that was read. */
  readonly block: BlockName | undefined
  refresh(): Promise<void>
  organisation(code: string): Told | undefined
  resource(code: string): (Told & { readonly provider: string }) | undefined
  grant(id: number): (Told & { readonly terms: GrantTerms }) | undefined
}

/** The events a verifier needs: who decided what about a grant, and the names behind the codes. */
const TELLING: ReadonlySet<LedgerEvent['name']> = new Set([
  'OrganisationRegistered',
  'OrganisationUpdated',
  'ResourceRegistered',
  'ResourceUpdated',
  'AccessRequested',
  'AccessGranted',
  'AccessRefused',
  'GrantRevoked',
])

/** The events about what the rows name, in the order of the chain, each once. */
export function eventsAbout(rows: readonly UsageRow[], registry: EvidenceRegistry, deployment: Deployment): RawEvent[] {
  const told: (Told | undefined)[] = []
  const organisations = new Set<string>()
  const resources = new Set<string>()
  for (const id of new Set(rows.flatMap(({ record }) => record.grant ?? []))) {
    const grant = registry.grant(id)
    if (grant === undefined) continue
    told.push(grant)
    organisations.add(grant.terms.consumer)
    resources.add(grant.terms.resource)
  }
  for (const { record } of rows) {
    organisations.add(record.consumer).add(record.provider)
    resources.add(record.resource)
  }
  for (const code of resources) {
    const resource = registry.resource(code)
    if (resource !== undefined) organisations.add(resource.provider)
    told.push(resource)
  }
  for (const code of organisations) told.push(registry.organisation(code))
  const byPlace = new Map<string, RawEvent>()
  for (const event of told.flatMap(item => item?.events ?? [])) {
    const name = decodeEvent(event, deployment.contracts)?.name
    if (name !== undefined && TELLING.has(name)) byPlace.set(`${event.blockNumber} ${event.index}`, event)
  }
  return [...byPlace.values()].toSorted((a, b) => a.blockNumber - b.blockNumber || a.index - b.index)
}

/** @throws LedgerError `chain_moved` */
export async function findAnchorEvent(
  anchor: Anchor,
  origin: string,
  deployment: Deployment,
  chain: Chain,
): Promise<RawEvent> {
  const receipt = await readReceipt(chain, anchor.transaction)
  const event = receipt?.logs.find(log => {
    const told = decodeEvent(log, deployment.contracts)
    return (
      told?.name === 'CheckpointAnchored' && told.args.log === logIdOf(origin) && told.args.size === BigInt(anchor.size)
    )
  })
  if (event === undefined) throw chainMoved(`the chain does not show the anchor of size ${anchor.size} where it was`)
  return event
}

/** The blocks of these events, and the one that judgements are as of. @throws LedgerError `chain_moved` */
export async function readBlocks(
  events: readonly RawEvent[],
  asOf: BlockName,
  chain: Chain,
): Promise<Evidence['blocks']> {
  const seen = [...events.map(({ blockNumber, blockHash }) => ({ number: blockNumber, hash: blockHash })), asOf]
  const numbers = [...new Set(seen.map(({ number }) => number))].toSorted((a, b) => a - b)
  const blocks = new Map<number, Block>()
  for (const number of numbers) {
    const block = await readBlock(chain, number)
    if (block === undefined) throw chainMoved(`the chain has no block ${number}`)
    blocks.set(number, block)
  }
  const stray = seen.find(({ number, hash }) => blocks.get(number)?.hash !== hash)
  if (stray !== undefined) {
    throw chainMoved(
      `block ${stray.number} was ${stray.hash} when it was read, and now it is ${blocks.get(stray.number)?.hash}`,
    )
  }
  return [...blocks.values()].map(({ number, hash, time }) => ({ number, hash, time }))
}

export function chainMoved(why: string): LedgerError {
  return new LedgerError(
    'chain_moved',
    `The chain was reorganised while the answer was made: ${why}. Ask again in a moment.`,
    { retryable: true },
  )
}

export function encodeEvent({ blockNumber, transactionHash, index, address, topics, data }: RawEvent): EvidenceEvent {
  return {
    block: blockNumber,
    transaction: transactionHash.toLowerCase(),
    logIndex: index,
    address: address.toLowerCase(),
    topics: topics.map(topic => topic.toLowerCase()),
    data: data.toLowerCase(),
  }
}
