// The erasure of a record's sealed part, or of an act's text (src/erasure.ts): for whoever has the scope of its own that it
// takes.

import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { parseStrict } from '../../core/json.ts'
import { PATTERNS } from '../../core/record.ts'
import type { Erased, ErasureTarget } from '../../erasure.ts'
import { publishedHead, requireLeaf } from '../head.ts'
import type { Parts } from '../parts.ts'
import { Digest } from '../schemas/acts.ts'
import { exact, Index } from '../schemas/common.ts'
import { Receipt } from '../schemas/ingest.ts'
import type { App } from '../typed.ts'

const MAX_BODY_BYTES = 16_384
const MAX_REASON = 2_000
const MAX_NAME = 256

export function erasureRoutes(app: App, { log, erasures }: Pick<Parts, 'log' | 'erasures'>): void {
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: MAX_BODY_BYTES },
    async (_: unknown, body: string) => parseStrict(body),
  )

  const why = exact({
    basis: Type.String({
      pattern: PATTERNS.basis.source,
      description: 'The legal basis, as a code: law and article.',
      examples: ['PIPL-47'],
    }),
    reason: Type.String({
      minLength: 1,
      maxLength: MAX_REASON,
      description: 'Why, in words.',
      examples: ['保存期限已满'],
    }),
    by: Type.String({
      minLength: 1,
      maxLength: MAX_NAME,
      description: 'Who asked for it.',
      examples: ['市大数据局 张三'],
    }),
  })
  const response = { 201: Type.Object({ index: Index, receipt: Receipt }) }
  const erase = async (
    target: ErasureTarget,
    { body, holder, log }: FastifyRequest<{ Body: Static<typeof why> }>,
  ): Promise<Erased> => {
    const { id, name } = holder!
    const erased = await erasures.erase(target, { ...body, token: { id, name } })
    log.warn({ ...target, holder: id, record: erased.index }, 'erased')
    return erased
  }

  app.post(
    '/v1/records/:index/erasure',
    {
      config: { access: { allOf: ['erase'] } },
      bodyLimit: MAX_BODY_BYTES,
      schema: {
        tags: ['write'],
        summary: 'Erases the sealed part of one record 删除密封部分',
        description:
          'For good. The entry, with the digest of the part, and every proof stay as they are. The erasure is a record of the log itself, in it before the part is destroyed: its legal basis is public, who asked and why are sealed.',
        params: exact({ index: Index }),
        body: why,
        response,
      },
    },
    async (request, reply) => {
      const { index } = request.params
      requireLeaf(index, publishedHead(log).size)
      reply.code(201).header('cache-control', 'no-store')
      return erase({ index }, request)
    },
  )

  app.post(
    '/v1/texts/:digest/erasure',
    {
      config: { access: { allOf: ['erase'] } },
      bodyLimit: MAX_BODY_BYTES,
      schema: {
        tags: ['write'],
        summary: 'Erases the text behind a digest of an act 删除操作文本',
        description:
          'For good, and on record like the erasure of a sealed part. The act and the digest on the chain stay.',
        params: exact({ digest: Digest }),
        body: why,
        response,
      },
    },
    async (request, reply) => {
      reply.code(201).header('cache-control', 'no-store')
      return erase({ text: request.params.digest }, request)
    },
  )
}
