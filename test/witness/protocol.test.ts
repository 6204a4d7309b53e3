// C2SP tlog-witness: the bodies of add-checkpoint and of its answers, made, read, and refused.

import { expect } from 'chai'
import fc from 'fast-check'
import { encodeBase64 } from '../../src/core/bytes.ts'
import { formatNote, formatSignatures, MAX_SIGNATURES, parseNote } from '../../src/core/note.ts'
import {
  formatAddCheckpoint,
  formatSize,
  isCosignatureTime,
  MAX_BODY_BYTES,
  mergeCosignatures,
  parseAddCheckpoint,
  parseCosignatures,
  parseSize,
} from '../../src/core/witness.ts'
import { bytes, cosign, makeKey, mutated, NOW, outcomeOf, TestLogOf, textOf } from './scene.ts'

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })

/** The example of the specification. */
const EXAMPLE = `old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
`

describe('witness: add-checkpoint', () => {
  it("reads the specification's example, and writes it again", () => {
    const request = parseAddCheckpoint(bytes(EXAMPLE))
    expect(request.oldSize).to.equal(20_852_014)
    expect(request.proof).to.have.length(4)
    expect(request.checkpoint).to.match(/^example\.com\/behind-the-sofa\n20852163\n/)
    expect(parseNote(request.checkpoint).signatures).to.have.length(2)
    expect(formatAddCheckpoint(request)).to.equal(EXAMPLE)
  })

  it('is what it was, after it was written and read', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.array(hash, { maxLength: 63 }), fc.string(), (oldSize, proof, checkpoint) => {
        const read = parseAddCheckpoint(bytes(formatAddCheckpoint({ oldSize, proof, checkpoint })))
        expect(read.oldSize).to.equal(oldSize)
        expect(read.proof.map(encodeBase64)).to.deep.equal(proof.map(encodeBase64))
        expect(read.checkpoint).to.equal(checkpoint)
      }),
      { numRuns: 50 },
    )
  })

  const line = `${encodeBase64(new Uint8Array(32))}\n`
  const refused: Readonly<Record<string, string | Uint8Array>> = {
    'no blank line': 'old 1\n',
    nothing: '',
    'a blank line first': '\n\nold 1\n',
    'another first word': 'size 1\n\nnote',
    'a zero before the size': 'old 01\n\nnote',
    'a signed size': 'old -1\n\nnote',
    'a size in hex': 'old 0x1\n\nnote',
    'a size with an exponent': 'old 1e3\n\nnote',
    'two spaces': 'old  1\n\nnote',
    'a size that no number holds': 'old 9007199254740993\n\nnote',
    'a carriage return': 'old 1\r\n\r\n\n\nnote',
    'a hash too short': `old 1\n${encodeBase64(new Uint8Array(31))}\n\nnote`,
    'a hash in base64url': `old 1\n${'_'.repeat(43)}=\n\nnote`,
    'base64 with loose bits': `old 1\n${'A'.repeat(42)}B=\n\nnote`,
    '64 hashes': `old 1\n${line.repeat(64)}\nnote`,
    'bytes that are not UTF-8': Uint8Array.of(0x6f, 0x6c, 0x64, 0xff),
    'a byte order mark': '\uFEFFold 1\n\nnote',
    'more than any witness reads': `old 1\n\n${'n'.repeat(MAX_BODY_BYTES)}`,
  }
  for (const [what, body] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      const error = outcomeOf(() => parseAddCheckpoint(typeof body === 'string' ? bytes(body) : body))
      expect(error?.code).to.equal('witness_request_malformed')
      expect(error?.words.zh).to.match(/[一-龥].*请/)
    })
  }

  it('takes 63 hashes, and never makes more', () => {
    expect(parseAddCheckpoint(bytes(`old 1\n${line.repeat(63)}\nnote`)).proof).to.have.length(63)
    const proof = Array.from({ length: 64 }, () => new Uint8Array(32))
    expect(() => formatAddCheckpoint({ oldSize: 1, proof, checkpoint: '' })).to.throw(RangeError)
  })

  it('meets any bytes with an outcome; what it does read, it writes alike', () => {
    fc.assert(
      fc.property(fc.oneof(mutated(bytes(EXAMPLE)), fc.uint8Array({ maxLength: 200 })), body => {
        const error = outcomeOf(() => {
          const request = parseAddCheckpoint(body)
          expect(Buffer.from(formatAddCheckpoint(request))).to.deep.equal(Buffer.from(body))
        })
        expect(error?.code ?? 'witness_request_malformed').to.equal('witness_request_malformed')
      }),
      { numRuns: 300 },
    )
  })
})

describe('witness: answers', () => {
  const checkpoint = new TestLogOf(5).checkpoint()
  const text = textOf(checkpoint)
  const witnesses = ['one', 'two'].map(name => makeKey(`witness.example/${name}`))
  const lines = witnesses.map(witness => cosign(witness, text))

  it('are signature lines, one or more', () => {
    const read = parseCosignatures(bytes(formatSignatures(lines)))
    expect(read).to.deep.equal(lines)
    expect(parseCosignatures(bytes(formatSignatures(read.slice(0, 1))))).to.have.length(1)
  })

  const [first] = formatSignatures(lines).split('\n')
  const refused: Readonly<Record<string, string | Uint8Array>> = {
    nothing: '',
    'a line without an end': first!,
    'a page of HTML': '<html>\n<body>hello</body>\n</html>\n',
    'a whole note': checkpoint,
    'a text above the lines': `words\n\n${first}\n`,
    'a blank line at the end': `${first}\n\n`,
    'a control character': `${first}\u0007\n`,
    'a hyphen for the dash': `${first!.replace('—', '-')}\n`,
    'a key ID alone': '— witness.example/one AAAAAA==\n',
    'more lines than a note may have': `${first}\n`.repeat(MAX_SIGNATURES + 1),
    'bytes that are not UTF-8': Uint8Array.of(0xe2, 0x80, 0x0a),
    'more than is read': `${first}\n`.repeat(4000),
  }
  for (const [what, body] of Object.entries(refused)) {
    it(`are not ${what}`, () => {
      const error = outcomeOf(() => parseCosignatures(typeof body === 'string' ? bytes(body) : body))
      expect(error?.code).to.equal('witness_answer_malformed')
      expect(error?.words.zh).to.match(/[一-龥].*请/)
    })
  }

  it('meet with an outcome whatever they are; what is read is written alike', () => {
    const body = bytes(formatSignatures(lines))
    fc.assert(
      fc.property(fc.oneof(mutated(body), fc.uint8Array({ maxLength: 100 })), answer => {
        const error = outcomeOf(() => {
          expect(Buffer.from(formatSignatures(parseCosignatures(answer)))).to.deep.equal(Buffer.from(answer))
        })
        expect(error?.code ?? 'witness_answer_malformed').to.equal('witness_answer_malformed')
      }),
      { numRuns: 300 },
    )
  })

  it('tell a size', () => {
    fc.assert(fc.property(fc.maxSafeNat(), size => parseSize(bytes(formatSize(size))) === size))
    for (const body of [
      '',
      '\n',
      '7',
      '7\n\n',
      ' 7\n',
      '07\n',
      '-7\n',
      '7.0\n',
      '٧\n',
      '9007199254740993\n',
      'seven\n',
    ]) {
      expect(outcomeOf(() => parseSize(bytes(body)))?.code, JSON.stringify(body)).to.equal('witness_answer_malformed')
    }
  })

  it('quote a stranger without what a terminal would obey', () => {
    const error = outcomeOf(() => parseSize(bytes('\u001b[2J\u202e7')))
    expect(error?.message).to.include('[2J').and.not.match(/\p{C}/u)
  })

  it('state a time that is one', () => {
    for (const time of [1, NOW, Number.MAX_SAFE_INTEGER]) expect(isCosignatureTime(time), `${time}`).to.be.true
    for (const time of [undefined, 0, 2 ** 53, 2 ** 63]) expect(isCosignatureTime(time), `${time}`).to.be.false
  })

  it("go below the log's own lines, each key once", () => {
    const note = parseNote(checkpoint)
    const merged = mergeCosignatures(mergeCosignatures(note, lines), [cosign(witnesses[0]!, text, NOW + 9), ...lines])
    expect(formatNote(merged)).to.equal(checkpoint + formatSignatures(lines))
    // Another key may have the name, or the ID.
    const renamed = { ...lines[0]!, name: 'other' }
    const rekeyed = { ...lines[0]!, id: Buffer.from('abcd') }
    expect(mergeCosignatures(merged, [renamed, rekeyed]).signatures.slice(3)).to.deep.equal([renamed, rekeyed])
  })

  it('are never more than a note may carry', () => {
    const many = Array.from({ length: 80 }, (_, k) => ({ ...lines[0]!, name: `w${k}` }))
    const merged = mergeCosignatures(parseNote(checkpoint), many)
    expect(merged.signatures).to.have.length(MAX_SIGNATURES)
    expect(parseNote(formatNote(merged)).signatures[0]).to.deep.equal(parseNote(checkpoint).signatures[0])
  })
})
