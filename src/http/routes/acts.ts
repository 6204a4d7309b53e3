// Acts from outside: prepared for a signature, and sent on when signed (docs/acts.md). The service signs for nobody, and
// never logs a signature or a text.

import { type Static, Type } from 'typebox'
import { describeAct } from '../../acts/describe.ts'
import { VETOED, type VetoedThing } from '../../acts/forms.ts'
import type { KeptAct } from '../../acts/journal.ts'
import { listActs } from '../../acts/list.ts'
import { Misfit, readMoment, readNumber } from '../../acts/scalars.ts'
import type { Acts, Prepared as PreparedAct, Sent } from '../../acts.ts'
import { LedgerError, type Reason, wordsOf } from '../../core/error.ts'
import { parseStrict } from '../../core/json.ts'
import { formatSeconds, formatTime } from '../../core/record.ts'
import type { Language, Words } from '../../core/words.ts'
import { speak } from '../language.ts'
import type { Parts } from '../parts.ts'
import { ActAsked, ActDescribed, ActState, Digest, Looked, Prepared } from '../schemas/acts.ts'
import { exact, list } from '../schemas/common.ts'
import type { App } from '../typed.ts'

/** Calldata of one act, twice over as hexadecimal digits, and its texts. */
const MAX_BODY_BYTES = 262_144
type Asked = Static<typeof ActAsked>

export function actRoutes(app: App, { acts }: Pick<Parts, 'acts'>): void {
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: MAX_BODY_BYTES },
    async (_: unknown, body: string) => parseStrict(body),
  )

  app.post(
    '/v1/acts',
    {
      config: { access: { allOf: ['act'] } },
      bodyLimit: MAX_BODY_BYTES,
      schema: {
        tags: ['act'],
        summary: 'Prepares an act, or sends a signed one 准备或发送操作',
        description:
          'Without a signature, `act`, `arguments` and `actor`: the act is tried and, if the contracts would take it, comes back as typed data to sign. With `signature`, the same and `nonce` and `deadline`, or `to` and `data` in place of act and arguments: it is accepted once journalled, and sent to the chain. The same act again is the same act.',
        body: ActAsked,
        response: { 200: Prepared, 202: ActState },
      },
      serializerCompiler: () => value => JSON.stringify(value), // arguments and typed data are any JSON
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      const { body } = request
      if (body.signature === undefined) return showPrepared(await acts.prepare(readAsked(body)))
      const kept = await acts.send(await readSent(body, acts), request.holder!.id)
      request.log.info({ holder: request.holder?.id, act: kept.act, digest: kept.digest }, 'act taken')
      return reply
        .code(202)
        .header('location', `/v1/acts/${kept.digest}`)
        .send(showState(kept, speak(request, reply)))
    },
  )

  app.get(
    '/v1/acts',
    {
      config: { access: 'public' },
      schema: {
        tags: ['act'],
        summary: 'The acts that there are, with their arguments 操作一览',
        response: { 200: Type.Object({ acts: list(ActDescribed) }) },
      },
      serializerCompiler: () => value => JSON.stringify(value),
    },
    async (_, reply) => {
      reply.header('cache-control', 'no-cache')
      return { acts: listActs().map(describeAct) }
    },
  )

  app.get(
    '/v1/acts/lookup',
    {
      config: { access: { allOf: ['act'] } },
      schema: {
        tags: ['act'],
        summary: 'The number of what has a code, and the like 代码查询',
        description: 'For whoever makes acts without the service: what the contracts say. Empty when there is none.',
        querystring: exact({
          kind: Type.Enum(['organisation', 'resource', 'purpose', 'fields', 'grant', 'asked', 'round'], {
            description:
              'By code: organisation, resource, purpose; by number: fields of a resource, resource of a grant, what was asked; by what it is and its number, such as “grant 3”: which veto stands on it.',
          }),
          name: Type.String({
            minLength: 1,
            maxLength: 128,
            description: 'The code, or the number in decimal; for a round what it is before it, such as “grant 3”.',
          }),
        }),
        response: { 200: Looked },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      return look(acts, request.query.kind, request.query.name)
    },
  )

  app.get(
    '/v1/acts/:digest',
    {
      config: { access: { anyOf: ['act', 'read'] } },
      schema: {
        tags: ['act'],
        summary: 'What became of an act 操作状态',
        params: exact({ digest: Digest }),
        response: { 200: ActState },
      },
      serializerCompiler: () => value => JSON.stringify(value),
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      return showState(await acts.find(request.params.digest), speak(request, reply))
    },
  )

  app.get(
    '/v1/texts/:digest',
    {
      config: { access: { allOf: ['sealed'] } },
      schema: {
        tags: ['ask'],
        summary: 'The text behind a digest of an act, opened 查看操作文本',
        description:
          'SHA-256 of "suyuan/text/v1\\n", the salt’s bytes and the text is the digest. Every opening is written to the service’s log, with who opened what.',
        params: exact({ digest: Digest }),
        response: { 200: Type.Object({ digest: Digest, salt: Type.String(), text: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { digest } = request.params
      // Before it is opened: an opening that cannot be told of must not happen.
      if (await acts.texts.has(digest)) request.log.warn({ digest, holder: request.holder?.id }, 'text opened')
      reply.header('cache-control', 'no-store')
      return acts.texts.open(digest)
    },
  )
}

function readAsked({ act, arguments: given, actor, deadline, lane, nonce, to, data, texts }: Asked) {
  if (act === undefined || given === undefined)
    throw incomplete({ en: 'act and arguments to prepare an act', zh: ' act 和 arguments，才能准备操作' })
  if (nonce !== undefined || to !== undefined || data !== undefined || texts !== undefined) {
    throw incomplete({
      en: 'signature where nonce, to, data or texts are given',
      zh: ' signature，因为给出了 nonce、to、data 或 texts',
    })
  }
  return {
    act,
    arguments: given,
    actor,
    ...(deadline === undefined ? {} : { deadline: Number(read('deadline', () => readMoment(deadline))) }),
    ...(lane === undefined ? {} : { lane: read('lane', () => readNumber(lane, 192)) }),
  }
}

async function readSent(body: Asked, acts: Pick<Acts, 'encode'>): Promise<Sent> {
  const { act, arguments: given, actor, deadline, nonce, to, data, signature, texts = [] } = body
  if (nonce === undefined || deadline === undefined || signature === undefined) {
    throw incomplete({
      en: 'nonce and deadline, as they were signed, beside a signature',
      zh: '与 signature 一并给出签名时的 nonce 和 deadline',
    })
  }
  const frame = {
    actor,
    signature,
    nonce: read('nonce', () => readNumber(nonce, 256)),
    deadline: Number(read('deadline', () => readMoment(deadline))),
  }
  const named = act !== undefined && given !== undefined
  if (named === (to !== undefined || data !== undefined)) {
    throw incomplete({
      en: 'either act and arguments, or to and data, beside a signature',
      zh: '与 signature 一并给出 act 和 arguments，或 to 和 data',
    })
  }
  if (named) {
    const encoded = await acts.encode(act, given)
    return { ...frame, to: encoded.to, data: encoded.data, texts: [...texts, ...encoded.texts] }
  }
  if (to === undefined || data === undefined)
    throw incomplete({
      en: 'both to and data where the act comes as calldata',
      zh: '同时给出 to 和 data，因为操作以 calldata 形式送来',
    })
  return { ...frame, to, data, texts }
}

function read<T>(field: string, value: () => T): T {
  try {
    return value()
  } catch (error) {
    if (error instanceof Misfit)
      throw new LedgerError('argument_invalid', {
        en: `The field "${field}" must be ${error.wanted.en}.`,
        zh: `字段“${field}”应为${error.wanted.zh}。`,
      })
    throw error
  }
}

function incomplete(needs: Words): LedgerError {
  return new LedgerError('act_incomplete', {
    en: `The body needs ${needs.en}; /docs says which fields go together.`,
    zh: `请求体需要${needs.zh}；哪些字段应同时给出，见 /docs。`,
  })
}

function showPrepared({ nonce, ...prepared }: PreparedAct) {
  return { ...prepared, nonce: String(nonce) }
}

function showState(
  { digest, act, actor, acceptedAt, deadline, is }: KeptAct,
  language: Language,
): Static<typeof ActState> {
  const common = { digest, act, actor, status: is.status, acceptedAt: formatTime(acceptedAt), deadline }
  if (is.status === 'confirmed') {
    const { transaction, block, events } = is
    return { ...common, transaction, block: { ...block, time: formatSeconds(block.time) }, events }
  }
  if (is.status === 'refused') return { ...common, reason: tellReason(is.reason, language) }
  const { trouble } = is
  return { ...common, ...(trouble && { trouble: tellReason(trouble, language) }) }
}

function tellReason(reason: Reason, language: Language): { code: string; detail: string } {
  return { code: reason.code, detail: wordsOf(reason)[language] }
}

async function look({ lookup }: Pick<Acts, 'lookup'>, kind: string, name: string): Promise<Static<typeof Looked>> {
  switch (kind) {
    case 'organisation':
    case 'resource':
    case 'purpose': {
      const number = await lookup[kind](name)
      return number === undefined ? {} : { number: String(number) }
    }
    case 'fields': {
      const fields = await lookup.fields(numberIn(name))
      return fields === undefined ? {} : { fields }
    }
    case 'grant': {
      const resource = await lookup.resourceOfGrant(numberIn(name))
      return resource === undefined ? {} : { number: String(resource) }
    }
    case 'round': {
      const round = await lookup.round(thingIn(name))
      return round === undefined ? {} : { number: String(round) }
    }
    default: {
      const asked = await lookup.asked(numberIn(name))
      return asked === undefined ? {} : { asked }
    }
  }
}

const THING: Words = {
  en: `${VETOED.join(', ')}, and its number, such as "grant 3"`,
  zh: `${VETOED.join('、')} 及其编号，如“grant 3”`,
}

/** `grant 3`: what an inspector can veto, by what it is and its number. */
function thingIn(name: string): VetoedThing {
  const [what, id] = name.split(' ')
  const of = VETOED.find(kind => kind === what)
  return read('name', () => {
    if (of === undefined) throw new Misfit(THING)
    return `${of} ${readNumber(id, 64, THING)}` as const
  })
}

function numberIn(name: string): bigint {
  return read('name', () => readNumber(name, 64))
}
