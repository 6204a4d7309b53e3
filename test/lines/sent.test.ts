// What has come of a batch: one digest, in however many pieces it came.

import { expect } from 'chai'
import * as fc from 'fast-check'
import { LedgerError } from '../../src/core/error.ts'
import { sha256 } from '../../src/core/hash.ts'
import { SentLines } from '../../src/lines/sent.ts'

const digestOf = (bytes: Uint8Array): string => Buffer.from(sha256(bytes)).toString('base64')

describe('the lines of a batch that were sent', () => {
  const line = fc.oneof(fc.nat(40), fc.integer({ min: 16_300, max: 16_500 })).map(length => `${'x'.repeat(length)}\n`)

  it('have one digest, in whatever pieces they come, in memory that is used again', () => {
    fc.assert(
      fc.property(fc.array(fc.array(line, { maxLength: 4 }), { maxLength: 5 }), pieces => {
        const sent = new SentLines()
        let all = ''
        for (const lines of pieces) {
          const bytes = Buffer.from(lines.join(''))
          all += lines.join('')
          sent.pass(bytes, lines.length)
          bytes.fill(0)
          expect(sent.digest()).to.equal(digestOf(Buffer.from(all)))
          expect(sent.digest(), 'asked again').to.equal(digestOf(Buffer.from(all)))
        }
        expect(sent.lines).to.equal(pieces.flat().length)
        expect(sent.digest()).to.equal(digestOf(Buffer.from(all)))
      }),
    )
  })

  it('count a line held in pieces as the same line', () => {
    const sent = new SentLines()
    sent.hold(Buffer.from('abc'))
    sent.hold(Buffer.from('def'))
    expect(sent.held).to.equal(6)
    sent.pass(Buffer.from('g\n'), 1)
    expect([sent.held, sent.lines, sent.digest()]).to.deep.equal([0, 1, digestOf(Buffer.from('abcdefg\n'))])
  })

  it('are told from others where an earlier call stopped, and not before', () => {
    const known = { lines: 2, digest: digestOf(Buffer.from('a\nb\n')) }
    const same = new SentLines(known)
    expect(same.passKnown(Buffer.from('a\n')).length).to.equal(0)
    expect(same.passKnown(Buffer.from('b\nc\n')).toString()).to.equal('c\n')
    const other = new SentLines(known)
    expect(other.passKnown(Buffer.from('x\n')).length).to.equal(0)
    expect(() => other.passKnown(Buffer.from('b\n')))
      .to.throw(LedgerError)
      .with.property('code', 'batch_differs')
    expect(() => same.requireAll()).not.to.throw()
    expect(() => new SentLines(known).requireAll())
      .to.throw(LedgerError)
      .with.property('code', 'batch_shorter')
  })
})
