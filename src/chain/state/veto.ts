// Vetoes on a thing, from the inspector's word to the day when inspector and regulator both agreed to lift it; or to the
// day when it was imposed anew, after one of them had agreed: then both have to agree anew (contracts/types/Veto.sol).

import type { Suspension } from '../../core/authority.ts'
import type { ActPlace } from './act.ts'

export interface Veto {
  /** Code of the inspector. */
  readonly inspector: string
  readonly reasonDigest: string
  readonly referenceDigest: string
  readonly imposed: ActPlace
  /** Who agreed to lift it: of two sides at most one each. */
  readonly agreed: readonly { readonly by: string; readonly place: ActPlace }[]
  readonly lifted?: ActPlace
  /** Where it was imposed anew before both had agreed: the next veto took its place, without a moment between. */
  readonly renewed?: ActPlace
}

/** Something an inspector can veto. */
export interface Vetoable {
  /** Oldest first; only the last can stand. */
  readonly vetoes: readonly Veto[]
}

/** Whether a veto stands on it now, itself; what it is made from or hangs on is another question. */
export function isVetoed({ vetoes }: Vetoable): boolean {
  const last = vetoes.at(-1)
  return last !== undefined && last.lifted === undefined
}

/** When vetoes stood on it. */
export function suspensionsOf({ vetoes }: Vetoable): readonly Suspension[] {
  return vetoes.map(({ imposed, lifted, renewed = lifted }) => ({
    from: imposed.block.time * 1000,
    ...(renewed && { until: renewed.block.time * 1000 }),
  }))
}

export function impose(
  thing: Vetoable,
  { inspector, reasonDigest, referenceDigest }: Pick<Veto, 'inspector' | 'reasonDigest' | 'referenceDigest'>,
  imposed: ActPlace,
): Vetoable {
  const { vetoes } = isVetoed(thing) ? changeLast(thing, veto => ({ ...veto, renewed: imposed })) : thing
  return { vetoes: [...vetoes, { inspector, reasonDigest, referenceDigest, imposed, agreed: [] }] }
}

export function agreeToLift(thing: Vetoable, by: string, place: ActPlace): Vetoable {
  return changeLast(thing, veto => ({ ...veto, agreed: [...veto.agreed, { by, place }] }))
}

export function lift(thing: Vetoable, lifted: ActPlace): Vetoable {
  return changeLast(thing, veto => ({ ...veto, lifted }))
}

function changeLast({ vetoes }: Vetoable, change: (veto: Veto) => Veto): Vetoable {
  const last = vetoes.at(-1)
  return { vetoes: last === undefined ? [] : [...vetoes.slice(0, -1), change(last)] }
}
