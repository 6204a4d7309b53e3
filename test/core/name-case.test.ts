// Names of the contracts as codes: published ones, which callers compare with, and those that a simpler rule got wrong.

import { expect } from 'chai'
import { REFUSALS } from '../../src/chain/refusals.ts'
import { kebabCase, snakeCase } from '../../src/core/name-case.ts'

describe('the spelling of names as codes', () => {
  for (const [name, code] of [
    ['GrantExpired', 'grant_expired'],
    ['NotAParty', 'not_a_party'],
    ['NotAPartyToAgreement', 'not_a_party_to_agreement'],
    ['ECDSAInvalidSignatureLength', 'ecdsa_invalid_signature_length'],
    ['reasonDigest', 'reason_digest'],
  ] as const) {
    it(`makes ${code} of ${name}`, () => {
      expect([snakeCase(name), kebabCase(name)]).to.deep.equal([code, code.replaceAll('_', '-')])
    })
  }

  it('keeps every refusal’s code apart from the others, and its words whole', () => {
    const codes = Object.keys(REFUSALS).map(snakeCase)
    expect(new Set(codes).size).to.equal(codes.length)
    expect(codes.filter(code => /_a(?:party|provider|product|contract)/u.test(code))).to.deep.equal([])
  })
})
