// Our reader of ABI data against ethers': whatever a contract can write both read alike; of anything else ours makes
// nothing, or the same.

import { expect } from 'chai'
import { AbiCoder, type JsonFragmentType, ParamType } from 'ethers'
import fc from 'fast-check'
import { artifactOf, CONTRACT_NAMES, interfaceOf } from '../../src/chain/abi.ts'
import { decodePurpose, ENUMS, type EnumName, kindsFromBits, wordFor } from '../../src/chain/codes.ts'
import { SHAPES, topicOf } from '../../src/chain/event-shapes.ts'
import { type AbiParam, decodeValues, typeName } from '../../src/chain/values.ts'

const coder = AbiCoder.defaultAbiCoder()
const texts = new TextDecoder('utf-8', { ignoreBOM: true })

/** As the compiled contracts have it, with no more of it than a reader needs. */
function plain({ name = '', type = '', internalType = '', components }: AbiParam): AbiParam {
  const own = typeName({ internalType })
  const named = own in ENUMS || own === 'Kinds' || own === 'Purpose'
  return {
    name,
    type,
    ...(named && { internalType: own }),
    ...(components !== undefined && { components: components.map(plain) }),
  }
}

const ofStrings = (param: AbiParam): JsonFragmentType => ({
  type: (param.type ?? '').replace(/^string\b/u, 'bytes'),
  name: param.name ?? '',
  components: (param.components ?? []).map(ofStrings),
})
const typesOf = (params: readonly AbiParam[]): ParamType[] => params.map(param => ParamType.from(ofStrings(param)))

/** What ethers reads, with our names. */
function readByEthers(params: readonly AbiParam[], data: string): unknown {
  return named(params, coder.decode(typesOf(params), data).toArray())
}
function named(params: readonly AbiParam[], values: readonly unknown[]): unknown {
  return Object.fromEntries(params.map((param, k) => [param.name ?? String(k), translate(param, values[k])]))
}
function translate(param: AbiParam, value: unknown): unknown {
  const { type = '', components = [] } = param
  const own = typeName(param)
  if (type.endsWith(']')) {
    const cut = (text: string): string => text.replace(/\[\d*\]$/u, '')
    const item = { ...param, type: cut(type), internalType: cut(param.internalType ?? '') }
    return Array.from(value as Iterable<unknown>, one => translate(item, one))
  }
  if (type === 'tuple') return named(components, Array.from(value as Iterable<unknown>))
  if (type === 'string') return texts.decode(Buffer.from((value as string).slice(2), 'hex'))
  if (own === 'Kinds') return kindsFromBits(value as bigint)
  if (own === 'Purpose') return decodePurpose(value as string)
  if (own in ENUMS) return wordFor(own as EnumName, value as bigint)
  if (typeof value !== 'bigint') return value
  return Number(type.slice('uint'.length)) <= 48 ? Number(value) : value
}

/** Any value of a type, as ethers takes it. */
function anyOf(param: AbiParam): fc.Arbitrary<unknown> {
  const { type = '', components = [] } = param
  const list = /^(.*)\[(\d*)\]$/u.exec(type)
  if (list !== null) {
    const [, one = '', count] = list
    const length = count === '' ? { maxLength: 4 } : { minLength: Number(count), maxLength: Number(count) }
    return fc.array(
      anyOf({ ...param, type: one, internalType: (param.internalType ?? '').replace(/\[\d*\]$/u, '') }),
      length,
    )
  }
  if (type === 'tuple') return fc.tuple(...components.map(anyOf))
  const hex = (length: object): fc.Arbitrary<string> =>
    fc.uint8Array(length).map(bytes => `0x${Buffer.from(bytes).toString('hex')}`)
  if (type === 'string' || type === 'bytes') {
    const text = fc.string({ unit: 'binary' }).map(text => `0x${Buffer.from(text).toString('hex')}`)
    return fc.oneof(text, hex({ maxLength: 70 }))
  }
  if (type === 'bool') return fc.boolean()
  if (type === 'address') return hex({ minLength: 20, maxLength: 20 })
  if (type.startsWith('bytes')) return hex({ minLength: Number(type.slice(5)), maxLength: Number(type.slice(5)) })
  const own = typeName(param)
  const most = own in ENUMS ? BigInt(ENUMS[own as EnumName].length) : 2n ** BigInt(type.slice(4))
  return fc.bigInt({ min: 0n, max: most - 1n })
}

/** Every list of parameters that the contracts have: of events, and of what their functions give back. */
const LISTS: readonly (readonly AbiParam[])[] = CONTRACT_NAMES.flatMap(name =>
  artifactOf(name).abi.flatMap(({ type, inputs = [], outputs = [] }) =>
    type === 'event'
      ? [inputs.filter(({ indexed }) => indexed), inputs.filter(({ indexed }) => !indexed)]
      : [outputs as readonly AbiParam[]],
  ),
).filter(list => list.length > 0)

/** Shapes that no contract of ours has, and any might. */
const MORE: readonly (readonly AbiParam[])[] = [
  [
    { name: 'a', type: 'uint8[2][]' },
    { name: 'b', type: 'string[2]' },
    { name: 'c', type: 'bytes[]' },
  ],
  [
    {
      name: 'd',
      type: 'tuple[]',
      components: [
        { name: 'e', type: 'string' },
        { name: 'f', type: 'uint256[3]' },
      ],
    },
  ],
  [
    {
      name: 'g',
      type: 'tuple[2]',
      components: [
        { name: 'h', type: 'bool' },
        { name: 'i', type: 'address' },
      ],
    },
  ],
  [{ type: 'uint48' }, { type: 'uint56' }],
]

const anyCase = fc
  .constantFrom(...LISTS, ...MORE)
  .chain(params => fc.tuple(fc.constant(params), fc.tuple(...params.map(anyOf))))
  .map(([params, values]) => ({ params, data: coder.encode(typesOf(params), values) }))

describe('ABI data', () => {
  it('is read as ethers reads it, of every type that the contracts use', () => {
    fc.assert(
      fc.property(anyCase, ({ params, data }) => {
        expect(decodeValues(params, data)).to.deep.equal(readByEthers(params, data))
      }),
      { numRuns: 3_000 },
    )
  })

  it('that was changed or cut is refused, or means to both the same', () => {
    const change = fc.record({
      at: fc.nat(),
      digit: fc.constantFrom(...'0123456789abcdef'.split('')),
      cut: fc.option(fc.nat()),
    })
    let [read, refused] = [0, 0]
    fc.assert(
      fc.property(anyCase, change, ({ params, data }, { at, digit, cut }) => {
        const place = 2 + (at % (data.length - 2))
        const changed = data.slice(0, place) + digit + data.slice(place + 1)
        const given = cut === null ? changed : changed.slice(0, 2 + 2 * (cut % (data.length / 2)))
        let values: unknown
        try {
          values = decodeValues(params, given)
        } catch {
          refused++
          return
        }
        read++
        expect(values).to.deep.equal(readByEthers(params, given))
      }),
      { numRuns: 6_000 },
    )
    expect(Math.min(read, refused)).to.be.greaterThan(200)
  })

  it('that no contract writes is refused where ethers passes it over', () => {
    const word = (digits: string): string => `0x${digits.padStart(64, '0')}`
    const refuses = (type: string, data: string): void => {
      expect(() => decodeValues([{ type }], data), `${type} ${data}`).to.throw()
    }
    refuses('uint8', word('100'))
    refuses('uint64', word('1'.padEnd(17, '0')))
    refuses('bool', word('2'))
    refuses('address', word('1'.padEnd(41, '0')))
    refuses('bytes4', word('1'))
    refuses('uint8', '0x')
    refuses('uint8', word('1').slice(0, -2))
    refuses('uint8', `0x${'0g'.repeat(32)}`)
    refuses('uint8', '1'.repeat(64))
    refuses('uint64[]', word('20') + word('ffffffff').slice(2))
    refuses('bytes', word('20') + word('1').slice(2))
    refuses('bytes', word('ffffffffffffff'))
    refuses('function', word('1'))
    expect(() => decodeValues([{ type: 'uint8', internalType: 'enum X.PriceClass' }], word('2'))).to.throw()
  })
})

describe('the table of events', () => {
  it('is what the compiled contracts declare, each with its topic', () => {
    for (const { name, contract, inputs } of Object.values(SHAPES)) {
      const declared = artifactOf(contract).abi.find(item => item.type === 'event' && item.name === name)?.inputs
      expect(inputs.map(plain), name).to.deep.equal(declared?.map(plain))
      expect(inputs.map(({ indexed }) => indexed)).to.deep.equal(declared?.map(({ indexed }) => indexed))
      expect(topicOf(name)).to.equal(interfaceOf(contract).getEvent(name)?.topicHash)
    }
  })
})
