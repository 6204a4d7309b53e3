// Agreements as their events make them, and what operators do about developers.

import type { AgreementKind, AgreementState, Measure, Outcome } from '../codes.ts'
import type { EventFrom, EventName, EventNamed } from '../ledger-event.ts'
import { type ActPlace, type Deadline, type KeptAct, placeOf, type Told, tell } from './act.ts'
import { agreementOf, type Books, codeOf, fileUnder, pairOf, resourceOf } from './books.ts'
import { agreeToLift, impose, lift, type Vetoable } from './veto.ts'

export interface Agreement extends Told, Vetoable {
  readonly id: number
  readonly kind: AgreementKind
  /** As it was last said; that it ran out follows from the time. */
  readonly state: Exclude<AgreementState, 'none' | 'expired'>
  /** Codes: agency, operator; operator, developer; provider, platform operator, applicant. */
  readonly parties: readonly string[]
  /** Of a development agreement: the operation agreement it stands under. */
  readonly parent?: number
  /** Milliseconds since 1970. */
  readonly from: number
  readonly until: number
  /** Codes of what it reaches. */
  readonly range: readonly string[]
  /** Of the text that is signed, once it is fixed. */
  readonly textDigest?: string
  /** Made public until then; it may be signed from then on. */
  readonly publicity?: Deadline
  readonly objections: { readonly raised: number; readonly open: number }
  readonly signatures: readonly { readonly by: string; readonly place: ActPlace }[]
  /** When all had signed. */
  readonly inForce?: ActPlace
  readonly filing?: { readonly due: Deadline; readonly filed?: ActPlace }
  /** The newest. */
  readonly evaluation?: {
    readonly outcome: Outcome
    /** Milliseconds since 1970; absent where nothing is to be rectified. */
    readonly rectifyBy?: number
    readonly place: ActPlace
  }
  /** How it came to nothing, or to its end before its time. */
  readonly ended?: ActPlace
}

export interface MeasureTaken extends Told {
  readonly operator: string
  readonly developer: string
  readonly measure: Measure
  readonly since: ActPlace
}

/** What a party, or anybody who may object, can do again and again. */
const REPEATABLE: readonly (readonly EventName[])[] = [
  ['AgreementObjected', 'AgreementObjectionResolved'],
  ['AgreementEvaluated'],
  ['MeasureTaken'],
]
const REPEATS_KEPT = 32

export function applyToAgreements(books: Books, event: EventFrom<'agreements'>, act: KeptAct): void {
  if (event.name === 'MeasureTaken') return takeMeasure(books, event, act)
  if (event.name === 'AgreementApplied') return addApplication(books, event, act)
  if (event.name === 'AgreementOffered') return addOffer(books, event, act)
  const place = placeOf(act)
  const { id } = event.args
  const change = (change: Partial<Agreement>): void => {
    const known = agreementOf(books, id)
    books.agreements.set(known.id, { ...known, ...change, ...tellBounded(known, act) })
  }

  switch (event.name) {
    case 'AgreementPublicised': {
      const { publicUntil, calendarVersion, provisional } = event.args
      return change({ state: 'publicised', publicity: { at: publicUntil * 1000, calendarVersion, provisional } })
    }
    case 'AgreementObjected': {
      const { raised, open } = agreementOf(books, id).objections
      return change({ objections: { raised: raised + 1, open: open + 1 } })
    }
    case 'AgreementObjectionResolved': {
      const { raised, open } = agreementOf(books, id).objections
      return change({ objections: { raised, open: open - 1 } })
    }
    case 'AgreementSigned': {
      const { signatures, state } = agreementOf(books, id)
      const { by, textDigest } = event.args
      // Of a development agreement the operator signs first, after publicity, which fixes the text.
      const next = state === 'publicised' ? 'offered' : state
      return change({ state: next, textDigest, signatures: sign(signatures, codeOf(books, by), place) })
    }
    case 'AgreementInForce': {
      const { from, until, filingDueAt, calendarVersion, provisional } = event.args
      const due = { at: filingDueAt * 1000, calendarVersion, provisional }
      return change({ state: 'in-force', from: from * 1000, until: until * 1000, inForce: place, filing: { due } })
    }
    case 'AgreementFiled': {
      const { filing } = agreementOf(books, id)
      return change(filing === undefined ? {} : { filing: { ...filing, filed: place } })
    }
    case 'AgreementDeclined':
      return change({ state: 'declined', ended: place })
    case 'AgreementEnded':
      return change({ state: 'ended', ended: place })
    case 'AgreementEvaluated': {
      const { outcome, rectifyBy } = event.args
      return change({ evaluation: { outcome, ...(rectifyBy !== 0 && { rectifyBy: rectifyBy * 1000 }), place } })
    }
    case 'AgreementVetoed': {
      const inspector = codeOf(books, event.args.inspector)
      return change(impose(agreementOf(books, id), { ...event.args, inspector }, place))
    }
    case 'AgreementVetoLiftAgreed':
      return change(agreeToLift(agreementOf(books, id), codeOf(books, event.args.by), place))
    case 'AgreementVetoLifted':
      return change(lift(agreementOf(books, id), place))
  }
}

function addApplication(books: Books, { args }: EventNamed<'AgreementApplied'>, act: KeptAct): void {
  add(books, {
    id: Number(args.id),
    kind: 'development',
    state: 'applied',
    parties: [codeOf(books, args.operator), codeOf(books, args.developer)],
    parent: agreementOf(books, args.parent).id,
    from: args.from * 1000,
    until: args.until * 1000,
    range: args.range.map(id => resourceOf(books, id).code),
    objections: { raised: 0, open: 0 },
    signatures: [],
    vetoes: [],
    ...tell(undefined, act),
  })
}

function addOffer(books: Books, { args }: EventNamed<'AgreementOffered'>, act: KeptAct): void {
  const [first, second] = [codeOf(books, args.first), codeOf(books, args.second)]
  add(books, {
    id: Number(args.id),
    kind: args.kind,
    state: 'offered',
    parties: args.third === 0n ? [first, second] : [first, second, codeOf(books, args.third)],
    from: args.from * 1000,
    until: args.until * 1000,
    range: args.range.map(id => resourceOf(books, id).code),
    textDigest: args.textDigest,
    objections: { raised: 0, open: 0 },
    signatures: [{ by: first, place: placeOf(act) }],
    vetoes: [],
    ...tell(undefined, act),
  })
}

function add(books: Books, agreement: Agreement): void {
  books.agreements.set(agreement.id, agreement)
  for (const party of new Set(agreement.parties)) fileUnder(books.agreementsByParty, party, agreement.id)
}

/** An offer is signed by the offer; where the contract says so once more, it is the same signature. */
function sign(known: Agreement['signatures'], by: string, place: ActPlace): Agreement['signatures'] {
  return known.some(signature => signature.by === by) ? known : [...known, { by, place }]
}

function takeMeasure(books: Books, { args }: EventNamed<'MeasureTaken'>, act: KeptAct): void {
  const [operator, developer] = [codeOf(books, args.operator), codeOf(books, args.developer)]
  const pair = pairOf(operator, developer)
  const told = tellBounded(books.measures.get(pair), act)
  books.measures.set(pair, { operator, developer, measure: args.measure, since: placeOf(act), ...told })
}

function tellBounded(known: Told | undefined, act: KeptAct): Told {
  const group = REPEATABLE.find(names => names.includes(act.name))
  return group === undefined ? tell(known, act) : tell(known, act, group, REPEATS_KEPT)
}
