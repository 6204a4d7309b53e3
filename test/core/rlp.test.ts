// RLP: the Yellow Paper's and Ethereum wiki's examples, ethers as the independent encoder, and one spelling only.

import { expect } from 'chai'
import { encodeRlp as encodeByEthers, hexlify, type RlpStructuredData } from 'ethers'
import * as fc from 'fast-check'
import { toHex } from '../../src/core/bytes.ts'
import { decodeInteger, decodeRlp, encodeInteger, encodeRlp, type Rlp } from '../../src/core/rlp.ts'

const text = (words: string): Buffer => Buffer.from(words)
const examples: [Rlp, string][] = [
  [text('dog'), '83646f67'],
  [[text('cat'), text('dog')], 'c88363617483646f67'],
  [text(''), '80'],
  [[], 'c0'],
  [Buffer.of(0), '00'],
  [Buffer.of(0x0f), '0f'],
  [Buffer.of(0x04, 0x00), '820400'],
  [[[], [[]], [[], [[]]]], 'c7c0c1c0c3c0c1c0'],
  [
    text('Lorem ipsum dolor sit amet, consectetur adipisicing elit'),
    `b838${text('Lorem ipsum dolor sit amet, consectetur adipisicing elit').toString('hex')}`,
  ],
]
const anyRlp = fc.letrec<{ value: Rlp }>(tie => ({
  value: fc.oneof({ maxDepth: 5 }, fc.uint8Array({ maxLength: 300 }), fc.array(tie('value'), { maxLength: 5 })),
})).value

const plain = (value: Rlp): unknown => (value instanceof Uint8Array ? hexlify(value) : value.map(plain))

describe('rlp', () => {
  it('has the published examples', () => {
    for (const [value, hex] of examples) {
      expect(toHex(encodeRlp(value))).to.equal(hex)
      expect(plain(decodeRlp(Buffer.from(hex, 'hex')))).to.deep.equal(plain(value))
    }
  })

  it('writes what ethers writes, and reads it back', () => {
    fc.assert(
      fc.property(anyRlp, value => {
        const encoded = encodeRlp(value)
        expect(hexlify(encoded)).to.equal(encodeByEthers(plain(value) as RlpStructuredData))
        expect(plain(decodeRlp(encoded))).to.deep.equal(plain(value))
      }),
    )
  })

  it('accepts one spelling only: whatever bytes it reads, it would write', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 80 }),
          anyRlp
            .map(encodeRlp)
            .chain(bytes =>
              fc
                .tuple(fc.nat(Math.max(0, bytes.length - 1)), fc.nat(255))
                .map(([at, byte]) => Uint8Array.from(bytes).with(at, byte)),
            ),
        ),
        bytes => {
          let value: Rlp
          try {
            value = decodeRlp(bytes)
          } catch (error) {
            expect(error).to.have.property('code', 'rlp_malformed')
            return
          }
          expect(hexlify(encodeRlp(value))).to.equal(hexlify(bytes))
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('refuses the other spellings by name', () => {
    for (const hex of [
      '',
      '8100',
      '817f',
      'b80100',
      'b90001',
      'f800',
      'f90001c0',
      '83646f',
      'c3',
      'c283',
      'bf',
      'ffffffffffffffffff',
      '0000',
      'c0c0',
      `${'c1'.repeat(9)}c0`,
    ]) {
      expect(() => decodeRlp(Buffer.from(hex, 'hex')), hex)
        .to.throw()
        .with.property('code', 'rlp_malformed')
    }
  })

  it('writes integers without leading zeros, and reads no others', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), value => {
        expect(decodeInteger(encodeInteger(value))).to.equal(value)
      }),
    )
    for (const bytes of [Buffer.of(0), Buffer.of(0, 1), Buffer.alloc(8, 1), []])
      expect(() => decodeInteger(bytes)).to.throw()
  })
})
