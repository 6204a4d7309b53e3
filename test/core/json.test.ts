import { expect } from 'chai'
import * as fc from 'fast-check'
import { LedgerError } from '../../src/core/error.ts'
import { decodeUtf8, parseStrict } from '../../src/core/json.ts'

const codeOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof LedgerError) return error.code
    throw error
  }
  return 'accepted'
}
const messageOf = (text: string): string => {
  try {
    parseStrict(text)
  } catch (error) {
    return (error as Error).message
  }
  return 'accepted'
}

describe('strict JSON', () => {
  it('reads what every JSON has', () => {
    const text = ' {"a" : [1, -2.5, 1e3, 0, true, false, null, "é\\n\\u4e2d\\uD83D\\uDE00/\\/"], "b":{}, "":[ ]} \r\n\t'
    expect(parseStrict(text)).to.deep.equal(JSON.parse(text))
  })

  const refused: readonly [code: string, text: string][] = [
    ['duplicate_key', '{"a":1,"a":1}'],
    ['duplicate_key', '{"a":1,"\\u0061":2}'],
    ['duplicate_key', '{"x":[{"a":1,"b":2,"a":3}]}'],
    ['duplicate_key', '{"1":1,"1":2}'],
    ['duplicate_key', '{"toString":1,"toString":2}'],
    ['lone_surrogate', '"\\ud800"'],
    ['lone_surrogate', '"\\udc00\\ud800"'],
    ['lone_surrogate', '{"\\udfff":1}'],
    ['lone_surrogate', '"a\ud800b"'],
    ['lone_surrogate', '"\ud83d\\ude00"'],
    ['inexact_number', '9007199254740993'],
    ['inexact_number', '9007199254740992'],
    ['inexact_number', '-9007199254740992'],
    ['inexact_number', '1e400'],
    ['inexact_number', '-1e400'],
    ['inexact_number', '1e21'],
    ['inexact_number', '1e-400'],
    ['inexact_number', '-0'],
    ['inexact_number', '-0.0e5'],
    ['inexact_number', '0.1000000000000000055'],
    ['inexact_number', '1.00000000000000001'],
    ['inexact_number', '0.30000000000000001'],
    ['too_deep', '['.repeat(17) + ']'.repeat(17)],
    ['too_deep', '{"a":'.repeat(17) + '1' + '}'.repeat(17)],
    ['too_deep', '['.repeat(1_000_000)],
    ['reserved_key', '{"__proto__":{"a":1}}'],
    ['reserved_key', '{"a":{"__proto\\u005f_":1}}'],
    ['invalid_json', ''],
    ['invalid_json', ' '],
    ['invalid_json', '\ufeff{}'],
    ['invalid_json', '{} {}'],
    ['invalid_json', '{}x'],
    ['invalid_json', '{"a":1,}'],
    ['invalid_json', '[1,]'],
    ['invalid_json', '[,1]'],
    ['invalid_json', '{a:1}'],
    ['invalid_json', "{'a':1}"],
    ['invalid_json', '{"a" 1}'],
    ['invalid_json', '"abc'],
    ['invalid_json', '"abc\\'],
    ['invalid_json', '"\\x41"'],
    ['invalid_json', '"\\u12"'],
    ['invalid_json', '"\\u 123"'],
    ['invalid_json', '"\\u+123"'],
    ['invalid_json', '"a\u0000b"'],
    ['invalid_json', '"a\nb"'],
    ['invalid_json', '01'],
    ['invalid_json', '-1 2'],
    ['invalid_json', '+1'],
    ['invalid_json', '.5'],
    ['invalid_json', '1.'],
    ['invalid_json', '1.e3'],
    ['invalid_json', '1e'],
    ['invalid_json', '0x10'],
    ['invalid_json', '-'],
    ['invalid_json', 'NaN'],
    ['invalid_json', 'Infinity'],
    ['invalid_json', 'nul'],
    ['invalid_json', 'True'],
    ['invalid_json', '\u00a0{}'],
    ['invalid_json', '// c\n1'],
  ]
  for (const [code, text] of refused) {
    it(`refuses ${JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)}: ${code}`, () => {
      expect(codeOf(() => parseStrict(text))).to.equal(code)
    })
  }

  const accepted: readonly string[] = [
    '9007199254740991',
    '-9007199254740991',
    '0.1',
    '1.50',
    '1e15',
    '0e5',
    '0.000',
    '123456.789e-3',
    '5e-324',
    '1.7976931348623157e-300',
    '0.30000000000000004',
    '['.repeat(16) + ']'.repeat(16),
    '{"constructor":1,"hasOwnProperty":2,"toString":3}',
    '"\\u0000\\b\\f\\u007f"',
  ]
  for (const text of accepted) {
    it(`accepts ${text}`, () => {
      expect(parseStrict(text)).to.deep.equal(JSON.parse(text))
    })
  }

  it('takes another limit of depth', () => {
    expect(codeOf(() => parseStrict('[[1]]', { depth: 1 }))).to.equal('too_deep')
    expect(parseStrict('[[1]]', { depth: 2 })).to.deep.equal([[1]])
  })

  it('takes so many values and no more, however little room they take', () => {
    const most = 2 ** 22
    expect(codeOf(() => parseStrict(`[${'1,'.repeat(most - 1)}1]`))).to.equal('too_many_values')
    expect(parseStrict(`[${'1,'.repeat(most - 2)}1]`)).to.have.length(most - 1)
  }).timeout(30_000)

  it('says where', () => {
    expect(messageOf('{"a":1,"b":x}')).to.include('at character 12')
    expect(messageOf('{"a":1,"a":2}')).to.include('"a"').and.include('at character 8')
    expect(messageOf('"ok\ud800"')).to.include('at character 4')
    expect(messageOf('\ufeff{}')).to.include('byte order mark')
  })

  it('keeps inner keys and all values out of its messages', () => {
    expect(messageOf('{"sealed":{"zhang":1,"zhang":2}}')).to.not.include('zhang')
    expect(messageOf('{"sealed":{"person":"zhang\\ud800"}}')).to.not.include('zhang')
    expect(messageOf('{"sealed":{"id":11010119900307123456}}')).to.not.include('1101')
  })

  it('takes linear time for hostile runs', () => {
    const started = performance.now()
    for (const text of [
      `1${'0'.repeat(1e6)}1`,
      `0.${'0'.repeat(1e6)}1`,
      `"${'\\u0061'.repeat(2e5)}`,
      ' '.repeat(1e6),
    ]) {
      expect(codeOf(() => parseStrict(text))).to.not.equal('accepted')
    }
    expect(performance.now() - started).to.be.below(5_000)
  })

  const strict = new Set(['duplicate_key', 'lone_surrogate', 'inexact_number', 'too_deep', 'reserved_key'])

  it('agrees with JSON.parse on every value that JSON.stringify writes', () => {
    const value = fc.json({ maxDepth: 10, stringUnit: 'binary' })
    fc.assert(
      fc.property(value, text => {
        const code = codeOf(() => expect(parseStrict(text)).to.deep.equal(JSON.parse(text)))
        // What is refused is refused for a named reason, never for its syntax.
        expect([...strict, 'accepted']).to.include(code)
      }),
      { numRuns: 2_000 },
    )
  })

  it('accepts nothing that JSON.parse refuses, and gives the same value', () => {
    // Texts one or two edits away from JSON: where parsers differ.
    const alphabet = [
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '\\',
      'u',
      '0',
      '1',
      '-',
      '.',
      'e',
      'E',
      '+',
      ' ',
      'a',
      '\u0000',
    ]
    const tokens = [
      'true',
      'null',
      '"a"',
      '"\\u0061"',
      '"__proto__"',
      '\\ud800',
      '9007199254740993',
      '{"a":',
      '[1,',
      '0.1',
    ]
    const piece = fc.constantFrom(...alphabet, ...tokens)
    const random = fc.array(piece, { maxLength: 12 }).map(parts => parts.join(''))
    const edited = fc
      .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.nat(3), piece)
      .map(([json, at, cut, put]) => json.slice(0, at % json.length) + put + json.slice((at % json.length) + cut))
    const text = fc.oneof(random, edited)
    fc.assert(
      fc.property(text, text => {
        let expected: { value: unknown } | undefined
        try {
          expected = { value: JSON.parse(text) }
        } catch {
          expected = undefined
        }
        const code = codeOf(() => {
          const value = parseStrict(text)
          expect(expected, text).to.deep.equal({ value })
        })
        if (expected === undefined) expect(code, text).to.not.equal('accepted')
        else if (code !== 'accepted') expect(strict.has(code), `${text}: ${code}`).to.equal(true)
      }),
      { numRuns: 20_000 },
    )
  })

  it('accepts a number exactly when its shortest form denotes the same decimal', () => {
    // An independent oracle: decimals compared as fractions of big integers.
    const parts = (text: string): [bigint, bigint] => {
      const [, sign = '', whole = '', fraction = '', exponent = '0'] =
        /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
      const power = Number(exponent) - fraction.length
      const digits = BigInt(sign + whole + fraction)
      return power >= 0 ? [digits * 10n ** BigInt(power), 1n] : [digits, 10n ** BigInt(-power)]
    }
    const digits = fc.bigInt({ min: 0n, max: 10n ** 19n }).map(String)
    const literal = fc
      .tuple(fc.constantFrom('', '-'), digits, fc.option(digits), fc.option(fc.integer({ min: -330, max: 25 })))
      .map(([sign, whole, fraction, exponent]) => {
        const tail = `${fraction === null ? '' : `.${fraction}`}${exponent === null ? '' : `e${exponent}`}`
        return sign + whole + tail
      })
    fc.assert(
      fc.property(literal, literal => {
        const value = Number(literal)
        const [a, b] = parts(literal)
        const [c, d] = Number.isFinite(value) ? parts(String(value)) : [1n, 0n]
        const safe = Math.abs(value) <= Number.MAX_SAFE_INTEGER && !Object.is(value, -0)
        const expected = safe && a * d === c * b ? 'accepted' : 'inexact_number'
        expect(
          codeOf(() => parseStrict(literal)),
          literal,
        ).to.equal(expected)
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('UTF-8', () => {
  it('decodes what is valid, and keeps a byte order mark', () => {
    expect(decodeUtf8(Buffer.from('溯源 😀'))).to.equal('溯源 😀')
    expect(decodeUtf8(Buffer.from('efbbbf7b7d', 'hex'))).to.equal('\ufeff{}')
  })

  // A stray byte, an overlong slash, a surrogate in UTF-8, beyond U+10FFFF, cut short.
  for (const hex of ['80', 'c0af', 'eda080', 'f4908080', 'e6ba', 'ff', '22c322']) {
    it(`refuses ${hex}`, () => {
      expect(codeOf(() => decodeUtf8(Buffer.from(hex, 'hex')))).to.equal('invalid_utf8')
    })
  }
})
