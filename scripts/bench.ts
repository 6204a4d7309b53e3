// npm run bench -- [name…] [--json]: what the ledger does on this machine, each figure beside the limit measured in the
// same run. Machines differ and share: quote ratios, and say which machine.

import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import type { Figure } from './bench/figure.ts'

/** Each is loaded only when it is asked for: a benchmark must not pay for its neighbours. */
const BENCHES: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  ingest: async () => (await import('./bench/ingest.ts')).measureIngest(),
  lines: async () => (await import('./bench/lines.ts')).measureLines(),
  signed: async () => (await import('./bench/signed.ts')).measureSigned(),
  sources: async () => (await import('./bench/sources.ts')).measureSources(),
  growth: async () => (await import('./bench/growth.ts')).measureGrowth(),
  overload: async () => (await import('./bench/overload.ts')).measureOverload(),
  usage: async () => (await import('./bench/usage.ts')).measureUsage(),
  evidence: async () => (await import('./bench/evidence.ts')).measureEvidence(),
  offline: async () => (await import('./bench/offline.ts')).measureOffline(),
  store: async () => (await import('./bench/store.ts')).measureStore(),
  fsck: async () => (await import('./bench/fsck.ts')).measureFsck(),
  index: async () => (await import('./bench/index.ts')).measureIndex(),
  archive: async () => (await import('./bench/archive.ts')).measureArchive(),
  monitor: async () => (await import('./bench/monitor.ts')).measureMonitor(),
  chain: async () => (await import('./bench/chain.ts')).measureChain(),
  gas: async () => (await import('./bench/gas.ts')).measureGas(),
}

const { values, positionals } = parseArgs({ options: { json: { type: 'boolean' } }, allowPositionals: true })
const names = positionals.length > 0 ? positionals : Object.keys(BENCHES)
const unknown = names.filter(name => BENCHES[name] === undefined)
if (unknown.length > 0) {
  console.error(`No benchmark is called ${unknown.join(', ')}; there are: ${Object.keys(BENCHES).join(', ')}.`)
  process.exit(2)
}

const figures: Figure[] = []
for (const name of names) {
  console.error(`measuring ${name} …`)
  figures.push(...(await BENCHES[name]!()))
}
if (values.json === true) for (const figure of figures) console.log(JSON.stringify(figure))
else printTable(figures)

function printTable(rows: readonly Figure[]): void {
  const table = new Table({
    head: ['figure', 'value', 'unit', 'limit', 'value / limit'],
    colAligns: ['left', 'right', 'left', 'right', 'right'],
  })
  for (const { figure, value, unit, limit, ratio } of rows) {
    table.push([
      figure,
      show(value),
      unit,
      limit === undefined ? '' : show(limit),
      ratio === undefined ? '' : ratio.toFixed(3),
    ])
  }
  console.log(table.toString())
  const [cpu] = cpus()
  console.log(
    `${cpus().length} × ${cpu?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`,
  )
}

function show(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3)
}
