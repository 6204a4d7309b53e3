// Who may work now: never more than there is room for, in turn, and nobody kept waiting by another's many requests.

import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import { createGate, type GateOptions, type Turn } from '../src/admission.ts'
import { LedgerError } from '../src/core/error.ts'
import { inBoth } from '../src/core/words.ts'

const OPTIONS: GateOptions = {
  room: 8,
  share: 6,
  mostWaiting: 100,
  patienceMs: 20,
  burst: 1_000,
  refuse: reason => new LedgerError(`refused_${reason}`, inBoth('Come back later.'), { retryable: true }),
}

/** What was asked for was refused with. */
const codeOf = async (asked: Turn | Promise<Turn>): Promise<string> => {
  try {
    await asked
    return 'none'
  } catch (error) {
    return error instanceof LedgerError ? error.code : String(error)
  }
}

describe('admission', () => {
  it('gives turns while there is room, then one for each that is given back', async () => {
    const gate = createGate(OPTIONS)
    const first = await gate.take('a', 6)
    const second = await gate.take('b', 2)
    let third: Turn | undefined
    void gate.take('b', 1).then(turn => (third = turn))
    await wait(5)
    expect(third).to.equal(undefined)
    expect(gate.figures).to.include({ held: 8, waiting: 1 })
    second[Symbol.dispose]()
    second[Symbol.dispose]() // twice is once
    await wait(5)
    expect(third).not.to.equal(undefined)
    first.shrink(1)
    expect(gate.figures).to.include({ held: 2, waiting: 0 })
  })

  it('refuses who waits too long, and at once who has too many waiting', async () => {
    const gate = createGate({ ...OPTIONS, mostWaiting: 2 })
    await gate.take('a', 6)
    const late = [gate.ask('a', 1), gate.ask('a', 1)]
    expect(await codeOf(gate.ask('a', 1))).to.equal('refused_many')
    const started = performance.now()
    expect(await Promise.all(late.map(codeOf))).to.deep.equal(['refused_late', 'refused_late'])
    expect(performance.now() - started).to.be.at.least(10)
    expect(gate.figures).to.deep.equal({ held: 6, waiting: 0, refused: { late: 2, many: 1 } })
  })

  it('lets go whose asker is gone', async () => {
    const gate = createGate({ ...OPTIONS, patienceMs: 10_000 })
    const turn = await gate.take('a', 6)
    const gone = new AbortController()
    const asked = gate.ask('a', 1, gone.signal)
    gone.abort(new LedgerError('gone', inBoth('Nobody is there.')))
    expect(await codeOf(asked)).to.equal('gone')
    expect(gate.figures.waiting).to.equal(0)
    expect(await codeOf(gate.ask('a', 1, gone.signal))).to.equal('gone')
    turn[Symbol.dispose]()
    expect(gate.figures.held).to.equal(0)
  })

  it('takes one that asks for more than a share for a share', async () => {
    const gate = createGate(OPTIONS)
    const turn = await gate.take('a', 1_000)
    expect(gate.figures.held).to.equal(6)
    turn[Symbol.dispose]()
  })

  it('lets the event loop go on after each burst', async () => {
    const gate = createGate({ ...OPTIONS, room: 1_000, share: 900, burst: 10 })
    let granted = 0
    for (let k = 0; k < 30; k++) void gate.take('a', 4).then(() => granted++)
    const seen = []
    for (let k = 0; k < 4; k++) {
      await Promise.resolve()
      await Promise.resolve()
      seen.push(granted)
      await new Promise(setImmediate)
    }
    expect(seen).to.deep.equal([3, 6, 9, 12])
  })

  /** One step after the other, on any order of arrivals and ends: what must hold of every gate is asked at each turn. */
  it('keeps its promises in any order of events', async () => {
    const arrival = fc.record({ client: fc.integer({ min: 0, max: 4 }), weight: fc.integer({ min: 1, max: 9 }) })
    const step = fc.oneof(
      { weight: 3, arbitrary: arrival },
      { weight: 2, arbitrary: fc.record({ end: fc.nat() }) },
      { weight: 1, arbitrary: fc.constant('tick' as const) },
    )
    const burst = fc.integer({ min: 1, max: 12 })
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 150 }), burst, play), { numRuns: 300 })
  })
})

type Step = 'tick' | { readonly end: number } | { readonly client: number; readonly weight: number }

interface Asked {
  readonly client: number
  readonly weight: number
  turn?: Turn
}

async function play(steps: readonly Step[], burst: number): Promise<void> {
  const due: (() => void)[] = []
  const gate = createGate({ ...OPTIONS, burst, later: run => void due.push(run) })
  const waiting: Asked[] = []
  const working: Asked[] = []
  /** How often each client was passed by each other since it could have begun. */
  const passed = new Map<number, Map<number, number>>()

  const heldBy = (client?: number): number =>
    working.reduce((sum, one) => sum + (client === undefined || one.client === client ? one.weight : 0), 0)
  const couldBegin = (client: number): boolean => {
    const first = waiting.find(one => one.client === client)
    return first !== undefined && heldBy(client) + first.weight <= OPTIONS.share
  }
  const begin = (asked: Asked, turn: Turn): void => {
    expect(
      waiting.find(({ client }) => client === asked.client),
      'first come of a client, first served',
    ).to.equal(asked)
    for (const other of new Set(waiting.map(({ client }) => client))) {
      if (other === asked.client || !couldBegin(other)) passed.delete(other)
      else {
        const passes = passed.get(other) ?? new Map<number, number>()
        passed.set(other, passes.set(asked.client, (passes.get(asked.client) ?? 0) + 1))
        expect(passes.get(asked.client), 'passed by one client').to.be.at.most(1)
      }
    }
    waiting.splice(waiting.indexOf(asked), 1)
    working.push(asked)
    asked.turn = turn
    expect(heldBy(), 'in all').to.be.at.most(OPTIONS.room)
    expect(heldBy(asked.client), 'of one client').to.be.at.most(OPTIONS.share)
  }
  const run = async (one: Step): Promise<void> => {
    if (one === 'tick') for (const goOn of due.splice(0)) goOn()
    else if ('end' in one) {
      const [done] = working.splice(one.end % Math.max(1, working.length), 1)
      done?.turn?.[Symbol.dispose]()
    } else {
      const asked: Asked = { client: one.client, weight: Math.min(one.weight, OPTIONS.share) }
      waiting.push(asked)
      void gate.take(String(one.client), one.weight).then(turn => begin(asked, turn))
    }
    await Promise.resolve()
    await Promise.resolve()
    expect(gate.figures).to.include({ held: heldBy(), waiting: waiting.length })
  }

  for (const one of steps) await run(one)
  // Nobody waits for ever.
  for (let left = waiting.length; left > 0; left--) {
    await run('tick')
    while (working.length > 0) await run({ end: 0 })
    await run('tick')
  }
  expect(waiting).to.deep.equal([])
}
