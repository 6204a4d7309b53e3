// Usage statements: what is to be stated, and what was stated, checked against the log (docs/statements.md).

import { type Static, Type } from 'typebox'
import { showDelivery } from '../../directory/grants.ts'
import { positionsIn } from '../../directory/place.ts'
import type { EarlierStatements } from '../../statements/judged.ts'
import type { Amounts } from '../../statements/sum.ts'
import type { DueStatement, Outside, Statements, Unstated } from '../../statements.ts'
import { READ } from '../access.ts'
import { whenGone } from '../gone.ts'
import { numberParam } from '../paging.ts'
import type { Directory } from '../parts.ts'
import { requireRegistered } from '../registered.ts'
import { Count, exact, list } from '../schemas/common.ts'
import { FIELDS } from '../schemas/record.ts'
import { Checked, Due, Earlier, Out, Un } from '../schemas/statements.ts'
import type { App } from '../typed.ts'

export function statementRoutes(app: App, statements: Statements, directory: Pick<Directory, 'organisation'>): void {
  app.get(
    '/v1/statements/pending',
    {
      config: { access: READ },
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
      config: { access: READ },
      schema: {
        tags: ['check'],
        summary: 'The statements of a grant, each summed up anew from the log 用量结算核对',
        description:
          'Newest first, at most 100. `suyuan statement --check GRANT` does the same without trusting the service.',
        querystring: exact({ grant: numberParam('Number of the grant.') }),
        response: {
          200: Type.Object({
            grant: Count('Its number.'),
            statements: list(Checked),
            earlier: Type.Optional(Earlier),
          }),
        },
      },
    },
    async (request, reply) => {
      const { grant } = request.query
      const { statements: checked, earlier } = await statements.check(grant, whenGone(reply))
      reply.header('cache-control', 'no-store')
      return {
        grant,
        statements: checked.map(({ statement, found, skipped, overlaps, agrees }) => ({
          statement: showDelivery(statement),
          ...(found && { found: { ...showAmounts(found), contentDigest: found.contentDigest } }),
          ...(skipped && { skipped: showAmounts(skipped) }),
          overlaps,
          agrees,
        })),
        ...(earlier && { earlier: showEarlier(earlier) }),
      }
    },
  )
}

function showAmounts({ accesses, bytes, rows }: Amounts) {
  return { accesses, bytes: String(bytes), rows: String(rows) }
}

function showEarlier({ count, claimed, found, agrees }: EarlierStatements): Static<typeof Earlier> {
  const { accesses, bytes, rows } = claimed
  const shown = { accesses: String(accesses), bytes: String(bytes), rows: String(rows) }
  return { count, claimed: shown, found: showAmounts(found), agrees }
}

function showDue({ bytes, rows, fields, ...due }: DueStatement): Static<typeof Due> {
  return { ...due, bytes: String(bytes), rows: String(rows), fields: positionsIn(fields) }
}

function showLeft<T extends Unstated | Outside>({ bytes, rows, ...left }: T) {
  return { ...left, bytes: String(bytes), rows: String(rows) }
}
