// Readers let in what is named and nothing else, and say where something does not fit.

import { expect } from 'chai'
import * as fc from 'fast-check'
import { LedgerError } from '../../src/core/error.ts'
import { dictionary, flag, list, object, oneOf, orNull, part, text, wholeNumber } from '../../src/core/reader.ts'

const SHAPE = object(
  { id: wholeNumber(1), tags: list(text(/^[a-z]+$/, { en: 'lower-case letters', zh: '小写字母' }), 2) },
  { open: flag, kind: oneOf(['a', 'b']), next: orNull(wholeNumber()), names: dictionary(flag) },
)

describe('readers', () => {
  it('give back what fits', () => {
    const value = { id: 7, tags: ['x'], open: false, kind: 'b', next: null, names: { any: true } }
    expect(SHAPE(value, '')).to.deep.equal(value)
    expect(part({ id: wholeNumber() })({ id: 1, more: 'is left out' }, '')).to.deep.equal({ id: 1 })
  })

  const refused: [unknown, RegExp][] = [
    [null, /^the whole is not a JSON object/],
    [[], /^the whole is not a JSON object/],
    [{ tags: [] }, /^id is not there/],
    [{ id: 0, tags: [] }, /^id is not a whole number from 1/],
    [{ id: 1.5, tags: [] }, /^id /],
    [{ id: 2 ** 53, tags: [] }, /^id /],
    [{ id: '1', tags: [] }, /^id /],
    [{ id: 1, tags: ['x', 'Y'] }, /^tags\[1\] is not lower-case letters/],
    [{ id: 1, tags: ['x', 'y', 'z'] }, /^tags is not a list of at most 2/],
    [{ id: 1, tags: [], extra: 1 }, /^extra is not a known field/],
    [{ id: 1, tags: [], open: null }, /^open is not true or false/],
    [{ id: 1, tags: [], kind: 'c' }, /^kind is not one of a, b/],
    [{ id: 1, tags: [], names: { any: 1 } }, /^names\.any is not/],
    [JSON.parse('{"id":1,"tags":[],"__proto__":{}}'), /^__proto__ is not a known field/],
  ]
  for (const [value, words] of refused) {
    it(`refuse ${JSON.stringify(value)}`, () => {
      expect(() => SHAPE(value, ''))
        .to.throw(LedgerError, words)
        .with.property('code', 'shape_invalid')
    })
  }

  it('throw nothing but refusals, whatever comes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        try {
          SHAPE(value, '')
        } catch (error) {
          expect(error).to.be.instanceOf(LedgerError)
        }
      }),
    )
  })
})
