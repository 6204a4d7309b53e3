import { expect } from 'chai'
import fc from 'fast-check'
import { decodeU64, encodeU64 } from '../../../src/core/completeness/numbers.ts'

const anyNumber = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(300),
  fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER),
)

describe('a number in eight bytes', () => {
  it('is written as the language itself writes it, in its place alone', () => {
    fc.assert(
      fc.property(anyNumber, fc.nat(5), (number, at) => {
        const bytes = new Uint8Array(16).fill(7)
        encodeU64(number, bytes, at)
        const expected = new Uint8Array(16).fill(7)
        new DataView(expected.buffer).setBigUint64(at, BigInt(number))
        expect(bytes).to.deep.equal(expected)
        expect(decodeU64(bytes, at)).to.equal(number)
      }),
    )
  })

  it('is read only up to 2^53 − 1, and only whole', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n - 1n), fc.integer({ min: 0, max: 8 }), (number, length) => {
        const bytes = new Uint8Array(8)
        new DataView(bytes.buffer).setBigUint64(0, number)
        const isThere = length === 8 && number <= BigInt(Number.MAX_SAFE_INTEGER)
        expect(decodeU64(bytes.subarray(0, length), 0)).to.equal(isThere ? Number(number) : undefined)
      }),
    )
    expect(decodeU64(Uint8Array.of(0, 0x20, 0, 0, 0, 0, 0, 0), 0)).to.equal(undefined)
  })

  it('is none where it has no eight bytes', () => {
    for (const number of [-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => encodeU64(number, new Uint8Array(8), 0), String(number)).to.throw(RangeError)
    }
  })
})
