// The history of one consumer (R10): what it asked for, what was decided and by whom, what it took.

import { Type } from 'typebox'
import { LedgerError } from '../../core/error.ts'
import { READ } from '../access.ts'
import { whenGone } from '../gone.ts'
import { formatHead, publishedHead } from '../head.ts'
import type { Parts } from '../parts.ts'
import { Count, exact, Head, list } from '../schemas/common.ts'
import { Grant, Organisation } from '../schemas/directory.ts'
import { FIELDS } from '../schemas/record.ts'
import type { App } from '../typed.ts'

const Uses = Type.Object(
  {
    records: Count('Accesses that named the grant, whoever made them.'),
    bytes: Count('Bytes given.'),
    rows: Count('Rows given.'),
    outside: Count('Accesses among them that the grant does not allow.'),
  },
  { description: 'From the log.' },
)

export function grantRoutes(app: App, { query, log, directory }: Pick<Parts, 'query' | 'log' | 'directory'>): void {
  app.get(
    '/v1/grants',
    {
      config: { access: READ },
      schema: {
        tags: ['ask'],
        summary: 'The grant history of one consumer 授权历史',
        description:
          'Requests, decisions, grants and deliveries from the contracts, each with block and transaction, and beside them what the log has of their use. Newest first.',
        querystring: exact({
          consumer: FIELDS.consumer,
          limit: Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'Grants on this page.' }),
          before: Type.Optional(
            Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: '"next" of the page before.' }),
          ),
        }),
        response: {
          200: Type.Object({
            consumer: Organisation,
            checkpoint: Head,
            block: Count('The chain has been read up to this block.'),
            grants: list(Type.Object({ ...Grant.properties, uses: Uses })),
            next: Type.Optional(Type.Integer({ description: 'Give it as "before" for the next page.' })),
          }),
        },
      },
    },
    async (request, reply) => {
      const { consumer: code, limit, before = Number.POSITIVE_INFINITY } = request.query
      const consumer = directory.organisation(code)
      if (consumer === undefined) {
        throw new LedgerError(
          'organisation_not_found',
          `No organisation is registered under ${JSON.stringify(code)}; GET /v1/organisations lists them.`,
        )
      }
      const published = publishedHead(log)
      const older = directory.grantsOfConsumer(code).filter(({ id }) => id < before)
      const grants = []
      const gone = whenGone(reply)
      for (const grant of older.slice(0, limit)) {
        const { records, bytes, rows, outside } = await query.totals(
          { where: { grant: String(grant.id) } },
          published.size,
          gone,
        )
        grants.push({ ...grant, uses: { records, bytes, rows, outside } })
      }
      reply.header('cache-control', 'no-store')
      const next = older.length > limit ? grants.at(-1)?.id : undefined
      return {
        consumer,
        checkpoint: formatHead(published, published),
        block: directory.block,
        grants,
        ...(next === undefined ? {} : { next }),
      }
    },
  )
}
