// Arguments for any act, made up: values as a contract would take them, by the form of each parameter.

import fc from 'fast-check'
import type { Form } from '../../src/acts/forms.ts'
import type { Act } from '../../src/acts/list.ts'
import type { Lookup } from '../../src/acts/lookup.ts'
import type { AbiValue } from '../../src/acts/read.ts'
import { encodePurpose, UNLIMITED } from '../../src/chain/terms.ts'

export const valuesOf = (act: Act): fc.Arbitrary<readonly AbiValue[]> =>
  fc.tuple(...act.parameters.map(({ form }) => valueOf(form)))

export function valueOf(form: Form): fc.Arbitrary<AbiValue> {
  if (form.is === 'struct') {
    return fc.record(Object.fromEntries(form.fields.map(({ name, form: of }) => [name, valueOf(of)])))
  }
  if (form.is === 'list') return fc.array(valueOf(form.of), { maxLength: 4 })
  if (form.is === 'word') return fc.constantFrom(...Object.values(form.terms).map(({ value }) => BigInt(value)))
  if (form.is === 'words') {
    const bitOf = (value: number): bigint => (form.by === 'value' ? BigInt(value) : 1n << BigInt(value))
    const bits = Object.values(form.terms).map(({ value }) => bitOf(value))
    return fc.subarray(bits).map(some => some.reduce((all, bit) => all | bit, 0n))
  }
  if (form.is === 'number') return below(form.bits)
  return PLAIN[form.is]()
}

const below = (bits: number): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n })
const word = (): fc.Arbitrary<string> => fc.oneof(fc.constant(`0x${'0'.repeat(64)}`), hex(32, 32))
const json = (): fc.Arbitrary<string> =>
  fc
    .dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
    .map(value => `0x${Buffer.from(JSON.stringify(value)).toString('hex')}`)

const PLAIN = {
  organisation: () => fc.maxSafeNat().map(BigInt),
  resource: () => fc.maxSafeNat().map(BigInt),
  grant: () => below(64),
  agreement: () => below(64),
  correction: () => below(64),
  quota: () => fc.oneof(fc.constant(UNLIMITED), below(64)),
  purpose: () => fc.stringMatching(/^[A-Za-z0-9.:_-]{1,32}$/).map(encodePurpose),
  purposes: () => below(256),
  scope: () => below(128),
  time: () => below(40),
  span: () => below(40),
  day: () => below(32),
  digest: word,
  asked: word,
  round: () => below(5),
  hash: word,
  log: word,
  source: word,
  flag: () => fc.boolean(),
  address: () => hex(20, 20),
  text: () => fc.string({ unit: 'grapheme', maxLength: 40 }),
  document: () => fc.oneof(hex(0, 40), json()),
} as const

function hex(minLength: number, maxLength: number): fc.Arbitrary<string> {
  return fc.uint8Array({ minLength, maxLength }).map(bytes => `0x${Buffer.from(bytes).toString('hex')}`)
}

/** A ledger that knows one of each. Purposes are called after their numbers: `P7`. */
export const LOOKUP: Lookup = {
  organisation: async code => (code === '11520100MB0000001A' ? 1n : undefined),
  resource: async code => (code === '306-01-001' ? 7n : undefined),
  fields: async resource => (resource === 7n ? { count: 4, names: ['姓名', 'id', 'address', '3'] } : undefined),
  resourceOfGrant: async grant => (grant === 42n ? 7n : undefined),
  purpose: async code => (/^P\d{1,3}$/u.test(code) ? Number(code.slice(1)) : undefined),
  asked: async grant => (grant === 42n ? `0x${'ab'.repeat(32)}` : undefined),
  round: async thing => (thing === 'grant 42' ? 3 : undefined),
}
