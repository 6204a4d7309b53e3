// Usage statements: what is to be stated, and what was stated, checked against the log (docs/statements.md).

import { type Static, Type } from 'typebox'
import { showDelivery } from '../../directory/grants.ts'
import { positionsIn } from '../../directory/place.ts'
import type { Amounts } from '../../statements/sum.ts'
import type { CheckedStatement, DueStatement, Outside, Statements, Unstated } from '../../statements.ts'
import { READ } from '../access.ts'
import { whenGone } from '../gone.ts'
import { BEFORE, NEXT, numberParam, pageSize } from '../paging.ts'
import type { Directory } from '../parts.ts'
import { requireRegistered } from '../registered.ts'
import { Count, exact, list } from '../schemas/common.ts'
import { FIELDS } from '../schemas/record.ts'
import { Checked, Due, Out, Un } from '../schemas/statements.ts'
import type { App } from '../typed.ts'

export function statementRoutes(app: App, statements: Statements, directory: Pick<Directory, 'organisation'>): void {
  app.get(
    '/v1/statements/pending',
    {
      config: { access: READ, work: 'sum' },
      schema: {
        tags: ['ask'],
        summary: 'What is to be stated of use, ready for one act 待结算用量',
        description:
          'For each grant the lines of the log that no statement truthfully states, as far as the log is anchored. `statements` are at most one batch, in the order that costs least; `unstated` and `outside` lines are not stated, and stay here so that nobody overlooks them. `suyuan statement` signs and sends.',
        querystring: exact({ by: Type.Optional(FIELDS.provider) }),
        response: {
          200: Type.Object({
            size: Count('Statements go as far as this size of the log.'),
            statements: list(Due),
            unstated: list(Un),
            outside: list(Out),
            more: Type.Boolean({ description: 'More is to be stated once these are on the chain.' }),
          }),
        },
      },
    },
    async (request, reply) => {
      const { by } = request.query
      if (by !== undefined) requireRegistered(directory, by)
      const { size, more, ...found } = await statements.pending(by, whenGone(reply))
      reply.header('cache-control', 'no-store')
      return {
        size,
        statements: found.statements.map(showDue),
        unstated: found.unstated.map(showLeft),
        outside: found.outside.map(showLeft),
        more,
      }
    },
  )

  app.get(
    '/v1/statements',
    {
      config: { access: READ, work: 'sum' },
      schema: {
        tags: ['check'],
        summary: 'The statements of a grant, each summed up anew from the log 用量结算核对',
        description: 'Newest first. `suyuan statement --check GRANT` does the same without trusting the service.',
        querystring: exact({
          grant: numberParam('Number of the grant.'),
          limit: pageSize(1_000, 100),
          before: BEFORE,
        }),
        response: {
          200: Type.Object({
            grant: Count('Its number.'),
            count: Count('All statements from this log.'),
            disagreeing: Count('Those of them that do not agree.'),
            statements: list(Checked),
            next: NEXT,
          }),
        },
      },
    },
    async (request, reply) => {
      const { grant, limit, before = Infinity } = request.query
      const { statements: all } = await statements.check(grant, whenGone(reply))
      // By their place among all of the grant's, which never changes.
      const end = Math.min(before - 1, all.length)
      const start = Math.max(0, end - limit)
      reply.header('cache-control', 'no-store')
      return {
        grant,
        count: all.length,
        disagreeing: all.filter(({ agrees }) => !agrees).length,
        statements: all.slice(all.length - end, all.length - start).map(showChecked),
        ...(start > 0 && { next: start + 1 }),
      }
    },
  )
}

function showAmounts({ accesses, bytes, rows }: Amounts) {
  return { accesses, bytes: String(bytes), rows: String(rows) }
}

function showChecked({ statement, found, skipped, overlaps, agrees }: CheckedStatement): Static<typeof Checked> {
  return {
    statement: showDelivery(statement),
    ...(found && { found: showAmounts(found) }),
    ...(skipped && { skipped: showAmounts(skipped) }),
    overlaps,
    agrees,
  }
}

function showDue({ bytes, rows, fields, ...due }: DueStatement): Static<typeof Due> {
  return { ...due, bytes: String(bytes), rows: String(rows), fields: positionsIn(fields) }
}

function showLeft<T extends Unstated | Outside>({ bytes, rows, ...left }: T) {
  return { ...left, bytes: String(bytes), rows: String(rows) }
}
