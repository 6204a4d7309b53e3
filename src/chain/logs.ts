// Contract events by block range, never by subscription: subscriptions lose events silently, ranges can be read again.
// Nodes limit how many blocks or events one answer may span, each in its own words; so whatever the refusal says, the
// range is halved, and grows again slowly.

import { LedgerError } from '../core/error.ts'
import type { Chain } from './network.ts'
import { type ChainLog, parseList, parseLog, toTag } from './read.ts'

export interface LogFilter {
  readonly addresses: readonly string[]
  /** By position; null takes any. */
  readonly topics?: readonly (string | readonly string[] | null)[]
}

export interface LogRange {
  readonly from: number
  /** Inclusive. */
  readonly to: number
}

export interface LogPage extends LogRange {
  /** In the order of the chain. */
  readonly logs: readonly ChainLog[]
}

const FIRST_PAGE = 1_000
const LARGEST_PAGE = 50_000

/** Pages from the first block to the last, or with `newestFirst` from the last back. */
export async function* readLogs(
  chain: Chain,
  filter: LogFilter,
  { from, to }: LogRange,
  { newestFirst = false }: { newestFirst?: boolean } = {},
): AsyncGenerator<LogPage> {
  let span = FIRST_PAGE
  let [first, last] = [from, to]
  while (first <= last) {
    const page = newestFirst
      ? { from: Math.max(first, last - span + 1), to: last }
      : { from: first, to: Math.min(last, first + span - 1) }
    let logs: ChainLog[]
    try {
      logs = await readPage(chain, filter, page)
    } catch (error) {
      // A node that is gone is not helped by a smaller question; a time-out may be.
      if (page.from === page.to || !(error instanceof LedgerError) || !mayBeTooMuch(error)) throw error
      span = Math.max(1, Math.floor((page.to - page.from + 1) / 2))
      continue
    }
    yield { ...page, logs }
    if (newestFirst) last = page.from - 1
    else first = page.to + 1
    span = Math.min(LARGEST_PAGE, span * 2)
  }
}

async function readPage(chain: Chain, filter: LogFilter, page: LogRange): Promise<ChainLog[]> {
  const answer = await chain.request('eth_getLogs', [
    {
      address: filter.addresses,
      ...(filter.topics === undefined ? {} : { topics: filter.topics }),
      fromBlock: toTag(page.from),
      toBlock: toTag(page.to),
    },
  ])
  const logs = parseList('events', answer).map(parseLog)
  const stray = logs.find(({ blockNumber }) => blockNumber < page.from || blockNumber > page.to)
  if (stray !== undefined) {
    throw new LedgerError(
      'chain_answer_malformed',
      `Asked for the events of blocks ${page.from} to ${page.to}, the node at ${chain.name} gave one of block ${stray.blockNumber}; ask another node.`,
      { retryable: true },
    )
  }
  return logs.toSorted((a, b) => a.blockNumber - b.blockNumber || a.index - b.index)
}

function mayBeTooMuch(error: LedgerError): boolean {
  return (
    error.code === 'chain_refused' ||
    (error.code === 'chain_unreachable' && /time-out|longer than|HTTP status/.test(error.message))
  )
}
