// However a stream is cut on its way, the same lines come of it, and never more than a block of them at once.

import { expect } from 'chai'
import fc from 'fast-check'
import { createBlockMemory } from '../../src/lines/block-memory.ts'
import { type Block, cutBlocks } from '../../src/lines/blocks.ts'

const BLOCK_BYTES = 16
const LEAN_BYTES = 8

async function cut(parts: readonly Uint8Array[], mostWhole = 1): Promise<Block[]> {
  const memory = createBlockMemory({ whole: BLOCK_BYTES, lean: LEAN_BYTES, mostWhole, shareWhole: mostWhole })
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield* parts
  }
  // Copied at once: their memory is used again.
  const blocks = await Array.fromAsync(cutBlocks(stream(), memory, 'a'), block => {
    return { ...block, bytes: Buffer.from(block.bytes) }
  })
  expect(memory.lent).to.equal(0)
  return blocks
}

describe('a stream cut into blocks', () => {
  it('keeps every byte in its place, in blocks of whole lines or pieces of a long one', async () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '\n', '长'), { maxLength: 80 })
      .map(letters => Buffer.from(letters.join('')))
    const cuts = fc.array(fc.nat(80), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(text, cuts, fc.constantFrom(0, 1), async (bytes, cuts, mostWhole) => {
        const places = [0, ...cuts.map(at => Math.min(at, bytes.length)).sort((a, b) => a - b), bytes.length]
        const parts = places.slice(1).map((end, k) => bytes.subarray(places[k], end))
        const blocks = await cut(parts, mostWhole)
        const whole = bytes.length === 0 || bytes.at(-1) === 10 ? bytes : Buffer.concat([bytes, Buffer.of(10)])
        expect(Buffer.concat(blocks.map(block => block.bytes)).toString()).to.equal(whole.toString())
        for (const { bytes: block, partial } of blocks) {
          expect(block.length).to.be.within(1, (mostWhole === 0 ? LEAN_BYTES : BLOCK_BYTES) + 1)
          expect(partial).to.equal(!block.includes(10))
          if (!partial) expect(block.at(-1)).to.equal(10)
        }
      }),
    )
  })

  it('lends so many whole blocks, and cuts further streams into lean ones', async () => {
    const memory = createBlockMemory({ whole: 1_000, lean: 100, mostWhole: 2, shareWhole: 2 })
    async function* stream(): AsyncGenerator<Uint8Array> {
      for (let k = 0; k < 30; k++) yield Buffer.from(`${'x'.repeat(39)}\n`)
    }
    const open = Array.from({ length: 4 }, () => cutBlocks(stream(), memory, 'a'))
    const sizes = await Promise.all(open.map(async one => (await one.next()).value?.bytes.length as number))
    expect(sizes).to.deep.equal([1_000, 1_000, 80, 80])
    expect(memory.lent).to.equal(2)
    await open[0]?.return(undefined)
    expect(memory.lent).to.equal(1)
    // A stream that goes on gets what was given back.
    expect((await open[3]?.next())?.value?.bytes.length).to.equal(1_000)
    for (const one of open) await one.return(undefined)
    expect(memory.lent).to.equal(0)
  })

  it('lends one client its share of them only, so that another gets one too', async () => {
    const memory = createBlockMemory({ whole: 1_000, lean: 100, mostWhole: 3, shareWhole: 2 })
    async function* stream(): AsyncGenerator<Uint8Array> {
      for (let k = 0; k < 30; k++) yield Buffer.from(`${'x'.repeat(39)}\n`)
    }
    const open = ['a', 'a', 'a', 'b', 'b'].map(client => cutBlocks(stream(), memory, client))
    const sizes = await Promise.all(open.map(async one => (await one.next()).value?.bytes.length as number))
    expect(sizes).to.deep.equal([1_000, 1_000, 80, 1_000, 80])
    await open[0]?.return(undefined)
    expect((await open[2]?.next())?.value?.bytes.length, 'given back, it may be had again').to.equal(1_000)
    for (const one of open) await one.return(undefined)
    expect(memory.lent).to.equal(0)
  })

  it('gives nothing for nothing', async () => {
    expect(await cut([])).to.deep.equal([])
    expect(await cut([Buffer.alloc(0)])).to.deep.equal([])
  })
})
