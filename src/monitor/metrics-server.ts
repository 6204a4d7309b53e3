// GET /metrics: the last round in figures, for whoever keeps an eye on many things at once.

import type { Clock } from '../clock.ts'
import { formatMetrics, METRICS_TYPE } from './metrics.ts'
import { type OwnAddress, type OwnAnswer, type OwnServer, startOwnServer } from './own-server.ts'
import type { RoundReport } from './report.ts'

export interface MetricsServer extends OwnServer {
  /** From now on these figures. */
  take(report: RoundReport): void
}

/** Before the first round has ended there are no figures. @throws LedgerError `port_unusable` */
export async function startMetrics(address: OwnAddress, clock: Pick<Clock, 'now'>): Promise<MetricsServer> {
  let last: RoundReport | undefined
  const server = await startOwnServer(address, 'GET /metrics', async (): Promise<OwnAnswer> => {
    const body = last === undefined ? '' : await formatMetrics(last, clock.now())
    return { status: 200, contentType: METRICS_TYPE, body }
  })
  return {
    ...server,
    take(report) {
      last = report
    },
  }
}
