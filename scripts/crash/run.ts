// A run: several ledgers side by side, each through as many lives as its turn has, and what all of it came to.

import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom } from '../demo/random.ts'
import { endLife } from './end-life.ts'
import { dealEnds, type EndKind } from './ends.ts'
import { whyNoFullDisk } from './full-disk.ts'
import { LedgerLives } from './ledger-lives.ts'
import { addFigures, type LoadFigures, newFigures } from './load.ts'
import { type Tallies, Tally } from './tally.ts'

export interface RunOptions {
  /** A folder for the ledgers of this run. */
  readonly scratch: string
  readonly seed: number
  readonly ends: number
  /** Ledgers at the same time. */
  readonly lanes: number
  /** Ends of one ledger before it is read to its last byte, and the next one begun. */
  readonly perLedger: number
  /** These ends only, in this order, over and over. */
  readonly only?: readonly EndKind[]
  /** Ends the run early: ledgers are read to their last byte, and what was done is told. */
  readonly signal?: AbortSignal
  readonly onProgress: (line: string) => void
}

export interface RunResult {
  readonly seed: number
  readonly seconds: number
  readonly ledgers: number
  readonly tallies: Tallies
  readonly figures: LoadFigures
  readonly leaves: number
  readonly receipts: number
  readonly trees: number
  /** Of a start until it answers, in milliseconds. */
  readonly startMedian: number
  readonly startLongest: number
  /** What was left out, and why. */
  readonly leftOut: readonly string[]
  /** What ended the run early: a broken promise, with all that the service said last. */
  readonly failure?: unknown
}

/** Runs until all is done, or a promise is broken: then that ledger stays in `scratch`, and `failure` says which. */
export async function runCrashes(options: RunOptions): Promise<RunResult> {
  const { scratch, seed, ends, lanes, perLedger, onProgress } = options
  mkdirSync(scratch, { recursive: true })
  const noFullDisk = whyNoFullDisk(scratch)
  const without = new Set<EndKind>(noFullDisk === undefined ? [] : ['disk really full (tmpfs)'])
  const tallies: Tallies = { ends: new Tally(), tails: new Tally(), faults: new Tally(), mended: new Tally() }
  const figures = newFigures()
  const sums = { ledgers: 0, leaves: 0, receipts: 0, trees: 0 }
  const starts: number[] = []
  const began = performance.now()
  let left = ends
  let failed = false
  const goesOn = (): boolean => left > 0 && !failed && options.signal?.aborted !== true

  const runLedger = async (data: string, laneSeed: number): Promise<void> => {
    const random = createRandom(laneSeed)
    const deck = options.only === undefined ? dealEnds(random, without) : repeat(options.only)
    await using lives = await LedgerLives.begin(data, random)
    for (let n = 0; n < perLedger && goesOn(); n++) {
      left--
      const { value: kind } = deck.next()
      onProgress(`${ends - left}/${ends} ${data}, seed ${laneSeed}, end ${n}: ${kind}`)
      await endLife(lives, kind, tallies)
    }
    if (failed) return
    await lives.finish()
    sums.ledgers++
    sums.leaves += lives.witness.book.tree.size
    sums.receipts += lives.witness.receipts.length
    sums.trees += lives.witness.book.trees
    starts.push(...lives.starts)
    addFigures(figures, lives.figures)
    tallies.mended.merge(lives.mended)
  }

  const lane = async (number: number): Promise<void> => {
    for (let turn = 0; goesOn(); turn++) {
      const data = join(scratch, `ledger-${number}-${turn}`)
      try {
        await runLedger(data, seed + number * 1_000 + turn)
      } catch (error) {
        failed = true
        throw error
      }
      for (const path of [data, `${data}.images`, `${data}.images.new`, `${data}.full`])
        rmSync(path, { recursive: true, force: true })
    }
  }
  const outcomes = await Promise.allSettled(Array.from({ length: lanes }, (_, number) => lane(number)))
  const failure = outcomes.find(outcome => outcome.status === 'rejected')
  const sorted = starts.toSorted((a, b) => a - b)
  return {
    seed,
    seconds: (performance.now() - began) / 1000,
    ...sums,
    tallies,
    figures,
    startMedian: sorted[Math.floor(sorted.length / 2)] ?? 0,
    startLongest: sorted.at(-1) ?? 0,
    ...(failure === undefined ? {} : { failure: failure.reason as unknown }),
    leftOut: noFullDisk === undefined ? [] : [noFullDisk],
  }
}

function* repeat(kinds: readonly EndKind[]): Generator<EndKind, never> {
  for (;;) yield* kinds
}
