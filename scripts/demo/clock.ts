// A clock that can be set, and runs on from there: the demo's day is long over.

import { type Clock, systemClock } from '../../src/clock.ts'

export interface DemoClock extends Clock {
  set(time: number): void
  /** How far it runs ahead of this machine's clock, in milliseconds. */
  offset(): number
}

export function createDemoClock(time: number): DemoClock {
  let offset = time - Date.now()
  return {
    now: () => Date.now() + offset,
    sleep: (milliseconds, signal) => systemClock.sleep(milliseconds, signal),
    set(time) {
      offset = time - Date.now()
    },
    offset: () => offset,
  }
}
