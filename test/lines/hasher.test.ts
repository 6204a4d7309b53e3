import { expect } from 'chai'
import fc from 'fast-check'
import { readEntryColumns } from '../../src/core/entry-columns.ts'
import { hashPairs, sha256 } from '../../src/core/hash.ts'
import { createQuickHashEach, PLAIN_HASH_EACH } from '../../src/hashing/hash-each.ts'
import { compileLines } from '../../src/lines/wasm.ts'
import { createQuickParts } from '../../src/store/working-parts.ts'

describe('the quick hasher of pairs', () => {
  it('gives the hashes that the plain one gives', async () => {
    const fast = createQuickParts(await compileLines(), readEntryColumns).hashPairs
    const check = (hashes: Uint8Array): void => {
      expect(Buffer.from(fast(hashes)).toString('hex')).to.equal(Buffer.from(hashPairs(hashes)).toString('hex'))
    }
    fc.assert(
      fc.property(fc.nat(40), fc.nat(255), (pairs, byte) => {
        check(Uint8Array.from({ length: pairs * 64 }, (_, k) => (k * 31 + byte * (k >> 5)) & 255))
      }),
    )
    // More than goes through in one piece.
    check(Uint8Array.from({ length: 3 * 2 ** 20 }, (_, k) => (k * 7 + (k >> 8)) & 255))
  })
})

describe('the quick hasher of messages', () => {
  it('gives the hashes that the plain one gives, whatever their length and number', async () => {
    const quick = createQuickHashEach(await compileLines())
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
    fc.assert(
      fc.property(fc.nat(300), fc.nat(5), fc.nat(9), fc.nat(255), (length, more, count, byte) => {
        const [bytes, slot] = [length + 1, length + 1 + more]
        const slots = Uint8Array.from({ length: slot * count }, (_, k) => (k * 31 + byte) & 255)
        for (const first of [0, 1] as const) {
          const made = hex(quick.equal(first, slots, bytes, slot))
          expect(made).to.equal(hex(PLAIN_HASH_EACH.equal(first, slots, bytes, slot)))
          const [one] = Array.from({ length: count }, (_, k) => slots.subarray((k + 1) * slot - bytes, (k + 1) * slot))
          if (one !== undefined) expect(made.slice(0, 64)).to.equal(hex(sha256(Uint8Array.of(first, ...one))))
        }
        const framed = Buffer.concat(
          Array.from({ length: count }, (_, k) => {
            const entry = slots.subarray(0, (k * 67) % (slots.length + 1))
            return Buffer.concat([Buffer.of(entry.length >> 8, entry.length & 255), entry])
          }),
        )
        expect(hex(quick.framed(framed, count))).to.equal(hex(PLAIN_HASH_EACH.framed(framed, count)))
      }),
    )
  })
})
