// The OpenAPI 3.1 document, made from the routes themselves: their schemas, and from `access` who may call them.

import swagger from '@fastify/swagger'
import type { FastifySchema } from 'fastify'
import { type Access, describeAccess } from './access.ts'
import { PROBLEM_TYPE } from './problem.ts'
import { PROBLEMS } from './problems.ts'
import { ProblemShape } from './schemas/common.ts'
import type { App } from './typed.ts'

const TAGS = [
  { name: 'ask', description: 'Who took which data, under whose authority, and what for 查询' },
  { name: 'write', description: 'Lines in, receipts out 写入' },
  { name: 'act', description: 'Acts on the contracts, signed by who acts 操作' },
  { name: 'check', description: 'Proofs, and the log as C2SP tlog-tiles 核验' },
  { name: 'catalogue', description: 'What the contracts say; public 目录' },
  { name: 'service', description: 'Health and figures 运行' },
] as const

const DESCRIPTION = `The ledger of data use: who took which data, under whose authority, and what for — provable to someone who trusts neither the operator nor this software.

Times in answers are RFC 3339 in UTC. Sizes and indices count leaves of the log, from 0. Codes are those of the contracts.
Errors are \`${PROBLEM_TYPE}\` (RFC 9457): \`code\` is stable, \`detail\` says what happened, why, and the next step, and \`retryable\` whether the same request may succeed later.`

/** Must be called before any route is registered. */
export async function describeRoutes(app: App, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Suyuan 溯源',
        version,
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: [...TAGS],
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'A token of the ledger, by scope: write, read, act, sealed, metrics.',
          },
        },
      },
    },
    transform: ({ schema, url, route }) => ({ schema: complete(schema, route.config?.access), url }),
    transformObject: document => ({
      ...('openapiObject' in document ? document.openapiObject : {}),
      // Every code that an error may carry.
      'x-problems': PROBLEMS,
    }),
  })

  app.get('/openapi.json', { config: { access: 'public' }, schema: { hide: true } }, async (_, reply) => {
    reply.header('cache-control', 'no-cache')
    return app.swagger()
  })
}

/** Adds to a route's schema what follows from its access. */
function complete(schema: FastifySchema | undefined, access: Access | undefined): FastifySchema {
  const { response = {}, description = '', querystring, ...rest } = schema ?? {}
  const problem = { description: 'What went wrong (RFC 9457).', content: { [PROBLEM_TYPE]: { schema: ProblemShape } } }
  const needs = access === 'public' ? 'Public.' : `Needs a token with scope ${describeAccess(access)}.`
  return {
    ...rest,
    ...(querystring === undefined ? {} : { querystring: askedOf(querystring as QuerySchema) }),
    description: `${description}\n\n${needs}`.trim(),
    security: access === 'public' ? [] : [{ token: [] }],
    response: { ...(response as object), default: problem },
  }
}

interface QuerySchema {
  readonly required?: readonly string[]
  readonly properties: Readonly<Record<string, { readonly default?: unknown }>>
}

/** What has a default is always there for the handler, and asked of nobody. */
function askedOf({ required = [], ...rest }: QuerySchema): object {
  return { ...rest, required: required.filter(name => rest.properties[name]?.default === undefined) }
}
