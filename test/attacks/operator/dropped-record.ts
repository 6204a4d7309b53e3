import { type Attack, misses, SAYS, sees } from '../attack.ts'
import { DELICATE, linesOf } from '../lines.ts'
import { Operator } from '../operator.ts'
import { ask } from '../parties/asker.ts'
import { Source } from '../parties/source.ts'
import { Watcher } from '../parties/watcher.ts'
import { BANK } from '../plan.ts'

export const droppedRecord: Attack = {
  name: 'a dropped record',
  adversary: 'platform operator',
  tries: 'drop a record',
  injects:
    'before anything is published, the log is made again without one record that has its receipt; tree, checkpoints, index and anchors are all of the shorter log',
  async *run(city, isFaulty) {
    await using operator = await Operator.open(city)
    await using again = await operator.twin()
    const trust = await operator.trust()
    const source = new Source(city)
    const lines = linesOf(city, 20)
    await source.send(operator, trust, lines)
    await again.take(isFaulty ? lines.toSpliced(DELICATE, 1) : lines)
    await again.take(linesOf(city, 5, 20))
    await again.anchor()
    yield await new Watcher(city, trust, { by: 'monitor with receipts', receipts: source.receipts }).look(again)
    yield await new Watcher(city, trust).look(again)
    yield await ask(again, trust, { consumer: BANK })
  },
  seen: [
    sees('monitor with receipts', 'receipt-broken', SAYS.proven, 'next checkpoint'),
    misses('monitor', SAYS.well),
    misses('whoever asks', SAYS.verified),
  ],
}
