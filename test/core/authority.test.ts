// Accesses judged by the grant that they name, at the edges of every span that counts.

import { expect } from 'chai'
import fc from 'fast-check'
import { type GrantTerms, JUDGEMENTS, judgeAuthority } from '../../src/core/authority.ts'
import type { AccessRecord } from '../../src/core/record.ts'

const at = (second: number): number => Date.UTC(2026, 0, 1) + second * 1000
const record = (second: number, changes: Partial<AccessRecord> = {}): AccessRecord => ({
  action: 'read',
  consumer: 'C',
  grant: 1,
  provider: 'P',
  purpose: 'LegalCompliance',
  resource: 'R',
  source: 's',
  status: 'ok',
  time: new Date(at(second)).toISOString(),
  ...changes,
})
const terms: GrantTerms = {
  id: 1,
  resource: 'R',
  consumer: 'C',
  purpose: 'LegalCompliance',
  from: at(0),
  until: at(100),
  grantedAt: at(10),
}

describe('judgeAuthority', () => {
  it('compares grant, resource, consumer and purpose', () => {
    const { grant: _, ...named } = record(20)
    expect(judgeAuthority(named, terms)).to.equal('no-grant')
    expect(judgeAuthority(record(20), undefined)).to.equal('unknown-grant')
    expect(judgeAuthority(record(20, { grant: 2 }), terms)).to.equal('unknown-grant')
    const { grantedAt: __, ...requested } = terms
    expect(judgeAuthority(record(20), requested)).to.equal('not-granted')
    expect(judgeAuthority(record(20, { resource: 'Q' }), terms)).to.equal('other-resource')
    expect(judgeAuthority(record(20, { consumer: 'D' }), terms)).to.equal('other-consumer')
    expect(judgeAuthority(record(20, { purpose: 'Other' }), terms)).to.equal('other-purpose')
  })

  it('counts the first moment of each span in, and the first after it out', () => {
    const ended: GrantTerms = {
      ...terms,
      endedAt: at(80),
      suspensions: [{ from: at(30), until: at(40) }, { from: at(70) }],
    }
    const judged = (second: number, by: GrantTerms = ended): string => judgeAuthority(record(second), by)
    expect(judged(9)).to.equal('before-grant')
    expect(judged(10)).to.equal('within')
    expect(judged(29)).to.equal('within')
    expect(judged(30)).to.equal('while-vetoed')
    expect(judged(39)).to.equal('while-vetoed')
    expect(judged(40)).to.equal('within')
    expect(judged(70)).to.equal('while-vetoed')
    expect(judged(79)).to.equal('while-vetoed')
    expect(judged(80)).to.equal('after-agreement')
    expect(judged(120)).to.equal('after-agreement')
    expect(judged(100, terms)).to.equal('after-expiry')
    expect(judged(75, { ...ended, revokedAt: at(75) })).to.equal('after-revocation')
  })

  it('finds nothing within while a veto stands, whatever else is said', () => {
    const second = fc.integer({ min: -5, max: 130 })
    fc.assert(
      fc.property(second, second, fc.nat(50), (time, from, length) => {
        const suspensions = [{ from: at(from), until: at(from + length) }]
        const judgement = judgeAuthority(record(time), { ...terms, suspensions })
        if (time >= from && time < from + length) expect(judgement).not.to.equal('within')
        else expect(judgement).to.equal(judgeAuthority(record(time), terms))
      }),
    )
  })

  it('has every judgement in both languages', () => {
    for (const { zh, en } of Object.values(JUDGEMENTS)) expect(zh && en).to.match(/\S/)
  })
})
