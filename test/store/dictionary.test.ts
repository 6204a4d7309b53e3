// The two dictionaries number the same values the same way.

import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { packLeaves, readSpelling, spellValue } from '../../src/core/leaves.ts'
import { DIMENSIONS } from '../../src/core/question.ts'
import { createPlainDictionary, type Dictionary, type Texts } from '../../src/store/index/dictionary.ts'
import { createWasmDictionary } from '../../src/store/index/wasm-dictionary.ts'
import { makeRecord, toLeaf } from './leaves.ts'

const text = fc.oneof(
  fc.constantFrom('a', 'b', 'a/', 'A', '源', '"', '\\', 'a\u0000', 'x'.repeat(64), 'x'.repeat(63)),
  fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
)
const record = fc
  .record(
    {
      resource: text,
      provider: text,
      consumer: text,
      actor: text,
      purpose: text,
      grant: fc.integer({ min: 1, max: 300 }),
      source: text,
    },
    { requiredKeys: ['resource', 'provider', 'consumer', 'source'] },
  )
  .map(fields => toLeaf(makeRecord(1, fields)))

describe('dictionaries', () => {
  let module: WebAssembly.Module
  before(async () => {
    module = await WebAssembly.compile(readFileSync(new URL('../../build/lines.wasm', import.meta.url)))
  })

  const expectSame = (plain: Dictionary, quick: Dictionary): void => {
    for (const dimension of DIMENSIONS) {
      const count = plain.count(dimension)
      expect(quick.count(dimension)).to.equal(count)
      for (let id = 1; id <= count; id++) {
        const text = plain.text(dimension, id)
        expect(quick.text(dimension, id)).to.equal(text)
        expect([plain.find(dimension, text), quick.find(dimension, text)]).to.deep.equal([id, id])
      }
      const texts = finish(plain.texts(dimension))
      const copied = finish(quick.texts(dimension))
      expect([...copied.ends]).to.deep.equal([...texts.ends])
      expect(Buffer.compare(copied.bytes, texts.bytes)).to.equal(0)
    }
  }

  it('agree on every number, chunk after chunk', () => {
    fc.assert(
      fc.property(fc.array(fc.array(record, { maxLength: 30 }), { maxLength: 5 }), text, (chunks, unknown) => {
        const plain = createPlainDictionary()
        const quick = createWasmDictionary(module)
        for (const leaves of chunks.map(packLeaves)) {
          expect([...quick.internAll(leaves)]).to.deep.equal([...plain.internAll(leaves)])
        }
        expectSame(plain, quick)
        for (const dimension of DIMENSIONS) {
          const spelling = spellValue(dimension, unknown)
          expect(readSpelling(spellValue('source', unknown))).to.equal(unknown)
          expect(quick.find(dimension, spelling)).to.equal(plain.find(dimension, spelling))
        }
      }),
    )
  })

  it('agree when there are very many values', () => {
    const plain = createPlainDictionary()
    const quick = createWasmDictionary(module)
    for (let chunk = 0; chunk < 20; chunk++) {
      const leaves = Array.from({ length: 1000 }, (_, i) => {
        const actor = (chunk * 997 + i).toString(16).padStart(32, '0')
        return toLeaf(makeRecord(i, { actor, source: `source-${(chunk * i) % 5000}` }))
      })
      const packed = packLeaves(leaves)
      expect(Buffer.compare(bytesOf(quick.internAll(packed)), bytesOf(plain.internAll(packed)))).to.equal(0)
    }
    expectSame(plain, quick)
  })
})

function finish(steps: Generator<undefined, Texts>): Texts {
  let step = steps.next()
  while (step.done !== true) step = steps.next()
  return step.value
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
