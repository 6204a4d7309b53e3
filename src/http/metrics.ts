// /metrics for Prometheus. Labels are routes and statuses, never codes of organisations, resources or persons. It takes
// a token of scope "metrics" even on loopback, since behind a proxy every stranger comes from there; Prometheus sends
// one with `authorization: { credentials_file: … }`.

import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client'
import { Type } from 'typebox'
import type { AnswersOut } from './answers-out.ts'
import type { Connections } from './connections.ts'
import type { Parts } from './parts.ts'
import type { Questions } from './questions.ts'
import type { App } from './typed.ts'

/** What the service has in hand besides lines. */
export interface Load {
  readonly connections: Connections
  readonly questions: Questions
  readonly answers: AnswersOut
}

export function measure(
  app: App,
  { ingest, log, now, sources }: Pick<Parts, 'ingest' | 'log' | 'now' | 'sources'>,
  load: Load,
): void {
  const registry = new Registry()
  registry.registerMetric(
    new Counter({
      name: 'suyuan_lines_total',
      help: 'Lines since the start, by what came of them.',
      labelNames: ['outcome'],
      registers: [],
      collect() {
        this.reset()
        const { accepted, refused, duplicates } = ingest.counters
        this.inc({ outcome: 'accepted' }, accepted)
        this.inc({ outcome: 'refused' }, refused)
        this.inc({ outcome: 'duplicate' }, duplicates)
      },
    }),
  )
  const gates = () => ({ lines: ingest.load(), ...load.questions.figures() })
  registry.registerMetric(
    new Gauge({
      name: 'suyuan_work_waiting',
      help: 'Who waits for a turn now, by what for.',
      labelNames: ['work'],
      registers: [],
      collect() {
        for (const [work, { waiting }] of Object.entries(gates())) this.set({ work }, waiting)
      },
    }),
  )
  registry.registerMetric(
    new Gauge({
      name: 'suyuan_work_held',
      help: 'Work in hand now: bytes of lines, sums, pages.',
      labelNames: ['work'],
      registers: [],
      collect() {
        for (const [work, { held }] of Object.entries(gates())) this.set({ work }, held)
      },
    }),
  )
  registry.registerMetric(
    new Counter({
      name: 'suyuan_work_refused_total',
      help: 'Requests answered 503 since the start: their turn came too late, or their client had too many waiting.',
      labelNames: ['work', 'reason'],
      registers: [],
      collect() {
        this.reset()
        for (const [work, { refused }] of Object.entries(gates())) {
          for (const [reason, count] of Object.entries(refused)) this.inc({ work, reason }, count)
        }
      },
    }),
  )
  registry.registerMetric(
    new Counter({
      name: 'suyuan_connections_cut_total',
      help: 'Connections cut since the start: body sent or answer taken too slowly, to make room; or not accepted, all full.',
      labelNames: ['reason'],
      registers: [],
      collect() {
        this.reset()
        for (const [reason, count] of Object.entries(load.connections.cut)) this.inc({ reason }, count)
      },
    }),
  )
  for (const [name, help, read] of [...gauges(log, now), ...sourceGauges(sources), ...loadGauges(load)]) {
    const collect = function (this: Gauge) {
      this.set(read())
    }
    registry.registerMetric(new Gauge({ name, help, registers: [], collect }))
  }
  const durations = new Histogram({
    name: 'suyuan_http_request_seconds',
    help: 'Time from the request’s headers to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [registry],
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? '(none)'
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
    done()
  })

  app.get(
    '/metrics',
    {
      config: { access: { allOf: ['metrics'] } },
      schema: {
        tags: ['service'],
        summary: 'Figures for Prometheus 监控指标',
        produces: ['text/plain'],
        response: { 200: Type.String({ description: 'Prometheus text format.' }) },
      },
    },
    async (_, reply) => {
      reply.headers({ 'cache-control': 'no-store', 'content-type': registry.contentType })
      return registry.metrics()
    },
  )
}

type GaugeOf = readonly [name: string, help: string, read: () => number]

function loadGauges({ connections, answers }: Load): readonly GaugeOf[] {
  return [
    ['suyuan_connections', 'Open connections.', () => connections.open],
    ['suyuan_answers_bytes', 'Bytes of answers that nobody has taken yet.', () => answers.bytes],
  ]
}

function sourceGauges(sources: Parts['sources']): readonly GaugeOf[] {
  return [
    ['suyuan_sources', 'Sources that have a key.', () => sources.figures().sources],
    ['suyuan_sources_missing', 'Signed lines that are not in the log.', () => sources.figures().missing],
    ['suyuan_sources_silent', 'Sources that were not heard of in time.', () => sources.figures().silent],
    ['suyuan_sources_faults', 'Links that contradict another of their source.', () => sources.figures().faults],
  ]
}

function gauges(log: Parts['log'], now: () => number): readonly GaugeOf[] {
  const status = () => log.status()
  return [
    ['suyuan_log_records', 'Durable records.', () => status().records],
    ['suyuan_published_records', 'Size of the published checkpoint.', () => status().published?.size ?? 0],
    ['suyuan_anchored_records', 'Size of the newest anchored checkpoint.', () => status().anchored?.size ?? 0],
    ['suyuan_anchor_lag_records', 'Records not anchored yet.', () => status().lagRecords],
    ['suyuan_anchor_lag_seconds', 'How long the oldest of them has waited.', () => status().lagSeconds],
    [
      'suyuan_checkpoint_age_seconds',
      'Since the published checkpoint was signed.',
      () => Math.max(0, now() / 1000 - (status().published?.time ?? now() / 1000)),
    ],
  ]
}
