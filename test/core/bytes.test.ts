// The bytes of the core, made and read without Node, against Node's own.

import { expect } from 'chai'
import fc from 'fast-check'
import { decodeBase64, encodeBase64, toHex, utf8 } from '../../src/core/bytes.ts'
import { keccak256 as keccakEverywhere } from '../../src/core/keccak.ts'
import { keccak256 as keccakOnNode } from '../../src/core/keccak-node.ts'
import { sha256 as sha256Everywhere, sha256Hex as sha256HexEverywhere } from '../../src/core/sha256.ts'
import { sha256Hex as sha256HexOnNode, sha256 as sha256OnNode } from '../../src/core/sha256-node.ts'

/** A block of SHA-256 has 64 bytes, the last one 8 of them for the length: 55 is what fits, 56 what does not. */
const lengths = fc.oneof(
  fc.constantFrom(0, 1, 55, 56, 63, 64, 65, 119, 120, 127, 128, 129, 65_536),
  fc.integer({ min: 0, max: 1_000 }),
)

/** Bytes of such a length, and the same somewhere in a larger buffer. */
function forAllPlaces(lengths: fc.Arbitrary<number>, check: (bytes: Uint8Array, view: Uint8Array) => void): void {
  const bytesAt = lengths.chain(length => fc.uint8Array({ minLength: length, maxLength: length }))
  fc.assert(
    fc.property(bytesAt, fc.nat(9), (bytes, offset) => {
      const within = new Uint8Array(offset + bytes.length + 1)
      within.set(bytes, offset)
      check(bytes, within.subarray(offset, offset + bytes.length))
    }),
  )
}

describe('SHA-256, on Node and elsewhere', () => {
  it('is the same, whatever the length, and wherever in a buffer the bytes lie', () => {
    forAllPlaces(lengths, (bytes, view) => {
      expect(toHex(sha256Everywhere(view))).to.equal(toHex(sha256OnNode(bytes)))
      expect(sha256HexEverywhere(bytes))
        .to.equal(sha256HexOnNode(view))
        .and.to.equal(toHex(sha256OnNode(view)))
    })
    expect(toHex(sha256Everywhere(utf8('abc')))).to.equal(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
  })
})

describe('Keccak-256, on Node and elsewhere', () => {
  it('is the same, whatever the length, and wherever in a buffer the bytes lie', () => {
    // A block of Keccak-256 has 136 bytes, the last one at least one of them to fill it up.
    const lengths = fc.oneof(fc.constantFrom(0, 1, 134, 135, 136, 137, 271, 272, 273, 65_536), fc.nat(1_000))
    forAllPlaces(lengths, (bytes, view) => {
      expect(toHex(keccakEverywhere(view))).to.equal(toHex(keccakOnNode(bytes)))
      expect(toHex(keccakOnNode(view))).to.equal(toHex(keccakOnNode(bytes)))
    })
    expect(toHex(keccakOnNode(utf8('abc')))).to.equal(
      '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45',
    )
  })

  it('keeps what it gave before', () => {
    const first = keccakOnNode(utf8('abc'))
    const kept = toHex(first)
    keccakOnNode(utf8('another'))
    expect(toHex(first)).to.equal(kept)
  })
})

describe('hex', () => {
  it('is written as Node writes it', () => {
    fc.assert(fc.property(fc.uint8Array(), bytes => toHex(bytes) === Buffer.from(bytes).toString('hex')))
  })
})

describe('base64', () => {
  it('is written as Node writes it, and read back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), bytes => {
        const text = Buffer.from(bytes).toString('base64')
        expect(encodeBase64(bytes)).to.equal(text)
        expect(decodeBase64(text)).to.deep.equal(bytes)
      }),
    )
  })

  it('has one spelling: what Node would write otherwise is none', () => {
    const spelling = fc.string({ unit: fc.constantFrom(...'AQgwZz09+/=-_ \n\u00e9'.split('')), maxLength: 12 })
    fc.assert(
      fc.property(fc.oneof(spelling, fc.base64String(), fc.string()), text => {
        const bytes = Buffer.from(text, 'base64')
        const isCanonical = bytes.toString('base64') === text
        expect(decodeBase64(text)).to.deep.equal(isCanonical ? Uint8Array.from(bytes) : undefined)
      }),
      { numRuns: 2_000 },
    )
    for (const text of [
      '=',
      '==',
      '===',
      '====',
      'A',
      'A=',
      'AA',
      'AAA',
      'A===',
      'AB==',
      'AAB=',
      'AA=A',
      'AAAA=',
      'AA==AAAA',
    ]) {
      expect(decodeBase64(text), text).to.equal(undefined)
    }
  })
})
