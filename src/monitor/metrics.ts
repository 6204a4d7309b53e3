// A round in figures, for Prometheus. Labels are names of checks and codes of ours: nothing that a log says gets into them.

import { Gauge, Registry } from '@prometheus-io/client'
import { CHECKS, type CheckName } from './checks.ts'
import type { RoundReport } from './report.ts'

type Figure = readonly [name: string, help: string, value: number | undefined]
type Counted = readonly [name: string, help: string, label: string, counts: Readonly<Record<string, number>>]

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE

/** @param now ms since 1970: what ages goes on doing so while no round ends */
export function formatMetrics(report: RoundReport, now: number): Promise<string> {
  const registry = new Registry()
  const registers = [registry]
  for (const [name, help, value] of figuresOf(report, now)) {
    if (value !== undefined) new Gauge({ name: `suyuan_monitor_${name}`, help, registers }).set(value)
  }
  for (const [name, help, label, counts] of countsOf(report)) {
    const gauge = new Gauge({ name: `suyuan_monitor_${name}`, help, labelNames: [label], registers })
    for (const [key, count] of Object.entries(counts)) gauge.set({ [label]: key }, count)
  }
  return registry.metrics()
}

function figuresOf(
  { time, whole, verified, published, lag, records, epochs, anchors }: RoundReport,
  now: number,
): Figure[] {
  const age = lag.seconds === undefined ? undefined : lag.seconds + Math.floor((now - time) / 1000)
  return [
    ['verified_leaves', 'Leaves of the log that are verified.', verified],
    ['published_leaves', 'Leaves of the newest checkpoint that was served.', published],
    ['records', 'Verified leaves that were read as records.', records],
    ['epochs', 'Epochs of the index log that were derived again.', epochs],
    ['lag_leaves', 'Leaves that are published and not verified yet.', lag.leaves],
    ['lag_records', 'Verified leaves that were not read as records yet.', lag.records],
    ['lag_epochs', 'Epochs that were not derived again yet.', lag.epochs],
    ['lag_blocks', 'Blocks of the chain that were not read yet, those that are not final among them.', lag.blocks],
    ['lag_seconds', 'Since the newest verified checkpoint was signed, by the log’s time key.', age],
    ['anchors_verified', 'Anchors that were compared and are of the log or its index log.', anchors?.verified],
    ['anchors_waiting', 'Anchors of more leaves than are verified.', anchors?.waiting],
    ['anchored_leaves', 'Leaves of the largest tree of the log that is anchored.', anchors?.size],
    ['round_timestamp_seconds', 'When the last round ended.', time / 1000],
    [
      'whole_round_timestamp_seconds',
      'When the last round ended that was whole; before that, when the first began.',
      whole / 1000,
    ],
  ]
}

function countsOf({ receipts, answers, faults, notices, warnings, troubles }: RoundReport): Counted[] {
  return [
    ['receipts', 'Receipts, by what came of them.', 'state', { ...receipts }],
    ['answers', 'Answers since the start: asked for, and checked of these.', 'state', { ...answers }],
    ['faults', 'Faults on record, by check.', 'check', { ...namesOf('fault'), ...count(faults, ({ check }) => check) }],
    ['notices', 'Findings on record that are no faults, by check.', 'check', count(notices, ({ check }) => check)],
    [
      'warnings',
      'Warnings that stand, by check.',
      'check',
      { ...namesOf('warning'), ...count(warnings, ({ check }) => check) },
    ],
    ['unchecked', 'What the last round could not check, by code.', 'code', count(troubles, ({ code }) => code)],
  ]
}

/** All of a kind, at none: so that a rule on one of them has something to look at. */
function namesOf(kind: 'fault' | 'warning'): Record<string, number> {
  const names = (Object.keys(CHECKS) as CheckName[]).filter(name => CHECKS[name].kind === kind)
  return Object.fromEntries(names.map(name => [name, 0]))
}

function count<T>(all: readonly T[], keyOf: (one: T) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const one of all) counts[keyOf(one)] = (counts[keyOf(one)] ?? 0) + 1
  return counts
}
