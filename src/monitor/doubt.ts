// Once an epoch was wrong, no index behind it is believed; its records are those of which answers are asked for by each value.

import type { Doubt } from './asked-answers.ts'
import { headOf } from './epoch-heads.ts'
import type { FollowedLog } from './followed-log.ts'
import type { MonitorState } from './state-shape.ts'

export function isInDoubt({ faults }: MonitorState): boolean {
  return faults.some(({ check }) => check === 'epoch-wrong')
}

/** The leaves of the first wrong epoch; undefined where there is none, or it does not say which they are. */
export async function findDoubt(
  state: MonitorState,
  index: FollowedLog,
  log: FollowedLog,
  signal: AbortSignal,
): Promise<Doubt | undefined> {
  const { count, size: start } = state.epochs
  if (!isInDoubt(state) || count >= index.size) return undefined
  for await (const [, leaf] of index.entries(count, count + 1, signal)) {
    const end = Math.min(log.size, headOf(leaf, log.client.key)?.size ?? 0)
    if (end > start) return { start, end }
  }
  return undefined
}
