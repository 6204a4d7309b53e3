// Sources with keys (src/sources.ts): what is missing, doubled or silent; and, for the operator, which keys speak for them.

import { Type } from 'typebox'
import { parseStrict } from '../../core/json.ts'
import { formatTime } from '../../core/record.ts'
import type { Parts } from '../parts.ts'
import { Count, exact, Index, list } from '../schemas/common.ts'
import { Receipt } from '../schemas/ingest.ts'
import { FIELDS } from '../schemas/record.ts'
import { NewKey, RetiredKey, SourceReport } from '../schemas/sources.ts'
import type { App } from '../typed.ts'

const MAX_BODY_BYTES = 4_096

export function sourceRoutes(app: App, { sources }: Pick<Parts, 'sources'>): void {
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: MAX_BODY_BYTES },
    async (_: unknown, body: string) => parseStrict(body),
  )

  app.get(
    '/v1/sources',
    {
      config: { access: { anyOf: ['read', 'write'] }, work: 'sum' },
      schema: {
        tags: ['check'],
        summary: 'Sources that sign: what is missing, doubled or silent 来源签名核对',
        description:
          'All sources that have a key, as far as the log goes. A hole is a line that its source signed and the log does not have: not shipped yet, lost, or refused. `suyuan monitor` and `suyuan verify` check signatures without trusting the service.',
        querystring: exact({ source: Type.Optional(FIELDS.source) }),
        response: { 200: Type.Object({ size: Count('Leaves that this is made from.'), sources: list(SourceReport) }) },
      },
    },
    async (request, reply) => {
      const { size, sources: all } = await sources.list()
      const { source } = request.query
      reply.header('cache-control', 'no-store')
      return {
        size,
        sources: all
          .filter(report => source === undefined || report.source === source)
          .map(({ heard, silentSince, ...report }) => ({
            ...report,
            ...(heard === undefined ? {} : { heard: formatTime(heard) }),
            ...(silentSince === undefined ? {} : { silentSince: formatTime(silentSince) }),
          })),
      }
    },
  )

  const response = { 201: Type.Object({ index: Index, receipt: Receipt }) }

  app.post(
    '/v1/sources',
    {
      config: { access: { allOf: ['act'] } },
      bodyLimit: MAX_BODY_BYTES,
      schema: {
        tags: ['write'],
        summary: 'Registers the key of a source 登记来源公钥',
        description:
          'From here on lines signed by it are taken. The registration is a record of the log itself, for everybody to see. A key that is registered already gets these settings in place of those it had.',
        body: NewKey,
        response,
      },
    },
    async ({ body, holder, log }, reply) => {
      const registered = await sources.register(body)
      log.warn({ key: body.key, holder: holder?.id, record: registered.index }, 'source key registered')
      reply.code(201).header('cache-control', 'no-store')
      return registered
    },
  )

  app.post(
    '/v1/sources/retired',
    {
      config: { access: { allOf: ['act'] } },
      bodyLimit: MAX_BODY_BYTES,
      schema: {
        tags: ['write'],
        summary: 'Retires the key of a source 停用来源公钥',
        description: 'For good, and on record: no line signed by it is taken any more.',
        body: RetiredKey,
        response,
      },
    },
    async ({ body, holder, log }, reply) => {
      const retired = await sources.retire(body.key)
      log.warn({ key: body.key, holder: holder?.id, record: retired.index }, 'source key retired')
      reply.code(201).header('cache-control', 'no-store')
      return retired
    },
  )
}
