// What makes `suyuan ingest` repeatable: the bytes of a batch depend on its lines alone, and a file that grows gives
// batches that begin as they did.

import { expect } from 'chai'
import * as fc from 'fast-check'
import { type Batch, openSource } from '../../src/cli/source.ts'
import { parseMapping } from '../../src/core/mapping.ts'

const mapping = parseMapping(
  JSON.stringify({
    source: 'web-1',
    resources: [{ path: '/api/*', resource: 'r-1' }],
    consumers: [{ any: true, consumer: 'c-1' }],
    skip: [{ path: '/static/*' }],
  }),
)

const request = (path: string): string =>
  `10.0.0.1 - ada [01/Mar/2026:08:00:00 +0800] "GET ${path} HTTP/1.1" 200 5 "-" "curl/8"`

/** Lines of every fate: a record, skipped, refused here, blank. */
const lineOf = fc.oneof(
  fc.nat({ max: 999 }).map(k => request(`/api/${k}`)),
  fc.constantFrom(request('/static/logo.png'), request('/other'), 'rubbish', '', ' ', '\u0000', `${'x'.repeat(200)}"`),
)

async function readAll(chunks: readonly Buffer[], options: { batchLines: number; complete?: boolean }) {
  async function* stream(): AsyncGenerator<Buffer> {
    yield* chunks
  }
  const source = openSource(stream(), { format: 'combined', mapping, fromLine: 1, complete: false, ...options })
  const batches: Batch[] = []
  for await (const batch of source.batches()) batches.push(batch)
  return { batches, end: source.end }
}

describe('batches of a log file', () => {
  it('do not depend on how the file comes in, and account for every line', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(lineOf, { maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 400 }),
        async (lines, batchLines, cut) => {
          const file = Buffer.from(lines.map(line => `${line}\n`).join(''))
          const pieces = Array.from({ length: Math.ceil(file.length / cut) }, (_, k) =>
            file.subarray(k * cut, (k + 1) * cut),
          )
          const { batches } = await readAll([file], { batchLines })
          const again = await readAll(pieces, { batchLines })
          expect(again.batches.map(({ body }) => body)).to.deep.equal(batches.map(({ body }) => body))
          for (const [k, batch] of batches.entries()) {
            const skipped = [...batch.skipped.values()].reduce((sum, count) => sum + count, 0)
            const count = batch.lastLine - batch.firstLine + 1
            expect(batch.firstLine).to.equal(k * batchLines + 1)
            expect(batch.lines.length + batch.refused.length + skipped).to.equal(count)
            expect(batch.body.toString().split('\n').length - 1).to.equal(batch.lines.length)
          }
          expect(batches.at(-1)?.lastLine ?? 0).to.equal(lines.length)
        },
      ),
    )
  })

  it('of a file that has grown begin as they did, wherever its last line was cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(lineOf, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(),
        async (lines, batchLines, at) => {
          const file = Buffer.from(lines.map(line => `${line}\n`).join(''))
          const length = at % (file.length + 1)
          const before = await readAll([file.subarray(0, length)], { batchLines })
          const after = await readAll([file], { batchLines })
          for (const [k, { body }] of before.batches.entries()) {
            expect(after.batches[k]!.body.subarray(0, body.length)).to.deep.equal(body)
          }
          expect(before.end.unfinished).to.equal(length > 0 && file[length - 1] !== 0x0a)
          if (before.end.firstText !== undefined) expect(before.end.firstText).to.equal(after.end.firstText)
        },
      ),
    )
  })
})
