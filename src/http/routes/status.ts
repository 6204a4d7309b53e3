// How the ledger is, for people and for machines that watch it, and what a verifier must know beforehand. Public: sizes,
// times and keys, no records.

import { type Static, Type } from 'typebox'
import { LedgerError, wordsOf } from '../../core/error.ts'
import { formatSeconds, formatTime } from '../../core/record.ts'
import type { Language } from '../../core/words.ts'
import type { WitnessStatus } from '../../witness/member.ts'
import { formatAnchor } from '../anchor.ts'
import { speak } from '../language.ts'
import type { Ailment, LogStatus, Parts } from '../parts.ts'
import { Anchor, Count, exact, list, Size, Time } from '../schemas/common.ts'
import type { App } from '../typed.ts'

const Reason = Type.Object({
  code: Type.String(),
  detail: Type.String({ description: 'What is wrong, and the next step.' }),
})
const Ready = Type.Object({ ready: Type.Boolean(), reasons: list(Reason) })

const Status = Type.Object({
  now: Time('The ledger’s clock.'),
  upSeconds: Count('Since the service started, in seconds.'),
  records: Count('Durable records.'),
  published: Type.Union([Type.Object({ size: Size, time: Time('When it was signed.') }), Type.Null()], {
    description: 'The checkpoint published last.',
  }),
  anchored: Type.Union([Anchor, Type.Null()], { description: 'The newest checkpoint confirmed on the chain.' }),
  lag: Type.Object(
    { records: Count('Records not anchored yet.'), seconds: Count('How long the oldest of them has waited.') },
    { description: 'How far the chain is behind the log.' },
  ),
  lastError: Type.Optional(Reason),
  witnesses: Type.Optional(
    list(
      Type.Object({
        name: Type.String(),
        url: Type.Optional(Type.String()),
        size: Type.Optional(Size),
        cosigned: Type.Optional(Time('When it cosigned last.')),
        lastError: Type.Optional(Reason),
      }),
    ),
  ),
  chain: Type.Object({
    id: Count('Chain id (EIP-155).'),
    block: Count('The chain has been read up to this block.'),
    contracts: Type.Record(Type.String(), Type.String(), { description: 'Addresses.' }),
  }),
  log: Type.String({ description: 'The log’s verifier key (C2SP signed-note).' }),
  ready: Type.Boolean(),
  reasons: list(Reason),
})

function formatWitness(
  { name, url, size, lastSuccess, lastError }: WitnessStatus,
  language: Language,
): NonNullable<Static<typeof Status>['witnesses']>[number] {
  return {
    name,
    ...(url !== undefined && { url }),
    ...(size !== undefined && { size }),
    ...(lastSuccess !== undefined && { cosigned: formatTime(lastSuccess) }),
    ...(lastError && { lastError: tell({ code: lastError.code, words: wordsOf(lastError) }, language) }),
  }
}

type StatusParts = Pick<Parts, 'log' | 'directory' | 'trust' | 'ailments' | 'settings' | 'now'>

export function statusRoutes(app: App, parts: StatusParts): void {
  const { log, directory, trust, settings, now } = parts
  const startedAt = performance.now() // not the ledger's clock, which may be set
  const reasons = (language: Language): Static<typeof Reason>[] =>
    [...parts.ailments(), ...lagReason(log.status(), settings.maxLagSeconds)].map(reason => tell(reason, language))

  app.get(
    '/v1/status',
    {
      config: { access: 'public' },
      schema: { tags: ['service'], summary: 'The health of the ledger 账本状态', response: { 200: Status } },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      const language = speak(request, reply)
      const { records, published, anchored, lagRecords, lagSeconds, lastError, witnesses } = log.status()
      const anchor = anchored === undefined ? undefined : await log.anchorFor(anchored.size)
      const found = reasons(language)
      return {
        now: formatTime(now()),
        upSeconds: Math.floor((performance.now() - startedAt) / 1000),
        records,
        published: published === undefined ? null : { size: published.size, time: formatSeconds(published.time) },
        anchored: anchor === undefined ? null : formatAnchor(anchor),
        lag: { records: lagRecords, seconds: Math.round(lagSeconds) },
        ...(lastError === undefined
          ? {}
          : { lastError: tell({ code: lastError.code, words: wordsOf(lastError) }, language) }),
        ...(witnesses && { witnesses: witnesses.map(witness => formatWitness(witness, language)) }),
        chain: { id: trust.chainId, block: directory.block, contracts: trust.contracts },
        log: trust.log,
        ready: found.length === 0,
        reasons: found,
      }
    },
  )

  app.get(
    '/v1/trust',
    {
      config: { access: 'public' },
      schema: {
        tags: ['check'],
        summary: 'A template of trust.json 信任文件模板',
        description:
          'What a verifier must know beforehand. Taken from here it proves nothing against the operator: compare every line with a source that the operator does not control, such as the regulator’s gazette.',
        response: {
          200: Type.Object({
            warning: Type.String(),
            log: Type.String({ description: 'Verifier key of the log.' }),
            time: Type.String({ description: 'Verifier key of the cosignatures that state the time.' }),
            answers: Type.String({ description: 'Verifier key of the signatures under answers.' }),
            index: Type.Optional(Type.String({ description: 'Verifier key of the index log.' })),
            chainId: Count('Chain id (EIP-155).'),
            contracts: Type.Record(Type.String(), Type.String()),
          }),
        },
      },
    },
    async (_, reply) => {
      reply.header('cache-control', 'no-cache')
      return {
        warning:
          'This comes from the operator. Before you trust it, compare every value with a source the operator does not control, such as the regulator’s gazette. 本文件由运营方提供，请与监管部门公布的数值逐一核对后再使用。',
        ...trust,
      }
    },
  )

  app.get(
    '/v1/anchors',
    {
      config: { access: 'public' },
      schema: {
        tags: ['check'],
        summary: 'The anchor that covers a size 存证位置',
        description: 'The oldest checkpoint on the chain with at least that many leaves; 409 until there is one.',
        querystring: exact({ size: Size }),
        response: { 200: Anchor },
      },
    },
    async (request, reply) => {
      const { size } = request.query
      const anchor = await log.anchorFor(size)
      if (anchor === undefined) {
        const { anchored } = log.status()
        throw new LedgerError(
          'not_anchored_yet',
          {
            en: `No checkpoint of ${size} leaves or more is on the chain yet; the newest there has ${anchored?.size ?? 0}. Ask again after the next anchoring.`,
            zh: `链上尚无 ${size} 片叶以上的检查点；最近的有 ${anchored?.size ?? 0} 片叶。请在下次存证后再问。`,
          },
          { retryable: true },
        )
      }
      reply.header('cache-control', 'no-cache')
      return formatAnchor(anchor)
    },
  )

  app.get(
    '/healthz',
    {
      config: { access: 'public' },
      schema: {
        tags: ['service'],
        summary: 'The process is alive 存活检查',
        response: { 200: Type.Object({ alive: Type.Literal(true) }) },
      },
    },
    async () => ({ alive: true as const }),
  )

  app.get(
    '/readyz',
    {
      config: { access: 'public' },
      schema: {
        tags: ['service'],
        summary: 'The service can do its work 就绪检查',
        description: 'The store takes writes, the chain is the right one, and anchoring keeps up.',
        response: { 200: Ready, 503: Ready },
      },
    },
    async (request, reply) => {
      const found = reasons(speak(request, reply))
      reply.header('cache-control', 'no-store')
      return reply.code(found.length === 0 ? 200 : 503).send({ ready: found.length === 0, reasons: found })
    },
  )
}

function tell({ code, words }: Ailment, language: Language): Static<typeof Reason> {
  return { code, detail: words[language] }
}

function lagReason({ lagSeconds, lagRecords }: LogStatus, maxLagSeconds: number): Ailment[] {
  if (lagSeconds <= maxLagSeconds) return []
  const waited = Math.round(lagSeconds)
  const words = {
    en: `${lagRecords} records have waited up to ${waited} s for the chain, more than ${maxLagSeconds} s; look at the chain node and at the anchorer's account. Lines are still accepted.`,
    zh: `有 ${lagRecords} 条记录等待上链，最长已等 ${waited} 秒，超过 ${maxLagSeconds} 秒；请检查链的节点和存证账户。各行仍继续接收。`,
  }
  return [{ code: 'anchor_lag', words }]
}
