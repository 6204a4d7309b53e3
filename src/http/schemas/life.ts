// Agreements, corrections, catalogue upkeep, and the rules that all of it refers to, as answers show them.

import { type Static, Type } from 'typebox'
import {
  AGREEMENT_KINDS,
  AGREEMENT_STATES,
  ANSWERS,
  CHANGE_KINDS,
  CORRECTION_STATES,
  MEASURES,
  OUTCOMES,
  PRICE_CLASSES,
  PRODUCT_STATES,
} from '../../chain/terms.ts'
import { Count, list, Time } from './common.ts'
import { Resource } from './directory.ts'
import { wordsOf } from './grant.ts'
import { Digest, Due, HistoryEntry, Place, Veto, Words } from './place.ts'

const Named = Type.Object({ code: Type.String(), name: Type.String() })
const history = list(HistoryEntry, { description: 'In the order of the chain; of what repeats the newest.' })

const Product = Type.Object({
  resource: Type.String({ description: 'Catalogue code.' }),
  state: Type.Enum(wordsOf(PRODUCT_STATES)),
  agreement: Count('Number of the agreement it is made under.'),
  maker: Type.String({ description: 'Organisation code.' }),
  price: Type.Enum(wordsOf(PRICE_CLASSES)),
  sources: list(Count('Number of a grant by which its data came.'), { description: 'As registered last.' }),
  releasedVersion: Type.Optional(Count('Version of its entry that may be taken.')),
  since: Place,
})

export const Agreement = Type.Object(
  {
    id: Count('Its number.'),
    kind: Type.Enum(wordsOf(AGREEMENT_KINDS)),
    state: Type.Enum(wordsOf(AGREEMENT_STATES)),
    parties: list(Named, {
      description: 'Agency, operator; operator, developer; or provider, platform operator, applicant.',
    }),
    parent: Type.Optional(Count('Of a development agreement: the operation agreement above it.')),
    from: Time('Begin.'),
    until: Time('End, exclusive.'),
    range: list(Type.String(), { description: 'Catalogue codes of what it reaches.' }),
    textDigest: Type.Optional(Digest('Of the text that is signed.')),
    publicity: Type.Optional(
      Type.Object({
        until: Time('It may be signed from then on.'),
        calendarVersion: Count('Of the working calendar.'),
        provisional: Type.Boolean(),
        over: Type.Boolean(),
      }),
    ),
    objections: Type.Object({ raised: Count('All.'), open: Count('Not yet resolved: while any is, nobody can sign.') }),
    signatures: list(Type.Object({ by: Type.String({ description: 'Organisation code.' }), place: Place })),
    inForce: Type.Optional(Place),
    filing: Type.Optional(Type.Object({ due: Due, filed: Type.Optional(Place) })),
    evaluation: Type.Optional(
      Type.Object({ outcome: Type.Enum(wordsOf(OUTCOMES)), rectifyBy: Type.Optional(Time('By when.')), place: Place }),
    ),
    measure: Type.Optional(
      Type.Object(
        { measure: Type.Enum(wordsOf(MEASURES)), since: Place },
        { description: 'What the operator did about the developer.' },
      ),
    ),
    veto: Type.Optional(Veto),
    ended: Type.Optional(Place),
    grants: Count('Requests and grants under it; GET /v1/grants?agreement= has them.'),
    products: Count('Products made under it.'),
  },
  { description: 'An agreement. Source: the contract Agreements.' },
)
export type Agreement = Static<typeof Agreement>

export const AgreementLife = Type.Object({
  ...Agreement.properties,
  history,
  vetoes: list(Veto),
  grantIds: list(Count('Number.'), { description: 'Newest first, at most 100.' }),
  productList: list(Product, { description: 'At most 100.' }),
})
export type AgreementLife = Static<typeof AgreementLife>

export const Correction = Type.Object(
  {
    id: Count('Its number.'),
    resource: Type.String({ description: 'Catalogue code.' }),
    raiser: Type.String({ description: 'Code of who raised it.' }),
    provider: Type.String({ description: 'Code of who has to answer.' }),
    grant: Count('Under which the data was taken.'),
    state: Type.Enum(wordsOf(CORRECTION_STATES)),
    rounds: Count('Answers owed so far, from 1.'),
    due: Due,
    raised: Place,
    answers: list(
      Type.Object({
        answer: Type.Enum(wordsOf(ANSWERS)),
        answerDigest: Digest('Of the answer’s text.'),
        overdue: Type.Boolean(),
        ...Place.properties,
      }),
      { description: 'Newest first, the last 32.' },
    ),
  },
  { description: 'A correction (校核). Source: the contract Corrections.' },
)
export type Correction = Static<typeof Correction>

export const CorrectionLife = Type.Object({ ...Correction.properties, history })
export type CorrectionLife = Static<typeof CorrectionLife>

export const Overdue = Type.Object(
  {
    what: Type.String({ examples: ['decision'] }),
    says: Words,
    owedBy: Type.String({ description: 'Code of the organisation that owes it.' }),
    of: Type.String({ description: 'Number of the request, correction or agreement; code of the resource.' }),
    since: Time('Since when it is overdue.'),
    provisional: Type.Boolean({ description: 'The due time counted days that no calendar covered yet.' }),
  },
  { description: 'Something owed and late.' },
)
export type Overdue = Static<typeof Overdue>

const Note = Type.Object({
  kind: Type.Enum(wordsOf(CHANGE_KINDS)),
  by: Type.String({ description: 'Code of who noted it.' }),
  occurred: Time('When the change happened.'),
  due: Due,
  noted: Place,
  followed: Type.Optional(Place),
})

export const ResourceLife = Type.Object({
  ...Resource.properties,
  product: Type.Optional(Product),
  policy: Type.Optional(
    Type.Object(
      {
        version: Count('From 1.'),
        standing: Type.Boolean({ description: 'Neither ended nor run out.' }),
        purposes: list(Type.String(), { description: 'Purpose codes.' }),
        fields: list(Count('From 0.')),
        longest: Count('The longest period that it grants, in seconds.'),
        quota: Type.Object({ bytes: Type.String(), rows: Type.String() }, { description: 'The most of one grant.' }),
        validUntil: Time('End of its validity.'),
        consumers: list(Type.String(), { description: 'Organisation codes; empty: every consumer.' }),
        set: Place,
        ended: Type.Optional(Place),
      },
      { description: 'What the provider grants without being asked.' },
    ),
  ),
  upkeep: Type.Object(
    {
      updated: Place,
      confirmed: Type.Optional(Place),
      notes: list(Note, { description: 'Changes that the entry had or has to follow; newest first, the last 32.' }),
      overdue: list(Overdue),
    },
    { description: 'Whether the entry is kept up.' },
  ),
  ancestors: list(Type.String(), { description: 'Codes of all it is or ever was made from.' }),
  vetoes: list(Veto),
  history,
})
export type ResourceLife = Static<typeof ResourceLife>

export const Purpose = Type.Object({
  code: Type.String(),
  number: Count('Its position in sets of purposes.'),
  zh: Type.String(),
  en: Type.String(),
  basis: Type.String({ description: 'An IRI, or an article of a rule.' }),
  registered: Place,
  retired: Type.Optional(Place),
})
export type Purpose = Static<typeof Purpose>

export const Calendar = Type.Object({
  version: Count('0 while none is set.'),
  coverage: Type.Optional(
    Type.Object({
      first: Type.String({ description: 'A date in Beijing.' }),
      last: Type.String({ description: 'The last date that is known.' }),
    }),
  ),
  digest: Type.Optional(Digest('SHA-256 of the calendar file that was set last.')),
  set: Type.Optional(Place),
  holidays: list(Type.String(), { description: 'Days of the week that are free.' }),
  makeUpDays: list(Type.String(), { description: 'Weekend days that are worked (调休).' }),
  due: Type.Optional(
    Type.Object({ time: Time('When it is over.'), provisional: Type.Boolean() }, { description: 'What was asked.' }),
  ),
})
export type Calendar = Static<typeof Calendar>

export const StandingVeto = Type.Object({
  on: Type.Enum(['organisation', 'resource', 'grant', 'agreement']),
  of: Type.String({ description: 'Code, or number.' }),
  name: Type.Optional(Type.String()),
  veto: Veto,
})
export type StandingVeto = Static<typeof StandingVeto>
