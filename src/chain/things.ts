// Which events tell of which thing, and which further things these name: by that whoever makes or checks evidence finds
// everything that an answer hangs on, and sees whether anything about it was left out. Every event of the ledger carries
// the number of what it is about as an indexed topic (contracts/interfaces), so that it can be asked of any node, and
// ruled out by a block's bloom.

import type { LedgerEvent } from './events.ts'
import { withoutIdle } from './idle.ts'
import type { EventName } from './ledger-event.ts'
import type { TimedEvent } from './state/act.ts'

/**
 * `entry`: a resource that is only mentioned, in the range of an agreement; `source`: a grant that another thing hangs
 * on, whose deliveries nobody asks about; `party`: an organisation whose requests are asked about; `computer`: one whose
 * computations are.
 */
export type ThingKind =
  | 'organisation'
  | 'resource'
  | 'entry'
  | 'agreement'
  | 'grant'
  | 'source'
  | 'correction'
  | 'party'
  | 'computer'

export interface Thing {
  readonly kind: ThingKind
  /** The contracts' number; of `entry` a resource's, of `source` a grant's, of `party` and `computer` an organisation's. */
  readonly id: bigint
}

/** What is told: of each kind which events, with the topic in which the thing's number stands (the first if none is said). */
export interface Telling {
  readonly of: Readonly<Partial<Record<ThingKind, readonly (EventName | readonly [EventName, 2 | 3])[]>>>
  /** Whether an event of these names is told at all; `about`: whether the answer hangs on a thing. */
  readonly matters: (event: LedgerEvent, about: (thing: Thing) => boolean) => boolean
  /** Whether events that change no judgement are left out (idle.ts). */
  readonly withoutIdle: boolean
}

const DECISIONS = [
  'AccessRequested',
  'ApprovalGiven',
  'ApprovalWithdrawn',
  'AccessGranted',
  'AccessRefused',
  'GrantRevoked',
  'GrantVetoed',
  'GrantVetoLifted',
] as const

/**
 * What changes how an access is judged (state/terms-of.ts), and what was stated of the accesses under a grant. Not every
 * delivery, and nothing that a provider can repeat without end and that changes nothing.
 */
export const JUDGING: Telling = {
  matters: ({ name, args }) => name !== 'Delivered' || args.kind === 'statement',
  withoutIdle: true,
  of: {
    organisation: [
      'OrganisationRegistered',
      'OrganisationUpdated',
      'OrganisationVetoed',
      'OrganisationVetoLifted',
      'OperatorEntrusted',
    ],
    resource: [
      'ResourceRegistered',
      'ResourceUpdated',
      'ResourceVetoed',
      'ResourceVetoLifted',
      'ProductRegistered',
      'ProductReleased',
    ],
    entry: ['ResourceRegistered'],
    agreement: [
      'AgreementApplied',
      'AgreementOffered',
      'AgreementSigned',
      'AgreementInForce',
      'AgreementDeclined',
      'AgreementEnded',
      'AgreementVetoed',
      'AgreementVetoLifted',
    ],
    grant: [...DECISIONS, 'Delivered'],
    source: DECISIONS,
  },
}

const ALL_DECISIONS = [...DECISIONS, 'GrantVetoLiftAgreed'] as const

/** What makes a thing what it is, who said so, and what was done with it. */
export const ACTING: Telling = {
  matters: ({ name, args }, about) => name !== 'Computed' || args.inputs.some(id => about({ kind: 'grant', id })),
  withoutIdle: false,
  of: {
    organisation: [
      'OrganisationRegistered',
      'OrganisationUpdated',
      'OrganisationAccountChanged',
      'OrganisationStatusChanged',
      'OfficerAppointed',
      'OrganisationVetoed',
      'OrganisationVetoLiftAgreed',
      'OrganisationVetoLifted',
      ['MeasureTaken', 2],
    ],
    resource: [
      'ResourceRegistered',
      'ResourceUpdated',
      'ResourceWithdrawn',
      'ResourceVetoed',
      'ResourceVetoLiftAgreed',
      'ResourceVetoLifted',
      'ProductRegistered',
      'ProductReleased',
      'ProductRefused',
      'ProductWithdrawn',
    ],
    entry: ['ResourceRegistered'],
    agreement: [
      'AgreementApplied',
      'AgreementPublicised',
      'AgreementObjected',
      'AgreementObjectionResolved',
      'AgreementOffered',
      'AgreementSigned',
      'AgreementInForce',
      'AgreementFiled',
      'AgreementDeclined',
      'AgreementEnded',
      'AgreementEvaluated',
      'AgreementVetoed',
      'AgreementVetoLiftAgreed',
      'AgreementVetoLifted',
    ],
    grant: [...ALL_DECISIONS, 'Delivered', 'ReceiptConfirmed'],
    source: ALL_DECISIONS,
    correction: ['CorrectionRaised', 'CorrectionAnswered', 'CorrectionDisputed', 'CorrectionAccepted'],
    party: [['AccessRequested', 3]],
    computer: [['Computed', 2]],
  },
}

/** The events that tell of a thing, each with the place of the thing's number among the topics. */
export function tellersOf({ kind }: Pick<Thing, 'kind'>, telling: Telling): readonly (readonly [EventName, number])[] {
  return (telling.of[kind] ?? []).map(item => (typeof item === 'string' ? [item, 1] : item))
}

export interface Story {
  /** Everything that the answer hangs on. */
  readonly things: readonly Thing[]
  /** The events that tell of these things; in the order in which they were given. */
  readonly events: readonly TimedEvent[]
}

/** What the events tell, beginning with some things: of these, of whatever their events name, and so on. */
export function tellStory(start: readonly Thing[], events: readonly TimedEvent[], telling: Telling): Story {
  const spoken = indexByTopic(events)
  const things = new Map(start.map(thing => [keyOf(thing), thing]))
  const about = (thing: Thing): boolean => things.has(keyOf(thing))
  const told = new Set<TimedEvent>()
  // A map's iteration goes on over what is added to it meanwhile.
  for (const thing of things.values()) {
    for (const [name, position] of tellersOf(thing, telling)) {
      for (const event of spoken.get(`${name} ${position} ${thing.id}`) ?? []) {
        if (!telling.matters(event.event, about)) continue
        told.add(event)
        for (const named of namedBy(event.event, thing.kind)) if (named.id !== 0n) things.set(keyOf(named), named)
      }
    }
  }
  const all = events.filter(event => told.has(event))
  return { things: [...things.values()], events: telling.withoutIdle ? withoutIdle(all) : all }
}

/** Of these events, those that tell of one thing itself; in the order in which they were given. */
export function toldIn(events: readonly TimedEvent[]): (thing: Thing, telling: Telling) => readonly TimedEvent[] {
  const spoken = indexByTopic(events)
  const places = new Map(events.map((event, k) => [event, k]))
  return (thing, telling) =>
    tellersOf(thing, telling)
      .flatMap(([name, position]) => spoken.get(`${name} ${position} ${thing.id}`) ?? [])
      .toSorted((a, b) => places.get(a)! - places.get(b)!)
}

export function keyOf({ kind, id }: Thing): string {
  return `${kind} ${id}`
}

function indexByTopic(events: readonly TimedEvent[]): ReadonlyMap<string, readonly TimedEvent[]> {
  const index = new Map<string, TimedEvent[]>()
  for (const timed of events) {
    for (const [k, topic] of timed.log.topics.slice(1).entries()) {
      const key = `${timed.event.name} ${k + 1} ${BigInt(topic)}`
      const same = index.get(key)
      if (same === undefined) index.set(key, [timed])
      else same.push(timed)
    }
  }
  return index
}

/** Fields of events that hold the number of an organisation. */
const ORGANISATION_FIELDS = [
  'provider',
  'consumer',
  'by',
  'inspector',
  'recordedBy',
  'operator',
  'developer',
  'first',
  'second',
  'third',
  'maker',
  'reviewer',
  'raiser',
] as const

function* namedBy({ name, args }: LedgerEvent, kind: ThingKind): Iterable<Thing> {
  if (name === 'OperatorEntrusted') return // the statements that hang on it name the same
  for (const field of ORGANISATION_FIELDS) {
    if (field in args) yield { kind: 'organisation', id: (args as unknown as Record<string, bigint>)[field]! }
  }
  if ('resource' in args) yield { kind: 'resource', id: args.resource }
  if ('agreement' in args) yield { kind: 'agreement', id: args.agreement }
  if (name === 'AccessRequested') {
    yield { kind: 'agreement', id: args.terms.agreement }
    if (kind === 'party') yield { kind: 'grant', id: args.id }
    if (kind === 'grant') yield { kind: 'computer', id: args.consumer }
  } else if (name === 'ResourceRegistered' || name === 'ResourceUpdated') {
    yield* all(kind === 'entry' ? 'entry' : 'resource', args.description.parents)
  } else if (name === 'AgreementApplied') {
    yield { kind: 'agreement', id: args.parent }
    yield* all('entry', args.range)
  } else if (name === 'AgreementOffered') yield* all('entry', args.range)
  else if (name === 'ProductRegistered') yield* all('source', args.sources)
  else if (name === 'Computed') yield* all('source', args.inputs)
  else if (name === 'CorrectionRaised') yield { kind: 'source', id: args.grant }
}

function all(kind: ThingKind, ids: readonly bigint[]): readonly Thing[] {
  return ids.map(id => ({ kind, id }))
}
