// docs/limits.md says what the code does: every limit is on the page, with the value it has.

import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { MAX_LINE_LENGTH } from '../../src/core/line/line.ts'
import { MAX_GROUP_LEAVES } from '../../src/group-commit.ts'
import { HTTP_LIMITS } from '../../src/http/limits.ts'
import { ANSWER_SIZES } from '../../src/ingest/answer.ts'
import { INGEST_LIMITS } from '../../src/ingest/gate.ts'
import { BLOCK_SIZES } from '../../src/ingest.ts'
import { MAX_LINE_BYTES, MAX_LINES } from '../../src/lines/reader.ts'

/** Numbers that count bytes, though their name does not say so. */
const BYTES = new Set(['ingest.room', 'ingest.share', 'ingest.burst', 'block.whole', 'block.lean', 'line.bytes'])

function format(name: string, value: number): string {
  if (name.endsWith('Ms')) return `${(value / 1000).toLocaleString('en-US')} s`
  if (!BYTES.has(name) && !/Bytes(PerSecond)?$/u.test(name)) return value.toLocaleString('en-US')
  return value >= 2 ** 20 ? `${value / 2 ** 20} MiB` : `${value / 2 ** 10} KiB`
}

function named(prefix: string, limits: object): (readonly [string, string])[] {
  return Object.entries(limits).flatMap(([name, value]) => {
    if (typeof value === 'object') return named(`${name}.`, value as object)
    return [[`${prefix}${name}`, format(`${prefix}${name}`, value as number)] as const]
  })
}

describe('docs/limits.md', () => {
  it('lists every limit, as it is', async () => {
    const page = await readFile(new URL('../../docs/limits.md', import.meta.url), 'utf8')
    const rows = [...page.matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gmu)].map(([, name, value]) => [name, value] as const)
    const limits = [
      ...named('ingest.', INGEST_LIMITS),
      ...named('block.', BLOCK_SIZES),
      ...named('line.', { bytes: MAX_LINE_BYTES, characters: MAX_LINE_LENGTH }),
      ...named('chunk.', { lines: MAX_LINES }),
      ...named('group.', { leaves: MAX_GROUP_LEAVES }),
      ...named('answer.', ANSWER_SIZES),
      ...named('', HTTP_LIMITS),
    ]
    expect(Object.fromEntries(rows)).to.deep.equal(Object.fromEntries(limits))
    expect(rows.length, 'each once').to.equal(limits.length)
  })

  it('keeps a lean block long enough for the longest line', () => {
    expect(BLOCK_SIZES.lean).to.be.greaterThan(MAX_LINE_BYTES)
  })
})
