import { openLogKey } from '../../../src/log-key.ts'
import { TestFacts } from '../../chain/fixtures.ts'
import { type Attack, misses, SAYS, sees } from '../attack.ts'
import { linesOf, replaceLine } from '../lines.ts'
import { Operator } from '../operator.ts'
import { Watcher } from '../parties/watcher.ts'

const DAYS = 86_400

export const backDatedLog: Attack = {
  name: 'a back-dated record, and the clock of the log with it',
  adversary: 'platform operator',
  tries: 'back-date a record',
  injects:
    'a record that is made now has a time 30 days ago, and the checkpoint before it is signed with a time 31 days ago',
  async *run(city, isFaulty) {
    await using operator = await Operator.open(city)
    const trust = await operator.trust()
    const { dir, origin } = operator.founded
    await operator.take(linesOf(city, 10))
    const key = await openLogKey({ dir, origin, facts: new TestFacts() }) // which has not signed any time yet
    const now = Date.now() / 1000
    await operator.publishAnyway(key.sign(operator.ledger.store.head, isFaulty ? now - 31 * DAYS : now))
    await operator.anchorAnyway({ log: 0, index: 0 })
    const looked = new Watcher(city, trust, {
      by: 'monitor without a node, which looked before',
      asks: false,
      node: false,
    })
    await looked.look(operator)
    const later = linesOf(city, 10, 10)
    const time = new Date(city.since - 30 * DAYS * 1000).toISOString()
    await operator.take(isFaulty ? replaceLine(later, 4, { time }) : later)
    await operator.publishAnyway()
    await operator.anchorAnyway({ log: 10, index: 1 })
    // The service knows of none of these anchors, and so has no answers.
    yield await new Watcher(city, trust, { asks: false }).look(operator)
    yield await looked.look(operator)
    const unknowing = { by: 'monitor without a node, which did not look before', asks: false, node: false } as const
    yield await new Watcher(city, trust, unknowing).look(operator)
  },
  seen: [
    sees('monitor', ['record-backdated', 'clock-behind'], SAYS.warning, 'next anchor'),
    sees('monitor without a node, which looked before', 'record-backdated', SAYS.warning, 'next epoch'),
    misses('monitor without a node, which did not look before', SAYS.well),
  ],
}
