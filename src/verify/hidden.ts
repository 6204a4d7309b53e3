// What a file leaves out, named: the event, what it is about, and where it is.

import type { ContractAddresses } from '../chain/abi.ts'
import { type FoundLog, rawOf } from '../chain/event-search.ts'
import { decodeEvent } from '../chain/events.ts'
import { to0x } from '../core/bytes.ts'
import { Disagreement } from './report.ts'

export function hidden(log: FoundLog, contracts: ContractAddresses): Disagreement {
  const name = decodeEvent(rawOf(log), contracts)?.name ?? 'an event'
  const about = name === 'Computed' ? '' : ` ${BigInt(to0x(log.topics[1]!))}`
  return new Disagreement({
    zh: `区块 ${log.block} 的第 ${log.logIndex} 号事件 ${name}${about} 与答复有关，文件的事件中却没有：被隐去。`,
    en: `Event ${log.logIndex} of block ${log.block}, ${name}${about}, is about what the answer hangs on, but is not among the events of the file: it was left out.`,
  })
}
