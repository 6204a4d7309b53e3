import type { IngestResult } from '../../../src/ingest/answer.ts'
import { type Attack, SAYS, sees } from '../attack.ts'
import { linesOf } from '../lines.ts'
import { Operator, type Tamper } from '../operator.ts'
import { Source } from '../parties/source.ts'

/** Logs the first batch, and answers every later one as the first. */
const replay: Tamper = ({ ingest }) => {
  let first: Promise<IngestResult> | undefined
  return { ingest: { ...ingest, submit: (...batch) => (first ??= ingest.submit(...batch)) } }
}

export const replayedReceipt: Attack = {
  name: 'a replayed receipt',
  adversary: 'platform operator',
  tries: 'not log at all',
  injects: 'a batch is not logged; its answer has the receipt of an earlier batch of as many lines',
  async *run(city, isFaulty) {
    await using operator = await Operator.open(city, { tamper: isFaulty && replay })
    const trust = await operator.trust()
    yield await new Source(city).send(operator, trust, linesOf(city, 10), linesOf(city, 10, 10))
  },
  seen: [sees('source', 'receipts_replayed', SAYS.refused, 'nothing')],
}
