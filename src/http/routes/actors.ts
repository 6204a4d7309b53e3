// A person's pseudonym, so that one can ask for it without the person ever standing in an address. It takes the right to
// open sealed parts: a pseudonym for every name one tries is as good as the names.

import { Type } from 'typebox'
import { parseStrict } from '../../core/json.ts'
import { readSealed } from '../../core/record.ts'
import { derivePseudonym } from '../../pseudonym.ts'
import type { Parts } from '../parts.ts'
import { exact } from '../schemas/common.ts'
import { FIELDS } from '../schemas/record.ts'
import type { App } from '../typed.ts'

const MAX_BODY_BYTES = 4_096

export function actorRoutes(app: App, { vault }: Pick<Parts, 'vault'>): void {
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: MAX_BODY_BYTES },
    async (_: unknown, body: string) => parseStrict(body),
  )

  app.post(
    '/v1/actors',
    {
      config: { access: { allOf: ['read', 'sealed'] } },
      bodyLimit: MAX_BODY_BYTES,
      schema: {
        tags: ['ask'],
        summary: 'The pseudonym of a person 人员假名',
        description:
          'Then ask GET /v1/usage?actor=…. That it was asked is written to the service’s log, but not of whom.',
        body: exact({
          person: Type.String({
            minLength: 1,
            maxLength: 256,
            description: 'As the sources name them, in Unicode NFC.',
            examples: ['staff-1024'],
          }),
        }),
        response: { 200: Type.Object({ actor: FIELDS.actor }) },
      },
    },
    async (request, reply) => {
      const { person } = request.body
      // The spelling that lines are held to; any other would silently give a pseudonym that no record has.
      readSealed({ person })
      request.log.warn({ holder: request.holder?.id }, 'pseudonym asked for')
      reply.header('cache-control', 'no-store')
      return { actor: derivePseudonym(vault.actorKey, person) }
    },
  )
}
