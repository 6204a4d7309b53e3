import { altered } from '../../altered.ts'
import { type Attack, misses, SAYS, sees } from '../attack.ts'
import { linesOf } from '../lines.ts'
import { Operator, type Tamper } from '../operator.ts'
import { Source } from '../parties/source.ts'
import { Watcher } from '../parties/watcher.ts'

const PATIENCE_MS = 601_000

const discard: Tamper = ({ ingest }) => ({
  ingest: altered(ingest, {
    submit: async () => ({
      lines: 10,
      accepted: 10,
      already: 0,
      refused: [],
      refusedCount: 0,
      receipts: [],
      receiptsOmitted: [],
    }),
  }),
})

export const notLogged: Attack = {
  name: 'nothing logged',
  adversary: 'platform operator',
  tries: 'not log at all',
  injects: 'a batch is said to be accepted, and is neither logged nor given a receipt',
  async *run(city, isFaulty) {
    await using operator = await Operator.open(city, { tamper: isFaulty && discard })
    const trust = await operator.trust()
    yield await new Source(city).send(operator, trust, linesOf(city, 10))
  },
  seen: [sees('source', 'receipts_incomplete', SAYS.refused, 'nothing')],
}

export const withheldRecords: Attack = {
  name: 'records withheld',
  adversary: 'platform operator',
  tries: 'not log at all',
  injects: 'records get receipts, and no checkpoint ever has them: the log stands still',
  async *run(city, isFaulty) {
    await using operator = await Operator.open(city)
    const trust = await operator.trust()
    const source = new Source(city)
    await operator.take(linesOf(city, 10))
    await operator.anchor()
    await source.send(operator, trust, linesOf(city, 10, 10))
    if (!isFaulty) await operator.anchor()
    const watcher = new Watcher(city, trust, { by: 'monitor with receipts', receipts: source.receipts })
    yield await watcher.look(operator)
    yield await watcher.look(operator, PATIENCE_MS)
  },
  seen: [
    misses('monitor with receipts', SAYS.well),
    sees('monitor with receipts', 'receipt-waiting', SAYS.warning, 'patience (600 s)'),
  ],
}
