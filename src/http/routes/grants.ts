// Requests and grants (R10): what was asked for, what was decided and by whom, what may be done now, what was taken.

import { Type } from 'typebox'
import { LedgerError } from '../../core/error.ts'
import { READ } from '../access.ts'
import { whenGone } from '../gone.ts'
import { formatHead, publishedHead } from '../head.ts'
import { BEFORE, NEXT, numberParam, pageAsked, pageSize } from '../paging.ts'
import type { Parts } from '../parts.ts'
import { requireAgreement, requireCatalogued, requireRegistered } from '../registered.ts'
import { Count, exact, Head, list } from '../schemas/common.ts'
import { Organisation } from '../schemas/directory.ts'
import { Grant, GrantLife, GrantState } from '../schemas/grant.ts'
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
const block = Count('The chain has been read up to this block.')

export function grantRoutes(app: App, { query, log, directory }: Pick<Parts, 'query' | 'log' | 'directory'>): void {
  const usesOf = async (id: number, size: number, gone: AbortSignal) => {
    const { records, bytes, rows, outside } = await query.totals({ where: { grant: String(id) } }, size, gone)
    return { records, bytes, rows, outside }
  }
  app.get(
    '/v1/grants',
    {
      config: { access: READ, work: 'sum' },
      schema: {
        tags: ['ask'],
        summary: 'The grants of a consumer, a provider, an agreement; or in a state 授权历史',
        description:
          'Requests, decisions, grants and deliveries from the contracts, each with block, transaction and signature, what may be done under it now, and beside them what the log has of their use. Newest first; all filters that are given must fit.',
        querystring: exact({
          consumer: Type.Optional(FIELDS.consumer),
          provider: Type.Optional(FIELDS.provider),
          resource: Type.Optional(FIELDS.resource),
          agreement: Type.Optional(numberParam('Number of an agreement.')),
          state: Type.Optional(GrantState),
          limit: pageSize(200, 50),
          before: BEFORE,
        }),
        response: {
          200: Type.Object({
            consumer: Type.Optional(Organisation),
            provider: Type.Optional(Organisation),
            checkpoint: Head,
            block,
            grants: list(Type.Object({ ...Grant.properties, uses: Uses })),
            next: NEXT,
          }),
        },
      },
    },
    async (request, reply) => {
      const { limit: _limit, before: _before, ...filter } = request.query
      const { consumer, provider, resource, agreement } = filter
      if (resource !== undefined) requireCatalogued(directory, resource)
      if (agreement !== undefined) requireAgreement(directory, agreement)
      const named = {
        ...(consumer === undefined ? {} : { consumer: requireRegistered(directory, consumer) }),
        ...(provider === undefined ? {} : { provider: requireRegistered(directory, provider) }),
      }
      const published = publishedHead(log)
      const { items, next } = directory.grants(filter, pageAsked(request.query))
      const gone = whenGone(reply)
      const grants = []
      for (const grant of items) grants.push({ ...grant, uses: await usesOf(grant.id, published.size, gone) })
      reply.header('cache-control', 'no-store')
      return {
        ...named,
        checkpoint: formatHead(published, published),
        block: directory.block,
        grants,
        ...(next === undefined ? {} : { next }),
      }
    },
  )

  app.get(
    '/v1/grants/:id',
    {
      config: { access: READ, work: 'sum' },
      schema: {
        tags: ['ask'],
        summary: 'One request or grant, with its whole history 单个授权',
        description:
          'What it is and what may be done under it now; every event by which it is so, by whose signature and in which block; what was delivered, stated, computed and confirmed; and its use in the log.',
        params: exact({ id: numberParam('Number of the request or grant.') }),
        response: { 200: Type.Object({ checkpoint: Head, block, grant: GrantLife, uses: Uses }) },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const grant = directory.grantLife(id)
      if (grant === undefined) {
        throw new LedgerError('grant_not_found', {
          en: `There is no request or grant ${id} up to block ${directory.block}; GET /v1/grants?consumer=CODE lists a consumer’s.`,
          zh: `截至区块 ${directory.block} 没有申请或授权 ${id}；GET /v1/grants?consumer=代码 列出某使用方的全部授权。`,
        })
      }
      const published = publishedHead(log)
      const uses = await usesOf(id, published.size, whenGone(reply))
      reply.header('cache-control', 'no-store')
      return { checkpoint: formatHead(published, published), block: directory.block, grant, uses }
    },
  )
}
