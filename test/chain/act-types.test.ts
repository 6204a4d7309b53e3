// What is signed for an act: its type, its typed data, and the way back from calldata to what a signature would do.

import { expect } from 'chai'
import { concat, dataSlice, FunctionFragment, id as keccakOf, TypedDataEncoder, ZeroHash } from 'ethers'
import * as fc from 'fast-check'
import { CONTRACT_NAMES, type ContractAddresses, interfaceOf } from '../../src/chain/abi.ts'
import { actTypeOf, findActType, listActTypes, membersFor } from '../../src/chain/act-types.ts'
import { type ActFrame, parseTypedAct, type TypedAct, typedActOf } from '../../src/chain/typed-act.ts'
import { LedgerError } from '../../src/core/error.ts'
import { actArguments } from './act-arguments.ts'

const CHAIN_ID = 31_337
const contracts = Object.fromEntries(
  CONTRACT_NAMES.map((name, i) => [name, `0x${(i + 1).toString(16).padStart(40, '0')}`]),
) as unknown as ContractAddresses
const ledger = { chainId: CHAIN_ID, contracts }
const ACTOR = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const DIGEST = keccakOf('any text')
const frameOf = (contract: keyof ContractAddresses): ActFrame => ({
  actor: ACTOR,
  to: contracts[contract],
  nonce: 2n ** 64n,
  deadline: 1_800_000_000,
})

describe('Act types', () => {
  it('cover every function that changes something, and nothing else', () => {
    const expected = CONTRACT_NAMES.filter(name => name !== 'relay' && name !== 'accessManager').flatMap(contract => {
      const methods: string[] = []
      interfaceOf(contract).forEachFunction(({ name, stateMutability }) => {
        if (stateMutability === 'nonpayable' && name !== 'setAuthority') methods.push(`${contract}.${name}`)
      })
      return methods
    })
    const covered = listActTypes().map(({ contract, method }) => `${contract}.${method}`)
    expect(covered).to.deep.equal(expected)
    expect(covered).to.include('accessLedger.request').and.not.include('accessLedger.stateOf')
  })

  it('have each a selector, a name and a text of their own, that of the types as ethers writes them', () => {
    const all = listActTypes()
    for (const key of ['selector', 'primaryType', 'typeText'] as const) {
      expect(new Set(all.map(type => type[key]))).to.have.lengthOf(all.length)
    }
    for (const { primaryType, types, typeText, selector } of all) {
      expect(TypedDataEncoder.from({ [primaryType]: [...types] }).encodeType(primaryType)).to.equal(typeText)
      expect(findActType(selector)?.typeText).to.equal(typeText)
    }
  })

  it('name the arguments one by one, those of structs among them, and say who, where, when', () => {
    expect(actTypeOf('accessLedger', 'request')).to.deep.include({
      contract: 'accessLedger',
      method: 'request',
      fixedSize: true,
      primaryType: 'AccessLedgerRequest',
      typeText:
        'AccessLedgerRequest(uint64 resource,uint64 agreement,bytes32 purpose,bytes32 purposeTextDigest,bytes32 legalBasisDigest,uint128 scope,uint40 from,uint40 until,uint64 byteCount,uint64 rowCount,address actor,address to,uint256 nonce,uint40 deadline)',
    })
  })

  it('hold arguments of variable size as one member', () => {
    expect(actTypeOf('organisations', 'update')).to.deep.include({
      fixedSize: false,
      typeText: 'OrganisationsUpdate(bytes arguments,address actor,address to,uint256 nonce,uint40 deadline)',
    })
  })

  it('tell words of one name apart by their paths, and from who, where, when', () => {
    const members = (signature: string): readonly string[] =>
      membersFor(FunctionFragment.from(`function act(${signature})`).inputs).map(({ type, name }) => `${type} ${name}`)
    expect(
      members('tuple(uint64 rows, tuple(bool yes) deep) asked, tuple(uint64 rows) given, bytes4 code'),
    ).to.deep.equal(['uint64 askedRows', 'bool yes', 'uint64 givenRows', 'bytes4 code'])
    expect(members('address to, tuple(uint8 nonce) step')).to.deep.equal(['address givenTo', 'uint8 stepNonce'])
    expect(members('')).to.deep.equal([])
    for (const variable of ['uint8[2] pair', 'bytes text', 'string text', 'tuple(uint8[] list) deep']) {
      expect(members(`uint64 id, ${variable}`)).to.deep.equal(['bytes arguments'])
    }
    expect(() => members('tuple(uint8 b) a, tuple(uint8 b) c, uint8 aB')).to.throw('share a name')
    expect(() => members('uint64 to, uint64 givenTo')).to.throw('share a name')
  })

  it('are none for a view, the Relay itself, roles, or a function that is not there', () => {
    for (const [contract, method] of [
      ['organisations', 'checkActor'],
      ['organisations', 'setAuthority'],
      ['relay', 'cancel'],
      ['accessManager', 'grantRole'],
      ['organisations', 'abolish'],
    ] as const) {
      expect(() => actTypeOf(contract, method)).to.throw(`${contract}.${method} is not an act`)
    }
  })
})

describe('typedActOf', () => {
  const grant = (): TypedAct =>
    typedActOf({
      contract: 'accessLedger',
      method: 'grant',
      args: [42, DIGEST, 1_770_000_000, { byteCount: 2n ** 64n - 1n, rowCount: 7 }, ZeroHash],
      ...frameOf('accessLedger'),
      chainId: CHAIN_ID,
      relay: contracts.relay,
    })

  it('is the JSON that a wallet signs', () => {
    const act = grant()
    expect(JSON.parse(JSON.stringify(act))).to.deep.equal(act)
    expect(act.domain).to.deep.equal({
      name: 'Suyuan',
      version: '1',
      chainId: CHAIN_ID,
      verifyingContract: contracts.relay,
    })
    expect(act.primaryType).to.equal('AccessLedgerGrant')
    expect(act.message).to.deep.equal({
      id: '42',
      asked: DIGEST,
      until: 1_770_000_000,
      byteCount: '18446744073709551615',
      rowCount: '7',
      reasonDigest: ZeroHash,
      actor: ACTOR,
      to: contracts.accessLedger,
      nonce: '18446744073709551616',
      deadline: 1_800_000_000,
    })
    expect(act.types).to.have.all.keys('EIP712Domain', 'AccessLedgerGrant')
  })

  it('declares the domain as every wallet computes it', () => {
    const act = grant()
    const { EIP712Domain, ...types } = TypedDataEncoder.getPayload(
      act.domain,
      { [act.primaryType]: [...(act.types[act.primaryType] ?? [])] },
      act.message,
    ).types as Record<string, unknown>
    expect(act.types).to.deep.equal({ EIP712Domain, ...types })
  })
})

describe('parseTypedAct', () => {
  for (const { contract, method } of listActTypes()) {
    it(`finds in calldata all that was put there: ${contract}.${method}`, () => {
      fc.assert(
        fc.property(actArguments(contract, method), args => {
          const frame = frameOf(contract)
          const made = typedActOf({ contract, method, args, ...frame, chainId: CHAIN_ID, relay: contracts.relay })
          const {
            contract: found,
            method: called,
            args: read,
            ...act
          } = parseTypedAct({ ...frame, data: made.data }, ledger)
          expect(act).to.deep.equal(made)
          expect([found, called]).to.deep.equal([contract, method])
          // Addresses come back with their checksum.
          expect(lower(read)).to.deep.equal(lower(args))
        }),
        { numRuns: 25 },
      )
    })
  }

  const update = (): { readonly data: string } & ActFrame => ({
    ...frameOf('organisations'),
    data: interfaceOf('organisations').encodeFunctionData('update', [2, '市统计局', 2]),
  })

  it('takes hexadecimal digits in capitals for the same', () => {
    const act = update()
    const capitals = {
      ...act,
      data: `0x${act.data.slice(2).toUpperCase()}`,
      to: act.to.toUpperCase().replace('X', 'x'),
    }
    expect(parseTypedAct(capitals, ledger).args).to.deep.equal([2n, '市统计局', 2n])
  })

  it('refuses what is no act', () => {
    for (const data of ['', '0x', '0x12', '0x12345678', interfaceOf('relay').encodeFunctionData('cancel', [0])]) {
      refuses('act_unknown', { ...update(), data })
    }
  })

  it('refuses an act that is addressed to another contract', () => {
    for (const to of [contracts.catalogue, contracts.relay, ACTOR, '']) refuses('act_misdirected', { ...update(), to })
  })

  it('refuses arguments that do not decode, or that say the same in another way', () => {
    const act = update()
    const refuse = {
      ...frameOf('accessLedger'),
      data: interfaceOf('accessLedger').encodeFunctionData('refuse', [7, DIGEST]),
    }
    parseTypedAct(refuse, ledger)
    for (const data of [
      dataSlice(act.data, 0, 4),
      dataSlice(act.data, 0, 36),
      `${act.data}zz`,
      `${act.data}0`,
      concat([act.data, ZeroHash]),
      // The text's padding, which nobody reads.
      `${act.data.slice(0, -2)}01`,
      // The text's bytes, not UTF-8.
      act.data.replace(Buffer.from('市').toString('hex'), 'ffffff'),
    ]) {
      refuses('act_malformed', { ...act, data })
    }
    // A number with bits above its 64.
    const dirty = concat([dataSlice(refuse.data, 0, 4), `0x${'01'.padEnd(16, '0').padEnd(64, '7')}`, DIGEST])
    refuses('act_malformed', { ...refuse, data: dirty })
  })

  it('throws nothing but outcomes, whatever the calldata', () => {
    const selectors = listActTypes().map(({ selector }) => selector)
    fc.assert(
      fc.property(fc.constantFrom(...selectors), fc.uint8Array({ maxLength: 200 }), (selector, rest) => {
        const { contract } = findActType(selector)!
        try {
          parseTypedAct({ ...frameOf(contract), data: concat([selector, rest]) }, ledger)
        } catch (error) {
          expect(error).to.be.instanceOf(LedgerError).with.property('code', 'act_malformed')
        }
      }),
      { numRuns: 500 },
    )
  })
})

function refuses(code: string, act: ActFrame & { readonly data: string }): void {
  expect(() => parseTypedAct(act, ledger))
    .to.throw(LedgerError)
    .with.property('code', code)
}

function lower(value: unknown): unknown {
  if (typeof value === 'string' && /^0x[0-9a-fA-F]{40}$/u.test(value)) return value.toLowerCase()
  if (Array.isArray(value)) return value.map(lower)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, lower(inner)]))
  }
  return value
}
