// Transactions that only one side of an exchange logged, or that the two sides logged otherwise (src/matching.ts).

import { Type } from 'typebox'
import { LedgerError } from '../../core/error.ts'
import { parseQuestion } from '../../core/question-parameters.ts'
import { formatTime, PATTERNS } from '../../core/record.ts'
import { COMPARED, createMatching } from '../../matching.ts'
import { READ } from '../access.ts'
import { whenGone } from '../gone.ts'
import { publishedHead } from '../head.ts'
import type { Parts } from '../parts.ts'
import { QUESTION_PARAMETERS } from '../question.ts'
import { Count, exact, Index, list, Size, Time } from '../schemas/common.ts'
import type { App } from '../typed.ts'

const BySide = Type.Object({ client: Count('Of the client’s source.'), producer: Count('Of the producer’s source.') })
const Transaction = Type.String({ description: 'The id that the record names.' })

const sideOf = (side: string, did: string) =>
  Type.String({
    pattern: PATTERNS.source.source,
    description: `Source of the side that ${did} the data.`,
    examples: [`exchange-1/${side}`],
  })

export function matchingRoutes(app: App, { store, log, now }: Pick<Parts, 'store' | 'log' | 'now'>): void {
  const matching = createMatching(store, now)
  app.get(
    '/v1/transactions/unmatched',
    {
      config: { access: READ, work: 'sum' },
      schema: {
        tags: ['check'],
        summary: 'Transactions that the two sides of an exchange did not log alike 双方记录核对',
        description:
          'Compares the records of two sources by their transaction, over a time by the records’ own clock. Of the lists the first 1,000 are told.',
        querystring: exact({
          client: sideOf('client', 'took'),
          producer: sideOf('producer', 'gave'),
          from: Type.String({ ...QUESTION_PARAMETERS.from }),
          to: Type.String({ ...QUESTION_PARAMETERS.to }),
          apart: Type.Integer({
            minimum: 0,
            maximum: 604_800,
            default: 3_600,
            description: 'How many seconds the two sides may lie apart, and one may wait for the other.',
          }),
        }),
        response: {
          200: Type.Object({
            size: Size,
            from: Time('Inclusive.'),
            to: Time('Exclusive.'),
            records: BySide,
            unnamed: BySide,
            matched: Count('Transactions that both sides logged.'),
            waiting: Count('Of one side, and the other may still come.'),
            oneSidedCount: Count('All that only one side logged.'),
            contradictingCount: Count('All that both logged, and not alike.'),
            oneSided: list(
              Type.Object({
                side: Type.Enum(['client', 'producer'], { description: 'The one that logged it.' }),
                transaction: Transaction,
                index: Index,
                time: Time('Of the record.'),
              }),
            ),
            contradicting: list(
              Type.Object({
                transaction: Transaction,
                client: Index,
                producer: Index,
                differs: list(Type.Enum(COMPARED), { description: 'What the two do not state alike.' }),
              }),
            ),
          }),
        },
      },
    },
    async (request, reply) => {
      const { client, producer, apart } = request.query
      const { from, to } = parseQuestion({ from: request.query.from, to: request.query.to })
      if (client === producer) {
        throw new LedgerError('question_invalid', {
          en: `"client" and "producer" are both ${client}; name the sources of the two sides.`,
          zh: `“client”与“producer”均为 ${client}；请写两侧各自的来源。`,
        })
      }
      const { size } = publishedHead(log)
      const asked = { client, producer, from: from!, to: to!, apartMs: apart * 1000 }
      const matched = await matching.match(asked, size, whenGone(reply))
      reply.header('cache-control', 'no-store')
      return { size, from: formatTime(from!), to: formatTime(to!), ...matched }
    },
  )
}
