// The same answer as one file that verifies without us.

import { Type } from 'typebox'
import { READ } from '../access.ts'
import type { Parts } from '../parts.ts'
import { parseQuestion, QUESTION_PARAMETERS } from '../question.ts'
import { exact } from '../schemas/common.ts'
import type { App } from '../typed.ts'

export function evidenceRoutes(app: App, { evidence }: Pick<Parts, 'evidence'>): void {
  app.get(
    '/v1/evidence',
    {
      config: { access: READ },
      schema: {
        tags: ['ask'],
        summary: 'The answer as a file that anyone can check 下载证据文件',
        description:
          'One self-contained JSON file: rows, inclusion proof, signed checkpoint, anchor and contract events. Check it with `suyuan verify FILE --trust trust.json`. It is pinned to the newest anchor, so it may lag behind /v1/usage by one anchoring.',
        querystring: exact({
          ...QUESTION_PARAMETERS,
          limit: Type.Integer({ minimum: 1, maximum: 10_000, default: 1_000, description: 'Rows in the file.' }),
        }),
        response: {
          200: Type.Unknown({ description: 'The evidence file; docs/evidence.md describes it field by field.' }),
        },
      },
      // Written as the evidence has it, not by the schema above: a file must hold every field its verifier looks at.
      serializerCompiler: () => value => JSON.stringify(value),
    },
    async (request, reply) => {
      const { limit, ...parameters } = request.query
      const file = await evidence(parseQuestion(parameters), { limit })
      reply.header('cache-control', 'no-store')
      reply.header('content-disposition', 'attachment; filename="suyuan-evidence.json"')
      return file
    },
  )
}
