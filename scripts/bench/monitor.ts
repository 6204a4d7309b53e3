// A monitor that catches up with many epochs over a line: how often it asks, beside the bundles that there are, and how long it
// takes.

import { setTimeout as sleep } from 'node:timers/promises'
import { Operator, serve, trustIn, watch } from '../../test/monitor/operator.ts'
import { type Figure, figure } from './figure.ts'

const EPOCHS = 200
/** Records of each. */
const SIZES = [10, 300]
const LINE_MS = 30

export async function measureMonitor(): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const size of SIZES) {
    await using operator = await Operator.open()
    for (let epoch = 0; epoch < EPOCHS; epoch++) await operator.grow(size)
    await using service = await serve(async path => {
      await sleep(LINE_MS)
      return operator.answer(path)
    })
    await using watching = await watch(await trustIn(operator), service.url)
    const started = performance.now()
    const { epochs, faults, troubles } = await watching.round()
    const seconds = (performance.now() - started) / 1000
    if (epochs !== EPOCHS || faults.length + troubles.length > 0) throw new Error(`caught up with ${epochs} epochs`)
    const bundles = Math.ceil((EPOCHS * size) / 256)
    figures.push(
      figure(`monitor.catchUp.requests, ${EPOCHS} epochs of ${size}`, service.asked.length, 'requests', bundles),
      figure(`monitor.catchUp.seconds, ${EPOCHS} epochs of ${size}, a line of ${LINE_MS} ms`, seconds, 's'),
    )
  }
  return figures
}
