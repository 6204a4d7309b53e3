// From records to complete answers, by the plain way: what the quick way, the verifier and the monitor are measured by.

import { expect } from 'chai'
import fc from 'fast-check'
import { type CompleteProof, checkComplete } from '../../../src/core/completeness/answer.ts'
import { DerivedIndex, deriveEpoch, type IndexedRecord } from '../../../src/core/completeness/derive.ts'
import { decodeEpoch, encodeEpoch } from '../../../src/core/completeness/epoch.ts'
import { indexKey } from '../../../src/core/completeness/key.ts'
import { MOST_POSTINGS } from '../../../src/core/completeness/postings.ts'
import type { Window } from '../../../src/core/completeness/window.ts'
import { DIMENSIONS, type Dimension } from '../../../src/core/question.ts'
import type { LogRecord } from '../../../src/core/record.ts'
import { proveBlocks } from './blocks.ts'

const START = Date.parse('2026-03-01T00:00:00.000Z')

/** Records of a few values, their times up to a minute late, cut into epochs. */
const anyEpochs: fc.Arbitrary<IndexedRecord[][]> = fc
  .array(
    fc.array(
      fc.record({
        resource: fc.constantFrom('30101/1', '30101/2'),
        consumer: fc.constantFrom('A', 'B', 'C'),
        actor: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
        grant: fc.option(fc.constantFrom(1, 12), { nil: undefined }),
        late: fc.nat(60),
      }),
      { maxLength: 12 },
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map(epochs => {
    let index = 0
    return epochs.map((records, epoch) =>
      records.map(({ late, actor, grant, ...said }) => ({
        index: index++,
        record: {
          ...said,
          ...(actor !== undefined && { actor }),
          ...(grant !== undefined && { grant }),
          provider: 'P',
          source: 's',
          time: new Date(START + 60_000 * epoch - 1_000 * late).toISOString(),
        } as unknown as LogRecord,
      })),
    )
  })

const anyQuestion = fc.record({
  of: fc.constantFrom<readonly [Dimension, string]>(
    ['resource', '30101/1'],
    ['consumer', 'B'],
    ['actor', 'x'],
    ['grant', '12'],
    ['provider', 'P'],
    ['source', 'nobody'],
    ['purpose', 'LegalCompliance'],
  ),
  from: fc.option(fc.nat(12), { nil: undefined }),
  to: fc.option(fc.nat(12), { nil: undefined }),
})

function derive(epochs: readonly IndexedRecord[][]): DerivedIndex {
  const index = new DerivedIndex()
  for (const records of epochs) index.add(deriveEpoch(records))
  return index
}

function prove(
  epochs: readonly IndexedRecord[][],
  [dimension, value]: readonly [Dimension, string],
  window: Window,
): CompleteProof {
  const blocks = epochs.flatMap(records =>
    deriveEpoch(records)
      .filter(addition => addition.dimension === dimension && addition.value === value)
      .flatMap(addition => addition.blocks),
  )
  return {
    trie: derive(epochs).trie().prove(indexKey(dimension, value)),
    parts: proveBlocks(blocks, window),
  }
}

describe('a complete answer', () => {
  it('has every record with the value within the window, and no other', () => {
    fc.assert(
      fc.property(anyEpochs, anyQuestion, (epochs, { of, from, to }) => {
        const [dimension, value] = of
        const window = {
          from: from === undefined ? undefined : START + 60_000 * from,
          to: to === undefined ? undefined : START + 60_000 * to,
        }
        const wanted = epochs.flat().flatMap(({ index, record }) => {
          const time = Date.parse(record.time)
          const fits =
            String(record[dimension]) === value && time >= (window.from ?? 0) && time < (window.to ?? 2 ** 50)
          return fits ? [{ index, time }] : []
        })
        const { root } = derive(epochs).trie()
        expect(checkComplete({ dimension, value, ...window }, root, prove(epochs, of, window))).to.deep.equal(wanted)
      }),
      { numRuns: 400 },
    )
  })

  it('is not that of another value, another window, or another index', () => {
    const record = (index: number, consumer: string): IndexedRecord => ({
      index,
      record: { consumer, source: 's', time: new Date(START + 60_000 * index).toISOString() } as unknown as LogRecord,
    })
    const epochs = [[record(0, 'A'), record(1, 'B')], [record(2, 'A')]]
    const { root } = derive(epochs).trie()
    const window = { from: START + 100_000, to: START + 200_000 }
    const proof = prove(epochs, ['consumer', 'A'], window)
    const question = { dimension: 'consumer', value: 'A', ...window } as const
    expect(checkComplete(question, root, proof)).to.deep.equal([{ index: 2, time: START + 120_000 }])
    expect(checkComplete({ ...question, value: 'B' }, root, proof)).to.equal(undefined)
    expect(checkComplete({ ...question, dimension: 'provider' }, root, proof)).to.equal(undefined)
    expect(checkComplete({ ...question, from: 0 }, root, proof)).to.equal(undefined)
    expect(checkComplete(question, derive(epochs.slice(1)).trie().root, proof)).to.equal(undefined)
    for (const from of [Number.NaN, null, '0', 0.5, Number.POSITIVE_INFINITY]) {
      const odd = { ...question, from } as unknown as typeof question
      expect(checkComplete(odd, root, proof), `from ${from}`).to.equal(undefined)
      expect(() => prove(epochs, ['consumer', 'A'], odd)).to.throw(RangeError)
      expect(checkComplete({ ...odd, value: 'C' }, root, prove(epochs, ['consumer', 'C'], window))).to.equal(undefined)
    }
    const absent = prove(epochs, ['consumer', 'C'], window)
    expect(checkComplete({ ...question, value: 'C' }, root, absent)).to.deep.equal([])
    expect(checkComplete({ ...question, value: 'C' }, root, { ...absent, parts: proof.parts })).to.equal(undefined)
    expect(checkComplete(question, root, absent), 'absent, though it is there').to.equal(undefined)
  })

  it('comes in blocks of bounded size', () => {
    const records = Array.from({ length: 2 * MOST_POSTINGS + 1 }, (_, index) => ({
      index,
      record: { source: 's', time: new Date(START).toISOString() } as unknown as LogRecord,
    }))
    const [addition] = deriveEpoch(records)
    expect(addition!.blocks.map(block => block.length)).to.deep.equal([MOST_POSTINGS, MOST_POSTINGS, 1])
  })

  it('grows only at its end', () => {
    const record = { source: 's', time: new Date(START).toISOString() } as unknown as LogRecord
    const index = new DerivedIndex()
    index.add(deriveEpoch([{ index: 5, record }]))
    expect(() => index.add(deriveEpoch([{ index: 5, record }]))).to.throw(RangeError)
  })

  it('is asked for by every dimension that records are asked by', () => {
    const record = Object.fromEntries([
      ...DIMENSIONS.map(name => [name, `${name} 1`]),
      ['time', new Date(START).toISOString()],
    ])
    const additions = deriveEpoch([{ index: 0, record: record }])
    expect(additions.map(({ dimension, value }) => `${dimension}=${value}`)).to.deep.equal(
      DIMENSIONS.map(name => `${name}=${name} 1`),
    )
  })
})

describe('an epoch', () => {
  it('reads as it was written', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.string({ unit: 'grapheme' }),
        (trieRoot, checkpoint) => {
          expect(decodeEpoch(encodeEpoch({ trieRoot, checkpoint }))).to.deep.equal({ trieRoot, checkpoint })
        },
      ),
    )
  })

  it('is refused when it is none', () => {
    const good = Buffer.from(encodeEpoch({ trieRoot: new Uint8Array(32).fill(171), checkpoint: 'log\n1\n' })).toString()
    expect(decodeEpoch(Buffer.from(good))?.checkpoint).to.equal('log\n1\n')
    for (const bad of [
      '',
      good.slice(1),
      good.replace('a', 'A'),
      good.replace('\n', ' '),
      good.slice(0, 64),
      ` ${good}`,
    ]) {
      expect(decodeEpoch(Buffer.from(bad)), JSON.stringify(bad)).to.equal(undefined)
    }
    expect(decodeEpoch(Buffer.concat([Buffer.from(good), Buffer.of(0xff)])), 'no UTF-8').to.equal(undefined)
  })
})
