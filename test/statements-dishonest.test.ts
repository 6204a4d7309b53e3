// Whatever was stated before, true or not: stating again ends with every line within the grant stated truthfully, or told
// of; and nothing counts twice in silence. Made-up events, so that a statement may say anything.

import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { ZeroHash } from 'ethers'
import fc from 'fast-check'
import { logIdOf } from '../src/chain/deploy.ts'
import type { EventNamed } from '../src/chain/events.ts'
import type { Delivery } from '../src/chain/registry-state.ts'
import { UNLIMITED } from '../src/chain/terms.ts'
import { hashLeaf } from '../src/core/hash.ts'
import { packLeaves } from '../src/core/leaves.ts'
import { cover, isCovered, openIn, type Range } from '../src/statements/ranges.ts'
import type { UnderWay } from '../src/statements/under-way.ts'
import { createStatements, type DueStatement, type Statements } from '../src/statements.ts'
import { createMemoryStore } from '../src/store/memory.ts'
import type { Store } from '../src/store/store.ts'
import { addressOf, MadeUp } from './chain/state-scene.ts'
import { toLeaf } from './store/leaves.ts'

const LOG = logIdOf('example.org/use')
const ELSEWHERE = logIdOf('example.org/other')
const DIGEST = `0x${'11'.repeat(32)}`
const [PROVIDER, CONSUMER, OPERATOR, OTHER] = [1n, 2n, 3n, 4n]
/** Seconds: the grant begins, the chain stands. */
const [BEGIN, NOW, END] = [200, 1_000, 10_000]

type Handover = EventNamed<'Delivered'>['args']['handover']

/** A provider's grant to a consumer, and an operator entrusted with the log. */
function granted(): MadeUp {
  const made = new MadeUp()
  const kinds = ['provider', 'consumer', 'operator'] as const
  for (const [k, kind] of kinds.entries()) {
    const id = BigInt(k + 1)
    const args = { id, codeHash: DIGEST, account: addressOf(k + 1), kinds: [kind], code: `ORG${id}`, name: kind }
    made.say(10, 'OrganisationRegistered', args)
  }
  const resource = {
    name: '人口',
    shareType: 'conditional',
    openType: 'not-open',
    level: 3,
    fieldCount: 8,
    parents: [] as readonly bigint[],
    legalBasisDigest: DIGEST,
    metadata: '0x7b7d',
  } as const
  made.say(20, 'ResourceRegistered', {
    id: 1n,
    provider: PROVIDER,
    sourceHash: DIGEST,
    code: 'R1',
    description: resource,
  })
  made.say(30, 'OperatorEntrusted', { provider: PROVIDER, operator: OPERATOR, log: LOG })
  const quota = { byteCount: UNLIMITED, rowCount: UNLIMITED }
  const terms = {
    resource: 1n,
    agreement: 0n,
    purpose: 'LegalCompliance',
    purposeTextDigest: DIGEST,
    legalBasisDigest: DIGEST,
    scope: 1n,
    from: 0,
    until: END,
    quota,
  }
  const of = { id: 1n, resource: 1n, consumer: CONSUMER }
  made.say(100, 'AccessRequested', {
    ...of,
    resourceVersion: 1,
    ground: 'sharing',
    approvals: { needed: 0, roles: 0 },
    dueAt: 500,
    calendarVersion: 1,
    provisional: false,
    terms,
  })
  made.say(BEGIN, 'AccessGranted', {
    ...of,
    provider: PROVIDER,
    basis: 'provider',
    policyVersion: 0,
    from: BEGIN,
    until: END,
    quota,
    reasonDigest: ZeroHash,
  })
  return made
}

/** A log, what is stated of it, and an oracle that knows which lines are within the grant. */
class Life {
  readonly made = granted()
  readonly store: Store = createMemoryStore()
  readonly within: number[] = []
  /** One for all its life, as a service has it: what it remembers must not deceive it. */
  readonly statements: Statements
  /** Signed, and not on the chain yet. */
  readonly underWay: UnderWay[] = []
  size = 0
  /** Of the chain's newest block, seconds. */
  time = NOW

  constructor() {
    const { made, store } = this
    const time = (): number => this.time
    const block = {
      get time() {
        return time()
      },
    }
    const registry = { books: made.state, block }
    this.statements = createStatements({
      store,
      registry,
      log: LOG,
      anchored: () => this.size,
      underWay: async () => this.underWay,
    })
  }

  async write(lines: readonly boolean[], at: number = BEGIN + 1): Promise<void> {
    const leaves = lines.map((isWithin, k) =>
      toLeaf({
        action: 'read',
        bytes: 10 + ((this.size + k) % 3),
        consumer: isWithin ? 'ORG2' : 'ORG9',
        grant: 1,
        provider: 'ORG1',
        purpose: 'LegalCompliance',
        resource: 'R1',
        rows: 1,
        source: 'gateway',
        status: 'ok',
        time: new Date(at * 1000 + this.size + k).toISOString(),
      }),
    )
    if (leaves.length > 0) await this.store.append([{ leaves: packLeaves(leaves) }])
    for (const [k, isWithin] of lines.entries()) if (isWithin) this.within.push(this.size + k)
    this.size += lines.length
  }

  say(handover: Handover, by: bigint = OPERATOR): void {
    const of = { grant: 1n, resource: 1n, consumer: CONSUMER, kind: 'statement' } as const
    this.made.say(NOW - 1, 'Delivered', { ...of, recordedBy: by, handover })
  }

  /** What an honest statement of a range says. */
  async honest(first: number, end: number): Promise<Handover> {
    const indices = this.within.filter(index => index >= first && index < end)
    const digest = createHash('sha256')
    let bytes = 0n
    for (const entry of await this.store.readEntries(indices)) digest.update(hashLeaf(entry))
    for (const index of indices) bytes += BigInt(10 + (index % 3))
    return {
      channel: 'online-query',
      rowCount: BigInt(indices.length),
      byteCount: bytes,
      scope: 1n,
      contentDigest: `0x${digest.digest('hex')}`,
      accessCount: BigInt(indices.length),
      logFirst: BigInt(first),
      logEnd: BigInt(end),
    }
  }

  /** States what is due until nothing is. */
  async state(): Promise<void> {
    for (let round = 0; round < 50; round++) {
      const { statements, more } = await this.statements.pending('ORG3')
      for (const one of statements) this.say(handoverOf(one))
      if (statements.length === 0 && !more) return
    }
    expect.fail('stating never ends')
  }

  statementsOf(): readonly Delivery[] {
    return this.made.state.statements.get(1) ?? []
  }

  /** Counts the entries that are read from now on. */
  countReads(): () => number {
    let count = 0
    const { store } = this
    const read = store.readEntries.bind(store)
    store.readEntries = indices => {
      count += indices.length
      return read(indices)
    }
    return () => count
  }

  /** Each index of the log by how many statements truthfully speak of it. */
  async truths(): Promise<{ readonly held: readonly number[]; readonly wrong: number }> {
    const held = Array.from({ length: this.size }, () => 0)
    let wrong = 0
    for (const { logFirst, logEnd, accesses, bytes, contentDigest, log } of this.statementsOf()) {
      if (log === ELSEWHERE) continue
      const honest = await this.honest(Number(logFirst), Number(logEnd))
      const isTrue = accesses === honest.accessCount && bytes === honest.byteCount
      if (!isTrue || contentDigest !== honest.contentDigest || logEnd > BigInt(this.size)) wrong++
      else for (let index = Number(logFirst); index < logEnd; index++) held[index]!++
    }
    return { held, wrong }
  }
}

function handoverOf({ bytes, rows, contentDigest, accesses, logFirst, logEnd }: DueStatement): Handover {
  return {
    channel: 'online-query',
    rowCount: rows,
    byteCount: bytes,
    scope: 1n,
    contentDigest,
    accessCount: BigInt(accesses),
    logFirst: BigInt(logFirst),
    logEnd: BigInt(logEnd),
  }
}

function claimOf({ grant, accesses, bytes, rows, logFirst, logEnd }: DueStatement): UnderWay {
  return { grant, accesses: BigInt(accesses), bytes, rows, logFirst: BigInt(logFirst), logEnd: BigInt(logEnd) }
}

function indicesIn({ first, end }: Range): number[] {
  return Array.from({ length: end - first }, (_, k) => first + k)
}

/** Of many statements, what they are: one after the other over the whole log, from either end. */
interface Flood {
  readonly by: bigint
  readonly truth: 'all' | 'sums' | 'none'
  readonly backwards: boolean
  readonly beyond: boolean
  readonly count: number
}

const anyFlood: fc.Arbitrary<Flood> = fc.record({
  by: fc.constantFrom(PROVIDER, OPERATOR, OTHER),
  truth: fc.constantFrom('all' as const, 'sums' as const, 'none' as const),
  backwards: fc.boolean(),
  beyond: fc.boolean(),
  count: fc.constantFrom(1, 60, 130),
})

/** True ones only of what nobody stated: else an honest statement would be the second. */
async function pour(life: Life, { by, truth, backwards, beyond, count }: Flood): Promise<void> {
  const { held } = await life.truths()
  for (let k = 0; k < count; k++) {
    const index = backwards ? life.size - 1 - (k % life.size) : k % life.size
    const honest = await life.honest(index, index + 1)
    const range = beyond ? { logEnd: BigInt(life.size + 1 + k) } : {}
    if (truth === 'none') life.say({ ...honest, accessCount: 1n, byteCount: 1n, ...range }, by)
    else if (truth === 'sums') life.say({ ...honest, contentDigest: DIGEST, ...range }, by)
    else if (held[index] === 0 && k < life.size) life.say(honest, by)
  }
}

type Step =
  | { readonly do: 'write'; readonly lines: readonly boolean[] }
  | { readonly do: 'state' }
  | {
      readonly do: 'claim'
      /** Parts of the log, in thousandths; a little beyond its end. */
      readonly from: number
      readonly to: number
      readonly accesses: number
      readonly bytes: number
      /** What of it is as the log has it. */
      readonly truth: 'all' | 'sums' | 'none'
      readonly by: bigint
      /** Of another log, which the operator is entrusted with for that. */
      readonly elsewhere: boolean
    }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('write' as const), lines: fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }) }),
  fc.record({ do: fc.constant('state' as const) }),
  fc.record({
    do: fc.constant('claim' as const),
    from: fc.nat(1_050),
    to: fc.nat(1_050),
    accesses: fc.integer({ min: 1, max: 6 }),
    bytes: fc.nat(70),
    truth: fc.constantFrom('all' as const, 'sums' as const, 'none' as const),
    by: fc.constantFrom(PROVIDER, OPERATOR),
    elsewhere: fc.boolean(),
  }),
)

async function take(life: Life, step: Step): Promise<void> {
  if (step.do === 'write') return life.write(step.lines)
  if (step.do === 'state') return life.state()
  const { from, to, accesses, bytes, truth, by, elsewhere } = step
  const [first, last] = [from, to].map(part => Math.floor((part * life.size) / 1_000)).toSorted((a, b) => a - b)
  const honest = await life.honest(first!, last! + 1)
  if (elsewhere) life.made.say(NOW - 1, 'OperatorEntrusted', { provider: PROVIDER, operator: OPERATOR, log: ELSEWHERE })
  if (truth === 'none') life.say({ ...honest, accessCount: BigInt(accesses), byteCount: BigInt(bytes) }, by)
  else if (honest.accessCount > 0n) life.say({ ...honest, ...(truth === 'sums' && { contentDigest: DIGEST }) }, by)
  if (elsewhere) life.made.say(NOW - 1, 'OperatorEntrusted', { provider: PROVIDER, operator: OPERATOR, log: LOG })
}

describe('usage statements after false ones', () => {
  it('are made of every line that was not truthfully stated, and each false one is told of', async function () {
    this.timeout(60_000)
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 14 }), async steps => {
        const life = new Life()
        for (const step of steps) await take(life, step)
        await life.state()
        const { held, wrong } = await life.truths()
        const { unstated } = await life.statements.pending('ORG3')
        const count = (...whys: readonly string[]): number =>
          unstated.reduce((sum, { why, statements = 0 }) => sum + (whys.includes(why) ? statements : 0), 0)
        for (const index of life.within) expect(held[index], `statements of line ${index}`).to.be.at.least(1)
        expect(count('stated-beyond-log', 'stated-otherwise'), 'statements told of as wrong').to.equal(wrong)
        const isTwice = held.some(times => times > 1)
        expect(count('stated-twice') > 0, 'told that lines count twice').to.equal(isTwice)
        const { statements: checked } = await life.statements.check(1)
        const told = count('stated-beyond-log', 'stated-otherwise', 'stated-twice')
        expect(checked.filter(({ agrees }) => !agrees).length).to.equal(told)
      }),
      { numRuns: 400 },
    )
  })

  it('are made of no line twice, however many statements, of whichever log, true or false, in whatever order', async function () {
    this.timeout(60_000)
    const life = new Life()
    life.made.say(30, 'OrganisationRegistered', {
      id: OTHER,
      codeHash: DIGEST,
      account: addressOf(4),
      kinds: ['operator'],
      code: 'ORG4',
      name: 'another platform',
    })
    life.made.say(30, 'OperatorEntrusted', { provider: PROVIDER, operator: OTHER, log: ELSEWHERE })
    await fc.assert(
      fc.asyncProperty(fc.array(anyFlood, { minLength: 1, maxLength: 3 }), async floods => {
        for (const flood of floods) {
          await life.write([true, true, false, true])
          await pour(life, flood)
          const before = await life.truths()
          const { statements: due } = await life.statements.pending('ORG3')
          const offered = new Set(due.flatMap(({ logFirst, logEnd }) => indicesIn({ first: logFirst, end: logEnd })))
          for (const index of life.within) {
            expect(offered.has(index), `line ${index} is offered`).to.equal(before.held[index] === 0)
          }
          await life.state()
        }
      }),
      { numRuns: 12 },
    )
    expect(life.statementsOf().length).to.be.greaterThan(300)
  })

  it('are not made again of a line that was stated out of order, a hundred honest days later', async function () {
    this.timeout(60_000)
    const life = new Life()
    await life.write([true, true, true])
    life.say(await life.honest(0, 1))
    life.say(await life.honest(2, 3), PROVIDER)
    for (let day = 0; day < 110; day++) {
      await life.state()
      await life.write([true])
    }
    await life.state()
    const { stated } = life.made.state.grants.get(1)!
    expect(stated.accesses).to.equal(BigInt(life.size))
  })

  it('are made of what was skipped, however many true ones lie ahead of it', async () => {
    const life = new Life()
    await life.write(Array<boolean>(201).fill(true))
    life.say(await life.honest(0, 1))
    for (let k = 101; k < 201; k++) life.say(await life.honest(k, k + 1))
    const { statements: due } = await life.statements.pending('ORG1')
    expect(due.map(({ logFirst, logEnd }) => [logFirst, logEnd])).to.deep.equal([[1, 101]])
  })

  it('are told of together, by what is wrong with them, and for ever', async () => {
    const life = new Life()
    await life.write([true, true])
    for (let k = 0; k < 300; k++) life.say({ ...(await life.honest(0, 1)), byteCount: 1n })
    await life.state()
    const { statements: due, unstated } = await life.statements.pending('ORG3')
    expect(due).to.deep.equal([])
    expect(unstated).to.have.length(1)
    expect(unstated[0]).to.include({ why: 'stated-otherwise', first: 0, statements: 300, accesses: 300, bytes: 300n })
    const { statements: checked } = await life.statements.check(1)
    expect(checked.map(({ agrees }) => agrees)).to.deep.equal([true, ...Array<boolean>(300).fill(false)])
  })

  it('are not made of what is signed already, and may still land', async () => {
    const life = new Life()
    await life.write([true, true])
    const [held] = (await life.statements.pending('ORG1')).statements
    life.underWay.push(claimOf(held!))
    await life.write([true])
    const { statements: due, unstated } = await life.statements.pending('ORG1')
    expect(due.map(({ logFirst, logEnd }) => [logFirst, logEnd])).to.deep.equal([[2, 3]])
    expect(unstated.map(({ why, accesses }) => [why, accesses])).to.deep.equal([['under-way', 2]])
    life.underWay.length = 0
    for (const one of [held!, ...due]) life.say(handoverOf(one), PROVIDER)
    expect(await life.statements.pending('ORG1')).to.deep.include({ statements: [], unstated: [] })
  })

  it('are ten thousand, and judged in one reading of the log', async function () {
    this.timeout(60_000)
    const life = new Life()
    await life.write(Array<boolean>(10_000).fill(true))
    for (let k = 0; k < 10_000; k++) {
      // Each other one has the right sums and other lines: the dearest to judge.
      const honest = await life.honest(k, k + 1)
      life.say(k % 2 === 0 ? honest : { ...honest, contentDigest: DIGEST })
    }
    const counted = life.countReads()
    const { statements: due } = await life.statements.pending('ORG3')
    expect(due).to.have.length(100)
    const judging = counted()
    expect(judging, 'entries read').to.be.at.most(10_000 + 100)
    await life.statements.pending('ORG3')
    expect(counted() - judging, 'entries read once it is known').to.be.at.most(100)
  })

  it('that speak of lines ahead of the chain are judged again, once it is known what became of the grant', async () => {
    const life = new Life()
    await life.write([true], NOW + 50)
    life.say(await life.honest(0, 1))
    expect((await life.statements.check(1)).statements[0]).to.include({ agrees: true })
    life.made.say(NOW + 10, 'GrantRevoked', {
      id: 1n,
      resource: 1n,
      consumer: CONSUMER,
      provider: PROVIDER,
      reasonDigest: DIGEST,
    })
    life.time = NOW + 100
    expect((await life.statements.check(1)).statements[0]).to.include({ agrees: false })
  })
})

describe('ranges of the log', () => {
  const SIZE = 24
  const anyRange = fc
    .tuple(fc.nat(SIZE), fc.nat(SIZE))
    .map(([a, b]): Range => ({ first: Math.min(a, b), end: Math.max(a, b) }))
  const indices = (ranges: readonly Range[]): number[] => ranges.flatMap(indicesIn)

  it('cover what was put in, once and in order, and leave open the rest', () => {
    fc.assert(
      fc.property(fc.array(anyRange), anyRange, (ranges, asked) => {
        const covered: Range[] = []
        for (const range of ranges) cover(covered, range)
        const model = new Set(indices(ranges))
        expect(indices(covered)).to.deep.equal([...model].toSorted((a, b) => a - b))
        for (const [k, { first }] of covered.slice(1).entries()) expect(first).to.be.greaterThan(covered[k]!.end)
        expect(indices(openIn(covered, asked))).to.deep.equal(indicesIn(asked).filter(index => !model.has(index)))
        expect(isCovered(covered, asked)).to.equal(indicesIn(asked).some(index => model.has(index)))
      }),
      { numRuns: 500 },
    )
  })
})
