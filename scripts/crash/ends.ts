// The ways in which a life of the service can end, and how often each is drawn.

import type { Random } from '../demo/random.ts'
import type { Fault } from './plan.ts'

export type EndKind =
  | 'SIGKILL'
  | 'SIGKILL while it starts'
  | 'SIGKILL, then a torn tail'
  | 'SIGKILL, then acknowledged bytes cut off'
  | 'SIGSTOP, SIGCONT, SIGKILL'
  | 'SIGSTOP, SIGKILL'
  | 'SIGTERM'
  | 'SIGTERM, then SIGKILL'
  | 'write fails: no space'
  | 'write fails: i/o error'
  | 'writes come up short'
  | 'sync fails'
  | 'sync fails, then the power goes'
  | 'LevelDB fails'
  | 'power goes under load'
  | 'power goes while it starts'
  | 'disk really full (tmpfs)'
  | 'file really too large (RLIMIT_FSIZE)'

const WEIGHTS: Readonly<Record<EndKind, number>> = {
  SIGKILL: 14,
  'SIGKILL while it starts': 8,
  'SIGKILL, then a torn tail': 14,
  'SIGKILL, then acknowledged bytes cut off': 4,
  'SIGSTOP, SIGCONT, SIGKILL': 4,
  'SIGSTOP, SIGKILL': 3,
  SIGTERM: 4,
  'SIGTERM, then SIGKILL': 8,
  'write fails: no space': 7,
  'write fails: i/o error': 4,
  'writes come up short': 4,
  'sync fails': 6,
  'sync fails, then the power goes': 4,
  'LevelDB fails': 3,
  'power goes under load': 14,
  'power goes while it starts': 5,
  'disk really full (tmpfs)': 2,
  'file really too large (RLIMIT_FSIZE)': 2,
}

export const END_KINDS = Object.keys(WEIGHTS) as readonly EndKind[]

/** Deals the kinds in an order by chance, each as often as its weight says; without those that this machine cannot do. */
export function* dealEnds(random: Random, without: ReadonlySet<EndKind>): Generator<EndKind, never> {
  for (;;) {
    const deck = END_KINDS.filter(kind => !without.has(kind)).flatMap(kind => Array<EndKind>(WEIGHTS[kind]).fill(kind))
    while (deck.length > 0) yield deck.splice(random.below(deck.length), 1)[0]!
  }
}

/** Which files a failing write or sync is drawn for: mostly those that an acknowledgement hangs on. */
const FILES = [
  '',
  '',
  '^log',
  '^log/commits$',
  '^log/commits$',
  '/entries$',
  '/sealed$',
  '^log/tile',
  '/index',
  '^log/facts',
  '^events$',
]

const FAULTS: Readonly<Partial<Record<EndKind, (drawn: Fault, random: Random) => Fault>>> = {
  'write fails: no space': (drawn, random) => ({ ...drawn, mode: random.pick(['refused', 'short']), code: 'ENOSPC' }),
  'write fails: i/o error': (drawn, random) => ({ ...drawn, mode: random.pick(['refused', 'short', 'persisted']) }),
  'sync fails': failSync,
  'sync fails, then the power goes': failSync,
  'LevelDB fails': (drawn, random) => ({
    ...failSync(drawn, random),
    operation: 'index',
    file: '',
    nth: random.below(3),
  }),
  'power goes under load': (drawn, random) => ({ ...losePower(drawn), nth: random.below(random.pick([3, 60, 300])) }),
  'power goes while it starts': (drawn, random) => ({ ...losePower(drawn), from: 'start', nth: random.below(40) }),
}

/** The fault that belongs to a kind of end. */
export function makeFault(kind: EndKind, random: Random): Fault {
  const drawn: Fault = {
    operation: 'write',
    file: random.pick(FILES),
    from: 'signal',
    nth: random.below(random.pick([2, 10, 40])),
    mode: 'refused',
    code: 'EIO',
    lasting: random.chance(0.5),
  }
  const make = FAULTS[kind]
  if (make === undefined) throw new Error(`no fault belongs to "${kind}"`)
  return make(drawn, random)
}

function failSync(drawn: Fault, random: Random): Fault {
  return { ...drawn, operation: 'sync', mode: random.pick(['refused', 'persisted']) }
}

function losePower(drawn: Fault): Fault {
  return { ...drawn, operation: 'any', file: '', mode: 'power' }
}
