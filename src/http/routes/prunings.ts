// What of the log was pruned after its retention: on record, for whoever may ask about records.

import { Type } from 'typebox'
import { formatSeconds, formatTime } from '../../core/record.ts'
import { recallPruned } from '../../store/archive/pruned.ts'
import { READ } from '../access.ts'
import type { Parts } from '../parts.ts'
import { Base64Hash, Count, Index, list, Size, Time, Transaction } from '../schemas/common.ts'
import type { App } from '../typed.ts'

const PrunedRun = Type.Object({
  firstIndex: Index,
  count: Count('How many records were pruned together: a segment of the log.'),
  root: Base64Hash('Root of the tree of these leaves alone; they are a complete subtree of the log.'),
  earliest: Time('The earliest time that one of the records states.'),
  latest: Time('The latest.'),
  archive: Type.Object(
    {
      bytes: Count('Its size.'),
      sha256: Type.String({ description: 'SHA-256 of the file, hexadecimal.' }),
    },
    { description: 'The archive that was removed; a copy of it still verifies by itself (docs/retention.md).' },
  ),
  pruned: Time('When.'),
  by: Type.String({ description: 'By whom, and on whose decision, as they said.' }),
  retentionYears: Count('How many years records were kept then, at least.'),
  anchor: Type.Object(
    { size: Size, transaction: Transaction, block: Count('Block number.'), time: Time('Of that block.') },
    { description: 'The first anchor on the chain that covers the records: they were in the log by then.' },
  ),
  index: Type.Optional(
    Base64Hash(
      'Root of the index over all records up to these: what is left of it, so that later answers can be shown to be complete.',
    ),
  ),
  ownClock: Type.Optional(
    Type.Literal(true, { description: 'On the embedded chain: no clock but the operator’s own shows the age.' }),
  ),
})

export function pruningRoutes(app: App, { store }: Pick<Parts, 'store'>): void {
  app.get(
    '/v1/prunings',
    {
      config: { access: READ },
      schema: {
        tags: ['check'],
        summary: 'What was pruned after its retention, by whom, and why it might be 到期清除记录',
        description:
          'Proofs and receipts of pruned records still hold; their entries are only in copies of the archives. Oldest first.',
        response: { 200: Type.Object({ prunings: list(PrunedRun) }) },
      },
    },
    async (_, reply) => {
      reply.header('cache-control', 'no-store')
      const prunings = (await recallPruned(store.facts)).map(
        ({ segment, leaves, root, minTime, maxTime, archive, time, by, retentionYears, anchor, index, ownClock }) => ({
          firstIndex: segment * leaves,
          count: leaves,
          root,
          earliest: formatTime(minTime),
          latest: formatTime(maxTime),
          archive,
          pruned: formatTime(time),
          by,
          retentionYears,
          anchor: { ...anchor, time: formatSeconds(anchor.time) },
          ...(index !== undefined && { index }),
          ...(ownClock && { ownClock }),
        }),
      )
      return { prunings }
    },
  )
}
