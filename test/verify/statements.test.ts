// Usage statements against the rows of an answer: every way in which the two can agree or not.

import { createHash } from 'node:crypto'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { logIdOf } from '../../src/chain/deploy.ts'
import type { TimedEvent } from '../../src/chain/registry-state.ts'
import type { Judgement } from '../../src/core/authority.ts'
import type { UsageRow } from '../../src/core/usage.ts'
import type { Findings } from '../../src/verify/grants.ts'
import { compareStatements, type StatementResult } from '../../src/verify/statements.ts'
import { makeRecord, toLeaf } from '../store/leaves.ts'

const ORIGIN = 'example.org/use'
const WHOLE = { question: { where: { grant: '1' } }, more: false }
const PART = { question: { where: { grant: '1', source: 'one' } }, more: false }
const PROVIDER = 1n
const OPERATOR = 7n

interface Stated {
  readonly by?: bigint
  readonly records: number
  readonly bytes?: number
  readonly first?: number
  readonly end?: number
  /** Of which rows it is the content digest. */
  readonly of?: readonly UsageRow[]
}

const digestOf = (rows: readonly UsageRow[]): string => {
  const leaves = rows.map(({ record }) => toLeaf(record).leaf)
  return `0x${createHash('sha256').update(Buffer.concat(leaves)).digest('hex')}`
}
const event = (name: string, args: object): TimedEvent => ({ event: { name, args } }) as unknown as TimedEvent
const statement = ({
  by = PROVIDER,
  records,
  bytes = 10 * records,
  first = 0,
  end = 10,
  of = [],
}: Stated): TimedEvent =>
  event('Delivered', {
    grant: 1n,
    resource: 5n,
    recordedBy: by,
    kind: 'statement',
    handover: {
      accessCount: BigInt(records),
      byteCount: BigInt(bytes),
      rowCount: 0n,
      logFirst: BigInt(first),
      logEnd: BigInt(end),
      contentDigest: digestOf(of),
    },
  })
const row = (index: number, judgement: Judgement = 'within'): UsageRow => {
  const { rows: _, ...record } = makeRecord(index, { grant: 1, bytes: 10 })
  return { index, record, judgement }
}
const compare = (
  answer: typeof WHOLE,
  rows: readonly UsageRow[],
  ...events: readonly TimedEvent[]
): StatementResult[] => {
  const registered = event('ResourceRegistered', { id: 5n, provider: PROVIDER })
  const story = { things: [], events: [registered, ...events] }
  const findings = { grants: new Map([[1, {}]]), story } as unknown as Findings
  const inOrder = rows.toSorted((a, b) => a.index - b.index)
  const log = {
    indices: inOrder.map(({ index }) => index),
    leaves: inOrder.map(({ record }) => Buffer.from(toLeaf(record).leaf).toString('base64')),
  }
  return compareStatements({ ...answer, log }, findings, rows, { origin: ORIGIN, size: 20 }).map(({ result }) => result)
}
const entrust = (log: string): TimedEvent => event('OperatorEntrusted', { provider: PROVIDER, operator: OPERATOR, log })

describe('usage statements', () => {
  it('agree, whatever else goes beyond the grant or lies outside the range', () => {
    const rows = [row(1), row(2, 'while-vetoed'), row(3), row(12)]
    expect(compare(WHOLE, rows, statement({ records: 2, of: [row(1), row(3)] }))).to.deep.equal(['agrees'])
  })

  it('say less than the rows show: a contradiction, in number or in bytes, however narrow the question', () => {
    expect(compare(PART, [row(1), row(2)], statement({ records: 1 }))).to.deep.equal(['more-shown'])
    expect(compare(PART, [row(1)], statement({ records: 5, bytes: 9 }))).to.deep.equal(['more-shown'])
  })

  it('say more than the rows show: a contradiction only where the answer should have all of the grant', () => {
    const stated = statement({ records: 3 })
    expect(compare(WHOLE, [row(1)], stated)).to.deep.equal(['missing'])
    expect(compare({ ...WHOLE, more: true }, [row(1)], stated)).to.deep.equal(['fewer-shown'])
    expect(compare(PART, [row(1)], stated)).to.deep.equal(['fewer-shown'])
  })

  it('say as much as the rows show, but of other lines or with other sums: a contradiction, however narrow', () => {
    const of = [row(1), row(3)]
    expect(compare(PART, of, statement({ records: 2, of: [row(1), row(2)] }))).to.deep.equal(['other-lines'])
    expect(compare(PART, of, statement({ records: 2, bytes: 21, of }))).to.deep.equal(['other-lines'])
    expect(compare(PART, of.toReversed(), statement({ records: 2, of }))).to.deep.equal(['agrees'])
  })

  it('are no overlap of one that is not so, or goes beyond the checkpoint: what it hides can be stated', () => {
    const of = [row(1), row(3)]
    const honest = statement({ records: 2, of })
    const less = statement({ records: 1 })
    const more = statement({ records: 3 })
    const beyond = statement({ records: 1, end: 30 })
    expect(compare(WHOLE, of, less, more, beyond, honest, honest)).to.deep.equal([
      'more-shown',
      'missing',
      'not-yet',
      'agrees',
      'overlaps',
    ])
  })

  it('are no contradiction because of an earlier one that a partial answer cannot check: one of the two is wrong', () => {
    const of = [row(1), row(3)]
    const [exaggerated, honest] = [statement({ records: 100 }), statement({ records: 2, of })]
    expect(compare(PART, of, exaggerated, honest)).to.deep.equal(['fewer-shown', 'one-of-two'])
    expect(compare(PART, of, exaggerated, exaggerated, honest)).to.deep.equal([
      'fewer-shown',
      'one-of-two',
      'one-of-two',
    ])
    // What left lines out, and seems to agree since they are not shown, blames nobody who states them all either.
    expect(compare(PART, [row(1)], statement({ records: 1, of: [row(1)] }), honest)).to.deep.equal([
      'agrees',
      'one-of-two',
    ])
    expect(compare(WHOLE, of, exaggerated, honest)).to.deep.equal(['missing', 'agrees'])
    expect(compare(PART, of, honest, honest)).to.deep.equal(['agrees', 'overlaps'])
  })

  it('blame nobody who states truthfully what was never truthfully stated, whatever is shown and claimed before', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(9), { minLength: 1 }),
        fc.array(fc.record({ records: fc.nat(12), first: fc.nat(9), end: fc.integer({ min: 1, max: 10 }) })),
        fc.nat(),
        (indices, claims, mask) => {
          const rows = indices.toSorted((a, b) => a - b).map(index => row(index))
          const shown = rows.filter((_, k) => ((mask >> k) & 1) === 1)
          // Sums as they may be, and a content digest that no lines have.
          const before = claims.map(claim => statement({ ...claim, of: [row(15)] }))
          const honest = statement({ records: rows.length, of: rows })
          const results = compare(PART, shown, ...before, honest)
          expect(results.at(-1)).to.be.oneOf(['agrees', 'fewer-shown', 'one-of-two'])
        },
      ),
    )
  })

  it('overlap, or go beyond the checkpoint', () => {
    const [one, other, later] = [statement({ records: 0, end: 5 }), { first: 4, end: 9 }, { first: 9, end: 21 }]
    const events = [one, statement({ records: 0, ...other }), statement({ records: 0, ...later })]
    expect(compare(WHOLE, [], ...events)).to.deep.equal(['agrees', 'overlaps', 'not-yet'])
  })

  it('of an operator count only for the log that it was entrusted with then', () => {
    const stated = statement({ by: OPERATOR, records: 1, of: [row(1)] })
    const ours = entrust(logIdOf(ORIGIN))
    const none = entrust(`0x${'0'.repeat(64)}`)
    expect(compare(WHOLE, [row(1)], stated, ours)).to.deep.equal(['other-log'])
    expect(compare(WHOLE, [row(1)], ours, stated, none)).to.deep.equal(['agrees'])
    expect(compare(WHOLE, [row(1)], ours, none, stated)).to.deep.equal(['other-log'])
  })

  it('agree exactly when they say what is there', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(9)), fc.nat(12), fc.nat(120), (indices, records, bytes) => {
        const rows = indices.toSorted((a, b) => a - b).map(index => row(index))
        const [result] = compare(WHOLE, rows, statement({ records, bytes, of: rows }))
        const same = records === indices.length && bytes === 10 * indices.length
        expect(result === 'agrees').to.equal(same)
      }),
    )
  })
})
