import { type Attack, SAYS, sees, tried } from '../attack.ts'
import { DELICATE, linesOf, replaceLine } from '../lines.ts'
import { Operator } from '../operator.ts'
import { ask } from '../parties/asker.ts'
import { Source } from '../parties/source.ts'
import { Watcher } from '../parties/watcher.ts'
import { BANK, HEALTH } from '../plan.ts'

export const rewrittenEntry: Attack = {
  name: 'a rewritten entry',
  adversary: 'platform operator',
  tries: 'change a record',
  injects:
    'after the anchor the log is made again with one entry rewritten; tree, checkpoints, index and evidence are made anew and signed, and the evidence names the old anchor as that of the new tree',
  async *run(city, isFaulty) {
    await using operator = await Operator.open(city)
    await using again = await operator.twin()
    const trust = await operator.trust()
    const [source, watcher] = [new Source(city), new Watcher(city, trust)]
    const lines = linesOf(city, 20)
    await source.send(operator, trust, lines)
    await operator.anchor()
    await watcher.look(operator)

    await again.take(isFaulty ? replaceLine(lines, DELICATE, { consumer: HEALTH }) : lines)
    await again.publishAnyway(isFaulty ? undefined : operator.ledger.anchoring.checkpoint())
    await again.claimAnchorOf(operator)
    yield await ask(again, trust, { consumer: BANK })
    await again.take(linesOf(city, 5, 20))
    await again.publishAnyway()
    yield await watcher.look(again)
    yield await new Watcher(city, trust, { by: 'monitor with receipts', receipts: source.receipts }).look(again)
    yield await tried('contract', [SAYS.mined, SAYS.reverted], () => again.anchorAnyway({ log: 20, index: 1 }))
  },
  seen: [
    sees('whoever asks', 'chain', SAYS.tampered, 'nothing'),
    sees('monitor', ['index-fork', 'log-fork', 'entry-rewritten'], SAYS.proven, 'next checkpoint'),
    sees(
      'monitor with receipts',
      ['anchor-foreign', 'receipt-broken', 'answer-denied'],
      SAYS.proven,
      'next checkpoint',
    ),
    sees('contract', 'old_root_mismatch', SAYS.reverted, 'next anchor'),
  ],
}
