// What a source signs, and that nothing of it can be changed: not by whoever runs the ledger, not by whoever copies a
// signed line.

import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import { decodeBase64, encodeBase64 } from '../../src/core/bytes.ts'
import { LedgerError } from '../../src/core/error.ts'
import { hashLeaf } from '../../src/core/hash.ts'
import { checkNote, formatVerifierKey, makeVerifierKey, TYPE_COSIGNATURE, TYPE_ED25519 } from '../../src/core/note.ts'
import {
  type AccessRecord,
  decodeEntry,
  encodeEntry,
  parseRecordInput,
  type Sealed,
  sealRecord,
} from '../../src/core/record.ts'
import { parseSourceKey } from '../../src/core/source-key.ts'
import {
  checkLink,
  endorsementText,
  linkHash,
  linkText,
  readSignature,
  type SignedRecord,
} from '../../src/core/source-link.ts'
import { holds, toKeyObject } from '../../src/source/native.ts'
import { makeSourceKey, type SourceKey, signLine } from '../../src/source/sign.ts'

const ORIGIN = 'ledger.test/use'
const KEY = makeSourceKey({ source: 'gateway-1', origin: ORIGIN, secret: new Uint8Array(32).fill(7) })
const LINE = {
  action: 'read',
  bytes: 12,
  consumer: 'c',
  grant: 3,
  resource: 'r/1',
  source: 'gateway-1',
  status: 'ok',
  time: '2026-03-01T08:30:00+08:00',
  transaction: 't-1',
  sealed: { person: '张三' },
}

/** As the ledger would record it. */
function recordOf(seq: number, previous: string | undefined, key: SourceKey = KEY): SignedRecord {
  const { line } = signLine(parseRecordInput(LINE), { seq, previous }, key)
  const { salt: _, sealed, ...open } = parseRecordInput(JSON.parse(line))
  const { digest } = signLine(parseRecordInput(LINE), { seq, previous }, key)
  expect(sealed).to.deep.equal(LINE.sealed)
  return {
    ...open,
    actor: 'a'.repeat(32),
    provider: 'p',
    purpose: 'x',
    sealed: digest!,
    filled: 'actor provider purpose',
  } as SignedRecord
}

const codeOf = (action: () => unknown): string | undefined => {
  try {
    action()
  } catch (error) {
    if (error instanceof LedgerError) return error.code
    throw error
  }
  return undefined
}

describe('a link', () => {
  const first = recordOf(0, undefined)
  const second = recordOf(1, linkHash(linkText(first, ORIGIN)))

  it('holds by its key, as it stands in the log', () => {
    for (const record of [first, second]) {
      expect(checkLink(decodeEntry(encodeEntry(record)) as SignedRecord, ORIGIN, [KEY.verifierKey])).to.equal(
        KEY.verifierKey,
      )
    }
  })

  it('is what docs/sources.md says', () => {
    const { sealed } = first
    expect(linkText(first, ORIGIN)).to.equal(
      `suyuan-source/v1\n${ORIGIN}\n{"action":"read","bytes":12,"consumer":"c","grant":3,"resource":"r/1","sealed":"${sealed}","seq":0,"source":"gateway-1","status":"ok","time":"2026-03-01T00:30:00.000Z","transaction":"t-1"}\n`,
    )
  })

  it('has the same bytes however often it is signed, and another salt wherever anything differs', () => {
    expect(recordOf(0, undefined)).to.deep.equal(first)
    expect(second.sealed).to.not.equal(first.sealed)
    const other = makeSourceKey({ source: 'gateway-1', origin: ORIGIN, secret: new Uint8Array(32).fill(8) })
    expect(recordOf(0, undefined, other).sealed).to.not.equal(first.sealed)
  })

  it('does not hold with any field changed, left out or added', () => {
    const others: Partial<Record<keyof AccessRecord, unknown>> = {
      action: 'share',
      bytes: 13,
      channel: 'online-query',
      consumer: 'd',
      grant: 4,
      resource: 'r/2',
      rows: 1,
      sealed: '0'.repeat(64),
      seq: 2,
      previous: encodeBase64(new Uint8Array(32)),
      source: 'gateway-2',
      status: 'failed',
      time: '2026-03-01T00:30:00.001Z',
      transaction: 't-2',
    }
    for (const [field, value] of Object.entries(others)) {
      const changed = { ...second, [field]: value } as SignedRecord
      // Of another source no key is known by that name; all else is a signature that does not hold.
      const held = field === 'source' ? undefined : 'signature_invalid'
      expect(
        codeOf(() => expect(checkLink(changed, ORIGIN, [KEY.verifierKey])).to.equal(undefined)),
        field,
      ).to.equal(held)
      if (second[field as keyof AccessRecord] === undefined) continue
      const { [field as keyof AccessRecord]: _, ...without } = second
      if (['source', 'seq'].includes(field)) continue
      expect(
        codeOf(() => checkLink(without as SignedRecord, ORIGIN, [KEY.verifierKey])),
        `${field} left out`,
      ).to.equal('signature_invalid')
    }
  })

  it('lets the ledger fill in what it did not state, and only by saying so', () => {
    const refilled = { ...second, actor: 'b'.repeat(32), provider: 'q', purpose: 'y' }
    expect(checkLink(refilled, ORIGIN, [KEY.verifierKey])).to.equal(KEY.verifierKey)
    for (const filled of ['actor provider', 'provider purpose', 'actor']) {
      expect(
        codeOf(() => checkLink({ ...second, filled }, ORIGIN, [KEY.verifierKey])),
        filled,
      ).to.equal('signature_invalid')
    }
    const stated = signLine(parseRecordInput({ ...LINE, purpose: 'x' }), { seq: 0, previous: undefined }, KEY)
    const { salt: _, sealed: __, ...open } = parseRecordInput(JSON.parse(stated.line))
    const record = { ...open, provider: 'p', sealed: stated.digest!, filled: 'provider' } as SignedRecord
    expect(checkLink(record, ORIGIN, [KEY.verifierKey])).to.equal(KEY.verifierKey)
    expect(codeOf(() => checkLink({ ...record, filled: 'provider purpose' }, ORIGIN, [KEY.verifierKey]))).to.equal(
      'signature_invalid',
    )
  })

  it('does not hold in another log, nor by any flipped bit of its signature', () => {
    expect(codeOf(() => checkLink(second, 'other.test/use', [KEY.verifierKey]))).to.equal('signature_invalid')
    const bytes = decodeBase64(second.signature)!
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), bit => {
        const flipped = Uint8Array.from(bytes)
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        const record = { ...second, signature: encodeBase64(flipped) }
        // With another key ID it is another key's, which nobody knows.
        if (bit < 32) expect(checkLink(record, ORIGIN, [KEY.verifierKey])).to.equal(undefined)
        else expect(codeOf(() => checkLink(record, ORIGIN, [KEY.verifierKey]))).to.equal('signature_invalid')
      }),
      { numRuns: 60 },
    )
  })

  it('has one spelling: flipped bytes of its entry are no record, or one whose signature does not hold', () => {
    const entry = encodeEntry(second)
    fc.assert(
      fc.property(fc.nat(entry.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const flipped = Uint8Array.from(entry)
        flipped[at]! ^= by
        let record: SignedRecord
        try {
          record = decodeEntry(flipped) as SignedRecord
        } catch (error) {
          expect(error).to.be.instanceOf(LedgerError)
          return
        }
        const { actor, provider, purpose } = record
        const isFilled = actor !== second.actor || provider !== second.provider || purpose !== second.purpose
        if (isFilled) return // not signed, and said so
        let key: unknown
        const code = codeOf(() => {
          key = checkLink(record, ORIGIN, [KEY.verifierKey])
        })
        expect(code === 'signature_invalid' || key === undefined).to.equal(true)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('the parts of a link', () => {
  const signature = encodeBase64(new Uint8Array(68))
  const hash = encodeBase64(new Uint8Array(32))
  const { sealed, ...open } = LINE
  const cases: readonly (readonly [string, object])[] = [
    ['previous without signature', { seq: 1, previous: hash }],
    ['salt without signature', { sealed, salt: hash }],
    ['a signature without seq', { signature }],
    ['the first link with previous', { signature, seq: 0, previous: hash }],
    ['a later link without previous', { signature, seq: 1 }],
    ['a sealed part without salt', { signature, seq: 0, sealed }],
    ['a salt without sealed part', { signature, seq: 0, salt: hash }],
  ]
  for (const [name, fields] of cases) {
    it(`are refused: ${name}`, () => {
      expect(codeOf(() => parseRecordInput({ ...open, ...fields }))).to.equal('invalid_link')
    })
  }

  it('are refused in a second spelling', () => {
    const twice = `${signature.slice(0, -2)}B=` // unused bits that are not 0
    expect(codeOf(() => parseRecordInput({ ...open, seq: 0, signature: twice }))).to.equal('invalid_field')
    expect(codeOf(() => parseRecordInput({ ...open, seq: 1, previous: `${hash.slice(0, -2)}B=`, signature }))).to.equal(
      'invalid_field',
    )
  })

  it('never show the salt', () => {
    try {
      parseRecordInput({ ...LINE, salt: 'secret' })
      expect.fail()
    } catch (error) {
      expect((error as Error).message).to.match(/^salt is not/)
    }
  })

  it('are refused in an entry that says a field was filled in which is not there', () => {
    const { purpose: _, ...record } = recordOf(0, undefined)
    expect(codeOf(() => decodeEntry(encodeEntry(record)))).to.equal('invalid_entry')
    const unsigned = { ...record, filled: 'provider', signature: undefined, seq: undefined } as unknown as AccessRecord
    expect(codeOf(() => decodeEntry(encodeEntry(unsigned)))).to.equal('invalid_entry')
  })
})

describe('the key of a source', () => {
  const { publicKey } = KEY.verifierKey
  const spell = (name: string, type = TYPE_ED25519, bytes = publicKey) =>
    formatVerifierKey(makeVerifierKey(name, type, bytes))

  it('is an Ed25519 key that is named like a source', () => {
    expect(parseSourceKey(spell('gateway-1')).name).to.equal('gateway-1')
  })

  const small = new Uint8Array(32)
  small[0] = 1 // the neutral element: by it, some libraries take one signature for any text
  const off = new Uint8Array(32).fill(0xff)
  for (const [name, text] of [
    ['a name that no line can have', spell('网关')],
    ['the ledger’s own name', spell('suyuan/source')],
    ['another type', spell('gateway-1', TYPE_COSIGNATURE)],
    ['a key that is too short', spell('gateway-1', TYPE_ED25519, publicKey.subarray(1))],
    ['a point of small order', spell('gateway-1', TYPE_ED25519, small)],
    ['no point at all', spell('gateway-1', TYPE_ED25519, off)],
    ['a key ID of other bytes', spell('gateway-1').replace(/\+[0-9a-f]{8}\+/, '+00000000+')],
  ] as const) {
    it(`is refused: ${name}`, () => expect(codeOf(() => parseSourceKey(text))).to.equal('key_invalid'))
  }
})

describe('the vectors of links, made by another implementation', () => {
  const vectors = JSON.parse(readFileSync(new URL('../vectors/records/links.json', import.meta.url), 'utf8')) as Vectors
  const key = parseSourceKey(vectors.key)

  for (const [seq, { description, entry, leafHash, text, link, salt, sealed }] of vectors.links.entries()) {
    it(`agree: ${description}`, () => {
      const bytes = Buffer.from(entry)
      const record = decodeEntry(bytes) as SignedRecord
      expect(Buffer.from(hashLeaf(bytes)).toString('hex')).to.equal(leafHash)
      expect(linkText(record, vectors.origin)).to.equal(text)
      expect(linkHash(text)).to.equal(link)
      expect(record).to.include({ seq, ...(seq === 0 ? {} : { previous: vectors.links[seq - 1]!.link }) })
      expect(checkLink(record, vectors.origin, [key])).to.equal(key)
      expect(holds(linkText(record, vectors.origin), record, toKeyObject(key))).to.equal(true)
      if (sealed !== undefined) expect(sealRecord(sealed, decodeBase64(salt!)!).digest).to.equal(record.sealed)
    })
  }

  it('agree on an endorsement', () => {
    const { key: next, ends, text, signature } = vectors.endorsement
    expect(endorsementText(next, ends, vectors.origin)).to.equal(text)
    expect(checkNote({ text, signatures: [readSignature(key.name, signature)] }, [key])).to.have.length(1)
  })
})

interface Vectors {
  readonly origin: string
  readonly key: string
  readonly links: readonly {
    readonly description: string
    readonly entry: string
    readonly leafHash: string
    readonly text: string
    readonly link: string
    readonly salt?: string
    readonly sealed?: Sealed
  }[]
  readonly endorsement: {
    readonly key: string
    readonly ends: number
    readonly text: string
    readonly signature: string
  }
}
