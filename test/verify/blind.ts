// A node that hides one kind of event, in whatever it is asked: for evidence whose author knows nothing of it.

import { type EventName, topicOf } from '../../src/chain/events.ts'
import type { Chain } from '../../src/chain/network.ts'

interface Told {
  readonly topics?: readonly string[]
  readonly logs?: readonly Told[]
}

/** @param id Hides it only of the thing with this number. */
export function blindTo(chain: Chain, names: readonly EventName[], id?: number): Chain {
  const topics = new Set(names.map(topicOf))
  const isHidden = ({ topics: [name, first] = [] }: Told): boolean =>
    topics.has(name ?? '') && (id === undefined || BigInt(first ?? 0) === BigInt(id))
  const hide = (answer: unknown): unknown => {
    if (Array.isArray(answer)) return (answer as Told[]).filter(told => !isHidden(told)).map(hide)
    const { logs } = answer as Told
    return logs === undefined ? answer : { ...(answer as Told), logs: hide(logs) }
  }
  const asked = new Set(['eth_getLogs', 'eth_getBlockReceipts', 'eth_getTransactionReceipt'])
  return {
    ...chain,
    async request(method, params) {
      const answer = await chain.request(method, params)
      return asked.has(method) && answer !== null ? hide(answer) : answer
    },
  }
}
