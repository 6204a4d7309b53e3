// Resources and organisations: public, as they are on the chain.

import { Type } from 'typebox'
import { LedgerError } from '../../core/error.ts'
import type { Directory } from '../parts.ts'
import { Count, exact, list } from '../schemas/common.ts'
import { Organisation, Resource } from '../schemas/directory.ts'
import { ResourceLife } from '../schemas/life.ts'
import { FIELDS } from '../schemas/record.ts'
import type { App } from '../typed.ts'

const block = Count('The chain has been read up to this block.')

export function catalogueRoutes(app: App, directory: Directory): void {
  app.get(
    '/v1/resources',
    {
      config: { access: 'public' },
      schema: {
        tags: ['catalogue'],
        summary: 'The catalogue 信息资源目录',
        querystring: exact({}),
        response: { 200: Type.Object({ block, resources: list(Resource) }) },
      },
    },
    async (_, reply) => {
      reply.header('cache-control', 'no-cache')
      return { block: directory.block, resources: directory.resources() }
    },
  )

  app.get(
    // Codes may hold slashes, so the code is all the rest of the path.
    '/v1/resources/*',
    {
      config: { access: 'public' },
      schema: {
        tags: ['catalogue'],
        summary: 'One resource 单个资源',
        description: 'With its policy, its upkeep, and every event by which it is what it is.',
        params: exact({ '*': FIELDS.resource }),
        response: { 200: ResourceLife },
      },
    },
    async (request, reply) => {
      const code = request.params['*']
      const resource = directory.resourceLife(code)
      if (resource === undefined) {
        throw new LedgerError('resource_not_found', {
          en: `The catalogue has no ${JSON.stringify(code)}; GET /v1/resources lists what it has.`,
          zh: `目录中没有 ${JSON.stringify(code)}；GET /v1/resources 列出全部目录。`,
        })
      }
      reply.header('cache-control', 'no-cache')
      return resource
    },
  )

  app.get(
    '/v1/organisations',
    {
      config: { access: 'public' },
      schema: {
        tags: ['catalogue'],
        summary: 'The registered organisations 机构',
        querystring: exact({}),
        response: { 200: Type.Object({ block, organisations: list(Organisation) }) },
      },
    },
    async (_, reply) => {
      reply.header('cache-control', 'no-cache')
      return { block: directory.block, organisations: directory.organisations() }
    },
  )
}
