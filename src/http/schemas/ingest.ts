// What comes of a batch of lines.

import { Type } from 'typebox'
import { Count, list } from './common.ts'

export const Receipt = Type.Object(
  {
    firstIndex: Count('Index of the first leaf; the others follow without a gap.'),
    count: Count('Leaves in this receipt.'),
    leaves: Type.String({ description: 'Base64 of the leaf hashes, 32 bytes each, one after the other.' }),
    proof: list(Type.String(), { description: 'Base64 hashes that lead from the leaves to the checkpoint’s root.' }),
    checkpoint: Type.String({ description: 'The signed checkpoint that covers them.' }),
  },
  { description: 'The log’s signed promise that these leaves are durable and in its tree. Keep it.' },
)

const Range = Type.Object({ firstIndex: Count('Index of the first leaf.'), count: Count('Leaves.') })

export const IngestResult = Type.Object(
  {
    lines: Count('Lines of the batch consumed in all, this time and before.'),
    accepted: Count('Lines that this call added to the log.'),
    already: Count('Lines that an earlier call with the same key had added.'),
    refused: list(
      Type.Object({
        line: Type.Integer({ minimum: 1, description: 'Line of the batch, from 1.' }),
        code: Type.String(),
        message: Type.String({ description: 'Why, and the next step.' }),
        index: Type.Optional(Count('Of a signed line that is on record already: its leaf.')),
      }),
      { description: 'The first lines that were not taken, 100 at most; of those that an earlier call brought, 20.' },
    ),
    refusedCount: Count('How many lines were not taken in all.'),
    receipts: list(Receipt, {
      description: 'For every line accepted under this batch, now or before, but those of receiptsOmitted.',
    }),
    receiptsOmitted: list(Range, {
      description: 'Runs of leaves whose receipts this answer leaves out; GET /v1/receipts has them.',
    }),
  },
  { description: 'What came of the batch.' },
)
