// The reader of arguments: what it makes of JSON is exactly what was said, or it says which argument it does not take.

import { expect } from 'chai'
import fc from 'fast-check'
import { findAct, listActs } from '../../src/acts/list.ts'
import { type AbiValue, readArguments } from '../../src/acts/read.ts'
import { showArguments } from '../../src/acts/show.ts'
import { interfaceOf } from '../../src/chain/abi.ts'
import { LedgerError } from '../../src/core/error.ts'
import { digestText } from '../../src/text-digest.ts'
import { LOOKUP, valuesOf } from './arguments.ts'

const DIGEST = `0x${'cd'.repeat(32)}`
const SALT = Buffer.alloc(32, 7)
const reading = { lookup: LOOKUP, salt: () => SALT }

const encode = (name: string, values: readonly AbiValue[]): string => {
  const { contract, method } = findAct(name)
  return interfaceOf(contract).encodeFunctionData(method, values)
}
const read = async (name: string, given: unknown): Promise<readonly AbiValue[]> =>
  (await readArguments(findAct(name), given, reading)).values
const refusal = async (name: string, given: unknown): Promise<LedgerError> => {
  try {
    await read(name, given)
  } catch (error) {
    if (error instanceof LedgerError) return error
    throw error
  }
  throw new Error('it was taken')
}
const REQUEST = {
  resource: 7,
  agreement: 0,
  purpose: 'LegalCompliance',
  purposeTextDigest: DIGEST,
  legalBasisDigest: DIGEST,
  scope: [0],
  from: 0,
  until: 2_000_000_000,
  quota: { byteCount: 'unlimited', rowCount: 100 },
}
const request = (changes: object): unknown => ({ terms: { ...REQUEST, ...changes } })

describe('arguments of acts', () => {
  it('read back what they show, for every act of every contract', async () => {
    for (const act of listActs()) {
      await fc.assert(
        fc.asyncProperty(valuesOf(act), async values => {
          const given = showArguments(act, values)
          expect(encode(act.name, await read(act.name, given)), act.name).to.equal(encode(act.name, values))
        }),
        { numRuns: 25 },
      )
    }
  })

  it('are never other bytes than what is shown of them, whatever JSON comes', async () => {
    const count = { taken: 0, refused: 0 }
    for (const act of listActs()) {
      const hostile = fc.oneof(
        fc.jsonValue({ maxDepth: 3 }),
        valuesOf(act).chain(values => mutate(showArguments(act, values))),
      )
      await fc.assert(
        fc.asyncProperty(hostile, async given => {
          let values: readonly AbiValue[]
          try {
            values = await read(act.name, given)
          } catch (error) {
            expect(error, String(error)).to.be.instanceOf(LedgerError)
            count.refused++
            expect((error as LedgerError).code).to.match(/^argument_|^lookups_too_many$|^grant_unknown$/)
            return
          }
          count.taken++
          const again = await read(act.name, showArguments(act, values))
          expect(encode(act.name, again)).to.equal(encode(act.name, values))
        }),
        { numRuns: 40 },
      )
    }
    expect(count.taken, 'enough of it was taken').to.be.greaterThan(100)
    expect(count.refused, 'and refused').to.be.greaterThan(1_000)
  })

  it('take the veto that stands for the round of a lifting that names none', async () => {
    const lift = { id: 42, reasonDigest: DIGEST }
    expect(await read('access-ledger.lift-grant-veto', lift)).to.deep.equal([42n, 3n, DIGEST])
    expect(await read('access-ledger.lift-grant-veto', { ...lift, round: 2 })).to.deep.equal([42n, 2n, DIGEST])
    for (const [given, code] of [
      [{ ...lift, round: 32 }, 'argument_invalid'],
      [{ ...lift, id: 41 }, 'argument_missing'],
    ] as const) {
      const error = await read('access-ledger.lift-grant-veto', given).catch((error: unknown) => error)
      expect(error).to.include({ code })
    }
  })

  it('take codes, names and words for numbers', async () => {
    const [terms] = await read(
      'access-ledger.request',
      request({ resource: '306-01-001', scope: ['姓名', 'address'], until: '2026-12-31T00:00:00+08:00' }),
    )
    expect(terms).to.deep.include({ resource: 7n, scope: 0b101n, until: BigInt(Date.UTC(2026, 11, 30, 16) / 1000) })
    expect((terms as { quota: object }).quota).to.deep.equal({ byteCount: 2n ** 64n - 1n, rowCount: 100n })
    expect((await read('access-ledger.request', request({ scope: 'all' })))[0]).to.deep.include({ scope: 0b1111n })
    expect(
      await read('organisations.update', { id: '11520100MB0000001A', name: '税务局', kinds: ['provider', 'consumer'] }),
    ).to.deep.equal([1n, '税务局', 3n])
    const policy = {
      longestPeriod: '30d',
      validUntil: 0,
      mostBytes: 'unlimited',
      mostRows: 5,
      scope: 'all',
      purposes: ['P0', 'P9'],
    }
    expect(await read('policies.set-policy', { resource: 7, terms: policy, consumers: [] })).to.deep.equal([
      7n,
      {
        longestPeriod: 2_592_000n,
        validUntil: 0n,
        mostBytes: 2n ** 64n - 1n,
        mostRows: 5n,
        scope: 15n,
        purposes: 513n,
      },
      [],
    ])
    expect(
      await read('work-calendar.set-days', {
        firstDay: '2026-01-01',
        endDay: 20_820,
        exceptions: ['2026-01-01'],
        sourceDigest: DIGEST,
      }),
    ).to.deep.equal([20_454n, 20_820n, [20_454n], DIGEST])
  })

  it('take a name of digits for a name, and a number for a position', async () => {
    expect((await read('access-ledger.request', request({ scope: ['3'] })))[0]).to.deep.include({ scope: 0b1000n })
    expect((await read('access-ledger.request', request({ scope: [3] })))[0]).to.deep.include({ scope: 0b1000n })
    expect((await refusal('access-ledger.request', request({ scope: ['2'] }))).message).to.contain(
      '姓名, id, address, 3',
    )
  })

  it('fill in what a decision is about', async () => {
    const quota = { byteCount: 1, rowCount: 1 }
    const given = { id: 42, until: 5, quota, reasonDigest: 'none' }
    expect((await read('access-ledger.grant', given))[1]).to.equal(`0x${'ab'.repeat(32)}`)
    expect((await read('access-ledger.grant', { ...given, asked: DIGEST }))[1]).to.equal(DIGEST)
    const unknown = await refusal('access-ledger.grant', { ...given, id: 43 })
    expect([unknown.code, unknown.message]).to.deep.equal([
      'grant_unknown',
      'There is no request or grant 43; check the id.',
    ])
    expect(unknown.words.zh).to.equal('没有申请或授权 43；请核对编号。')
  })

  it('name the bound of a quota that is beyond it', async () => {
    const { code, message } = await refusal(
      'access-ledger.request',
      request({ quota: { byteCount: 1, rowCount: '9'.repeat(41) } }),
    )
    expect(code).to.equal('argument_invalid')
    expect(message).to.contain('must be a whole number below 2^64, or "unlimited"')
  })

  it('digest a text with its salt, and give both back', async () => {
    const { values, texts } = await readArguments(
      findAct('access-ledger.refuse'),
      { id: 42, reasonDigest: { text: '资料不全' } },
      reading,
    )
    expect(values[1]).to.equal(digestText(SALT, '资料不全'))
    expect(texts).to.deep.equal([{ digest: values[1], salt: `0x${SALT.toString('hex')}`, text: '资料不全' }])
    const salt = `0x${'11'.repeat(32)}`
    expect(await read('access-ledger.refuse', { id: 42, reasonDigest: { text: 'x', salt } })).to.deep.equal([
      42n,
      digestText(Buffer.alloc(32, 0x11), 'x'),
    ])
    for (const text of ['', ' ', 'x'.repeat(9_000), '\ud800', 5]) {
      const { code, message } = await refusal('access-ledger.refuse', { id: 42, reasonDigest: { text } })
      expect(code).to.equal('argument_invalid')
      expect(message, 'texts may name persons').to.not.contain('xxx')
    }
  })

  const refused: [what: string, name: string, given: unknown, code: string, says: string][] = [
    ['nothing', 'corrections.accept', undefined, 'argument_invalid', 'JSON object'],
    ['a missing one', 'corrections.accept', {}, 'argument_missing', '"id"'],
    ['an unknown one', 'corrections.accept', { id: 1, note: 'x' }, 'argument_unknown', '"note"'],
    [
      'an unknown one inside',
      'access-ledger.request',
      request({ quota: { byteCount: 1, rowCount: 1, x: 1 } }),
      'argument_unknown',
      '"terms.quota.x"',
    ],
    [
      'one of the prototype',
      'corrections.accept',
      JSON.parse('{"id":1,"__proto__":{}}'),
      'argument_unknown',
      '__proto__',
    ],
    ['a negative number', 'corrections.accept', { id: -1 }, 'argument_invalid', 'must be'],
    ['a number that a double cannot keep', 'corrections.accept', { id: 2 ** 53 }, 'argument_invalid', 'must be'],
    ['a number too large', 'corrections.accept', { id: '18446744073709551616' }, 'argument_invalid', 'must be'],
    ['a fraction', 'corrections.accept', { id: 1.5 }, 'argument_invalid', '1.5'],
    [
      'a word of no vocabulary',
      'corrections.answer',
      { id: 1, outcome: 'toString', answerDigest: DIGEST },
      'argument_invalid',
      'corrected',
    ],
    [
      'a kind twice',
      'organisations.update',
      { id: 1, name: 'x', kinds: ['provider', 'provider'] },
      'argument_invalid',
      'each once',
    ],
    ['a field twice', 'access-ledger.request', request({ scope: [1, 1] }), 'argument_invalid', 'each once'],
    ['a field beyond 128', 'access-ledger.request', request({ scope: [128] }), 'argument_invalid', '128'],
    [
      'a resource that is none',
      'access-ledger.request',
      request({ resource: 'nothing' }),
      'argument_invalid',
      'none is registered',
    ],
    [
      'all fields of no resource',
      'access-ledger.request',
      request({ resource: 8, scope: 'all' }),
      'argument_invalid',
      'positions',
    ],
    [
      'a time without a zone',
      'access-ledger.request',
      request({ until: '2026-12-31' }),
      'argument_invalid',
      'RFC 3339',
    ],
    [
      'a time finer than a second',
      'access-ledger.request',
      request({ until: '2026-12-31T00:00:00.5Z' }),
      'argument_invalid',
      'whole seconds',
    ],
    ['a short digest', 'access-ledger.refuse', { id: 1, reasonDigest: '0xab' }, 'argument_invalid', '64'],
    [
      'a short source',
      'catalogue.register',
      { code: 'c', sourceHash: '0xab', description: {} },
      'argument_invalid',
      '64',
    ],
    [
      'a mistyped address',
      'organisations.change-account',
      { id: 1, account: '0x70997970C51812dc3A010C7d01b50e0d17dc79c8' },
      'argument_invalid',
      'mixed case',
    ],
  ]
  for (const [what, name, given, code, says] of refused) {
    it(`refuse ${what}`, async () => {
      const error = await refusal(name, given)
      expect(error.code, error.message).to.equal(code)
      expect(error.message).to.contain(says)
    })
  }

  it('do not keep the node busy without end', async () => {
    const range = Array.from({ length: 300 }, (_, k) => `code ${k}`)
    const many = { ...LOOKUP, resource: async () => 1n }
    const given = { parent: 1, from: 1, until: 2, range, schemeDigest: DIGEST, materialsDigest: DIGEST }
    const error = await readArguments(findAct('agreements.apply-for-development'), given, {
      ...reading,
      lookup: many,
    }).catch((error: unknown) => error)
    expect(error).to.include({ code: 'lookups_too_many' })
  })
})

/** The same JSON with one thing in it changed, dropped or put elsewhere. */
function mutate(json: unknown): fc.Arbitrary<unknown> {
  const strange = fc.constantFrom<unknown>(
    null,
    '',
    -1,
    1e300,
    0.5,
    '0x',
    '00',
    [],
    {},
    true,
    'all',
    'none',
    { text: 'x' },
    [[]],
    '１',
    '1e3',
    ' 1',
    '0x1',
  )
  return fc.tuple(fc.nat(), strange, fc.boolean()).map(([where, put, drop]) => {
    let left = where % (countNodes(json) + 1)
    const change = (node: unknown): unknown => {
      if (left-- === 0) return put
      if (Array.isArray(node)) return node.map(change)
      if (typeof node !== 'object' || node === null) return node
      const entries = Object.entries(node).map(([key, value]) => [key, change(value)] as const)
      return Object.fromEntries(drop && left === 0 ? entries.slice(1) : entries)
    }
    return change(json)
  })
}

function countNodes(json: unknown): number {
  if (typeof json !== 'object' || json === null) return 1
  return Object.values(json).reduce((count: number, value) => count + countNodes(value), 1)
}
