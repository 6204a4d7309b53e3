// What the contracts say, off chain: read from their events by block range, kept in a journal, and made into a state in
// memory that a start builds anew from the journal. Each reading begins by asking whether the last block read is still
// there; if it is not, the chain was reorganised: what came after the newest common block is forgotten, and read anew.
// docs/indexer.md has the whole.

import type { Clock } from '../clock.ts'
import type { GrantTerms } from '../core/authority.ts'
import { LedgerError } from '../core/error.ts'
import { type EventJournal, forgetfulJournal } from './event-journal.ts'
import { type BlockId, moved, type ReaderParts, readSteps } from './event-reader.ts'
import { decodeAll } from './event-source.ts'
import { topicOf } from './events.ts'
import { findCommon } from './fork.ts'
import type { Guard } from './identity.ts'
import { type Block, readHead } from './read.ts'
import {
  type Books,
  type Grant,
  type Organisation,
  RegistryState,
  type Resource,
  type TimedEvent,
  termsOf,
} from './registry-state.ts'

export type { Grant, Organisation, Resource } from './registry-state.ts'

export interface Registry {
  /** The newest block that was read; undefined before the first reading. */
  readonly block: Block | undefined
  /** All that was read, as it stands at that block; another object after a reorganisation, so ask for it anew. */
  readonly books: Books
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

export interface RegistryParts extends ReaderParts {
  /** Tells the head of the chain, after seeing that it is the right one: a lost chain would read as an empty ledger. */
  readonly guard?: Guard
  /** Keeps what was read; without one, a start and a reorganisation read everything from the first block. */
  readonly journal?: EventJournal
  /** What that journal tells, where somebody has begun to replay it. */
  readonly kept?: Promise<RegistryState>
  /** Told after each step of a reading how far it is, and how far it goes. */
  readonly onProgress?: (block: number, head: number) => void
  readonly clock: Clock
  readonly log: { warn(fields: object, message: string): void }
}

const LONGEST_PAUSE_MS = 10_000

/**
 * The state that a journal tells of. One whose events do not fit together is emptied, to be read again from the chain.
 * @throws LedgerError `event_journal_unwritable`
 */
export async function replayEvents({
  journal,
  contracts,
  log,
}: Pick<RegistryParts, 'contracts' | 'log'> & { readonly journal: EventJournal }): Promise<RegistryState> {
  const made = new RegistryState()
  try {
    const anchored = topicOf('CheckpointAnchored')
    for await (const events of journal.replay()) {
      // The one act that comes every few seconds, for ever, says nothing to this state; decoding is what takes long.
      const telling = events.filter(({ log }) => log.topics[0] !== anchored)
      for (const event of decodeAll(telling, contracts)) made.apply(event)
    }
    return made
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code.startsWith('event_journal_')) throw error
    log.warn({ code: error.code }, 'the events in the journal do not fit together; they are read again from the chain')
    await journal.clear()
    return new RegistryState()
  }
}

export function createRegistry(parts: RegistryParts): Registry {
  const { chain, clock, log, journal = forgetfulJournal() } = parts
  let state = new RegistryState()
  let block: Block | undefined
  /** Whether `state` is what the journal tells. If it is not, the next reading makes it anew from there. */
  let current = false
  let reading: Promise<void> | undefined
  let kept = parts.kept
  const replay = (): Promise<RegistryState> => replayEvents({ journal, contracts: parts.contracts, log })

  const read = async (): Promise<void> => {
    const head = await (parts.guard === undefined ? readHead(chain) : parts.guard())
    if (current && head.hash === block?.hash) return
    const begun = kept
    kept = undefined // if it failed, the next reading tries again
    let made = current ? undefined : await (begun ?? replay())
    const last = journal.known.at(-1)
    const common = await findCommon(chain, journal.known, head)
    if (common !== last) {
      // A node that lags behind the one asked before tells of nothing else than what is known, only of less. Before
      // anything was shown there is no reason to know better than it does.
      const lags = common === journal.known.findLast(({ number }) => number <= head.number)
      if (lags && block !== undefined) return
      current = false
      if (await takeBack(common, lags)) made = await replay()
      else current = made === undefined
    }
    await readOn(made, head)
  }

  /** Resolves to whether the state may have to change with it. */
  const takeBack = async (common: BlockId | undefined, lags: boolean): Promise<boolean> => {
    const from = journal.known.at(-1)?.number
    if (common === undefined) {
      log.warn({ block: from }, 'the chain was reorganised, deeper than is remembered; it is read again as a whole')
      await journal.clear()
      return true
    }
    const what = lags ? 'the chain ends before what was read' : 'the chain was reorganised'
    log.warn({ block: from, common: common.number }, `${what}; it is read again from the newest common block`)
    return journal.unwind(common)
  }

  /**
   * Into `made`, step by step, since a ledger's whole past need not fit into memory at once; nobody sees it before the
   * last step. Without it, on from the state that is shown, all at once at the end.
   */
  const readOn = async (made: RegistryState | undefined, head: Block): Promise<void> => {
    const last = journal.known.at(-1)
    if (last !== undefined && last.number === head.number && last.hash !== head.hash)
      throw moved(chain, last, head.hash)
    const gathered: TimedEvent[][] = []
    try {
      for await (const step of readSteps(parts, last, head)) {
        const events = decodeAll(step.events, parts.contracts)
        if (made === undefined) gathered.push(events)
        else for (const event of events) made.apply(event)
        current = false
        await journal.append({ ...step, events: events.map(({ log, time }) => ({ log, time })) })
        parts.onProgress?.(step.blocks.at(-1)!.number, head.number)
      }
      // Nothing is awaited from here on: whoever asks sees the state of one block, never half of two.
      block = undefined // should an event not fit
      if (made !== undefined) state = made
      for (const event of gathered.flat()) state.apply(event)
    } catch (error) {
      // A node that leaves events out has spoiled what was kept; which of it, nobody can tell.
      if (error instanceof LedgerError && error.code === 'events_missing') {
        current = false
        await journal.clear()
      }
      throw error
    }
    block = head
    current = true
  }

  return {
    get block() {
      return block
    },
    get books() {
      return state
    },
    organisation: code => lookUp(state.organisations, state.organisationIds.get(code)),
    organisations: () => state.organisations.values(),
    resource: code => lookUp(state.resources, state.resourceIds.get(code)),
    resources: () => state.resources.values(),
    grant: id => {
      const grant = state.grants.get(id)
      return grant && { ...grant, purpose: grant.terms.purpose }
    },
    terms: id => {
      const grant = state.grants.get(id)
      return grant && termsOf(grant, state)
    },
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
