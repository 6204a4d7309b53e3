// Corrections (校核): what is said to be wrong with data, and what came of it.

import { Type } from 'typebox'
import { CORRECTION_STATES } from '../../chain/terms.ts'
import { LedgerError } from '../../core/error.ts'
import { READ } from '../access.ts'
import { BEFORE, NEXT, numberParam, pageAsked, pageSize } from '../paging.ts'
import type { Directory } from '../parts.ts'
import { requireCatalogued, requireRegistered } from '../registered.ts'
import { Count, exact, list } from '../schemas/common.ts'
import { wordsOf } from '../schemas/grant.ts'
import { Correction, CorrectionLife } from '../schemas/life.ts'
import { FIELDS } from '../schemas/record.ts'
import type { App } from '../typed.ts'

const block = Count('The chain has been read up to this block.')

export function correctionRoutes(app: App, directory: Directory): void {
  app.get(
    '/v1/corrections',
    {
      config: { access: READ },
      schema: {
        tags: ['ask'],
        summary: 'Corrections, of a resource or a party, or all 校核',
        description: 'With rounds, answers and whether an answer is overdue. Newest first.',
        querystring: exact({
          resource: Type.Optional(FIELDS.resource),
          party: Type.Optional(FIELDS.consumer),
          state: Type.Optional(Type.Enum(wordsOf(CORRECTION_STATES), { description: 'Only in this state.' })),
          limit: pageSize(200, 50),
          before: BEFORE,
        }),
        response: { 200: Type.Object({ block, corrections: list(Correction), next: NEXT }) },
      },
    },
    async (request, reply) => {
      const { limit: _limit, before: _before, ...filter } = request.query
      if (filter.party !== undefined) requireRegistered(directory, filter.party)
      if (filter.resource !== undefined) requireCatalogued(directory, filter.resource)
      const { items, ...next } = directory.corrections(filter, pageAsked(request.query))
      reply.header('cache-control', 'no-store')
      return { block: directory.block, corrections: items, ...next }
    },
  )

  app.get(
    '/v1/corrections/:id',
    {
      config: { access: READ },
      schema: {
        tags: ['ask'],
        summary: 'One correction, with its whole history 单个校核',
        params: exact({ id: numberParam('Number of the correction.') }),
        response: { 200: Type.Object({ block, correction: CorrectionLife }) },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const correction = directory.correction(id)
      if (correction === undefined) {
        throw new LedgerError('correction_not_found', {
          en: `There is no correction ${id} up to block ${directory.block}; GET /v1/corrections lists them.`,
          zh: `截至区块 ${directory.block} 没有校核 ${id}；GET /v1/corrections 列出全部校核。`,
        })
      }
      reply.header('cache-control', 'no-store')
      return { block: directory.block, correction }
    },
  )
}
