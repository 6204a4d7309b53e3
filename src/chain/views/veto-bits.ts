// A veto as the contracts keep it, in one byte (contracts/types/Veto.sol).

import { isVetoed, type Vetoable } from '../state/veto.ts'
import { consentOf, type Held } from './view.ts'

/** Bit 0: imposed; bit 1: the inspector agreed to lift it; bit 2: the regulator did. */
export function vetoBits(thing: Vetoable, { inspectorsConsents }: Held): number {
  if (!isVetoed(thing)) return 0
  const agreed = thing.vetoes
    .at(-1)!
    .agreed.map(({ by, place }) => (inspectorsConsents.has(consentOf(by, place.transaction)) ? 2 : 4))
  return agreed.reduce((bits, bit) => bits | bit, 1)
}
