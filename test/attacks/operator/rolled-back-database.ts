import { type Attack, SAYS, sees, tried } from '../attack.ts'
import { linesOf } from '../lines.ts'
import { Operator } from '../operator.ts'
import { Source } from '../parties/source.ts'
import { Watcher } from '../parties/watcher.ts'

const PATIENCE_MS = 601_000

export const rolledBackDatabase: Attack = {
  name: 'a rolled-back database',
  adversary: 'platform operator',
  tries: 'drop records',
  injects:
    'the service is run on its database of an hour ago; by a build that asks nothing at its start it then goes on from there with other records',
  async *run(city, isFaulty) {
    await using backup = await Operator.open(city)
    await using operator = await backup.twin()
    const trust = await operator.trust()
    const [source, watcher] = [new Source(city), new Watcher(city, trust)]
    await source.send(operator, trust, linesOf(city, 10))
    await operator.anchor()
    await backup.take(linesOf(city, 10))
    await backup.publishAnyway(operator.ledger.anchoring.checkpoint())
    await source.send(operator, trust, linesOf(city, 10, 10))
    await operator.anchor()
    await watcher.look(operator)

    const running = isFaulty ? backup : operator
    yield await watcher.look(running)
    yield await watcher.look(running, PATIENCE_MS)
    await running.take(linesOf(city, 15, 20))
    await running.publishAnyway()
    yield await watcher.look(running)
    yield await new Watcher(city, trust, { by: 'monitor with receipts', receipts: source.receipts }).look(running)
    yield await tried('contract', [SAYS.mined, SAYS.reverted], () => running.anchorAnyway({ log: 20, index: 2 }))
    const begin = (): Promise<unknown> => (isFaulty ? backup.twin() : operator.restart())
    yield await tried("operator's own software", [SAYS.started, SAYS.stopped], begin)
  },
  seen: [
    sees('monitor', 'log_entries_gone', SAYS.trouble, 'nothing'),
    sees('monitor', ['log-rolled-back', 'monitor-behind'], SAYS.fault, 'patience (600 s)'),
    sees('monitor', ['index-fork', 'log-fork', 'entry-rewritten'], SAYS.proven, 'next checkpoint'),
    sees('monitor with receipts', ['anchor-foreign', 'receipt-broken'], SAYS.proven, 'next checkpoint'),
    sees('contract', 'old_root_mismatch', SAYS.reverted, 'next anchor'),
    sees("operator's own software", 'log_rolled_back', SAYS.stopped, 'nothing'),
  ],
}
