// The quick reader of entries against the plain one: on what the log holds, and on what a disk may make of it.

import { isDeepStrictEqual } from 'node:util'
import { expect } from 'chai'
import fc from 'fast-check'
import { type EntryColumns, type ReadEntries, readEntryColumns } from '../../src/core/entry-columns.ts'
import { findEntries, packLeaves } from '../../src/core/leaves.ts'
import { DIMENSIONS } from '../../src/core/question.ts'
import { type AccessRecord, encodeEntry } from '../../src/core/record.ts'
import { createEntryReader } from '../../src/lines/entries.ts'
import { compileLines } from '../../src/lines/wasm.ts'

const code = fc.stringMatching(/^[0-9A-Za-z._:/-]{1,64}$/)
/** A hash, or key ID and signature. */
const base64 = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(given => Buffer.from(given).toString('base64'))

const record: fc.Arbitrary<AccessRecord> = fc.record(
  {
    action: fc.constantFrom('read', 'download', 'share'),
    consumer: code,
    provider: code,
    resource: fc.stringMatching(/^[!-~]{1,64}$/),
    source: code,
    status: fc.constantFrom('ok', 'denied', 'failed'),
    time: fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2100, 0) }).map(ms => new Date(ms).toISOString()),
    actor: fc.stringMatching(/^[0-9a-f]{32}$/),
    bytes: fc.maxSafeNat().map(n => n % 2 ** 40),
    rows: fc.nat(),
    grant: fc.integer({ min: 1, max: 10 ** 6 }),
    purpose: fc.stringMatching(/^[A-Za-z0-9._:-]{1,32}$/),
    seq: fc.maxSafeNat(),
    sealed: fc.stringMatching(/^[0-9a-f]{64}$/),
    transaction: fc.stringMatching(/^[!-~]{1,128}$/),
    channel: fc.constantFrom('online-query', 'in-place'),
    filled: fc.constantFrom('actor', 'provider purpose', 'actor provider purpose'),
    previous: base64(32),
    signature: base64(68),
  },
  { requiredKeys: ['action', 'consumer', 'provider', 'resource', 'source', 'status', 'time'] },
)

/** With every field, so that each of its bytes can be changed. */
const FIELDS: AccessRecord = {
  action: 'download',
  actor: '0123456789abcdef0123456789abcdef',
  bytes: 1024,
  channel: 'in-place',
  consumer: '91X/2',
  filled: 'actor purpose',
  grant: 17,
  previous: Buffer.alloc(32, 0xf3).toString('base64'),
  provider: 'P:1',
  purpose: 'dpv:Audit',
  resource: 'GY-"1\\',
  rows: 30,
  sealed: 'ab'.repeat(32),
  seq: 7,
  signature: Buffer.alloc(68, 0xfb).toString('base64'),
  source: 'gate/1',
  status: 'ok',
  time: '2026-03-01T12:30:45.678Z',
  transaction: 't-1',
}
const GOOD = encodeEntry(FIELDS)

/** The fields of an entry as they stand in it, in its order or another, some left out, twice, or with another value. */
const rewritten = fc
  .tuple(
    record,
    fc.array(fc.nat(20), { minLength: 60, maxLength: 60 }),
    fc.oneof(
      fc.string(),
      fc.tuple(fc.constantFrom('a', '"'), fc.nat(300)).map(([letter, times]) => letter.repeat(times)),
      fc.maxSafeInteger(),
      fc.double(),
      fc.constant(null),
    ),
  )
  .map(([fields, dice, other]) => {
    let thrown = 0
    const throwDie = (): number => dice[thrown++ % dice.length]!
    const parts = Object.entries(JSON.parse(Buffer.from(encodeEntry(fields)).toString()) as object).flatMap(
      ([name, value]) => {
        const part = `"${name}":${JSON.stringify(throwDie() === 0 ? other : value)}`
        const often = throwDie()
        return often === 0 ? [] : often === 1 ? [part, part] : [part]
      },
    )
    const isSorted = throwDie() > 5
    return Buffer.from(`{${(isSorted ? parts : parts.toSorted(() => throwDie() - 10)).join(',')}}`)
  })

/** Bytes in an entry changed, put in or taken out; mostly such as JSON has between its parts. */
const damaged = fc
  .tuple(
    fc.oneof(record.map(encodeEntry), rewritten),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.nat(2),
        fc.oneof(
          fc.constantFrom(...[' ', '0', '"', '\\', ',', '}', '\t', ''].map(c => Buffer.from(c))),
          fc.uint8Array(),
        ),
      ),
      { maxLength: 2 },
    ),
  )
  .map(([entry, edits]) =>
    edits.reduce((bytes, [where, cut, piece]) => {
      const at = where % (bytes.length + 1)
      return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + cut)])
    }, Buffer.from(entry)),
  )

describe('the readers of entries', () => {
  let fast: ReadEntries

  before(async () => {
    fast = createEntryReader(await compileLines())
  })

  it('give the columns that the entries were made with', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 60 }), records => {
        const packed = packLeaves(
          records.map(fields => ({
            record: fields,
            entry: encodeEntry(fields),
            sealed: fields.sealed === undefined ? undefined : Buffer.of(1),
          })),
        )
        const columns = fast(packed.entries, findEntries(packed.entries, records.length)!)
        const sealed = [...records.keys()].filter(k => records[k]!.sealed !== undefined)
        expect(show(columns)).to.deep.equal(show({ ...packed, sealed }))
        expect(show(readEntryColumns(packed.entries, findEntries(packed.entries, records.length)!))).to.deep.equal(
          show(columns),
        )
      }),
    )
  })

  // One entry at a time, for what the quick reader cannot read takes the plain way with all that is scanned beside it.
  const expectSame = (entry: Uint8Array): void => {
    const entries = behindLength(entry)
    const places = findEntries(entries, 1)!
    const [have, want] = [show(fast(entries, places)), show(readEntryColumns(entries, places))]
    if (!isDeepStrictEqual(have, want)) expect(have, Buffer.from(entry).toString()).to.deep.equal(want)
  }

  it('agree on an entry in which any byte became any other', () => {
    for (let at = 0; at < GOOD.length; at++) {
      for (let byte = 0; byte < 256; byte++) {
        const entry = Buffer.from(GOOD)
        entry[at] = byte
        expectSame(entry)
      }
    }
  })

  it('agree on values longer than the columns have room for', () => {
    for (const field of DIMENSIONS) {
      for (const letter of ['a', '"']) {
        for (let length = 1; length < 300; length++) {
          expectSame(encodeEntry({ ...FIELDS, [field]: letter.repeat(length) }))
        }
      }
    }
  })

  it('agree on damaged entries', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(record.map(encodeEntry), damaged), { minLength: 1, maxLength: 8 }), parts => {
        for (const entry of parts) {
          expectSame(GOOD) // nothing of it may be left over
          expectSame(entry)
        }
        const entries = Buffer.concat(parts.map(behindLength))
        const places = findEntries(entries, parts.length)!
        expect(show(fast(entries, places))).to.deep.equal(show(readEntryColumns(entries, places)))
      }),
      { numRuns: 2000 },
    )
  })
})

function behindLength(entry: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(entry.length >> 8, entry.length & 255), entry])
}

function show({ count, hashes, times, bytes, rows, values, sealed }: EntryColumns): object {
  return {
    count,
    hashes: Buffer.from(hashes).toString('hex'),
    times: [...times],
    bytes: [...bytes],
    rows: [...rows],
    values: [...values],
    sealed: [...sealed],
  }
}
