// The evidence of acts: the contract events by which a thing is what it is, as one file that a stranger can check
// (docs/evidence.md).

import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Subject } from '../../core/acts-evidence.ts'
import { LedgerError } from '../../core/error.ts'
import { READ } from '../access.ts'
import { numberParam } from '../paging.ts'
import type { Parts } from '../parts.ts'
import { exact } from '../schemas/common.ts'
import { FIELDS } from '../schemas/record.ts'
import type { App } from '../typed.ts'
import { NEWEST } from './evidence.ts'

const offline = Type.Boolean({
  default: false,
  description: 'With the chain’s own proof, so that a verifier needs no node but only the hash of one block.',
})
const SUBJECTS: Readonly<Record<keyof typeof KINDS, (id: number) => Subject>> = {
  grants: grant => ({ grant }),
  agreements: agreement => ({ agreement }),
  corrections: correction => ({ correction }),
}
const KINDS = { grants: 'grant', agreements: 'agreement', corrections: 'correction' } as const
const WORDS = { grants: '授权', agreements: '协议', corrections: '校核' } as const

/** As the evidence has it, not by a schema: a file must hold every field its verifier looks at. */
const writeWhole = () => (value: unknown) => JSON.stringify(value)

export function actsEvidenceRoutes(app: App, make: NonNullable<Parts['actsEvidence']>): void {
  const schema = {
    tags: ['ask'],
    response: { 200: Type.Unknown({ description: 'suyuan-acts/v1, see docs/evidence.md.' }) },
  }
  const answer = async (subject: Subject, asked: { offline: boolean; newest: boolean }, reply: FastifyReply) => {
    const file = await make(subject, asked)
    reply.header('cache-control', 'no-store')
    reply.header('content-disposition', 'attachment; filename="suyuan-acts.json"')
    return file
  }

  for (const kind of ['grants', 'agreements', 'corrections'] as const) {
    const one = KINDS[kind]
    app.get(
      `/v1/${kind}/:id/evidence`,
      {
        config: { access: READ, work: 'sum' },
        schema: {
          ...schema,
          summary: `Evidence of the acts of one ${one} ${WORDS[kind]}举证`,
          params: exact({ id: numberParam(`Number of the ${one}.`) }),
          querystring: exact({ offline, newest: NEWEST }),
        },
        serializerCompiler: writeWhole,
      },
      async (request, reply) => {
        const { id } = request.params
        return answer(SUBJECTS[kind](id), request.query, reply)
      },
    )
  }

  app.get(
    '/v1/evidence/acts',
    {
      config: { access: READ, work: 'sum' },
      schema: {
        ...schema,
        summary: 'Evidence of what one party may do and did, or of one resource 参与方举证',
        description: 'Give one of both.',
        querystring: exact({
          party: Type.Optional(FIELDS.consumer),
          resource: Type.Optional(FIELDS.resource),
          offline,
          newest: NEWEST,
        }),
      },
      serializerCompiler: writeWhole,
    },
    async (request, reply) => {
      const { party, resource, ...asked } = request.query
      if (party !== undefined && resource === undefined) return answer({ party }, asked, reply)
      if (resource !== undefined && party === undefined) return answer({ resource }, asked, reply)
      throw new LedgerError('question_invalid', {
        en: 'Give either party= or resource=, to say what the evidence is about.',
        zh: '请给出 party= 或 resource= 之一，说明就什么举证。',
      })
    },
  )
}
