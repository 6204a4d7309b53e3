// Reads the contracts' events out of a chain's logs. Only the ledger's own addresses count: any contract can emit an
// event that looks the same.

import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import type { ContractAddresses, ContractName } from './abi.ts'
import { type EventShape, SHAPES, shapeOf } from './event-shapes.ts'
import type { EventName, LedgerEvent } from './ledger-event.ts'
import type { ChainLog } from './read.ts'
import { decodeValues } from './values.ts'

export { topicOf } from './event-shapes.ts'
export type { EventName, EventNamed, LedgerEvent } from './ledger-event.ts'

/** Which contract may emit which event. An event of that name from any other address is not the ledger's. */
export const EVENTS = Object.fromEntries(
  Object.values(SHAPES).map(({ name, contract }) => [name, contract]),
) as Readonly<Record<EventName, ContractName>>

/** What a chain says about one event. */
export type RawEvent = Omit<ChainLog, 'transactionIndex'>

/**
 * The ledger's event in a log, or undefined if it is none: another event, or a contract that is not the ledger's own and
 * only imitates one.
 * @param contracts The ledger's addresses, from a source the caller trusts.
 * @throws LedgerError `event_malformed` if the ledger's own address carries data that does not fit the event.
 */
export function decodeEvent(log: RawEvent, contracts: ContractAddresses): LedgerEvent | undefined {
  const shape = shapeOf(log.topics[0] ?? '')
  if (!shape || log.address.toLowerCase() !== contracts[shape.contract].toLowerCase()) return undefined
  // The table decides the shape of `args`; tests compare it with the compiled contracts and with the types.
  return {
    name: shape.name,
    contract: shape.contract,
    address: log.address,
    blockNumber: log.blockNumber,
    blockHash: log.blockHash,
    transactionHash: log.transactionHash,
    logIndex: log.index,
    args: decodeArgs(shape, log),
  } as unknown as LedgerEvent
}

function decodeArgs(shape: EventShape, log: RawEvent): unknown {
  const indexed = shape.inputs.filter(input => input.indexed)
  const rest = shape.inputs.filter(input => !input.indexed)
  if (log.topics.length !== indexed.length + 1) {
    throw malformed(shape, log, {
      en: `it has ${log.topics.length} topics, not ${indexed.length + 1}`,
      zh: `它有 ${log.topics.length} 个主题，应为 ${indexed.length + 1} 个`,
    })
  }
  try {
    return { ...decodeValues(indexed, joined(log.topics.slice(1))), ...decodeValues(rest, log.data) }
  } catch (cause) {
    throw malformed(shape, log, { en: 'its data does not fit', zh: '其数据不符' }, cause)
  }
}

function malformed(shape: EventShape, log: RawEvent, why: Words, cause?: unknown): LedgerError {
  return new LedgerError(
    'event_malformed',
    {
      en: `Event ${log.index} of block ${log.blockNumber} should be ${shape.name}, but ${why.en}. The node does not answer truthfully, or the contracts are not the ones this version was built for; ask another node.`,
      zh: `区块 ${log.blockNumber} 的事件 ${log.index} 应为 ${shape.name}，但${why.zh}。节点应答不实，或合约不是本版本对应的合约；请改问其他节点。`,
    },
    { cause },
  )
}

/** A topic without its 0x has the digits of one word. */
function joined(topics: readonly string[]): string {
  return `0x${topics.map(topic => topic.slice(2)).join('')}`
}
