// However a stream is cut on its way, the same lines come of it, and never more than a block of them at once.

import { expect } from 'chai'
import fc from 'fast-check'
import { type Block, cutBlocks } from '../../src/lines/blocks.ts'

const BLOCK_BYTES = 16

async function cut(parts: readonly Uint8Array[]): Promise<Block[]> {
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield* parts
  }
  // Copied at once: their memory is used again.
  return Array.fromAsync(cutBlocks(stream(), BLOCK_BYTES), block => ({ ...block, bytes: Buffer.from(block.bytes) }))
}

describe('a stream cut into blocks', () => {
  it('keeps every byte in its place, in blocks of whole lines or pieces of a long one', async () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '\n', '长'), { maxLength: 80 })
      .map(letters => Buffer.from(letters.join('')))
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(80), { maxLength: 8 }), async (bytes, cuts) => {
        const places = [0, ...cuts.map(at => Math.min(at, bytes.length)).sort((a, b) => a - b), bytes.length]
        const blocks = await cut(places.slice(1).map((end, k) => bytes.subarray(places[k], end)))
        const whole = bytes.length === 0 || bytes.at(-1) === 10 ? bytes : Buffer.concat([bytes, Buffer.of(10)])
        expect(Buffer.concat(blocks.map(block => block.bytes)).toString()).to.equal(whole.toString())
        for (const { bytes: block, partial } of blocks) {
          expect(block.length).to.be.within(1, BLOCK_BYTES + 1)
          expect(partial).to.equal(!block.includes(10))
          if (!partial) expect(block.at(-1)).to.equal(10)
        }
      }),
    )
  })

  it('gives nothing for nothing', async () => {
    expect(await cut([])).to.deep.equal([])
    expect(await cut([Buffer.alloc(0)])).to.deep.equal([])
  })
})
