// /metrics for Prometheus. Labels are routes and statuses, never codes of organisations, resources or persons. It takes
// a token of scope "metrics" even on loopback, since behind a proxy every stranger comes from there; Prometheus sends
// one with `authorization: { credentials_file: … }`.

import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client'
import { Type } from 'typebox'
import type { Parts } from './parts.ts'
import type { App } from './typed.ts'

export function measure(app: App, { ingest, log, now }: Pick<Parts, 'ingest' | 'log' | 'now'>): void {
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
  for (const [name, help, read] of gauges(log, now)) {
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
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? '(none)'
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
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

function gauges(
  log: Parts['log'],
  now: () => number,
): readonly (readonly [name: string, help: string, read: () => number])[] {
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
