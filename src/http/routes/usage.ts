// The main question. All pages of an answer speak of one tree, and say which: (size, root), and where that is anchored.

import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { encodeBase64 } from '../../core/bytes.ts'
import { leavesNodes } from '../../core/proof.ts'
import type { Question } from '../../core/question.ts'
import { formatQuestion, parseQuestion } from '../../core/question-parameters.ts'
import type { UsageRow, UsageTotals } from '../../core/usage.ts'
import type { UsagePage } from '../../query.ts'
import { READ } from '../access.ts'
import { formatAnchor } from '../anchor.ts'
import { whenGone } from '../gone.ts'
import { formatHead, publishedHead, requirePublished } from '../head.ts'
import type { Directory, Parts } from '../parts.ts'
import { QUESTION_PARAMETERS } from '../question.ts'
import type { Work } from '../questions.ts'
import { exact } from '../schemas/common.ts'
import type { Grant } from '../schemas/directory.ts'
import { type Names, type Row, Usage } from '../schemas/usage.ts'
import type { App } from '../typed.ts'

const MAX_GROUPS = 1_000

type UsageParts = Pick<Parts, 'query' | 'log' | 'directory' | 'store'>

export function usageRoutes(app: App, parts: UsageParts): void {
  app.get(
    '/v1/usage',
    {
      config: { access: READ, work: workOf },
      schema: {
        tags: ['ask'],
        summary: 'Who took which data, under whose authority, and what for 谁来拿数据、拿数据干什么',
        description:
          'Rows newest first, with every filter given applied. Without a cursor the answer is pinned to the published checkpoint, and so are all its further pages. If-None-Match with the ETag of an earlier answer gives 304 when nothing changed.',
        querystring: exact({
          ...QUESTION_PARAMETERS,
          limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'Rows on this page.' }),
          cursor: Type.Optional(
            Type.String({ maxLength: 100, description: '"next" of the page before, with the same filters.' }),
          ),
          totals: Type.Optional(
            Type.Boolean({ description: 'Whether to add up everything that fits; by default on the first page only.' }),
          ),
          proof: Type.Optional(
            Type.Boolean({ description: 'Whether to prove that the rows are in the tree; without it, not.' }),
          ),
        }),
        response: { 200: Usage, 304: Type.Null({ description: 'Nothing changed.' }) },
      },
    },
    async (request, reply) => {
      const { limit, cursor, totals = cursor === undefined, proof = false, ...parameters } = request.query
      const question = parseQuestion(parameters)
      const published = publishedHead(parts.log)
      const start = parts.query.startAt(cursor)
      requirePublished(start.size, published) // a cursor is not secret: anybody can make one of another size
      const [page, anchor] = await Promise.all([
        parts.query.usage(question, start, limit),
        parts.log.anchorFor(start.size),
      ])
      const rows = formatRows(page.rows, parts.directory) // with their grants, which end as time goes by
      const etag = etagOf([
        page.head.size,
        formatHead(page.head).root,
        anchor?.transaction,
        parts.directory.block,
        request.query,
        rows,
      ])
      reply.headers({ 'cache-control': 'no-store', etag })
      if (request.headers['if-none-match'] === etag) return reply.code(304).send(null)
      const hashes = proof && page.rows.length > 0 ? await proveRows(page, parts.store) : undefined
      const sums = totals ? await parts.query.totals(question, page.head.size, whenGone(reply)) : undefined
      return {
        question: formatQuestion(question),
        checkpoint: formatHead(page.head, published),
        anchor: anchor === undefined ? null : formatAnchor(anchor),
        rows,
        ...(page.next === undefined ? {} : { next: page.next }),
        ...(hashes === undefined ? {} : { proof: hashes }),
        ...(sums === undefined ? {} : { totals: shorten(sums) }),
        names: namesIn(question, page, sums, parts.directory),
      }
    },
  )
}

/** One proof for all rows, which share most of it. */
async function proveRows({ head, rows }: UsagePage, store: UsageParts['store']): Promise<string[]> {
  const indices = rows.map(({ index }) => index).toReversed()
  return (await store.readNodes(leavesNodes(indices, head.size))).map(encodeBase64)
}

/** Rows alone are quick; totals go through everything that fits. */
function workOf({ query }: Pick<FastifyRequest, 'query'>): Work {
  const { cursor, totals = cursor === undefined } = query as { readonly cursor?: string; readonly totals?: boolean }
  return totals ? 'sum' : 'page'
}

function formatRows(rows: readonly UsageRow[], directory: Directory): Static<typeof Row>[] {
  const grants = new Map<number, Static<typeof Row>['grant']>()
  const grantOf = (id: number) => {
    if (!grants.has(id)) grants.set(id, formatGrant(directory.grant(id)))
    return grants.get(id)
  }
  return rows.map(({ index, record, judgement }) => {
    const grant = record.grant === undefined ? undefined : grantOf(record.grant)
    return { index, record, judgement, ...(grant === undefined ? {} : { grant }) }
  })
}

function formatGrant(grant: Grant | undefined): Static<typeof Row>['grant'] {
  if (grant === undefined) return undefined
  const { id, state, decision } = grant
  return { id, state, ...(decision === undefined ? {} : { decision }) }
}

/** A source may invent any number of purposes; the answer must not grow with them. */
function shorten({ groups, ...sums }: UsageTotals) {
  if (groups.length <= MAX_GROUPS) return { ...sums, groups }
  return { ...sums, groups: groups.slice(0, MAX_GROUPS), groupsOmitted: groups.length - MAX_GROUPS }
}

/** The answer is a function of these and nothing else. */
function etagOf(facts: readonly unknown[]): string {
  return `"${createHash('sha256').update(JSON.stringify(facts)).digest('base64url').slice(0, 22)}"`
}

function namesIn(
  { where }: Question,
  { rows }: UsagePage,
  totals: UsageTotals | undefined,
  directory: Directory,
): Static<typeof Names> {
  const organisations = new Set([where.consumer, where.provider])
  const resources = new Set([where.resource])
  const purposes = new Set([where.purpose])
  for (const { record } of rows) {
    organisations.add(record.consumer).add(record.provider) // an erasure has no consumer
    resources.add(record.resource)
    purposes.add(record.purpose)
  }
  for (const group of totals?.groups ?? []) {
    organisations.add(group.consumer)
    purposes.add(group.purpose)
  }
  return {
    organisations: collect(organisations, code => directory.organisation(code)?.name),
    resources: collect(resources, code => directory.resource(code)?.name),
    purposes: collect(purposes, code => directory.purpose(code)),
  }
}

function collect<T>(codes: ReadonlySet<string | undefined>, find: (code: string) => T | undefined): Record<string, T> {
  const found: [string, T][] = []
  for (const code of codes) {
    const value = code === undefined ? undefined : find(code)
    if (code !== undefined && value !== undefined) found.push([code, value])
  }
  return Object.fromEntries(found)
}
