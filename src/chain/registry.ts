// What the contracts say, off chain: read from their events by block range, kept in memory, rebuilt from the chain at
// every start. Each reading begins by asking whether the last block read is still there; if it is not, the chain was
// reorganised, and everything is read again.

import type { Clock } from '../clock.ts'
import type { GrantTerms } from '../core/authority.ts'
import { LedgerError } from '../core/error.ts'
import type { ContractAddresses } from './abi.ts'
import { decodeEvent } from './events.ts'
import type { Guard } from './identity.ts'
import { readBlockLogs, readLogs, readNewestBlocks } from './logs.ts'
import type { Chain } from './network.ts'
import { type Block, type ChainLog, readBlock, readHead } from './read.ts'
import { type Grant, type Organisation, RegistryState, type Resource, type TimedEvent } from './registry-state.ts'

export type { Grant, Organisation, Resource } from './registry-state.ts'

export interface Registry {
  /** The newest block that was read; undefined before the first reading. */
  readonly block: Block | undefined
  organisation(code: string): Organisation | undefined
  organisations(): Iterable<Organisation>
  resource(code: string): Resource | undefined
  resources(): Iterable<Resource>
  grant(id: number): (Grant & { readonly purpose: string }) | undefined
  terms(id: number): GrantTerms | undefined
  /** Newest first. */
  grantsOfConsumer(code: string): readonly Grant[]
  /** Reads up to the chain's head as it is now. @throws LedgerError `chain_unreachable` (retryable) and its like */
  refresh(): Promise<void>
  /** Reads again and again until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

export interface RegistryParts {
  readonly chain: Chain
  readonly contracts: ContractAddresses
  /** No event of the ledger is older. */
  readonly firstBlock: number
  /** Tells the head of the chain, after seeing that it is the right one: a lost chain would read as an empty ledger. */
  readonly guard?: Guard
  /** By how many blocks a node behind the same URL may lag: so many of the newest are read by hash. 12 when absent. */
  readonly lag?: number
  readonly clock: Clock
  readonly log: { warn(fields: object, message: string): void }
}

const LONGEST_PAUSE_MS = 10_000
const LAG = 12

export function createRegistry(parts: RegistryParts): Registry {
  const { chain, clock, log } = parts
  let state = new RegistryState()
  let block: Block | undefined
  let reading: Promise<void> | undefined

  const read = async (): Promise<void> => {
    const head = await (parts.guard === undefined ? readHead(chain) : parts.guard())
    if (head.hash === block?.hash) return
    if (block === undefined) return readAll(head)
    if ((await readBlock(chain, block.number))?.hash !== block.hash) {
      log.warn({ block: block.number }, 'the chain was reorganised; reading it again')
      return readAll(head)
    }
    // A node that lags behind the one asked before: what it would tell is known, and must not count twice.
    if (head.number > block.number) await readOn(block, head)
  }

  /** Page by page into a state of its own: a ledger's whole past need not fit into memory at once. */
  const readAll = async (head: Block): Promise<void> => {
    const next = new RegistryState()
    for await (const page of readEvents(parts, parts.firstBlock, head)) for (const event of page) next.apply(event)
    state = next
    block = head
  }

  const readOn = async (known: Block, head: Block): Promise<void> => {
    const events = (await Array.fromAsync(readEvents(parts, known.number + 1, head, known))).flat()
    // Nothing is awaited from here on: whoever asks sees the state of one block, never half of two.
    block = undefined // should an event not fit, everything is read again
    for (const event of events) state.apply(event)
    block = head
  }

  return {
    get block() {
      return block
    },
    organisation: code => lookUp(state.organisations, state.organisationIds.get(code)),
    organisations: () => state.organisations.values(),
    resource: code => lookUp(state.resources, state.resourceIds.get(code)),
    resources: () => state.resources.values(),
    grant: id => {
      const grant = state.grants.get(id)
      return grant && { ...grant, purpose: grant.terms.purpose }
    },
    terms: id => state.grants.get(id)?.terms,
    grantsOfConsumer: code => (state.grantsByConsumer.get(code) ?? []).map(id => state.grants.get(id)!).toReversed(),

    refresh() {
      // One reading at a time; who comes during one waits for the next, since the head may have moved.
      const next = (reading ?? Promise.resolve()).catch(() => {}).then(read)
      reading = next
      return next
    },

    async run(signal) {
      let pause = chain.pollingMs
      while (!signal.aborted) {
        try {
          await this.refresh()
          pause = chain.pollingMs
        } catch (error) {
          if (!(error instanceof LedgerError)) throw error
          if (pause === chain.pollingMs) log.warn({ code: error.code }, error.message)
          pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
        }
        await clock.sleep(pause, signal).catch(() => {}) // aborted: the loop's condition says so
      }
    },
  }
}

function lookUp<T>(items: ReadonlyMap<number, T>, id: number | undefined): T | undefined {
  return id === undefined ? undefined : items.get(id)
}

/** The ledger's events from block `from` to `head`, each with its block's time; `before` is the block before `from`. */
async function* readEvents(
  { chain, contracts, lag = LAG }: RegistryParts,
  from: number,
  head: Block,
  before?: Block,
): AsyncGenerator<readonly TimedEvent[]> {
  const addresses = [contracts.organisations, contracts.catalogue, contracts.accessLedger]
  const decode = (log: ChainLog, time: number): TimedEvent[] => {
    const event = decodeEvent({ ...log, topics: [...log.topics] }, contracts)
    return event === undefined ? [] : [{ event, log, time }]
  }
  const newest = Math.max(from, head.number - lag + 1)
  for await (const { logs } of readLogs(chain, { addresses }, { from, to: newest - 1 })) {
    const events: TimedEvent[] = []
    const blocks = new Map<number, Block>()
    for (const log of logs) events.push(...decode(log, (await blockOf(chain, log, blocks)).time))
    yield events
  }
  for (const block of await readNewestBlocks(chain, head, newest)) {
    if (before && block.number === before.number + 1 && block.parentHash !== before.hash)
      throw moved(chain, before, block.parentHash)
    const logs = await readBlockLogs(chain, addresses, block)
    yield logs.flatMap(log => decode(log, block.time))
  }
}

async function blockOf(chain: Chain, { blockNumber, blockHash }: ChainLog, known: Map<number, Block>): Promise<Block> {
  const block = known.get(blockNumber) ?? (await readBlock(chain, blockNumber))
  if (block?.hash !== blockHash) throw moved(chain, { number: blockNumber, hash: blockHash }, block?.hash)
  known.set(blockNumber, block)
  return block
}

function moved(chain: Chain, { number, hash }: Pick<Block, 'number' | 'hash'>, now = 'gone'): LedgerError {
  return new LedgerError(
    'chain_moved',
    `Block ${number} of the chain at ${chain.name} was ${hash} a moment ago, and now it is ${now}: it is being reorganised; the next reading starts over.`,
    { retryable: true },
  )
}
