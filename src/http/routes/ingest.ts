// Lines in, receipts out. The body is a stream that is never held whole: it is read as fast as the log takes it, so that
// a client with more than that simply waits (backpressure), and however long it is, it costs no more memory.

import type { Readable } from 'node:stream'
import { type Static, Type } from 'typebox'
import { LedgerError, wordsOf } from '../../core/error.ts'
import { asciiTexts } from '../ascii.ts'
import { readBody } from '../body.ts'
import { speak } from '../language.ts'
import type { Parts } from '../parts.ts'
import { exact } from '../schemas/common.ts'
import { IngestResult, Receipt } from '../schemas/ingest.ts'
import type { App } from '../typed.ts'

const MAX_RECEIPT_LEAVES = 10_000

export function ingestRoutes(scope: App, { ingest }: Pick<Parts, 'ingest'>): void {
  const inAscii = asciiTexts()
  scope.addContentTypeParser('application/x-ndjson', (_, payload, done) => done(null, payload))

  scope.route({
    method: 'POST',
    url: '/v1/records',
    config: { access: { allOf: ['write'] }, stream: true },
    schema: {
      tags: ['write'],
      summary: 'Append lines to the log 写入使用记录',
      description:
        'One JSON object a line (application/x-ndjson), any number of lines; beside others a batch with a key may be ended after a million (413 `batch_scattered`, docs/limits.md). Every line is accepted, and then durable, or refused with its number and the reason. Send an Idempotency-Key, and a batch that was cut short can be sent again whole: what is in the log already is not added twice.',
      consumes: ['application/x-ndjson'],
      headers: Type.Object({
        'idempotency-key': Type.Optional(
          Type.String({
            pattern: '^[ -~]{1,200}$',
            description:
              'Names the batch among those of its sender (the token’s name): 1 to 200 printable ASCII characters.',
            examples: ['gateway-1/2026-03-01/7'],
          }),
        ),
      }),
      querystring: exact({
        dryRun: Type.Optional(Type.Boolean({ description: 'Check every line and store nothing.', default: false })),
      }),
      response: { 200: IngestResult },
    },
    // Receipts are long texts of base64, which JSON.stringify writes far faster than a serializer made for the schema.
    serializerCompiler: () => (answer: Static<typeof IngestResult>) => {
      const receipts = answer.receipts.map(receipt => ({ ...receipt, checkpoint: inAscii(receipt.checkpoint) }))
      return JSON.stringify({ ...answer, receipts })
    },
    handler: async (request, reply) => {
      if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') {
        throw new LedgerError('encoding_unsupported', {
          en: 'Lines are taken as they are; send them without Content-Encoding.',
          zh: '各行按原样接收；发送时请不用 Content-Encoding。',
        })
      }
      const body = request.body as Readable | undefined
      if (body === undefined) {
        throw new LedgerError('media_type_unsupported', {
          en: 'There is no body; send the lines as application/x-ndjson.',
          zh: '没有请求体；请以 application/x-ndjson 发送各行。',
        })
      }
      const key = request.headers['idempotency-key']
      const result = await ingest.submit(await readBody(request, reply, body), {
        client: request.holder?.name ?? '',
        ...(key === undefined ? {} : { key }),
        dryRun: request.query.dryRun === true,
      })
      const language = speak(request, reply)
      const refused = result.refused.map(({ line, index, ...reason }) => {
        const place = index === undefined ? {} : { index }
        return { line, code: reason.code, message: wordsOf(reason)[language], ...place }
      })
      return { ...result, refused }
    },
  })

  scope.get(
    '/v1/receipts',
    {
      config: { access: { anyOf: ['write', 'read'] } },
      schema: {
        tags: ['write'],
        summary: 'A receipt for leaves in the log 补取回执',
        description: 'Newly signed, for the tree as it is now.',
        querystring: exact({
          firstIndex: Type.Integer({
            minimum: 0,
            maximum: Number.MAX_SAFE_INTEGER,
            description: 'Index of the first leaf.',
            examples: [0],
          }),
          count: Type.Integer({
            minimum: 1,
            maximum: MAX_RECEIPT_LEAVES,
            description: 'How many leaves, without a gap.',
            examples: [100],
          }),
        }),
        response: { 200: Receipt },
      },
    },
    async (request, reply) => {
      const { firstIndex, count } = request.query
      reply.header('cache-control', 'no-store')
      return ingest.receipt({ firstIndex, count })
    },
  )
}
