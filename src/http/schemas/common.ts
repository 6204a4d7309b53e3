// Shapes that many answers share. One TypeBox schema per shape gives the check of what comes in, the writing of what goes
// out, the types of the code between, and the OpenAPI document.

import { type TObject, type TProperties, type TSchema, Type } from 'typebox'

/** A list whose type is read-only, as all data here is. */
export function list<T extends TSchema>(items: T, options: { description?: string; maxItems?: number } = {}) {
  return Type.Immutable(Type.Array(items, options))
}

/** An object without room for anything unnamed: a misspelt parameter is refused, not passed over. */
export function exact<T extends TProperties>(properties: T, options: { description?: string } = {}): TObject<T> {
  return Type.Object(properties, { ...options, additionalProperties: false })
}

export const Count = (description: string) => Type.Integer({ minimum: 0, description })

export const Base64Hash = (description: string) =>
  Type.String({
    description: `${description} Base64 of 32 bytes.`,
    examples: ['SWtfN2oTuiR9yhAynlfqO9UhrqVYvUzQHdL5JgGDnB8='],
  })

export const Time = (description: string) =>
  Type.String({ description: `${description} RFC 3339, UTC.`, examples: ['2026-03-01T00:30:00.000Z'] })

export const Transaction = Type.String({
  description: 'Hash of the transaction, 0x and 64 hexadecimal digits. Source: the chain.',
  examples: ['0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060'],
})

export const Block = Type.Object(
  {
    number: Count('Block number.'),
    hash: Type.String({ description: '0x and 64 hexadecimal digits.' }),
    time: Type.Optional(Time('When, as the block’s maker set it.')),
  },
  { description: 'Where on the chain. Source: the chain.' },
)

export const Index = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Index of the leaf in the log; the first is 0.',
  examples: [0],
})

export const Size = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Size of a tree, in leaves.',
  examples: [70000],
})

export const Head = Type.Object(
  {
    size: Size,
    root: Base64Hash('RFC 6962 root of the tree of that size.'),
    note: Type.Optional(
      Type.String({
        description:
          'The checkpoint as the log signed it (C2SP tlog-checkpoint); absent when the answer is pinned to an older size than the one published now.',
      }),
    ),
  },
  { description: 'The tree that the answer speaks of.' },
)

export const Anchor = Type.Object(
  {
    size: Count('Size of the tree that was anchored, in leaves; at least that of the answer.'),
    transaction: Transaction,
    block: Block,
  },
  { description: 'The oldest anchor on the chain that covers the answer’s checkpoint.' },
)

export const ProblemShape = Type.Object(
  {
    type: Type.String({ description: 'Where the code is explained.', examples: ['/docs#scope_missing'] }),
    title: Type.String({ description: 'In Chinese or English, by Accept-Language.' }),
    status: Type.Integer(),
    detail: Type.String({ description: 'What happened, why, and the next step.' }),
    instance: Type.String({ description: 'The request’s id, which the operator’s log has too.' }),
    code: Type.String({ description: 'Stable; for programs.', examples: ['scope_missing'] }),
    retryable: Type.Boolean({ description: 'Whether the same request may succeed later.' }),
  },
  { description: 'What went wrong (RFC 9457).' },
)
