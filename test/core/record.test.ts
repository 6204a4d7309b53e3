import { createHmac, hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import canonicalize from 'canonicalize'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { toHex } from '../../src/core/bytes.ts'
import { LedgerError } from '../../src/core/error.ts'
import { hashLeaf } from '../../src/core/hash.ts'
import { parseNdjson } from '../../src/core/line/ndjson.ts'
import {
  ACTIONS,
  type AccessRecord,
  CHANNELS,
  checkSealed,
  completeRecord,
  decodeEntry,
  decodeSealed,
  encodeEntry,
  encodeSealed,
  FILLABLE,
  formatSeconds,
  formatTime,
  MAX_AMOUNT,
  MAX_ENTRY_BYTES,
  MAX_SEALED_BYTES,
  PATTERNS,
  type PublicInput,
  parseRecordInput,
  parseTime,
  type Registry,
  readTime,
  resolveActor,
  type Sealed,
  STATUSES,
  sealRecord,
} from '../../src/core/record.ts'
import { derivePseudonym } from '../../src/pseudonym.ts'

const refusal = (act: () => unknown): LedgerError => {
  try {
    act()
  } catch (error) {
    if (error instanceof LedgerError) return error
    throw error
  }
  throw new Error('it was accepted')
}
const codeOf = (act: () => unknown): string => refusal(act).code

const readVectors = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../vectors/records/${name}`, import.meta.url), 'utf8'))

const MINIMAL = {
  time: '2026-03-01T00:30:00.000Z',
  action: 'read',
  resource: '3070000001/000012',
  consumer: '11520100MB1B00034Y',
  source: 'exchange-1',
  status: 'ok',
}

const ascii = (min: number, max: number) =>
  fc.string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map(code => String.fromCharCode(code)),
    minLength: min,
    maxLength: max,
  })
const count = fc.maxSafeNat()
const amount = fc.nat({ max: 2 ** 31 - 1 }).map(n => n * 512)
const time = fc
  .date({ min: new Date('0000-01-01T00:00:00.000Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map(date => date.toISOString())
/** Every record that the patterns allow. */
const records = fc.record(
  {
    action: fc.constantFrom(...ACTIONS),
    actor: fc.stringMatching(PATTERNS.actor),
    bytes: amount,
    channel: fc.constantFrom(...CHANNELS),
    consumer: fc.stringMatching(PATTERNS.organisation),
    grant: count.map(n => n || 1),
    provider: fc.stringMatching(PATTERNS.organisation),
    purpose: fc.stringMatching(PATTERNS.purpose),
    resource: ascii(1, 64),
    rows: amount,
    sealed: fc.stringMatching(PATTERNS.sealed),
    seq: count,
    source: fc.stringMatching(PATTERNS.source),
    status: fc.constantFrom(...STATUSES),
    time,
    transaction: ascii(1, 128),
  },
  { requiredKeys: ['action', 'consumer', 'provider', 'resource', 'source', 'status', 'time'] },
)
/** The same, signed. */
const signedRecords = fc
  .tuple(records, count, fc.uint8Array({ minLength: 100, maxLength: 100 }))
  .map(([record, seq, bytes]): AccessRecord => {
    const filled = FILLABLE.filter((field, k) => record[field] !== undefined && bytes[k]! % 2 === 0).join(' ')
    return {
      ...record,
      seq,
      ...(seq === 0 ? {} : { previous: Buffer.from(bytes.subarray(68)).toString('base64') }),
      signature: Buffer.from(bytes.subarray(0, 68)).toString('base64'),
      ...(filled === '' ? {} : { filled }),
    }
  })

describe('record input', () => {
  it('takes the required fields and every optional one', () => {
    expect(parseRecordInput(MINIMAL)).to.deep.equal(MINIMAL)
    const full = {
      ...MINIMAL,
      actor: '0f'.repeat(16),
      bytes: 0,
      channel: 'bulk-download',
      grant: 1,
      provider: 'p',
      purpose: 'dpv:FraudPrevention.x-1',
      rows: MAX_AMOUNT,
      seq: 0,
      transaction: 'a"\\~',
      sealed: { person: '张三', purposeText: '年度\n统计', detail: [null, { a: 1.5 }] },
    }
    expect(parseRecordInput(full)).to.deep.equal(full)
  })

  it('brings the time into its one form', () => {
    expect(parseRecordInput({ ...MINIMAL, time: '2026-03-01T08:30:00+08:00' }).time).to.equal(MINIMAL.time)
  })

  const { lines } = readVectors('refused.json') as { lines: { description: string; code: string; line: string }[] }
  for (const { description, code, line } of lines) {
    it(`refuses ${description}: ${code}`, () => {
      expect(codeOf(() => parseNdjson(line))).to.equal(code)
    })
  }

  for (const field of Object.keys(MINIMAL)) {
    it(`needs ${field}`, () => {
      const { [field as keyof typeof MINIMAL]: _, ...rest } = MINIMAL
      const error = refusal(() => parseRecordInput(rest))
      expect(error.code).to.equal('missing_field')
      expect(error.message).to.include(`"${field}"`)
    })
  }

  it('refuses a value of the wrong kind in every field', () => {
    const fields =
      'action actor bytes channel consumer grant provider purpose resource rows sealed seq source status time'
    for (const field of [...fields.split(' '), 'transaction']) {
      for (const value of [
        null,
        true,
        '',
        ' ',
        [],
        [MINIMAL],
        {},
        -1,
        0.5,
        Number.NaN,
        2 ** 53,
        '\n',
        'x\u0000',
        undefined,
      ]) {
        const error = refusal(() => parseRecordInput({ ...MINIMAL, [field]: value }))
        expect(error.code, `${field}: ${JSON.stringify(value)}`).to.be.oneOf([
          'invalid_field',
          'invalid_time',
          'not_an_object',
          'missing_field',
        ])
        expect(error.message).to.include(field)
      }
    }
  })

  it('refuses an amount too large to be added up exactly', () => {
    for (const field of ['bytes', 'rows']) {
      expect(codeOf(() => parseRecordInput({ ...MINIMAL, [field]: MAX_AMOUNT + 1 }))).to.equal('invalid_field')
    }
  })

  it('refuses a text one character too long', () => {
    const longest = { resource: 64, consumer: 64, provider: 64, source: 64, purpose: 32, transaction: 128 }
    for (const [field, length] of Object.entries(longest)) {
      expect(parseRecordInput({ ...MINIMAL, [field]: 'a'.repeat(length) })).to.have.property(field)
      expect(codeOf(() => parseRecordInput({ ...MINIMAL, [field]: 'a'.repeat(length + 1) }))).to.equal('invalid_field')
    }
  })

  it('names field, value and what is allowed; a long value is cut', () => {
    const { message } = refusal(() => parseRecordInput({ ...MINIMAL, action: 'r'.repeat(1e6) }))
    expect(message).to.match(/^action "r{64}…" is not one of read, download, share$/)
  })

  it('never repeats what may be a person', () => {
    const secret = 'Zhang San'
    const lines = [
      { actor: secret },
      { sealed: secret },
      { sealed: { [secret]: 1 } },
      { sealed: { person: ` ${secret}` } },
      { sealed: { person: secret, detail: Number.NaN } },
      { sealed: { person: secret, purposeText: secret.repeat(3_000) } },
    ]
    for (const line of lines) {
      const error = refusal(() => parseRecordInput({ ...MINIMAL, ...line }))
      expect(error.message).to.not.include('Zhang')
    }
  })

  it('ignores what an object inherits', () => {
    const inherited: unknown = Object.assign(Object.create({ status: 'ok' }), { ...MINIMAL, status: undefined })
    expect(codeOf(() => parseRecordInput(inherited))).to.equal('invalid_field')
    expect(codeOf(() => parseRecordInput({ ...MINIMAL, constructor: 1 }))).to.equal('unknown_field')
  })
})

describe('time', () => {
  const same: readonly [given: string, canonical: string][] = [
    ['2026-03-01T08:30:00+08:00', '2026-03-01T00:30:00.000Z'],
    ['2026-03-01T00:30:00Z', '2026-03-01T00:30:00.000Z'],
    ['2026-03-01t00:30:00.5z', '2026-03-01T00:30:00.500Z'],
    ['2026-03-01T00:30:00.120000Z', '2026-03-01T00:30:00.120Z'],
    ['2025-12-31T23:59:59.999-00:01', '2026-01-01T00:00:59.999Z'],
    ['2024-02-29T00:00:00-00:00', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T12:00:00Z', '2000-02-29T12:00:00.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
  ]
  for (const [given, canonical] of same) {
    it(`reads ${given}`, () => expect(parseTime(given)).to.equal(canonical))
  }

  const wrong = [
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00.000Z',
    '2026-13-01T00:00:00.000Z',
    '2026-00-01T00:00:00.000Z',
    '2026-04-31T00:00:00.000Z',
    '2026-04-00T00:00:00.000Z',
    '2026-03-01T24:00:00.000Z',
    '2026-03-01T23:60:00.000Z',
    '2016-12-31T23:59:60.000Z',
    '2026-03-01T00:30:00.0001Z',
    '2026-03-01T00:30:00.Z',
    '2026-03-01T00:30:00',
    '2026-03-01 00:30:00Z',
    '2026-03-01T00:30Z',
    '2026-3-1T00:30:00Z',
    '2026-03-01T00:30:00+24:00',
    '2026-03-01T00:30:00+0800',
    '2026-03-01T00:30:00+08:60',
    '2026-03-01T00:30:00.000Z\n',
    '+002026-03-01T00:30:00Z',
    '9999-12-31T23:59:59-00:01',
    '0000-01-01T00:00:00+00:01',
    '٢٠٢٦-03-01T00:30:00Z',
    '1772325000000',
    '',
  ]
  for (const text of wrong) {
    it(`refuses ${JSON.stringify(text)}`, () => expect(codeOf(() => parseTime(text))).to.equal('invalid_time'))
  }

  it('keeps the moment, whatever the offset', () => {
    const offset = fc.tuple(fc.constantFrom('+', '-'), fc.nat(23), fc.nat(59))
    const moment = fc.integer({ min: Date.parse('1990-01-01T00:00:00Z'), max: Date.parse('2100-01-01T00:00:00Z') })
    fc.assert(
      fc.property(moment, offset, (ms, [sign, hours, minutes]) => {
        const shift = (hours * 60 + minutes) * 60_000 * (sign === '+' ? 1 : -1)
        const zone = `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
        const parsed = parseTime(new Date(ms + shift).toISOString().replace('Z', zone))
        expect(parsed).to.equal(new Date(ms).toISOString())
        expect(readTime(parsed)).to.equal(ms)
        expect(parsed).to.match(PATTERNS.time)
      }),
    )
  })

  it('is written of whatever number was signed for one: what no calendar has is its end', () => {
    const last = Date.parse('9999-12-31T23:59:59.999Z')
    const anySeconds = fc.oneof(fc.maxSafeNat(), fc.nat(400_000_000_000), fc.bigInt(0n, 2n ** 64n - 1n).map(Number))
    fc.assert(
      fc.property(anySeconds, seconds => {
        const written = formatSeconds(seconds)
        expect(parseTime(written)).to.equal(written)
        expect(readTime(written)).to.equal(Math.min(seconds * 1000, last))
        expect(formatTime(seconds)).to.equal(new Date(Math.min(seconds, last)).toISOString())
      }),
    )
  })
})

describe('entry', () => {
  it('is the canonical JSON of the canonicalize package, for every record', () => {
    fc.assert(
      fc.property(records, record => {
        expect(Buffer.from(encodeEntry(record)).toString()).to.equal(canonicalize(record))
      }),
      { numRuns: 1_000 },
    )
  })

  it('is that also for text that no pattern would let through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const record = { ...MINIMAL, provider: 'p', resource: text, transaction: text } as AccessRecord
        expect(Buffer.from(encodeEntry(record)).toString()).to.equal(canonicalize(record))
      }),
    )
  })

  it('reads back as the same record', () => {
    fc.assert(
      fc.property(records, record => {
        expect(decodeEntry(encodeEntry(record))).to.deep.equal(record)
      }),
    )
  })

  it('reads in no other spelling', () => {
    const entry = Buffer.from(encodeEntry({ ...MINIMAL, provider: 'p', rows: 10 } as AccessRecord)).toString()
    const others = [
      ` ${entry}`,
      `${entry}\n`,
      entry.replace(':', ': '),
      entry.replace('"rows":10', '"rows":1e1'),
      entry.replace('"rows":10', '"rows":10.0'),
      entry.replace('"rows":10', '"rows":10,"rows":10'),
      entry.replace('"action":"read",', '').replace('}', ',"action":"read"}'),
      entry.replace('read', '\\u0072ead'),
      entry.replace('.000Z', 'Z'),
      entry.replace('"provider":"p",', ''),
      entry.replace('"rows":10', '"rowz":10'),
      entry.replace('"rows":10', '"rows":null'),
      entry.replace('"rows":10,', '"rows":10,"sealed":{"person":"x"},'),
      '',
      '[]',
    ]
    for (const other of others) {
      expect(other).to.not.equal(entry)
      expect(
        codeOf(() => decodeEntry(Buffer.from(other))),
        other,
      ).to.equal('invalid_entry')
    }
    expect(codeOf(() => decodeEntry(Buffer.from('ff', 'hex')))).to.equal('invalid_entry')
  })

  it('that has one byte changed is refused or is another record, with another leaf', () => {
    fc.assert(
      fc.property(records, fc.nat(), fc.integer({ min: 1, max: 255 }), (record, at, mask) => {
        const entry = encodeEntry(record)
        const changed = Buffer.from(entry)
        changed[at % changed.length]! ^= mask
        try {
          expect(decodeEntry(changed)).to.not.deep.equal(record)
        } catch (error) {
          expect((error as LedgerError).code).to.equal('invalid_entry')
        }
      }),
    )
  })

  it('may have 65,535 bytes and no more', () => {
    const frame = encodeEntry({ ...MINIMAL, provider: 'p', transaction: '' } as AccessRecord).length
    const ofLength = (length: number): AccessRecord =>
      ({ ...MINIMAL, provider: 'p', transaction: 'x'.repeat(length - frame) }) as AccessRecord
    expect(encodeEntry(ofLength(MAX_ENTRY_BYTES))).to.have.length(65_535)
    const error = refusal(() => encodeEntry(ofLength(MAX_ENTRY_BYTES + 1)))
    expect(error.code).to.equal('entry_too_long')
    expect(error.message).to.include('65536').and.include('65535')
  })

  it('never holds a sealed part in clear', () => {
    const record = { ...MINIMAL, provider: 'p', sealed: { person: 'x' } } as unknown as AccessRecord
    expect(() => encodeEntry(record)).to.throw('digest of the sealed part')
  })

  const { entries } = readVectors('entries.json') as {
    entries: { description: string; record: AccessRecord; entry: string; leafHash: string }[]
  }
  for (const { description, record, entry, leafHash } of entries) {
    it(`vector: ${description}`, () => {
      const bytes = encodeEntry(record)
      expect(Buffer.from(bytes).toString()).to.equal(entry)
      expect(toHex(hashLeaf(bytes))).to.equal(leafHash)
      expect(decodeEntry(Buffer.from(entry))).to.deep.equal(record)
    })
  }
})

describe('sealed part', () => {
  const SALT = Buffer.alloc(32, 7)
  const KEY = Buffer.alloc(32, 9)
  const parts = fc
    .record(
      { detail: fc.jsonValue({ maxDepth: 5 }), person: ascii(1, 64), purposeText: fc.string({ minLength: 1 }) },
      { requiredKeys: [] },
    )
    // What the ledger keeps of a part that was sent: -0, for one, becomes 0.
    .map(part => {
      try {
        return parseRecordInput({ ...MINIMAL, sealed: part }).sealed
      } catch {
        return undefined
      }
    })
    .filter(part => part !== undefined)

  it('is committed to: digest, salt and bytes agree, and no bit of them may change', () => {
    fc.assert(
      fc.property(parts, fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(), (part, salt, at) => {
        const { digest, bytes } = sealRecord(part, salt)
        expect(digest).to.match(PATTERNS.sealed)
        expect(checkSealed(digest, salt, bytes)).to.equal(true)
        const flip = (given: Uint8Array): Buffer => {
          const copy = Buffer.from(given)
          copy[at % copy.length]! ^= 1
          return copy
        }
        expect(checkSealed(digest, flip(salt), bytes)).to.equal(false)
        expect(checkSealed(digest, salt, flip(bytes))).to.equal(false)
        expect(checkSealed(flip(Buffer.from(digest)).toString(), salt, bytes)).to.equal(false)
        expect(decodeSealed(bytes)).to.deep.equal(part)
      }),
    )
  })

  it('cannot move its border into the salt', () => {
    const { digest, bytes } = sealRecord({ person: 'x' }, SALT)
    const joined = Buffer.concat([SALT, bytes])
    expect(checkSealed(digest, joined.subarray(0, 31), joined.subarray(31))).to.equal(false)
    expect(checkSealed(digest, joined.subarray(0, 33), joined.subarray(33))).to.equal(false)
    expect(() => sealRecord({ person: 'x' }, SALT.subarray(1))).to.throw('32 bytes')
  })

  it('gives equal parts unlike digests under unlike salts', () => {
    expect(sealRecord({ person: 'x' }, SALT).digest).to.not.equal(sealRecord({ person: 'x' }, Buffer.alloc(32)).digest)
  })

  it('may have 16 KiB of canonical bytes and no more', () => {
    const frame = encodeSealed({ purposeText: '' }).length
    const ofLength = (length: number) => ({ ...MINIMAL, sealed: { purposeText: 'x'.repeat(length - frame) } })
    expect(parseRecordInput(ofLength(MAX_SEALED_BYTES))).to.have.property('sealed')
    expect(codeOf(() => parseRecordInput(ofLength(MAX_SEALED_BYTES + 1)))).to.equal('sealed_too_long')
    // Bytes, not characters.
    const wide = { ...MINIMAL, sealed: { purposeText: '溯'.repeat(MAX_SEALED_BYTES / 2) } }
    expect(codeOf(() => parseRecordInput(wide))).to.equal('sealed_too_long')
  })

  it('takes a person in one spelling only', () => {
    for (const person of ['', ' a', 'a ', 'a\tb', 'a\u0000', 'e\u0301', '\ud800', 'x'.repeat(257), 7]) {
      expect(
        codeOf(() => parseRecordInput({ ...MINIMAL, sealed: { person } })),
        String(person),
      ).to.equal('invalid_field')
    }
    for (const person of ['张三', 'é', "O'Neil, staff 7", 'x'.repeat(256)]) {
      expect(parseRecordInput({ ...MINIMAL, sealed: { person } }).sealed).to.deep.equal({ person })
    }
  })

  it('takes a detail that JSON can hold, and nothing else', () => {
    for (const detail of [undefined, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '\ud800', () => 1, { a: 1n }]) {
      expect(codeOf(() => parseRecordInput({ ...MINIMAL, sealed: { detail } }))).to.equal('invalid_field')
    }
    let deep: unknown = 1
    for (let level = 0; level < 20; level++) deep = [deep]
    expect(codeOf(() => parseRecordInput({ ...MINIMAL, sealed: { detail: deep } }))).to.equal('invalid_field')
  })

  it('reads back from its canonical bytes only', () => {
    expect(decodeSealed(Buffer.from('{"person":"x"}'))).to.deep.equal({ person: 'x' })
    for (const text of [
      '{"person": "x"}',
      '{"purposeText":"y","person":"x"}',
      '{"name":"x"}',
      '{}',
      'x',
      '\ufeff{"person":"x"}',
    ]) {
      expect(
        codeOf(() => decodeSealed(Buffer.from(text))),
        text,
      ).to.equal('invalid_sealed')
    }
  })

  it('gives the actor its pseudonym', () => {
    const input = { ...parseRecordInput(MINIMAL), sealed: { person: 'staff-7' } }
    const label = Buffer.from('suyuan/actor/v1\nstaff-7')
    const expected = createHmac('sha256', KEY).update(label).digest('hex').slice(0, 32)
    const pseudonymOf = (person: string): string => derivePseudonym(KEY, person)
    expect(resolveActor(input, pseudonymOf)).to.equal(expected)
    // Whether they agree must not show: it would tell who a pseudonym is.
    for (const actor of [expected, '0'.repeat(32)]) {
      expect(codeOf(() => resolveActor({ ...input, actor }, pseudonymOf))).to.equal('actor_and_person')
    }
    expect(resolveActor({ ...input, actor: '0'.repeat(32), sealed: { purposeText: 'x' } }, pseudonymOf)).to.equal(
      '0'.repeat(32),
    )
    expect(resolveActor(parseRecordInput(MINIMAL), pseudonymOf)).to.equal(undefined)
    expect(derivePseudonym(Buffer.alloc(32, 8), 'staff-7')).to.not.equal(expected)
    expect(() => derivePseudonym(Buffer.alloc(31), 'staff-7')).to.throw('at least 32 bytes')
  })

  const vectors = readVectors('sealed.json') as {
    sealed: { description: string; part: Sealed; canonical: string; salt: string; digest: string }[]
    actors: { key: string; person: string; actor: string }[]
  }
  for (const { description, part, canonical, salt, digest } of vectors.sealed) {
    it(`vector: ${description}`, () => {
      const sealed = sealRecord(part, Buffer.from(salt, 'hex'))
      expect(Buffer.from(sealed.bytes).toString()).to.equal(canonical)
      expect(sealed.digest).to.equal(digest)
      const label = Buffer.from('suyuan/sealed/v1\n')
      expect(hash('sha256', Buffer.concat([label, Buffer.from(salt, 'hex'), sealed.bytes]))).to.equal(digest)
    })
  }
  for (const { key, person, actor } of vectors.actors) {
    it(`vector: the pseudonym of ${person}`, () => {
      expect(derivePseudonym(Buffer.from(key, 'hex'), person)).to.equal(actor)
    })
  }
})

describe('completing a record', () => {
  const NOW = Date.parse('2026-03-01T00:31:00.000Z')
  const registry: Registry = {
    books: {},
    resource: code => {
      if (code === 'bad') return { provider: 'two words', withdrawn: false }
      if (code === 'old') return { provider: 'p', withdrawn: true }
      return code === MINIMAL.resource ? { provider: 'p', withdrawn: false } : undefined
    },
    organisation: code => (code === MINIMAL.consumer ? {} : undefined),
    grant: id => {
      if (id === 13) return { purpose: '\u0001' }
      return id === 12 ? { purpose: 'PublicPolicyMaking' } : undefined
    },
  }
  const complete = (change: object) => completeRecord({ ...MINIMAL, ...change } as PublicInput, registry, NOW)

  it('fills provider and purpose from what the ledger knows', () => {
    expect(complete({})).to.deep.equal({ ...MINIMAL, provider: 'p' })
    expect(complete({ provider: 'p' })).to.deep.equal({ ...MINIMAL, provider: 'p' })
    expect(complete({ grant: 12 })).to.deep.equal({
      ...MINIMAL,
      provider: 'p',
      grant: 12,
      purpose: 'PublicPolicyMaking',
    })
  })

  it('keeps the purpose that the line declares, even against its grant', () => {
    expect(complete({ grant: 12, purpose: 'CommercialPurpose' }).purpose).to.equal('CommercialPurpose')
  })

  it('records what happened to a withdrawn resource', () => {
    expect(complete({ resource: 'old' })).to.deep.equal({ ...MINIMAL, resource: 'old', provider: 'p' })
  })

  it('leaves its input as it was', () => {
    const input = Object.freeze({ ...MINIMAL, grant: 12 }) as unknown as PublicInput
    completeRecord(input, registry, NOW)
    expect(input).to.not.have.property('provider')
  })

  const refused: readonly [code: string, change: object, shown: string][] = [
    ['unknown_resource', { resource: 'r?' }, '"r?"'],
    ['unknown_consumer', { consumer: 'nobody' }, '"nobody"'],
    ['unknown_grant', { grant: 99 }, '99'],
    ['unknown_grant', { grant: 99, purpose: 'x' }, '99'],
    ['provider_mismatch', { provider: 'q' }, '"q"'],
    ['invalid_registry_value', { resource: 'bad' }, '"two words"'],
    ['invalid_registry_value', { grant: 13 }, 'purpose'],
    ['time_in_future', { time: '2026-03-01T00:36:00.001Z' }, '300 s ahead'],
    ['time_in_future', { time: '9999-12-31T23:59:59.999Z' }, '9999'],
    ['time_too_early', { time: '1999-12-31T23:59:59.999Z' }, '1999'],
    ['reserved_source', { source: 'suyuan/erasure' }, 'suyuan/erasure'],
  ]
  for (const [code, change, shown] of refused) {
    it(`refuses ${JSON.stringify(change)}: ${code}`, () => {
      const error = refusal(() => complete(change))
      expect(error.code).to.equal(code)
      expect(error.message).to.include(shown)
    })
  }

  it('takes times to the edges', () => {
    expect(complete({ time: '2026-03-01T00:36:00.000Z' }).time).to.equal('2026-03-01T00:36:00.000Z')
    expect(complete({ time: '2000-01-01T00:00:00.000Z' }).time).to.equal('2000-01-01T00:00:00.000Z')
  })

  it('cannot be given a sealed part, which would end in the entry', () => {
    const input = parseRecordInput({ ...MINIMAL, sealed: { person: 'x' } })
    // @ts-expect-error: the sealed part has to be taken out first
    expect(() => encodeEntry(completeRecord(input, registry, NOW))).to.throw('sealed part')
  })
})

describe('hostile lines', () => {
  it('are refused with a code, whatever they are, and never end in another error', () => {
    const key = fc.constantFrom(
      ...Object.keys(MINIMAL),
      'sealed',
      'grant',
      'provider',
      '__proto__',
      'constructor',
      'toString',
    )
    const values = fc.oneof(
      fc.json({ maxDepth: 4 }),
      fc.constantFrom('"ok"', '1e400', '9007199254740993', '"\\ud800"', '{"person":{}}'),
    )
    const members = fc.array(fc.tuple(key, values), { maxLength: 4 })
    fc.assert(
      fc.property(members, fc.boolean(), (extra, cut) => {
        const own = Object.entries(MINIMAL).map(([name, value]) => `"${name}":"${value}"`)
        const line = `{${[...own, ...extra.map(([name, value]) => `"${name}":${value}`)].join(',')}}`
        try {
          const input = parseNdjson(cut ? line.slice(0, -1) : line)
          // What is accepted has the known fields and no others.
          expect(extra.every(([name]) => ['sealed', 'grant', 'provider'].includes(name))).to.equal(true)
          expect(encodeEntry({ ...input, provider: 'p', sealed: '0'.repeat(64) })).to.have.length.below(2_000)
        } catch (error) {
          if (!(error instanceof LedgerError)) throw error
          expect(error.message).to.have.length.below(500)
        }
      }),
      { numRuns: 3_000 },
    )
  })
})

describe('docs/records.md', () => {
  const page = readFileSync(new URL('../../docs/records.md', import.meta.url), 'utf8')

  it('names every refusal that the code can give, and no other', () => {
    const folder = new URL('../../src/core/', import.meta.url)
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    const mine = files.filter(file => /^(?:json|record|mapping|line)(?:\.ts$|[/\\].*\.ts$)/.test(file))
    const source = mine.map(file => readFileSync(new URL(file.replaceAll('\\', '/'), folder), 'utf8')).join('\n')
    const given = [...source.matchAll(/(?:LedgerError|because|refusal)\(\s*'([a-z0-9_]+)'/g)].map(
      ([, code = '']) => code,
    )
    const chapter = page.slice(page.indexOf('## What is refused'), page.indexOf('## Platform logs'))
    const [rows = '', rest = ''] = chapter.split('\n\n`invalid_mapping`')
    const named = [...rows.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell = '']) => cell.match(/[a-z0-9_]+/g) ?? [])
    const others = `invalid_mapping${rest}`.match(/\binvalid_\w+/g) ?? []
    expect([...named, ...others].sort()).to.deep.equal([...new Set(given)].sort())
  })

  it('names every field, and its smallest line is accepted', () => {
    const error = refusal(() => parseRecordInput({ ...MINIMAL, nothing: 1 }))
    const fields = error.message.slice(error.message.indexOf('fields are ') + 11).split(', ')
    const chapter = page.slice(page.indexOf('## Fields'), page.indexOf('## The entry'))
    const named = [...chapter.matchAll(/^\| `(\w+)` \|/gm)].map(([, field = '']) => field)
    expect(named.sort()).to.deep.equal(fields)
    expect(parseNdjson(/```json\n(.*)\n```/.exec(chapter)?.[1] ?? '')).to.have.property('consumer')
  })

  it('is right that no record within its patterns comes near the length of an entry', () => {
    const longest = fc.sample(fc.oneof(records, signedRecords), 1_000).map(record => encodeEntry(record).length)
    expect(Math.max(...longest)).to.be.below(1_500)
  })
})
