import { expect } from 'chai'
import fc from 'fast-check'
import { decodeBlock, encodeBlock, MOST_POSTINGS } from '../../../src/core/completeness/postings.ts'
import { combine, readSummary, SUMMARY_BYTES, summarise, writeSummary } from '../../../src/core/completeness/summary.ts'
import { anyPostings } from './blocks.ts'

describe('a block of postings', () => {
  it('has the bytes that the specification says', () => {
    const bytes = encodeBlock([
      { index: 5, time: 1_000 },
      { index: 133, time: 999 },
      { index: 134, time: 1_064 },
    ])
    // three; 5, +128, +1; 1000 as 2000, −1 as 1, +65 as 130
    expect(Buffer.from(bytes).toString('hex')).to.equal('0305800101d00f018201')
  })

  it('reads as it was written, up to the largest numbers', () => {
    fc.assert(
      fc.property(anyPostings(), postings => void expect(decodeBlock(encodeBlock(postings))).to.deep.equal(postings)),
    )
    const largest = [{ index: Number.MAX_SAFE_INTEGER, time: 2 ** 52 - 1 }]
    expect(decodeBlock(encodeBlock(largest))).to.deep.equal(largest)
  })

  it('has no second spelling: changed bytes are no block, or another one', () => {
    fc.assert(
      fc.property(
        anyPostings(),
        fc.nat(),
        fc.nat(255),
        fc.constantFrom('set', 'insert', 'cut'),
        (postings, place, byte, how) => {
          const bytes = [...encodeBlock(postings)]
          const at = place % bytes.length
          if (how === 'set') bytes[at] = byte
          else if (how === 'insert') bytes.splice(at, 0, byte)
          else bytes.splice(at)
          const read = decodeBlock(Uint8Array.from(bytes))
          if (read !== undefined) expect([...encodeBlock(read)]).to.deep.equal(bytes)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('is refused when it is none', () => {
    for (const hex of [
      '',
      '00',
      '01',
      '0105',
      '01058000',
      '01850000',
      '0205000000',
      '010500ff',
      `01${'ff'.repeat(8)}00`,
      `8102${'01'.repeat(600)}`,
    ]) {
      expect(decodeBlock(Buffer.from(hex, 'hex')), hex).to.equal(undefined)
    }
  })

  it('is not made of what is out of order, too many, or no time', () => {
    const many = Array.from({ length: MOST_POSTINGS + 1 }, (_, index) => ({ index, time: 0 }))
    for (const postings of [
      [],
      many,
      [
        { index: 1, time: 0 },
        { index: 1, time: 0 },
      ],
      [
        { index: 2, time: 0 },
        { index: 1, time: 0 },
      ],
      [{ index: -1, time: 0 }],
      [{ index: 0, time: -1 }],
      [{ index: 0, time: 2 ** 52 }],
      [{ index: 0.5, time: 0 }],
    ]) {
      expect(() => encodeBlock(postings)).to.throw(RangeError)
    }
    expect(decodeBlock(encodeBlock(many.slice(1)))).to.have.length(MOST_POSTINGS)
  })
})

describe('a summary', () => {
  it('reads as it was written', () => {
    fc.assert(
      fc.property(anyPostings(), postings => {
        const bytes = new Uint8Array(SUMMARY_BYTES)
        writeSummary(summarise(postings), bytes, 0)
        expect(readSummary(bytes, 0)).to.deep.equal(summarise(postings))
      }),
    )
  })

  it('of two neighbours is that of all their postings', () => {
    fc.assert(
      fc.property(anyPostings({ atLeast: 2 }), fc.nat(), (postings, place) => {
        const at = 1 + (place % (postings.length - 1))
        const [left, right] = [summarise(postings.slice(0, at)), summarise(postings.slice(at))]
        expect(combine(left, right)).to.deep.equal(summarise(postings))
        expect(combine(right, left)).to.equal(undefined)
      }),
    )
  })

  it('that no postings have is none', () => {
    const good = { count: 2, firstIndex: 5, lastIndex: 9, earliest: 3, latest: 4 }
    const read = (change: object): unknown => {
      const bytes = new Uint8Array(SUMMARY_BYTES)
      writeSummary({ ...good, ...change }, bytes, 0)
      return readSummary(bytes, 0)
    }
    expect(read({})).to.deep.equal(good)
    for (const odd of [-1, 0.5, 2 ** 53, Number.NaN]) expect(() => read({ count: odd })).to.throw(RangeError)
    for (const change of [
      { count: 0 },
      { count: 6 },
      { count: 1 },
      { lastIndex: 4 },
      { earliest: 5 },
      { count: 1, lastIndex: 5 },
      { latest: 2 ** 52 },
    ]) {
      expect(read(change), JSON.stringify(change)).to.equal(undefined)
    }
    const bytes = new Uint8Array(SUMMARY_BYTES).fill(255)
    expect(readSummary(bytes, 0)).to.equal(undefined)
  })
})
