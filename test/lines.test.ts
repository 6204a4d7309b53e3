import { createHash } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { type ChunkLimits, type LineChunk, splitLines } from '../src/lines.ts'

const LIMITS: ChunkLimits = { maxLineBytes: 1000, maxLines: 5, maxBytes: 2000 }

async function split(parts: readonly Uint8Array[], limits = LIMITS, stopAt?: number): Promise<LineChunk[]> {
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield* parts
  }
  return Array.fromAsync(splitLines(stream(), limits, stopAt))
}

/** The same bytes, cut at other places. */
function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map(place => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  return places.slice(1).map((end, k) => bytes.subarray(places[k], end))
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64')

describe('lines', () => {
  it('gives the same lines and digests wherever the stream is cut', async () => {
    const line = fc.string({ maxLength: 30 }).map(text => text.replaceAll(/[\n\r]/g, '?'))
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 30 }),
        fc.array(fc.nat(), { maxLength: 10 }),
        fc.boolean(),
        async (lines, at, ends) => {
          const text = lines.join('\n') + (ends && lines.length > 0 ? '\n' : '')
          const bytes = Buffer.from(text)
          const chunks = await split(cut(bytes, at))
          const found = chunks.flatMap(chunk => chunk.lines)
          const expected = text === '' ? [] : text.replace(/\n$/, '').split('\n')
          expect(found.map(({ bytes }) => bytes?.toString())).to.deep.equal(expected)
          expect(found.map(({ number }) => number)).to.deep.equal(expected.map((_, k) => k + 1))
          let end = 0
          for (const chunk of chunks) {
            for (const { length } of chunk.lines) end = Math.min(bytes.length, end + length + 1)
            // A last line without its end has the digest that it will have with it.
            const last = end === bytes.length && !text.endsWith('\n') ? '\n' : ''
            expect(chunk.digest).to.equal(sha256(Buffer.concat([bytes.subarray(0, end), Buffer.from(last)])))
          }
        },
      ),
    )
  })

  it('takes CRLF line ends, and a last line without one', async () => {
    const [chunk] = await split([Buffer.from('a\r\nb')])
    expect(chunk?.lines.map(({ bytes }) => bytes?.toString())).to.deep.equal(['a', 'b'])
  })

  it('hands a line that is too long on as such, without keeping it', async () => {
    const part = Buffer.alloc(64 * 1024, 'x')
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('before\n')
      for (let k = 0; k < 160; k++) yield part // 10 MB
      yield Buffer.from('\nafter\n')
    }
    const before = process.memoryUsage().arrayBuffers
    const chunks = await Array.fromAsync(splitLines(stream(), LIMITS))
    const lines = chunks.flatMap(chunk => chunk.lines)
    expect(lines.map(({ bytes, length }) => bytes?.toString() ?? length)).to.deep.equal([
      'before',
      160 * 64 * 1024,
      'after',
    ])
    expect(process.memoryUsage().arrayBuffers - before).to.be.lessThan(1_000_000)
  })

  it('keeps chunks within their limits, and ends one where it is told to', async () => {
    const bytes = Buffer.from('line\n'.repeat(23))
    expect((await split([bytes])).map(({ lines }) => lines.length)).to.deep.equal([5, 5, 5, 5, 3])
    expect((await split([bytes], LIMITS, 7)).map(({ lines }) => lines.length)).to.deep.equal([5, 2, 5, 5, 5, 1])
    const wide = Buffer.from(`${'w'.repeat(900)}\n`.repeat(5))
    expect((await split([wide])).map(({ lines }) => lines.length)).to.deep.equal([3, 2])
  })
})
