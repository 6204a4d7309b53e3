// Acts as HTTP takes and shows them. Arguments are any JSON here: the contracts' ABI says what they must be, and
// src/acts/read.ts reads them.

import { Type } from 'typebox'
import { Block, exact, list, Time, Transaction } from './common.ts'

const Address = (description: string) =>
  Type.String({ pattern: '^0x[0-9a-fA-F]{40}$', description, examples: ['0x5FbDB2315678afecb367f032d93F642f64180aa3'] })
const Hex = (description: string) => Type.String({ pattern: '^0x([0-9a-fA-F]{2})*$', description })

export const Digest = Type.String({
  pattern: '^0x[0-9a-f]{64}$',
  description: '0x and 64 hexadecimal digits, lower case.',
  examples: ['0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060'],
})

/** An act to prepare, or one that is signed; which fields go together is said by the route. */
export const ActAsked = exact({
  act: Type.Optional(Type.String({ maxLength: 100, description: 'Its name.', examples: ['access-ledger.refuse'] })),
  arguments: Type.Optional(Type.Unknown({ description: 'An object of arguments, see GET /v1/acts.' })),
  actor: Address('The account that signs.'),
  deadline: Type.Optional(
    Type.Unknown({
      description: 'Last second at which it may be sent: seconds since 1970, or RFC 3339. At most 7 days ahead.',
    }),
  ),
  lane: Type.Optional(
    Type.Unknown({
      description: 'Lane of the nonce, below 2^192: acts of different lanes do not wait for each other.',
    }),
  ),
  nonce: Type.Optional(Type.Unknown({ description: 'As it was prepared, in decimal.' })),
  to: Type.Optional(Address('The contract, where the act comes as calldata.')),
  data: Type.Optional(Hex('Selector and arguments, in place of act and arguments.')),
  signature: Type.Optional(Hex('Over the typed data: of the account’s key, or as its contract takes it (ERC-1271).')),
  texts: Type.Optional(
    list(
      exact({
        salt: Type.String({ pattern: '^0x[0-9a-fA-F]{64}$', description: '32 random bytes.' }),
        text: Type.String({ minLength: 1, maxLength: 8_192 }),
      }),
      { maxItems: 64, description: 'Texts whose digests the act holds, to be kept sealed.' },
    ),
  ),
})

const Text = Type.Object({ digest: Digest, salt: Type.String(), text: Type.String() })

export const Prepared = Type.Object({
  act: Type.String(),
  arguments: Type.Unknown({
    description: 'As they were understood: numbers in place of codes, digests in place of texts.',
  }),
  typedData: Type.Unknown({ description: 'For eth_signTypedData_v4 (EIP-712). This is what is signed.' }),
  digest: Digest,
  to: Type.String({ description: 'The contract: with data, the act as a transaction of one’s own.' }),
  data: Type.String(),
  actor: Type.String(),
  nonce: Type.String({ description: 'Decimal.' }),
  deadline: Type.Integer({ description: 'Seconds since 1970.' }),
  summary: Type.Object(
    { zh: Type.String(), en: Type.String() },
    { description: 'The act in words. A convenience: who signs looks at the typed data.' },
  ),
  texts: list(Text, { description: 'Texts that were digested, with the salts the service made. Keep them.' }),
})

const Reason = Type.Object({ code: Type.String(), detail: Type.String() })

export const ActState = Type.Object({
  digest: Digest,
  act: Type.String(),
  actor: Type.String(),
  status: Type.Enum(['accepted', 'confirmed', 'refused']),
  acceptedAt: Time('When the service took it.'),
  deadline: Type.Integer({ description: 'Seconds since 1970.' }),
  trouble: Type.Optional(Reason),
  reason: Type.Optional(Reason),
  transaction: Type.Optional(Transaction),
  block: Type.Optional(Block),
  events: Type.Optional(
    list(Type.Object({ name: Type.String(), contract: Type.String(), args: Type.Unknown() }), {
      description: 'What the contracts said.',
    }),
  ),
})

export const ActDescribed = Type.Object({
  act: Type.String(),
  title: Type.Object({ zh: Type.String(), en: Type.String() }),
  says: Type.Object({ zh: Type.String(), en: Type.String() }),
  arguments: list(Type.Unknown(), { description: 'Name, what it is, and which words it may be; structs have fields.' }),
})

export const Looked = Type.Object({
  number: Type.Optional(Type.String({ description: 'Decimal.' })),
  asked: Type.Optional(Type.String()),
  fields: Type.Optional(Type.Object({ count: Type.Integer(), names: Type.Optional(list(Type.String())) })),
})
