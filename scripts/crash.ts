// npm run test:crash -- [--ends 500] [--seed N] [--lanes 2] [--per-ledger 60] [--only KIND]… [--json]: ends the real service
// again and again, under load, in every way a process and a disk can end, and checks after every start that nothing it
// promised is lost (docs/crash-safety.md). Exit code 1 with the first promise that is broken; its ledger is kept then. The first
// Ctrl-C ends the run early, and tells what was done; the second at once.

import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect, parseArgs } from 'node:util'
import { END_KINDS, type EndKind } from './crash/ends.ts'
import { type RunResult, runCrashes } from './crash/run.ts'

const { values } = parseArgs({
  options: {
    ends: { type: 'string', default: process.env['SUYUAN_CRASH_ENDS'] ?? '500' },
    seed: { type: 'string', default: process.env['SUYUAN_CRASH_SEED'] ?? String(randomInt(2 ** 31)) },
    lanes: { type: 'string', default: '2' },
    'per-ledger': { type: 'string', default: '60' },
    only: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
  },
})
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => (stop.signal.aborted ? process.exit(130) : stop.abort()))
}
const only = values.only.map(requireKind)
const scratch = mkdtempSync(join(tmpdir(), 'suyuan-crash-'))
console.error(`seed ${values.seed}, in ${scratch}`)
const result = await runCrashes({
  scratch,
  seed: number('seed', values.seed),
  ends: number('ends', values.ends),
  lanes: number('lanes', values.lanes),
  perLedger: number('per-ledger', values['per-ledger']),
  ...(only.length > 0 ? { only } : {}),
  signal: stop.signal,
  onProgress: line => {
    if (!values.quiet) console.error(line)
  },
})
if (values.json) printJson(result)
else print(result)
if (result.failure === undefined) {
  rmSync(scratch, { recursive: true, force: true })
} else {
  console.error(result.failure)
  console.error(`\nFAILED. Run it again with --seed ${values.seed}; the ledger as it is now is in ${scratch}.`)
  process.exitCode = 1
}

function print(result: RunResult): void {
  const { tallies, figures, seconds, ledgers, leaves, receipts, trees, startMedian, startLongest } = result
  console.log(tallies.ends.format('end'))
  console.log(tallies.tails.format('file, and what was done to it'))
  console.log(tallies.faults.format('fault, and where it was met'))
  console.log(tallies.mended.format('what a start told, of a file'))
  for (const reason of result.leftOut) console.log(`Left out: ${reason}.`)
  console.log(
    `${tallies.ends.total} ends of ${ledgers} ledgers in ${Math.round(seconds)} s, seed ${result.seed}. ` +
      `${figures.sent} batches sent, ${figures.acknowledged} acknowledged, ${figures.resumed} of them after an end; ` +
      `${leaves} leaves, ${receipts} receipts, ${trees} trees${result.failure === undefined ? ': all still true' : ''}. ` +
      `A start took ${Math.round(startMedian)} ms, the longest ${Math.round(startLongest)} ms ` +
      `(${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}).`,
  )
}

function printJson({ tallies, figures, failure, ...rest }: RunResult): void {
  const { ends, tails, faults, mended } = tallies
  const refusals = Object.fromEntries(figures.refusals)
  console.log(
    JSON.stringify(
      {
        ...rest,
        ...(failure === undefined ? {} : { failure: inspect(failure) }),
        figures: { ...figures, refusals },
        ends: ends.rows(),
        tails: tails.rows(),
        faults: faults.rows(),
        mended: mended.rows(),
      },
      undefined,
      2,
    ),
  )
}

function requireKind(kind: string): EndKind {
  const known = END_KINDS.find(one => one === kind)
  if (known === undefined) throw new Error(`no end is called "${kind}"; there are: ${END_KINDS.join('; ')}`)
  return known
}

function number(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${name} is "${text}", but must be a whole number`)
  return Number(text)
}
