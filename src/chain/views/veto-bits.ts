// A veto as the contracts keep it, in one byte (contracts/types/Veto.sol).

import { isVetoed, type Vetoable } from '../state/veto.ts'
import { consentOf, type Held } from './view.ts'

/** Of 32 rounds the one that stands, or stood last: events do not say it, since each veto is an event. */
const ROUNDS = 32

/** Bit 0: imposed; bit 1: the inspector agreed to lift it; bit 2: the regulator did; above them, which veto it is. */
export function vetoBits(thing: Vetoable, { inspectorsConsents }: Held): number {
  const round = (thing.vetoes.length % ROUNDS) << 3
  if (!isVetoed(thing)) return round
  const agreed = thing.vetoes
    .at(-1)!
    .agreed.map(({ by, place }) => (inspectorsConsents.has(consentOf(by, place.transaction)) ? 2 : 4))
  return agreed.reduce((bits, bit) => bits | bit, round | 1)
}
