// The inside of ingest, one part at a time and on one thread: lines to leaves, leaves to a tree, and entries back to
// columns; the quick way of each beside the plain one, and beside the bare hashing of the same bytes.

import { readEntryColumns } from '../../src/core/entry-columns.ts'
import { GrowingTree } from '../../src/core/growth.ts'
import { hashLeaf } from '../../src/core/hash.ts'
import { findEntries } from '../../src/core/leaves.ts'
import { createEntryReader } from '../../src/lines/entries.ts'
import { createFastReader } from '../../src/lines/fast.ts'
import { createPlainReader } from '../../src/lines/plain.ts'
import { type LineContext, type LineReader, MAX_LINES } from '../../src/lines/reader.ts'
import { compileLines } from '../../src/lines/wasm.ts'
import { createQuickParts } from '../../src/store/working-parts.ts'
import { makeCity } from '../demo/city.ts'
import { type Figure, figure } from './figure.ts'

const LINES = 100_000
const ROUNDS = 5

export async function measureLines(): Promise<Figure[]> {
  const module = await compileLines()
  const { blocks, context } = makeBlocks()
  const plain = createPlainReader(context)
  const leaves = blocks.map(block => plain.read(block, { most: MAX_LINES, firstLine: 1 }).leaves)
  const bare = rateOf(() => hashEach(leaves.map(({ entries }) => entries)))
  const read = (reader: LineReader) => (): void => {
    for (const block of blocks) reader.read(block, { most: MAX_LINES, firstLine: 1 }).release()
  }
  const { hashPairs } = createQuickParts(module, readEntryColumns)
  const grow = (pairs?: typeof hashPairs) => (): void => {
    const tree = new GrowingTree({ size: 0, hashes: [] }, pairs)
    for (const { hashes } of leaves) tree.append(hashes, () => {})
  }
  const back = (readEntries: typeof readEntryColumns) => (): void => {
    for (const { entries, count } of leaves) readEntries(entries, findEntries(entries, count)!)
  }
  return [
    figure('lines.read', rateOf(read(createFastReader(module, context))), 'lines/s', bare),
    figure('lines.read.plain', rateOf(read(plain)), 'lines/s', bare),
    figure('lines.entries', rateOf(back(createEntryReader(module))), 'entries/s', bare),
    figure('lines.entries.plain', rateOf(back(readEntryColumns)), 'entries/s', bare),
    figure('lines.tree', rateOf(grow(hashPairs)), 'leaves/s'),
    figure('lines.tree.plain', rateOf(grow()), 'leaves/s'),
  ]
}

/** The city's day without what is sealed, and what its lines are compared with. */
function makeBlocks(): { readonly blocks: readonly Buffer[]; readonly context: LineContext } {
  const city = makeCity({ seed: 7, lines: LINES })
  const { plan } = city
  const open = Array.from({ length: 24 }, (_, hour) =>
    city.lines(
      hour,
      plan.requests.map((_, k) => k + 1),
    ),
  )
    .flat()
    .filter(line => !line.includes('"sealed"'))
  const blocks = Array.from({ length: Math.floor(open.length / MAX_LINES) }, (_, k) =>
    Buffer.from(`${open.slice(k * MAX_LINES, (k + 1) * MAX_LINES).join('\n')}\n`),
  )
  const providers = new Map(plan.resources.map(({ code, provider }) => [code, provider]))
  const books = {}
  const registry = {
    books,
    resource: (code: string) => {
      const provider = providers.get(code)
      return provider === undefined ? undefined : { provider, withdrawn: false }
    },
    organisation: () => ({}),
    grant: (id: number) => plan.requests[id - 1],
  }
  const unused = (): never => {
    throw new Error('there is nothing sealed in these lines')
  }
  const vault = { pseudonymOf: unused, commit: unused, encrypt: () => [] }
  return { blocks, context: { registry, vault, now: () => Date.now() } }
}

let leavesPerRound = 0

function hashEach(chunks: readonly Uint8Array[]): void {
  leavesPerRound = 0
  for (const entries of chunks) {
    for (let at = 0; at < entries.length; leavesPerRound++) {
      const end = at + 2 + entries[at]! * 256 + entries[at + 1]!
      hashLeaf(entries.subarray(at + 2, end))
      at = end
    }
  }
}

/** Leaves a second in the best of some rounds. */
function rateOf(round: () => void): number {
  let best = Number.POSITIVE_INFINITY
  for (let k = 0; k < ROUNDS; k++) {
    const began = performance.now()
    round()
    best = Math.min(best, performance.now() - began)
  }
  return (leavesPerRound / best) * 1000
}
