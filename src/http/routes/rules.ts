// What acts refer to, and what they left undone: purposes, the working calendar, what is overdue, standing vetoes.

import { Type } from 'typebox'
import { MAX_WORKING_DAYS } from '../../calendar.ts'
import { OBLIGATIONS } from '../../chain/state/overdue.ts'
import { parseTime, readTime } from '../../core/record.ts'
import { READ } from '../access.ts'
import type { Parts } from '../parts.ts'
import { requireRegistered } from '../registered.ts'
import { Count, exact, list } from '../schemas/common.ts'
import { wordsOf } from '../schemas/grant.ts'
import { Calendar, Overdue, Purpose, StandingVeto } from '../schemas/life.ts'
import { FIELDS } from '../schemas/record.ts'
import type { App } from '../typed.ts'

const block = Count('The chain has been read up to this block.')

export function ruleRoutes(app: App, { directory, now }: Pick<Parts, 'directory' | 'now'>): void {
  app.get(
    '/v1/purposes',
    {
      config: { access: 'public' },
      schema: {
        tags: ['catalogue'],
        summary: 'The registered purposes 用途词表',
        querystring: exact({}),
        response: { 200: Type.Object({ block, purposes: list(Purpose) }) },
      },
    },
    async (_, reply) => {
      reply.header('cache-control', 'no-cache')
      return { block: directory.block, purposes: directory.purposes() }
    },
  )

  app.get(
    '/v1/calendar',
    {
      config: { access: 'public' },
      schema: {
        tags: ['catalogue'],
        summary: 'The working calendar, and when some working days are over 工作日历',
        description:
          'As the contract has it, so that anybody can recompute a due time. A day beyond the coverage counts by the week alone, which makes what was counted provisional.',
        querystring: exact({
          time: Type.Optional(
            Type.String({
              maxLength: 40,
              description: 'RFC 3339 with offset; now when absent.',
              examples: ['2026-09-28T10:00:00+08:00'],
            }),
          ),
          days: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: MAX_WORKING_DAYS,
              description: 'Working days; the day of `time` is not counted.',
            }),
          ),
        }),
        response: { 200: Type.Object({ block, calendar: Calendar }) },
      },
    },
    async (request, reply) => {
      const { time, days } = request.query
      reply.header('cache-control', 'no-cache')
      const moment = time === undefined ? now() : readTime(parseTime(time))
      const calendar = directory.calendar(days === undefined ? undefined : { time: Math.floor(moment / 1000), days })
      return { block: directory.block, calendar }
    },
  )

  app.get(
    '/v1/overdue',
    {
      config: { access: READ },
      schema: {
        tags: ['ask'],
        summary: 'Everything that is owed and late 逾期事项',
        description:
          'Answers to requests and corrections, filings, rectifications, catalogue upkeep: due times that the contracts fixed, or the rules’ own yearly ones. The oldest first. What was done late, but is done, is not among it.',
        querystring: exact({
          owedBy: Type.Optional(FIELDS.provider),
          what: Type.Optional(Type.Enum(wordsOf(OBLIGATIONS), { description: 'Only this kind.' })),
        }),
        response: { 200: Type.Object({ block, overdue: list(Overdue) }) },
      },
    },
    async (request, reply) => {
      const { owedBy, what } = request.query
      if (owedBy !== undefined) requireRegistered(directory, owedBy)
      reply.header('cache-control', 'no-store')
      const filter = { ...(owedBy === undefined ? {} : { owedBy }), ...(what === undefined ? {} : { what }) }
      return { block: directory.block, overdue: directory.overdue(filter) }
    },
  )

  app.get(
    '/v1/vetoes',
    {
      config: { access: READ },
      schema: {
        tags: ['ask'],
        summary: 'The vetoes that stand now 否决',
        querystring: exact({}),
        response: { 200: Type.Object({ block, vetoes: list(StandingVeto) }) },
      },
    },
    async (_, reply) => {
      reply.header('cache-control', 'no-store')
      return { block: directory.block, vetoes: directory.vetoes() }
    },
  )
}
