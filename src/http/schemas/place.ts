// Where an act stands on the chain, whose it is, and by when something was due: parts of many answers.

import { type Static, Type } from 'typebox'
import { Block, Count, Time, Transaction } from './common.ts'

export const Digest = (description: string) =>
  Type.String({
    description: `${description} 0x and 64 hexadecimal digits.`,
    examples: ['0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060'],
  })

export const By = Type.Object(
  {
    organisation: Type.Optional(
      Type.String({ description: 'Code of whose act it is; absent: a keeper of the ledger, or the contract itself.' }),
    ),
    account: Type.Optional(Type.String({ description: 'The account that spoke for it then.' })),
    relayer: Type.Optional(
      Type.String({ description: 'Who sent it, if another did; absent: the account sent it itself.' }),
    ),
    digest: Type.Optional(Digest('What was signed (EIP-712).')),
    signature: Type.Optional(Type.String({ description: 'The signature over that digest, as the chain has it.' })),
  },
  { description: 'By whose signature.' },
)
export type By = Static<typeof By>

export const Place = Type.Object({ transaction: Transaction, block: Block, by: Type.Optional(By) })
export type Place = Static<typeof Place>

export const Due = Type.Object(
  {
    time: Time('The first moment at which it was or will be overdue, as the contract fixed it.'),
    calendarVersion: Count('Version of the working calendar by which it was counted.'),
    provisional: Type.Boolean({ description: 'Counted over days that no calendar covered yet.' }),
    overdue: Type.Boolean({ description: 'Still owed, and late.' }),
    late: Type.Boolean({ description: 'Done, but late.' }),
  },
  { description: 'By when it had to be done.' },
)
export type Due = Static<typeof Due>

export const Veto = Type.Object(
  {
    inspector: Type.String({ description: 'Code of who imposed it.' }),
    reasonDigest: Digest('Of the reason.'),
    referenceDigest: Digest('Of what it refers to.'),
    imposed: Place,
    agreed: Type.Immutable(
      Type.Array(Type.Object({ by: Type.String(), place: Place }), {
        description: 'Who agreed to lift it: it takes an inspector and a regulator.',
      }),
    ),
    lifted: Type.Optional(Place),
    renewed: Type.Optional(
      Type.Object(Place.properties, {
        description: 'Imposed anew before both had agreed: the next veto took its place.',
      }),
    ),
  },
  { description: 'An inspector’s veto (否决).' },
)
export type Veto = Static<typeof Veto>

export const Words = Type.Object({ zh: Type.String(), en: Type.String() })
export type Words = Static<typeof Words>

export const HistoryEntry = Type.Object(
  {
    event: Type.String({ description: 'Name of the contract’s event.', examples: ['AccessGranted'] }),
    says: Words,
    arguments: Type.Unknown({
      description:
        'As the contract said them: words for enumerations, seconds since 1970 for times, decimals beyond 2^53.',
    }),
    place: Place,
  },
  { description: 'One event, in the order of the chain.' },
)
export type HistoryEntry = Static<typeof HistoryEntry>
