// What the contracts say of what the rows name: the raw events, as a verifier will compare them with the chain.

import { decodeEvent, type RawEvent } from '../chain/contracts.ts'
import { type Deployment, logIdOf } from '../chain/deploy.ts'
import type { Chain } from '../chain/network.ts'
import { type Block, readBlock, readReceipt } from '../chain/read.ts'
import type { TimedEvent } from '../chain/registry-state.ts'
import type { Thing } from '../chain/things.ts'
import { LedgerError } from '../core/error.ts'
import type { Evidence } from '../core/evidence.ts'
import type { EvidenceEvent } from '../core/evidence-chain.ts'
import type { LogRecord } from '../core/record.ts'
import type { Words } from '../core/words.ts'

export type BlockName = Pick<Block, 'number' | 'hash'>

/** What evidence asks of the registry (src/chain/registry.ts): as of which block, and the numbers behind the codes. */
export interface EvidenceRegistry {
  /** The newest block that was read. */
  readonly block: BlockName | undefined
  refresh(): Promise<void>
  organisation(code: string): { readonly id: number } | undefined
  resource(code: string): { readonly id: number } | undefined
}

/** What the rows name, as the contracts number it. */
export function thingsOf(
  rows: readonly { readonly record: LogRecord }[],
  registry: Pick<EvidenceRegistry, 'organisation' | 'resource'>,
): readonly Thing[] {
  const records = rows.map(({ record }) => record)
  const organisations = new Set(records.flatMap(({ consumer, provider }) => [consumer ?? [], provider ?? []].flat()))
  const resources = new Set(records.flatMap(({ resource }) => resource ?? []))
  return [
    ...[...organisations].flatMap(code => thing('organisation', registry.organisation(code))),
    ...[...resources].flatMap(code => thing('resource', registry.resource(code))),
    ...grantsIn(records),
  ]
}

function thing(kind: 'organisation' | 'resource', known: { readonly id: number } | undefined): Thing[] {
  return known === undefined ? [] : [{ kind, id: BigInt(known.id) }]
}

function grantsIn(records: readonly Pick<LogRecord, 'grant'>[]): readonly Thing[] {
  return [...new Set(records.flatMap(({ grant }) => grant ?? []))].map(id => ({ kind: 'grant', id: BigInt(id) }))
}

/** Of each resource its newest update: by that it has its name, also where it changes no judgement. */
export function newestUpdates(found: readonly TimedEvent[]): readonly TimedEvent[] {
  const newest = new Map<bigint, TimedEvent>()
  for (const timed of found) if (timed.event.name === 'ResourceUpdated') newest.set(timed.event.args.id, timed)
  return [...newest.values()]
}

/** The events of one transaction that anchored these trees, in their order. @throws LedgerError `chain_moved` */
export async function findAnchorEvents(
  transaction: string,
  trees: readonly { readonly origin: string; readonly size: number }[],
  deployment: Deployment,
  chain: Chain,
): Promise<RawEvent[]> {
  const receipt = await readReceipt(chain, transaction)
  return trees.map(({ origin, size }) => {
    const event = receipt?.logs.find(log => {
      const told = decodeEvent(log, deployment.contracts)
      return told?.name === 'CheckpointAnchored' && told.args.log === logIdOf(origin) && told.args.size === BigInt(size)
    })
    if (event !== undefined) return event
    throw chainMoved({
      en: `the chain does not show the anchor of ${origin} of size ${size} where it was`,
      zh: `链上原处已不显示 ${origin} 大小为 ${size} 的存证`,
    })
  })
}

/** The blocks of these events, and the one that judgements are as of. @throws LedgerError `chain_moved` */
export async function readBlocks(
  events: readonly Pick<RawEvent, 'blockNumber' | 'blockHash'>[],
  asOf: BlockName,
  chain: Chain,
): Promise<Evidence['blocks']> {
  const seen = [...events.map(({ blockNumber, blockHash }) => ({ number: blockNumber, hash: blockHash })), asOf]
  const numbers = [...new Set(seen.map(({ number }) => number))].toSorted((a, b) => a - b)
  const blocks = new Map<number, Block>()
  for (const number of numbers) {
    const block = await readBlock(chain, number)
    if (block === undefined) throw chainMoved({ en: `the chain has no block ${number}`, zh: `链上没有区块 ${number}` })
    blocks.set(number, block)
  }
  const stray = seen.find(({ number, hash }) => blocks.get(number)?.hash !== hash)
  if (stray !== undefined) {
    throw chainMoved({
      en: `block ${stray.number} was ${stray.hash} when it was read, and now it is ${blocks.get(stray.number)?.hash}`,
      zh: `区块 ${stray.number} 读取时是 ${stray.hash}，现在是 ${blocks.get(stray.number)?.hash}`,
    })
  }
  return [...blocks.values()].map(({ number, hash, time }) => ({ number, hash, time }))
}

export function chainMoved(why: Words): LedgerError {
  return new LedgerError(
    'chain_moved',
    {
      en: `The chain was reorganised while the answer was made: ${why.en}. Ask again in a moment.`,
      zh: `作答期间链发生了重组：${why.zh}。请稍后再问。`,
    },
    { retryable: true },
  )
}

export function encodeEvent({
  blockNumber,
  transactionHash,
  index,
  address,
  topics,
  data,
}: Omit<RawEvent, 'topics'> & { readonly topics: readonly string[] }): EvidenceEvent {
  return {
    block: blockNumber,
    transaction: transactionHash.toLowerCase(),
    logIndex: index,
    address: address.toLowerCase(),
    topics: topics.map(topic => topic.toLowerCase()),
    data: data.toLowerCase(),
  }
}
