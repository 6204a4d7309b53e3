// Events that somebody can repeat without end and that change no judgement. They are left out of evidence, or whoever
// repeats them could make it too long for anybody to have:
// - an update of an entry that names no parent which an earlier event of the entry did not name. Parents are never
//   forgotten, and what is a parent has its own for good (Catalogue, LineageSettled);
// - an entrustment that no statement hangs on: each statement hangs on the newest before it, of its provider and operator.

import type { TimedEvent } from './state/act.ts'

type Told = Pick<TimedEvent, 'event'>

/** Where on the chain. */
interface Order {
  readonly block: number
  readonly logIndex: number
}

/** The same events without the idle ones. @param events In the order of the chain. */
export function withoutIdle<T extends Told>(events: readonly T[]): readonly T[] {
  const parents = new Map<bigint, Set<bigint>>()
  const providers = new Map<bigint, bigint>()
  const entrusted = new Map<string, T>()
  const kept = new Set<T>()
  for (const told of events) {
    const { name, args } = told.event
    if (name === 'OperatorEntrusted') {
      entrusted.set(`${args.provider} ${args.operator}`, told)
      continue
    }
    if (name === 'ResourceRegistered') providers.set(args.id, args.provider)
    if (name === 'ResourceRegistered' || name === 'ResourceUpdated') {
      const known = parents.get(args.id) ?? new Set()
      parents.set(args.id, known)
      if (name === 'ResourceUpdated' && args.description.parents.every(id => known.has(id))) continue
      for (const id of args.description.parents) known.add(id)
    }
    kept.add(told)
    if (name !== 'Delivered' || args.kind !== 'statement') continue
    const hangsOn = entrusted.get(`${providers.get(args.resource)} ${args.recordedBy}`)
    if (hangsOn !== undefined) kept.add(hangsOn)
  }
  return events.filter(event => kept.has(event))
}

/** Of the events found beside a story, those that belong to it after all: with them it would not be the same. */
export function missingIn<T extends Told & Order, F extends T>(story: readonly T[], found: readonly F[]): readonly F[] {
  if (found.length === 0) return []
  const inOrder = [...story, ...found].toSorted((a, b) => a.block - b.block || a.logIndex - b.logIndex)
  const whole = new Set(withoutIdle(inOrder))
  return found.filter(event => whole.has(event))
}
