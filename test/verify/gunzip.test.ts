// Packed files are unpacked by Node in one piece and by browsers as a stream: both give the same, and refuse the same.

import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import fc from 'fast-check'
import { gunzip } from '../../src/verify/gunzip.ts'
import { gunzip as gunzipOnNode } from '../../src/verify/gunzip-node.ts'

const MOST = 100_000

/** Its bytes, that there are too many of them, or that it is no gzip. */
async function outcomeOf(half: typeof gunzip, file: Uint8Array, most = MOST): Promise<string> {
  try {
    const bytes = await half(file, most)
    return bytes === undefined ? 'too large' : Buffer.from(bytes).toString('hex')
  } catch {
    return 'refused'
  }
}

async function both(file: Uint8Array, most?: number): Promise<string> {
  const [stream, piece] = await Promise.all([outcomeOf(gunzip, file, most), outcomeOf(gunzipOnNode, file, most)])
  expect(piece).to.equal(stream)
  return stream
}

describe('unpacking, on Node and elsewhere', () => {
  const packed = gzipSync('text')

  it('gives what was packed, however long', async () => {
    const texts = fc.oneof(
      fc.uint8Array({ maxLength: 2_000 }),
      fc.nat(MOST).map(length => new Uint8Array(length).fill(7)),
    )
    await fc.assert(
      fc.asyncProperty(texts, async bytes => {
        expect(await both(gzipSync(bytes))).to.equal(Buffer.from(bytes).toString('hex'))
      }),
    )
  })

  it('bounds it to the byte, however small the file', async () => {
    for (const [length, most] of [
      [MOST, MOST],
      [0, 1],
      [3_000_000, 3_000_000],
    ] as const) {
      expect(await both(gzipSync(Buffer.alloc(length)), most)).to.have.length(2 * length)
    }
    for (const [length, most] of [
      [MOST + 1, MOST],
      [2, 1],
      [3_000_000, MOST],
      [3_000_001, 3_000_000],
      [50_000_000, MOST],
    ] as const) {
      expect(await both(gzipSync(Buffer.alloc(length)), most), `${length} > ${most}`).to.equal('too large')
    }
  })

  it('refuses what is cut, has something behind it, or a second member', async () => {
    const others = [
      ...Array.from({ length: packed.length }, (_, end) => packed.subarray(0, end)),
      ...[[0], [0, 0, 0, 0], [0x1f], [0x1f, 0x8b], [...packed]].map(tail => Buffer.concat([packed, Buffer.from(tail)])),
    ]
    for (const file of others) expect(await both(file), file.toString('hex')).to.equal('refused')
  })

  it('agrees on a file in which any byte was changed', async () => {
    const file = gzipSync(JSON.stringify(Array.from({ length: 200 }, (_, k) => ({ k, text: `text ${k % 7}` }))))
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), async (at, bits) => {
        const changed = Buffer.from(file)
        changed[at]! ^= bits
        await both(changed)
      }),
      { numRuns: 500 },
    )
  })
})
