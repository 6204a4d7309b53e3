// Several asks at once: in their order, no more than so many, and none that nobody wants any more.

import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import { inOrder } from '../../src/monitor/in-flight.ts'

describe('monitor: asks under way', () => {
  const never = new AbortController().signal
  let [underWay, most] = [0, 0]
  const given: AbortSignal[] = []

  beforeEach(() => {
    underWay = most = 0
    given.length = 0
  })
  const ask = (number: number) => async (signal: AbortSignal) => {
    given.push(signal)
    most = Math.max(most, ++underWay)
    for (let turns = 0; turns <= (number * 7) % 5; turns++) await setImmediate() // later ones are often done before
    underWay--
    if (number === 13) throw new Error('thirteen')
    return number
  }
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, k) => k)

  it('give what they give in their order, so many at once', async () => {
    for (const count of [0, 1, 2, 3, 4, 12]) {
      expect(await Array.fromAsync(inOrder(numbers(count).map(ask), 3, never))).to.deep.equal(numbers(count))
    }
    expect(most).to.equal(3)
  })

  it('end with the first that fails, and give up those behind it', async () => {
    const got: number[] = []
    const failure = await (async () => {
      for await (const number of inOrder(numbers(40).map(ask), 4, never)) got.push(number)
    })().catch((error: unknown) => error)
    expect(failure).to.have.property('message', 'thirteen')
    expect(got).to.deep.equal(numbers(13))
    expect(given).to.have.length(17)
    expect(given.every(({ aborted }) => aborted)).to.be.true
  })

  it('are given up when the caller leaves, or is told to end', async () => {
    for await (const _ of inOrder(numbers(5).map(ask), 2, never)) break
    expect(given.map(({ aborted }) => aborted)).to.deep.equal([true, true])
    const ended = AbortSignal.abort()
    for await (const _ of inOrder([ask(1)], 2, ended)) expect(given.at(-1)!.aborted).to.be.true
  })
})
