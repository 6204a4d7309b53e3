// Where an act stands and whose it is, by when something is due, what is vetoed: in plain JSON, times as RFC 3339.

import type { ActPlace, By, Deadline, Veto } from '../chain/registry-state.ts'
import { formatSeconds, formatTime } from '../core/record.ts'
import type * as shown from '../http/schemas/place.ts'

export function showPlace({ transaction, block, by }: ActPlace): shown.Place {
  const whose = by === undefined ? {} : showBy(by)
  return { transaction, block: { ...block, time: formatSeconds(block.time) }, ...whose }
}

export function showBy(by: By): { readonly by?: shown.By } {
  return Object.keys(by).length === 0 ? {} : { by }
}

/**
 * @param done When it was done, if it was.
 * @param now Milliseconds since 1970.
 */
export function showDue(
  { at, calendarVersion, provisional }: Deadline,
  done: ActPlace | undefined,
  now: number,
): shown.Due {
  const late = done !== undefined && done.block.time * 1000 >= at
  return { time: formatTime(at), calendarVersion, provisional, overdue: done === undefined && now >= at, late }
}

export function showVeto({ agreed, imposed, lifted, renewed, ...said }: Veto): shown.Veto {
  return {
    ...said,
    imposed: showPlace(imposed),
    agreed: agreed.map(({ by, place }) => ({ by, place: showPlace(place) })),
    ...(lifted && { lifted: showPlace(lifted) }),
    ...(renewed && { renewed: showPlace(renewed) }),
  }
}

/** The veto that stands now, if one does. */
export function showStanding(vetoes: readonly Veto[]): { readonly veto?: shown.Veto } {
  const last = vetoes.at(-1)
  return last === undefined || last.lifted !== undefined ? {} : { veto: showVeto(last) }
}

/** Positions of the bits of a set, such as a scope. */
export function positionsIn(bits: bigint): readonly number[] {
  return Array.from({ length: 256 }, (_, k) => k).filter(k => ((bits >> BigInt(k)) & 1n) === 1n)
}
