import { type Attack, SAYS, sees } from '../attack.ts'
import { DELICATE, linesOf, replaceLine } from '../lines.ts'
import { Operator } from '../operator.ts'
import { Watcher } from '../parties/watcher.ts'
import { HEALTH } from '../plan.ts'

export const forkedLog: Attack = {
  name: 'a forked log',
  adversary: 'platform operator',
  tries: 'change or reorder records',
  injects:
    'after a checkpoint is published, and before it is anchored, the log goes on from an earlier leaf with another history, signed like the first',
  async *run(city, isFaulty) {
    await using operator = await Operator.open(city)
    await using again = await operator.twin()
    const trust = await operator.trust()
    const watcher = new Watcher(city, trust, { asks: false }) // neither history is anchored, so there are no answers
    const lines = linesOf(city, 20)
    await operator.take(lines)
    const published = await operator.publishAnyway()
    await watcher.look(operator)
    await again.take(isFaulty ? replaceLine(lines, DELICATE, { consumer: HEALTH }) : lines)
    await again.publishAnyway(isFaulty ? undefined : published)
    await again.take(linesOf(city, 10, 20))
    await again.publishAnyway()
    yield await watcher.look(again)
  },
  seen: [sees('monitor', ['index-fork', 'log-fork'], SAYS.proven, 'next checkpoint')],
}
