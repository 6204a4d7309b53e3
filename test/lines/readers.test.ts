// The quick reader against the plain one: on lines as platforms write them, and on lines made to break it, both must take
// the same, refuse the same for the same reason, and make the same bytes.

import { createHash } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { LedgerError } from '../../src/core/error.ts'
import { createFastReader } from '../../src/lines/fast.ts'
import { createPlainReader } from '../../src/lines/plain.ts'
import type { LineContext, LineReader, ReadLines } from '../../src/lines/reader.ts'
import { compileLines } from '../../src/lines/wasm.ts'

const NOW = Date.UTC(2026, 2, 1, 12)
const RUNS = Number(process.env['SUYUAN_LINE_RUNS'] ?? 400)

const context: LineContext = {
  registry: {
    books: {},
    resource: code =>
      /^(GY-|a"b|r)/.test(code) ? { provider: code.endsWith('9') ? 'P/9' : 'provider-1', withdrawn: false } : undefined,
    organisation: code => (/^(91|c)/.test(code) ? {} : undefined),
    grant: id => (id < 100 ? { purpose: id === 7 ? 'no such purpose, with spaces' : `purpose-${id % 3}` } : undefined),
  },
  vault: {
    pseudonymOf: person => createHash('md5').update(person).digest('hex'),
    // Without salt, so that two readers make the same.
    commit: sealed => {
      const secret = Buffer.from(JSON.stringify(sealed))
      return { digest: createHash('sha256').update(secret).digest('hex'), secret }
    },
    encrypt: secrets => secrets.map(secret => Buffer.from(secret).reverse()),
  },
  sources: {
    strict: new Set(['strict/1']),
    // In place of a signature that holds: one that begins so.
    requireSignature: ({ source, seq, signature }) => {
      if (!signature.startsWith('AAAA')) throw new LedgerError('signature_invalid', { en: source, zh: source })
      return { source, key: '', seq, hash: signature, time: 0, bytes: -1, rows: -1 }
    },
  },
  now: () => NOW,
}

const word = (pattern: RegExp): fc.Arbitrary<string> => fc.stringMatching(pattern)
const amount = fc.oneof(
  fc.nat(),
  fc.maxSafeNat(),
  fc.constantFrom(0, 1, 2 ** 40, 2 ** 40 + 1, 1e15 - 1, 1e15, 2 ** 53 - 1, 2 ** 53, 1.5, -1, 1e21),
)
const time = fc.oneof(
  fc.integer({ min: NOW - 10 ** 12, max: NOW + 400_000 }).map(ms => new Date(ms).toISOString()),
  fc.constantFrom(
    new Date(NOW + 300_000).toISOString(),
    new Date(NOW + 300_001).toISOString(),
    '2026-03-01T08:30:00+08:00',
    '2026-03-01T08:30:00.5-11:30',
    '2026-02-29T00:00:00.000Z',
    '2024-02-29T23:59:59.999Z',
    '2000-01-01T00:00:00.000Z',
    '1999-12-31T23:59:59.999Z',
    '2000-01-01T07:59:59.999+08:00',
    '2026-03-01t08:30:00z',
    '2026-03-01T08:30:60Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T08:30:00.1234Z',
    '2026-03-01T08:30:00.1230Z',
    '2026-03-01T08:30:00.Z',
    '2026-13-01T08:30:00Z',
    '2026-03-01T08:30Z',
    '2100-02-29T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    'yesterday',
  ),
)
const sealed = fc.oneof(
  fc.record(
    {
      person: fc.oneof(fc.string(), fc.constantFrom('张三', 'ops-17', ' x')),
      purposeText: fc.string(),
      detail: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
  fc.jsonValue(),
)
const hash = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map(bytes => Buffer.from(bytes).toString('base64')),
  fc.constantFrom(`${'A'.repeat(42)}B=`, `${'A'.repeat(43)}=`, 'A'.repeat(44), ''),
)
const signature = fc.oneof(
  fc.uint8Array({ minLength: 68, maxLength: 68 }).map(bytes => Buffer.from(bytes).toString('base64')),
  fc.constantFrom(`${'A'.repeat(91)}=`, `${'A'.repeat(90)}B=`, 'A'.repeat(92), ''),
)
const record = fc.record(
  {
    time,
    action: fc.oneof(fc.constantFrom('read', 'download', 'share'), word(/^[a-z]{1,9}$/)),
    resource: fc.oneof(
      fc.constantFrom('GY-1', 'GY-9', 'a"b', 'a\\b', 'none'),
      word(/^r[!-~]{0,63}$/),
      word(/^r[!-~]{64,66}$/),
    ),
    consumer: fc.oneof(
      fc.constantFrom('91X', 'c-1', 'nobody'),
      word(/^c[0-9A-Za-z._:/-]{0,63}$/),
      word(/^c[0-9A-Za-z._:/-]{64,66}$/),
    ),
    source: fc.oneof(
      fc.constantFrom('gate/1', 'suyuan/erasure', 'suyuan/source', 'suyuan/other', 'suyuan/', 'strict/1'),
      word(/^[0-9A-Za-z._:/-]{63,66}$/),
    ),
    status: fc.oneof(fc.constantFrom('ok', 'denied', 'failed'), fc.string()),
    actor: fc.oneof(
      word(/^[0-9a-f]{32}$/),
      word(/^[0-9a-f]{32}$/),
      fc.constantFrom('0'.repeat(31), 'a'.repeat(33)),
      word(/^[0-9A-F]{32}$/),
    ),
    bytes: amount,
    rows: amount,
    seq: amount,
    grant: fc.oneof(fc.constantFrom(0, 7), fc.integer({ min: 0, max: 120 }), amount),
    channel: fc.oneof(fc.constantFrom('online-query', 'in-place', 'bulk-download'), word(/^[a-z-]{1,18}$/)),
    provider: fc.constantFrom('provider-1', 'provider-10', 'provider-', 'P/9', 'other'),
    purpose: fc.oneof(fc.constant('dpv:Audit'), word(/^[A-Za-z0-9._:-]{31,34}$/), fc.string()),
    transaction: fc.oneof(word(/^[!-~]{1,128}$/), word(/^[!-~]{126,130}$/), fc.string()),
    sealed,
    previous: hash,
    signature,
    salt: hash,
    filled: fc.constantFrom('actor', 'provider purpose'),
    other: fc.jsonValue(),
  },
  { requiredKeys: [] },
)
const good = fc.record(
  {
    time: fc.integer({ min: NOW - 10 ** 10, max: NOW }).map(ms => new Date(ms).toISOString()),
    action: fc.constantFrom('read', 'download', 'share'),
    resource: fc.constantFrom('GY-1', 'GY-2', 'GY-9'),
    consumer: fc.constantFrom('91X', 'c-1'),
    source: fc.constant('gate/1'),
    status: fc.constantFrom('ok', 'denied', 'failed'),
    bytes: fc.nat(),
    grant: fc.integer({ min: 1, max: 99 }),
    sealed: fc.record({ person: fc.constantFrom('张三', 'ops-17'), purposeText: fc.constant('核验') }),
    transaction: word(/^[!-~]{1,40}$/),
  },
  { requiredKeys: ['time', 'action', 'resource', 'consumer', 'source', 'status'] },
)

/** A line that its source signed. */
const signed = fc
  .tuple(good, fc.nat(3), fc.uint8Array({ minLength: 67, maxLength: 67 }), fc.boolean())
  .map(([line, seq, bytes, holds]) => ({
    ...line,
    seq,
    ...(seq === 0 ? {} : { previous: Buffer.from(bytes.subarray(0, 32)).toString('base64') }),
    ...(line.sealed === undefined ? {} : { salt: Buffer.from(bytes.subarray(0, 32)).toString('base64') }),
    signature: Buffer.concat([holds ? Buffer.alloc(3) : Buffer.of(1, 2, 3), bytes.subarray(2)]).toString('base64'),
  }))

/** A good line, but for one or two of its fields. */
const nearlyGood = fc
  .tuple(good, record, fc.array(fc.nat(), { minLength: 1, maxLength: 2 }))
  .map(([line, odd, picks]) => {
    const fields = Object.entries(odd)
    const changed = fields.length === 0 ? [] : picks.map(k => fields[k % fields.length]!)
    return { ...line, ...Object.fromEntries(changed) }
  })

/** The object's text with its keys in any order, and spaces of any kind between its parts. */
const spelled = (object: fc.Arbitrary<object>): fc.Arbitrary<string> =>
  fc
    .tuple(object, fc.infiniteStream(fc.nat(1 << 20)), fc.constantFrom('', '', '', ' ', '  ', '\t', '\r'))
    .map(([value, dice, space]) => {
      const keys = Object.entries(value).toSorted(() => (dice.next().value % 2 === 0 ? 1 : -1))
      return `{${space}${keys.map(([key, item]) => `"${key}"${space}:${space}${JSON.stringify(item)}`).join(`${space},${space}`)}${space}}`
    })

const PIECES = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '0',
  '-',
  '1e3',
  '\\u0061',
  '\u0000',
  '\u007f',
  'é',
  '\ud800',
  '\r',
  ' ',
  '"ok"',
  '"time":',
  '"seq":1,',
  'null',
  '__proto__',
]

/** A few of its characters changed, taken out, or put in. */
const broken = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(text, fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.constantFrom(...PIECES)), { maxLength: 3 }))
    .map(([line, edits]) =>
      edits.reduce((before, [at, cut, piece]) => {
        const k = at % (before.length + 1)
        return before.slice(0, k) + piece + before.slice(k + cut)
      }, line),
    )

/** A key twice, or a number in a spelling that is not the only one. */
const respelled = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(text, fc.nat(), fc.constantFrom('0$1', '$1.0', '$1e0', '-$1', '$1000000000000000'))
    .map(([line, k, number]) => {
      const fields = line.slice(1, -1).split(',')
      return k % 2 === 0 ? line.replace(/(?<=:)(\d+)/, number) : `{${[...fields, fields[k % fields.length]].join(',')}}`
    })

/** Only its beginning, perhaps with an escape that reaches for the next line. */
const cut = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(text, fc.nat(), fc.constantFrom('', '\\', '"', '}'))
    .map(([line, at, end]) => line.slice(0, at % line.length) + end)

const anyLine = fc.oneof(
  { weight: 6, arbitrary: spelled(nearlyGood) },
  { weight: 2, arbitrary: cut(spelled(good)) },
  { weight: 2, arbitrary: respelled(spelled(good)) },
  { weight: 6, arbitrary: spelled(good) },
  { weight: 3, arbitrary: spelled(signed) },
  { weight: 1, arbitrary: broken(spelled(signed)) },
  { weight: 3, arbitrary: broken(spelled(good)) },
  { weight: 2, arbitrary: spelled(record) },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.constantFrom('', '{}', '[]', 'null', '{"time":', '\r') },
)

const USUAL = {
  time: new Date(NOW).toISOString(),
  action: 'read',
  resource: 'GY-1',
  consumer: '91X',
  source: 'gate',
  status: 'ok',
}

describe('the readers of lines', () => {
  let module: WebAssembly.Module
  let fast: LineReader
  const plain = createPlainReader(context)

  before(async () => {
    module = await compileLines()
    fast = createFastReader(module, context)
  })

  it('do the same with whatever comes', () => {
    fc.assert(
      fc.property(fc.array(anyLine, { minLength: 1, maxLength: 40 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        const block = Buffer.from(lines.map(line => line.replaceAll('\n', ' ') + end).join(''))
        expectSame(block)
      }),
      { numRuns: RUNS },
    )
  })

  it('do the same with bytes that are no text', () => {
    fc.assert(
      fc.property(
        fc.array(anyLine, { minLength: 1, maxLength: 8 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(255))),
        (lines, flips) => {
          const block = Buffer.from(lines.map(line => `${line}\n`).join(''))
          for (const [at, byte] of flips) block[at % (block.length - 1)] = byte
          expectSame(block)
        },
      ),
      { numRuns: RUNS },
    )
  })

  it('stop alike after a hundred signatures, and go on from there', () => {
    const signature = `${'A'.repeat(91)}=`
    const lines = Array.from({ length: 250 }, (_, k) =>
      JSON.stringify({ ...USUAL, ...(k % 2 === 0 && { seq: 0, signature }) }),
    )
    const block = Buffer.from(lines.map(line => `${line}\n`).join(''))
    expectSame(block)
    const { lines: first, consumed } = fast.read(block, { most: 1_000, firstLine: 1 })
    expect(first).to.equal(199)
    expect(fast.read(block.subarray(consumed), { most: 1_000, firstLine: 200 }).lines).to.equal(51)
  })

  it('takes the usual line the quick way, and refuses none of them', () => {
    const text = Buffer.from(
      Array.from(
        { length: 1000 },
        (_, k) =>
          `${JSON.stringify({ time: new Date(NOW - k).toISOString(), action: 'read', resource: 'GY-1', consumer: '91X', source: 'gate', status: 'ok', seq: k })}\n`,
      ).join(''),
    )
    const { leaves, refused, consumed } = fast.read(text, { most: 1000, firstLine: 1 })
    expect({ count: leaves.count, refused, consumed }).to.deep.equal({
      count: 1000,
      refused: [],
      consumed: text.length,
    })
  })

  it('leave the source of erasures to the ledger', () => {
    const sources = ['gate', 'suyuan/erasure', 'suyuan/erasurf', 'suyuan/erasures', 'suyuan/erasur', 'gate']
    const block = Buffer.from(sources.map(source => `${JSON.stringify({ ...USUAL, source })}\n`).join(''))
    expectSame(block)
    // Again, now that every code is known: quick, if anything is.
    const { leaves, refused } = fast.read(block, { most: 10, firstLine: 1 })
    expect(leaves.count).to.equal(5)
    expect(refused.map(({ line, code }) => `${line} ${code}`)).to.deep.equal(['2 reserved_source'])
  })

  it('take every whole number that a record may have', () => {
    const { registry } = context
    const reader = { ...context, registry: { ...registry, grant: () => ({ purpose: 'dpv:Audit' }) } }
    for (const number of [999_999_999_999_999, 1_000_000_000_000_000, Number.MAX_SAFE_INTEGER]) {
      for (const field of ['seq', 'grant']) {
        const line = Buffer.from(`${JSON.stringify({ ...USUAL, [field]: number })}\n`)
        expectSame(Buffer.concat([line, line]), createFastReader(module, reader), createPlainReader(reader))
        expect(createFastReader(module, reader).read(line, { most: 1, firstLine: 1 }).leaves.count).to.equal(1)
      }
    }
  })

  it('end at the end of the line, whatever an escape reaches for', () => {
    const head =
      '{"time":"2026-02-01T00:00:00.000Z","action":"read","resource":"GY-1","consumer":"91X","source":"s","status":"ok"'
    expectSame(Buffer.from(`${head}}\n${head},"sealed":{"person":"x\\\n"}}\n${head}}\n`))
  })

  it('stops after as many lines as asked for, and goes on where it stopped', () => {
    const text = Buffer.from('{}\n{\n\n[]\n')
    const first = fast.read(text, { most: 3, firstLine: 5 })
    expect([first.consumed, first.lines, first.refused.map(({ line }) => line)]).to.deep.equal([6, 3, [5, 6, 7]])
    expect(fast.read(text.subarray(6), { most: 3, firstLine: 8 }).refused[0]).to.include({
      line: 8,
      code: 'not_an_object',
    })
  })

  it('forgets what it learned when the chain was unwound', async () => {
    let known = true
    let books = {}
    const reader = createFastReader(await compileLines(), {
      ...context,
      registry: {
        ...context.registry,
        get books() {
          return books
        },
        resource: () => (known ? { provider: 'provider-1', withdrawn: false } : undefined),
      },
    })
    const line = Buffer.from(
      `${JSON.stringify({ time: new Date(NOW).toISOString(), action: 'read', resource: 'GY-1', consumer: '91X', source: 'gate', status: 'ok' })}\n`,
    )
    const read = (): ReadLines => reader.read(line, { most: 1, firstLine: 1 })
    expect([read().leaves.count, read().leaves.count]).to.deep.equal([1, 1])
    known = false
    books = {}
    expect(read().refused[0]?.code).to.equal('unknown_resource')
  })

  function expectSame(block: Buffer, quick = fast, reference = plain): void {
    for (let at = 0, firstLine = 1; at < block.length; ) {
      const rest = block.subarray(at)
      const options = { most: 25, firstLine }
      const want = reference.read(rest, options)
      const have = quick.read(rest, options)
      expect(show(have)).to.deep.equal(show(want))
      at += want.consumed
      firstLine += want.lines
    }
  }
})

function show({ consumed, lines, leaves, refused }: ReadLines): object {
  const { count, entries, hashes, times, bytes, rows, values, sealed } = leaves
  return {
    consumed,
    lines,
    refused,
    count,
    entries: Buffer.from(entries).toString('latin1'),
    hashes: Buffer.from(hashes).toString('hex'),
    times: [...times],
    bytes: [...bytes],
    rows: [...rows],
    values: [...values],
    sealed: sealed.map(({ leaf, bytes: part }) => [leaf, Buffer.from(part).toString()]),
  }
}
