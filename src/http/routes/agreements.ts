// Agreements: between agency and operator, operator and developer, or for opening by contract (R14, R15).

import { Type } from 'typebox'
import { AGREEMENT_STATES } from '../../chain/terms.ts'
import { LedgerError } from '../../core/error.ts'
import { READ } from '../access.ts'
import { BEFORE, NEXT, numberParam, pageAsked, pageSize } from '../paging.ts'
import type { Directory } from '../parts.ts'
import { requireRegistered } from '../registered.ts'
import { Count, exact, list } from '../schemas/common.ts'
import { wordsOf } from '../schemas/grant.ts'
import { Agreement, AgreementLife } from '../schemas/life.ts'
import { FIELDS } from '../schemas/record.ts'
import type { App } from '../typed.ts'

const block = Count('The chain has been read up to this block.')

export function agreementRoutes(app: App, directory: Directory): void {
  app.get(
    '/v1/agreements',
    {
      config: { access: READ },
      schema: {
        tags: ['ask'],
        summary: 'Agreements, of one party or all 协议',
        description: 'State, parties, dates, publicity, signatures, filing, evaluation and vetoes. Newest first.',
        querystring: exact({
          party: Type.Optional(FIELDS.consumer),
          state: Type.Optional(Type.Enum(wordsOf(AGREEMENT_STATES), { description: 'Only in this state.' })),
          limit: pageSize(200, 50),
          before: BEFORE,
        }),
        response: { 200: Type.Object({ block, agreements: list(Agreement), next: NEXT }) },
      },
    },
    async (request, reply) => {
      const { party, state } = request.query
      if (party !== undefined) requireRegistered(directory, party)
      const filter = { ...(party === undefined ? {} : { party }), ...(state === undefined ? {} : { state }) }
      const { items, ...next } = directory.agreements(filter, pageAsked(request.query))
      reply.header('cache-control', 'no-store')
      return { block: directory.block, agreements: items, ...next }
    },
  )

  app.get(
    '/v1/agreements/:id',
    {
      config: { access: READ },
      schema: {
        tags: ['ask'],
        summary: 'One agreement, with its whole history 单个协议',
        params: exact({ id: numberParam('Number of the agreement.') }),
        response: { 200: Type.Object({ block, agreement: AgreementLife }) },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const agreement = directory.agreement(id)
      if (agreement === undefined) {
        throw new LedgerError('agreement_not_found', {
          en: `There is no agreement ${id} up to block ${directory.block}; GET /v1/agreements lists them.`,
          zh: `截至区块 ${directory.block} 没有协议 ${id}；GET /v1/agreements 列出全部协议。`,
        })
      }
      reply.header('cache-control', 'no-store')
      return { block: directory.block, agreement }
    },
  )
}
