// The vocabularies of terms.ts against the contracts' own: same words, same numbers, same order.

import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import {
  CHANNELS,
  DELIVERY_KINDS,
  decodePurpose,
  encodePurpose,
  GRANT_STATES,
  KINDS,
  type Kind,
  kindsFromBits,
  kindsToBits,
  OPEN_TYPES,
  PURPOSES,
  SHARE_TYPES,
  STATUSES,
} from '../../src/chain/terms.ts'
import { LedgerError } from '../../src/core/error.ts'

const source = (path: string): string => readFileSync(new URL(`../../contracts/${path}`, import.meta.url), 'utf8')
const snakeCase = (name: string): string => name.replaceAll(/(?<=[a-z])(?=[A-Z])/gu, '_').toLowerCase()

/** The names of an enum, with their numbers, as its Solidity source lists them. */
function enumIn(path: string, name: string): Record<string, number> {
  const body = new RegExp(String.raw`enum ${name} \{([^}]*)\}`, 'u').exec(source(path))?.[1] ?? ''
  const names = body
    .replaceAll(/\/\/.*/gu, '')
    .split(',')
    .map(word => snakeCase(word.trim()).replaceAll('_', '-'))
  return Object.fromEntries(names.map((word, value) => [word, value]))
}

function valuesOf(terms: Readonly<Record<string, { readonly value: number }>>): Record<string, number> {
  return Object.fromEntries(Object.entries(terms).map(([word, { value }]) => [word, value]))
}

describe('terms', () => {
  it('number everything as the contracts do', () => {
    const catalogue = 'interfaces/ICatalogue.sol'
    const ledger = 'interfaces/IAccessLedger.sol'
    expect(valuesOf(SHARE_TYPES)).to.deep.equal(enumIn(catalogue, 'ShareType'))
    expect(valuesOf(OPEN_TYPES)).to.deep.equal(enumIn(catalogue, 'OpenType'))
    expect(valuesOf(STATUSES)).to.deep.equal(enumIn('interfaces/IOrganisations.sol', 'Status'))
    expect(valuesOf(GRANT_STATES)).to.deep.equal(enumIn(ledger, 'State'))
    expect(valuesOf(DELIVERY_KINDS)).to.deep.equal(enumIn(ledger, 'DeliveryKind'))
    expect(valuesOf(CHANNELS)).to.deep.equal(enumIn(ledger, 'Channel'))
  })

  it('give each kind the bit that the contracts give it', () => {
    const lines = source('types/Kinds.sol').matchAll(/Kinds constant (\w+) = Kinds\.wrap\(1 << (\d)\)/gu)
    const bits = Object.fromEntries(
      [...lines].map(([, name = '', bit]) => [name.toLowerCase().replaceAll('_', '-'), 1 << Number(bit)]),
    )
    expect(valuesOf(KINDS)).to.deep.equal(bits)
  })

  it('write and read sets of kinds', () => {
    const kinds: readonly Kind[] = ['provider', 'developer', 'regulator']
    expect(kindsToBits(kinds)).to.equal(0b1010_0001)
    expect(kindsFromBits(0b1010_0001n)).to.deep.equal(kinds)
    expect(kindsFromBits(0)).to.deep.equal([])
  })

  it('write and read purposes of up to 32 characters, and refuse free text', () => {
    for (const code of [...Object.keys(PURPOSES), 'x', 'a'.repeat(32)]) {
      expect(decodePurpose(encodePurpose(code))).to.equal(code)
    }
    for (const text of ['', 'a b', 'a'.repeat(33), '张三', 'a/b', 'a\u0000', 'a\n']) {
      expect(() => encodePurpose(text))
        .to.throw(LedgerError)
        .with.property('code', 'purpose_invalid')
    }
  })
})
