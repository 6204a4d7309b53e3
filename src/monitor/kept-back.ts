// A log that shows less than it has committed itself to, for longer than lag explains.

import type { AnchorClaim } from '../verify/finding/judged.ts'
import { Contradiction } from './checks.ts'
import type { LogName } from './followed-log.ts'
import type { SignedHead } from './tile-client.ts'

/** A tree of the log is on the chain that it does not show. */
export function keptBack(anchor: AnchorClaim, head: SignedHead | undefined, since: number): Contradiction {
  const start = new Date(since).toISOString()
  return new Contradiction(
    'log-rolled-back',
    `anchored size ${anchor.size}`,
    {
      en: `A tree of ${anchor.size} leaves is anchored in block ${anchor.block}, and the log has served no more than ${head?.size ?? 0} since ${start}.`,
      zh: `区块 ${anchor.block} 已存证 ${anchor.size} 片叶的树，而自 ${start} 起日志只提供 ${head?.size ?? 0} 片叶。`,
    },
    { anchor, ...(head && { served: head.note }), since: start },
  )
}

/** A tree that it signed is not the newest any more. */
export function rolledBack(name: LogName, held: SignedHead, served: SignedHead, since: number): Contradiction {
  const what = name === 'log' ? { en: 'The log', zh: '日志' } : { en: 'The index log', zh: '索引日志' }
  const start = new Date(since).toISOString()
  return new Contradiction(
    'log-rolled-back',
    `${name} size ${held.size}`,
    {
      en: `${what.en} signed a tree of ${held.size} leaves, and has served one of ${served.size} as its newest since ${start}.`,
      zh: `${what.zh}曾签署 ${held.size} 片叶的树，而自 ${start} 起一直以 ${served.size} 片叶的树为最新。`,
    },
    { of: name, held: held.note, served: served.note, since: start },
  )
}
