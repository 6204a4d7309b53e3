import { expect } from 'chai'
import fc from 'fast-check'
import { readEntryColumns } from '../../src/core/entry-columns.ts'
import { hashPairs } from '../../src/core/hash.ts'
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
