// A city in which everything was done once: each view of each contract says what the events add up to, every wrong answer
// is found and named, and so is every wrong word of ours.

import { expect } from 'chai'
import { id as keccakOf, ZeroAddress, ZeroHash } from 'ethers'
import fc from 'fast-check'
import { artifactOf, CONTRACT_NAMES, type ContractName } from '../../src/chain/abi.ts'
import { outputsOf } from '../../src/chain/compare-views.ts'
import { logIdOf } from '../../src/chain/deploy.ts'
import { RegistryState } from '../../src/chain/registry-state.ts'
import { kindsToBits } from '../../src/chain/terms.ts'
import { type Held, type Id, VIEWS, type View } from '../../src/chain/views.ts'
import {
  CONDITIONAL,
  DIGEST,
  describeResource,
  handoverOf,
  ORIGIN,
  type Party,
  type Scene,
  UNCONDITIONAL,
  useScene,
} from '../contracts/fixture.ts'
import { liveInCity, PERSONS } from './city.ts'
import { type Comparing, openComparing } from './compare-scene.ts'
import { WRONG } from './wrong-words.ts'

/** Of each kind the thing that is lied about. */
const LIED_ABOUT: Readonly<Record<string, Id>> = {
  organisation: 1,
  purpose: 3,
  calendar: 1,
  day: 20_089, // 2025-01-01, a holiday
  resource: 4,
  policy: 1,
  agreement: 2,
  measure: '6 7',
  product: 4,
  'approval rule': 3,
  grant: 1,
  'entrusted log': '1 8',
  correction: 1,
  'register of persons': 1,
  log: logIdOf(ORIGIN),
}

/** Views that say nothing which another one, or what is compared of it, does not say. */
const SAYS_NO_MORE = [
  // fixed when the contract is made, and part of the deployment that the guard checks
  'ORGANISATIONS CATALOGUE AGREEMENTS CALENDAR POLICIES PRODUCTS VOCABULARY LEDGER',
  'authority isTrustedForwarder trustedForwarder isConsumingScheduledOp eip712Domain',
  // refuse or repeat by what `organisation`, `resource`, `agreementOf`, `productOf`, `policyOf` say
  'actorOf checkActive checkActor checkNotVetoed checkOfficer checkParties kindsOf',
  'checkPurpose checkSharable idOfSource checkInForce checkMayTake checkReleased versionFor',
  // computed from days, and from what a request says in `grantOf`
  'dueAfter askedDigest',
  // of the Relay, of which the state keeps nothing
  'digestOf nonces typeHashOf',
].flatMap(names => names.split(' '))

/** Why nothing can be asked about these books. */
const NO_VIEW: Readonly<Record<string, string>> = {
  plans: 'a filing is an event and nothing else',
  grantsByConsumer: 'made from grants',
  agreementsByParty: 'made from agreements',
  statements: 'events and nothing else; what they add up to is what a grant has left, and that is compared',
}

const STEPS = fc.array(fc.nat(), { minLength: 8, maxLength: 24, size: 'max' })

/** Vetoes on everything and their end, and whatever else changes what the contracts keep: some of it is refused. */
function furtherActs({
  stranger,
}: Scene['accounts']): readonly (readonly [Party, ContractName, string, ...unknown[]])[] {
  const vetoes = [
    ['organisations', 'Organisation', [2, 3, 4, 6]],
    ['catalogue', 'Resource', [1, 2, 3, 4, 6]],
    ['agreements', 'Agreement', [1, 2, 3]],
    ['accessLedger', 'Grant', [1, 2, 3, 4, 5]],
  ] as const
  const entry = describeResource('conditional', { parents: [UNCONDITIONAL], openType: 1 })
  return [
    ...vetoes.flatMap(([contract, thing, ids]) =>
      ids.flatMap(
        id =>
          [
            ['inspector', contract, `veto${thing}`, id, DIGEST, ZeroHash],
            ['inspector', contract, `lift${thing}Veto`, id, DIGEST],
            ['regulator', contract, `lift${thing}Veto`, id, DIGEST],
          ] as const,
      ),
    ),
    ['registrar', 'organisations', 'update', 9, '检验中心', kindsToBits(['consumer'])],
    ['registrar', 'organisations', 'changeAccount', 2, stranger],
    ['registrar', 'organisations', 'appointOfficer', 2, ZeroAddress],
    ['registrar', 'organisations', 'setStatus', 6, 1, DIGEST],
    ['registrar', 'accessLedger', 'setApprovalRule', 0, { needed: 0, roles: 0 }],
    ['registrar', 'accessLedger', 'setApprovalRule', 7, { needed: 1, roles: 0b11 }],
    ['registrar', 'workCalendar', 'setDays', 20_400, 20_460, [20_401], DIGEST],
    ['tax', 'catalogue', 'withdraw', CONDITIONAL, DIGEST],
    ['tax', 'catalogue', 'update', CONDITIONAL, describeResource('withheld', { level: 5 })],
    ['tax', 'policies', 'endPolicy', CONDITIONAL, DIGEST],
    ['tax', 'accessLedger', 'entrust', 8, ZeroHash],
    ['tax', 'accessLedger', 'revoke', 3, DIGEST],
    ['tax', 'accessLedger', 'refuse', 4, DIGEST],
    ['tax', 'conduct', 'removePerson', PERSONS[0], DIGEST],
    ['regulator', 'accessLedger', 'withdrawApproval', 4, 2, DIGEST],
    ['regulator', 'agreements', 'endAgreement', 1, DIGEST],
    ['regulator', 'products', 'withdrawProduct', 4, DIGEST],
    ['applicant', 'agreements', 'signAgreement', 3, keccakOf('text of the agreement')],
    ['operator', 'agreements', 'takeMeasure', 7, 3, DIGEST],
    ['operator', 'catalogue', 'update', 4, entry],
    ['operator', 'products', 'registerProduct', 4, 1, 0, [1, 3], DIGEST],
    ['agency', 'products', 'reviewProduct', 4, 2, 0b11_1111, true, DIGEST],
    ['agency', 'products', 'reviewProduct', 4, 2, 0b1, false, DIGEST],
    ['operator', 'products', 'registerProduct', 6, 1, 0, [1], DIGEST],
    ['agency', 'products', 'reviewProduct', 6, 1, 0b11_1111, true, DIGEST],
    ['developer', 'accessLedger', 'download', 2, handoverOf({ byteCount: 890 })],
    ['statistics', 'corrections', 'accept', 1],
  ]
}

describe('a city that is compared with its contracts', function () {
  this.timeout(120_000)
  const scene = useScene()
  let city: Comparing

  beforeEach(async () => {
    await liveInCity(scene)
    city = await openComparing(scene)
  })

  it('is the same, whatever was done in it', async () => {
    const { differences, objects, values } = await city.compare()
    expect(differences).to.deep.equal([])
    expect(Object.entries(objects).filter(([, count]) => count === 0)).to.deep.equal([])
    expect(objects).to.include({
      organisation: 11,
      day: 730,
      'approval rule': 16,
      incident: 2,
      'register of persons': 2,
    })
    expect(values).to.be.greaterThan(1_500)
  })

  it('is asked about a few things at a time, and how far that has come is told', async () => {
    const told: (readonly [number, number])[] = []
    const { objects } = await city.compare(undefined, (done, total) => told.push([done, total]))
    const all = Object.values(objects).reduce((sum, count) => sum + count, 0)
    expect(told.at(-1)).to.deep.equal([all, all])
    expect(told.map(([done]) => done)).to.deep.equal(told.map((_, k) => Math.min(all, 8 * (k + 1))))
    expect(city.mostAtOnce()).to.equal(8)
  })

  it('is the same when who agreed to lift a veto is no inspector any more', async () => {
    await scene.act('registrar', 'organisations', 'update', 9, '检验中心', kindsToBits(['consumer']))
    expect((await (await openComparing(scene)).compare()).differences).to.deep.equal([])
  })

  it('is the same after any further acts of all parties', async () => {
    const acts = furtherActs(scene.accounts)
    const taken = new Set<string>()
    let snapshot = await scene.request('evm_snapshot', [])
    const property = fc.asyncProperty(STEPS, async chosen => {
      await scene.request('evm_revert', [snapshot])
      snapshot = await scene.request('evm_snapshot', [])
      for (const k of chosen) {
        const [party, contract, method, ...args] = acts[k % acts.length]!
        // What the contract refuses changes nothing.
        await scene.act(party, contract, method, ...args).then(
          () => taken.add(method),
          () => {},
        )
      }
      expect((await (await openComparing(scene)).compare()).differences).to.deep.equal([])
    })
    await fc.assert(property, { numRuns: 15 })
    expect(taken.size).to.be.greaterThan(10)
  })

  it('is compared by every view that says anything, and in all of its books', () => {
    const known = new Set([
      ...SAYS_NO_MORE,
      ...VIEWS.flatMap(({ views, count }) => [...Object.keys(views), count?.view]),
    ])
    const declared = CONTRACT_NAMES.filter(name => name !== 'accessManager').flatMap(name =>
      artifactOf(name).abi.flatMap(({ type, stateMutability, name: view }) =>
        type === 'function' && (stateMutability === 'view' || stateMutability === 'pure') ? [String(view)] : [],
      ),
    )
    expect(declared.filter(view => !known.has(view))).to.deep.equal([])
    expect([...known].filter(view => view !== undefined && !declared.includes(view))).to.deep.equal([])
    const books = Object.keys(new RegistryState())
    expect(books.filter(book => !(book in NO_VIEW) && !WRONG.some(([wrong]) => wrong === book))).to.deep.equal([])
  })

  it('is found lied about in any one field of any view, and the field is named', async () => {
    const blind: string[] = []
    const held = city.held()
    for (const { en, contract, views } of VIEWS) {
      const id = LIED_ABOUT[en]
      for (const [name, view] of Object.entries(views)) {
        if (id === undefined) throw new Error(`say what of ${en} is to be lied about`)
        for (const [field, change] of liesOf(contract, name, view)) {
          await lieAbout(contract, name, view, held, id, change)
          const { differences } = await city.compare()
          city.beHonest()
          if (differences.length === 0) {
            blind.push(`${name}.${field}`)
            continue
          }
          const found = differences.filter(one => one.view === name && String(id) === one.id)
          expect(
            found.map(one => [one.what, one.field ?? '', one.next]),
            `${name}.${field}`,
          ).to.deep.include([en, view.answer === 'which' ? '' : field, 'read-again'])
          for (const one of found) expect(one.contract).to.not.equal(one.events)
        }
      }
    }
    expect(blind).to.deep.equal([])
  })

  it('is found to have unknown things, and to have fewer or more than are counted', async () => {
    city.refuse('agreements', 'agreementOf', [1], 'AgreementUnknown', [1])
    expect((await city.compare()).differences).to.deep.equal([
      {
        what: 'agreement',
        id: '1',
        view: 'agreementOf',
        contract: null,
        events: '1',
        next: 'ask-another-node',
      },
    ])
    city.beHonest()
    for (const { en: what, contract, count, ids } of VIEWS) {
      if (count === undefined) continue
      const { view, first } = count
      const number = [...ids(city.held())].length
      await city.lie(contract, view, [], told => void (told[0] = BigInt(number + 1)))
      const next = 'read-again'
      expect((await city.compare()).differences).to.deep.equal([
        { what, view, contract: String(number + 1), events: String(number), next },
        { what, id: String(number + first), view, contract: String(number + first), events: null, next },
      ])
      await city.lie(contract, view, [], told => void (told[0] = BigInt(number - 1)))
      expect((await city.compare()).differences).to.deep.equal([
        { what, view, contract: String(number - 1), events: String(number), next },
      ])
      city.beHonest()
    }
  })

  it('is found wrong where any word of ours is, and the word is named', async () => {
    for (const [book, change, what, id, view, field] of WRONG) {
      const { differences } = await city.compare(change)
      const found = differences.map(one => [one.what, one.id, one.view, one.field])
      expect(found, `${book}: ${String(change)}`).to.deep.include([what, id, view, field])
    }
  })

  /** By field a change of what the view returns. */
  function* liesOf(
    contract: ContractName,
    name: string,
    { answer }: View,
  ): Iterable<[string, (told: unknown[]) => void]> {
    if (answer === 'check') {
      yield ['', () => {}]
      return
    }
    const outputs = outputsOf(contract, name)
    for (const [k, output] of outputs.entries()) {
      if (output.type !== 'tuple') {
        yield [output.name ?? '', told => void (told[k] = other(told[k]))]
        continue
      }
      for (const [n, { name: field = '' }] of (output.components ?? []).entries()) {
        yield [field, told => changeAt(told[k] as unknown[], n)]
      }
    }
  }

  async function lieAbout(
    contract: ContractName,
    name: string,
    { answer, asks }: View,
    held: Held,
    id: Id,
    change: (told: unknown[]) => void,
  ): Promise<void> {
    const [args = [id]] = asks?.(held, id) ?? [[id]]
    if (answer === 'check') city.refuse(contract, name, args, 'GrantUnknown', [id])
    else await city.lie(contract, name, args, change)
  }
})

function changeAt(values: unknown[], place: number): void {
  values[place] = other(values[place])
}

/** Another value of the same type, within every enumeration. */
function other(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [1n] : [other(value[0]), ...value.slice(1)]
  if (typeof value === 'boolean') return !value
  if (typeof value === 'bigint') return value === 0n ? 1n : value - 1n
  const text = String(value)
  return `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`.toLowerCase()
}
