// The vocabularies of terms.ts against the contracts' own: same words, same numbers, same order.

import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import * as terms from '../../src/chain/terms.ts'
import {
  decodePurpose,
  encodePurpose,
  KINDS,
  type Kind,
  kindsFromBits,
  kindsToBits,
  PURPOSES,
  vocabularyOf,
} from '../../src/chain/terms.ts'
import { LedgerError } from '../../src/core/error.ts'
import { CHANNELS } from '../../src/core/record.ts'

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
  /** Each enum of the interfaces, and the vocabulary that stands for it. */
  const enums: readonly (readonly [file: string, name: string, words: terms.Terms])[] = [
    ['IOrganisations', 'Status', terms.STATUSES],
    ['ICatalogue', 'ShareType', terms.SHARE_TYPES],
    ['ICatalogue', 'OpenType', terms.OPEN_TYPES],
    ['ICatalogue', 'ChangeKind', terms.CHANGE_KINDS],
    ['IAccessLedger', 'State', terms.GRANT_STATES],
    ['IAccessLedger', 'Ground', terms.GROUNDS],
    ['IAccessLedger', 'Basis', terms.BASES],
    ['IAccessLedger', 'Approver', terms.APPROVERS],
    ['IAccessLedger', 'DeliveryKind', terms.DELIVERY_KINDS],
    ['IAccessLedger', 'Channel', terms.CHANNELS],
    ['IAgreements', 'AgreementKind', terms.AGREEMENT_KINDS],
    ['IAgreements', 'AgreementState', terms.AGREEMENT_STATES],
    ['IAgreements', 'Outcome', terms.OUTCOMES],
    ['IAgreements', 'Measure', terms.MEASURES],
    ['IProducts', 'ProductState', terms.PRODUCT_STATES],
    ['IProducts', 'PriceClass', terms.PRICE_CLASSES],
    ['ICorrections', 'CorrectionState', terms.CORRECTION_STATES],
    ['ICorrections', 'Answer', terms.ANSWERS],
    ['IConduct', 'Severity', terms.SEVERITIES],
  ]

  for (const [file, name, words] of enums) {
    it(`number ${name} as ${file} does, and are read as such`, () => {
      expect(valuesOf(words)).to.deep.equal(enumIn(`interfaces/${file}.sol`, name))
      expect(vocabularyOf({ internalType: `enum ${file}.${name}` })).to.equal(words)
    })
  }

  it('leave out no enum of the interfaces', () => {
    const files = readdirSync(new URL('../../contracts/interfaces', import.meta.url)).map(file => file.slice(0, -4))
    const declared = files.flatMap(file =>
      [...source(`interfaces/${file}.sol`).matchAll(/^\s*enum (\w+)/gmu)].map(([, name]) => `${file}.${name}`),
    )
    expect(declared.toSorted()).to.deep.equal(enums.map(([file, name]) => `${file}.${name}`).toSorted())
  })

  it('have a Chinese and an English label each, no two alike', () => {
    for (const [, name, words] of enums) {
      for (const language of ['zh', 'en'] as const) {
        const labels = Object.values(words).map(term => term[language])
        expect(new Set(labels).size, name).to.equal(labels.length)
        for (const label of labels) expect(label, name).to.match(/\S/u)
      }
    }
  })

  it('name the channels as records do', () => {
    expect(Object.keys(terms.CHANNELS)).to.deep.equal([...CHANNELS])
  })

  it('write and read sets of approvers and of checks, by position', () => {
    expect(terms.approversToBits(['provider-officer', 'regulator'])).to.equal(0b101)
    expect(terms.approversFromBits(0b110n)).to.deep.equal(['consumer-officer', 'regulator'])
    expect(terms.checksToBits(Object.keys(terms.CHECKS) as terms.Check[])).to.equal(0b11_1111)
    expect(terms.checksFromBits(0b10_0001)).to.deep.equal(['application', 'other-risks'])
    expect(terms.checksFromBits(0b1100_0000)).to.deep.equal([])
    const points = /One bit for each point in order: ([^.]*)\./u.exec(
      source('interfaces/IProducts.sol').replaceAll(/\s*\/\/\/\s*/gu, ' '),
    )?.[1]
    expect(points?.split(/, (?=\d )/u)).to.have.length(Object.keys(terms.CHECKS).length)
  })

  it('give each kind the bit that the contracts give it', () => {
    const lines = source('types/Kinds.sol').matchAll(/Kinds constant (\w+) = Kinds\.wrap\(1 << (\d+)\)/gu)
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
