// suyuan monitor: an inspector follows somebody else's log with nothing but public bytes and a trust file.

import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { systemClock } from '../clock.ts'
import { formatVerifierKey } from '../core/note.ts'
import { languageOf } from '../core/words.ts'
import type { MetricsServer } from '../monitor/metrics-server.ts'
import type { Monitor, MonitorParts } from '../monitor/monitor.ts'
import type { OwnServer } from '../monitor/own-server.ts'
import type { RoundReport } from '../monitor/report.ts'
import { parseTrust } from '../verify/trust.ts'
import { tokenOf } from './client.ts'
import { endSignal } from './end-signal.ts'
import { KeptChain } from './kept-chain.ts'
import { type MonitorOptions, readMetricsAddress, readNumber, readPort, readUrl } from './monitor-options.ts'
import { EXIT, print, printJson, tell } from './output.ts'
import { readInput, readSettings } from './read-file.ts'

/** Full bundles read again in each round. */
const SAMPLE = 8

export function addMonitor(program: Command): void {
  program
    .command('monitor')
    .description("follows somebody else's log and the chain, derives its index again, and finds out what does not fit")
    .requiredOption('--log <url>', 'address of the service whose log it is')
    .requiredOption('--trust <file>', 'what you trust beforehand: keys, chain id, contract addresses')
    .requiredOption('--state <dir>', 'folder of its own for what was verified; findings are put there')
    .option(
      '--rpc <url>',
      'JSON-RPC node of your own choice (else "rpc" in the trust file); none: anchors go unchecked',
    )
    .option('--token-file <file>', 'file with a token of scope read: also asks for signed answers (or SUYUAN_TOKEN)')
    .option('--once', 'one round, and an exit code')
    .option('--every <seconds>', 'between two rounds', '60')
    .option(
      '--patience <seconds>',
      'how long an older checkpoint, a missing anchor, or a receipt ahead of the log passes for lag',
      '600',
    )
    .option('--backdated <days>', 'count records older than this when they came in', '7')
    .option('--finality <blocks>', 'how deep a block is read, where the chain does not say which are final', '1')
    .option('--receipts <file>', 'receipts that ingest saved: each must be in the log')
    .option('--webhook <url>', 'is posted each finding, and changed warnings')
    .option('--key <file>', 'Ed25519 key of the monitor, made when missing (default: monitor.key in --state)')
    .option('--listen <port>', 'also be a witness: cosign checkpoints on 127.0.0.1, until a fault is on record')
    .option('--metrics <address>', 'figures for Prometheus at /metrics: PORT on 127.0.0.1, or HOST:PORT')
    .option('--json', 'each round as JSON')
    .addHelpText(
      'after',
      `
Exit codes: 0 all well, 1 a fault is on record, 2 something could not be checked (why is said).
docs/monitor.md says what is checked, what that does not prove, and what a finding is worth.

Examples:
  suyuan monitor --log https://ledger.example --trust trust.json --state watch --rpc http://127.0.0.1:8545
  suyuan monitor --log https://ledger.example --trust trust.json --state watch --once --json`,
    )
    .action(async (options: MonitorOptions) => {
      process.exitCode = await monitor(options)
    })
}

async function monitor(options: MonitorOptions): Promise<number> {
  const trust = parseTrust(await readSettings(options.trust, '--trust'))
  const token = await tokenOf(options)
  const folderPath = resolve(options.state)
  const everyMs = readNumber('--every', options.every) * 1000
  // Loaded here only: all of it together takes longer to load than most commands to run.
  const { Monitor: Watch } = await import('../monitor/monitor.ts')
  const { StateFolder } = await import('../monitor/state.ts')
  const { openMonitorKey } = await import('../monitor/identity.ts')
  const { openReceipts } = await import('../monitor/held-receipts.ts')
  const { createWebhook } = await import('../monitor/webhook.ts')

  const file = options.receipts === undefined ? undefined : await readInput(options.receipts, '--receipts')
  using node = new KeptChain(options.rpc ?? trust.rpc)
  await using folder = await StateFolder.open(folderPath, trust.logKey.name)
  using signals = endSignal()
  const { signal } = signals
  const parts: MonitorParts = {
    asking: { base: readUrl('--log', options.log), ...(token ? { token } : {}), clock: systemClock },
    trust,
    folder,
    key: await openMonitorKey(options.key === undefined ? join(folderPath, 'monitor.key') : resolve(options.key)),
    clock: systemClock,
    ...(node.connect && { chain: node.connect }),
    ...(file === undefined ? {} : { receipts: openReceipts(file, trust) }),
    finality: readNumber('--finality', options.finality),
    patienceMs: readNumber('--patience', options.patience) * 1000,
    backdatedMs: readNumber('--backdated', options.backdated) * 86_400_000,
    sample: SAMPLE,
  }
  const webhook =
    options.webhook === undefined
      ? undefined
      : createWebhook({
          url: readUrl('--webhook', options.webhook).href,
          origin: trust.logKey.name,
          folder: folderPath,
          clock: systemClock,
        })
  tell(`suyuan monitor: ${trust.logKey.name} → ${folderPath}; key ${formatVerifierKey(parts.key.key)}`)
  await using running = await Watch.open(parts)
  await using witness = options.listen === undefined ? undefined : await witnessOf(running, parts, options.listen)
  if (witness !== undefined) {
    const { name } = parts.key.witness
    tell(`witness ${name} ${formatVerifierKey(parts.key.witness)} ${witness.url}`)
  }
  await using metrics = options.metrics === undefined ? undefined : await metricsAt(options.metrics)
  if (metrics !== undefined) tell(`metrics ${metrics.url}/metrics`)
  let code: number = EXIT.failed // ended before the first round was through
  try {
    for (;;) {
      const report = await running.round(signal)
      metrics?.take(report)
      await show(report, options)
      code = exitOf(report)
      if (webhook !== undefined && !(await webhook.tell(report, signal))) tell(WEBHOOK_FAILED)
      if (options.once) break
      await systemClock.sleep(everyMs, signal)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return code
}

async function witnessOf(running: Monitor, parts: MonitorParts, listen: string): Promise<OwnServer> {
  const { startWitness } = await import('../monitor/witness-server.ts')
  const { folder, trust, key, clock } = parts
  return startWitness({
    folder: folder.path,
    logKey: trust.logKey,
    key,
    clock,
    port: readPort(listen),
    isAtFault: () => running.isAtFault,
    onFork: found => running.report(found),
  })
}

async function metricsAt(address: string): Promise<MetricsServer> {
  const { startMetrics } = await import('../monitor/metrics-server.ts')
  return startMetrics(readMetricsAddress(address), systemClock)
}

async function show(report: RoundReport, { json }: MonitorOptions): Promise<void> {
  const { jsonOf, linesOf } = await import('../monitor/report-lines.ts')
  if (json) printJson(jsonOf(report))
  // What is quoted of the log's answers must not steer a terminal.
  else for (const line of linesOf(report, languageOf(process.env))) print(line.replaceAll(/\p{Cc}/gu, '\u{fffd}'))
}

function exitOf({ faults, troubles }: RoundReport): number {
  if (faults.length > 0) return EXIT.tampered
  return troubles.length > 0 ? EXIT.failed : EXIT.ok
}

const WEBHOOK_FAILED =
  'suyuan monitor: the webhook (--webhook) did not take what it was told; it is told again after the next round. 未能通知 webhook，下一轮后重试。'
