// The same answer as one file that verifies without us.

import { Type } from 'typebox'
import type { Question } from '../../core/question.ts'
import { parseQuestion } from '../../core/question-parameters.ts'
import type { EvidenceOptions } from '../../evidence.ts'
import { READ } from '../access.ts'
import { sendJson } from '../compressed.ts'
import { QUESTION_PARAMETERS } from '../question.ts'
import { exact } from '../schemas/common.ts'
import type { App } from '../typed.ts'

/** Also of evidence of acts. */
export const NEWEST = Type.Boolean({
  default: false,
  description:
    'As of the newest block, which the chain may still take back, and not of the newest final one. On the embedded chain both are the same.',
})

interface EvidenceParts {
  /** The evidence file that answers a question, ready to be written as JSON. */
  readonly evidence: (question: Question, options: EvidenceOptions) => Promise<unknown>
}

export function evidenceRoutes(app: App, { evidence }: EvidenceParts): void {
  app.get(
    '/v1/evidence',
    {
      config: { access: READ, work: 'sum' },
      schema: {
        tags: ['ask'],
        summary: 'The answer as a file that anyone can check 下载证据文件',
        description:
          'One self-contained JSON file: rows, inclusion proof, signed checkpoint, anchor and contract events. Check it with `suyuan verify FILE --trust trust.json`. It is pinned to the newest anchor in a final block, so it lags behind /v1/usage by one anchoring, and by the time that the chain takes to make blocks final. With `offline=true` it verifies without any node, given the hash of block `chain.asOf`.',
        querystring: exact({
          ...QUESTION_PARAMETERS,
          limit: Type.Integer({ minimum: 1, maximum: 10_000, default: 10_000, description: 'Rows in the file.' }),
          offline: Type.Optional(
            Type.Boolean({
              description:
                'Put in the block headers and blocks that prove every contract event by the hash of block `chain.asOf` alone, without a node. The file grows with the blocks since the oldest event; beyond 20,000 of them it is refused.',
              default: false,
            }),
          ),
          newest: Type.Optional(NEWEST),
        }),
        response: {
          200: Type.Unknown({ description: 'The evidence file; docs/evidence.md describes it field by field.' }),
        },
      },
    },
    async (request, reply) => {
      const { limit, offline, newest, ...parameters } = request.query
      const options = { limit, ...(offline === true && { offline }), ...(newest === true && { newest }) }
      const file = await evidence(parseQuestion(parameters), options)
      reply.header('cache-control', 'no-store')
      reply.header('content-disposition', 'attachment; filename="suyuan-evidence.json"')
      // Written as the evidence has it, not by the schema above: a file must hold every field its verifier looks at.
      return sendJson(request, reply, file)
    },
  )
}
