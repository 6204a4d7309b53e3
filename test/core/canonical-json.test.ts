import canonicalize from 'canonicalize'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { canonicalJson } from '../../src/core/canonical-json.ts'
import { parseStrict } from '../../src/core/json.ts'

describe('canonical JSON', () => {
  it('is that of the canonicalize package, of whatever JSON there is', () => {
    const key = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.nat().map(String),
      fc.constantFrom('toJSON', 'ä', '\u20ac', '𝄞'),
    )
    const { value } = fc.letrec(tie => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.jsonValue(),
        fc.string({ unit: 'binary' }),
        fc.array(tie('value')),
        fc.dictionary(key, tie('value')),
      ),
    }))
    fc.assert(
      fc.property(value, value => {
        fc.pre(JSON.stringify(value).isWellFormed() && !/\\ud[89a-f]/.test(JSON.stringify(value)))
        expect(canonicalJson(value)).to.equal(canonicalize(value))
      }),
      { numRuns: 1_000 },
    )
  })

  it('has the keys in the order of their UTF-16 units, numbers among them (RFC 8785, 3.2.3)', () => {
    const text = '{"\\u20ac":1,"\\r":2,"\\ufb33":3,"1":4,"\\ud83d\\ude00":5,"\\u0080":6,"\\u00f6":7,"10":8,"2":9}'
    const keys = [...canonicalJson(parseStrict(text)).matchAll(/:(\d)/g)].map(([, digit]) => digit).join('')
    expect(keys).to.equal('248967153')
  })

  it('leaves out what is undefined, as JSON does', () => {
    expect(canonicalJson({ b: [null, true], a: undefined, c: { d: undefined } })).to.equal('{"b":[null,true],"c":{}}')
  })
})
