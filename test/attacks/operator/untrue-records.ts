// What happens before a line is logged, to a source that does not sign; to one that does: signed-lines.ts.

import { type Attack, misses, type Party, SAYS, type Seen, sees } from '../attack.ts'
import { type Change, logOtherwise } from '../door.ts'
import { DELICATE, linesOf, replaceLine } from '../lines.ts'
import { Operator } from '../operator.ts'
import { ask } from '../parties/asker.ts'
import { match, Source } from '../parties/source.ts'
import { Watcher } from '../parties/watcher.ts'
import { BANK } from '../plan.ts'

interface Untruth extends Omit<Attack, 'adversary' | 'run' | 'seen'> {
  /** Of a batch, what is logged. */
  readonly atTheDoor?: Change
  /** Logged beside what was sent. */
  readonly besides?: Change
  /** What the source finds. */
  readonly check?: string
  /** What it finds when it reads back what was logged. */
  readonly compared?: readonly string[]
}

function untrue({ atTheDoor = lines => lines, besides, check, compared, ...attack }: Untruth): Attack {
  return {
    ...attack,
    adversary: 'platform operator',
    async *run(city, isFaulty) {
      await using operator = await Operator.open(city, { tamper: isFaulty && logOtherwise(atTheDoor) })
      const trust = await operator.trust()
      const [source, lines] = [new Source(city), linesOf(city, 20)]
      yield await source.send(operator, trust, lines)
      if (isFaulty && besides !== undefined) await operator.take(besides(lines))
      await operator.anchor()
      if (compared !== undefined) yield await source.compare(operator, trust)
      yield await new Watcher(city, trust, { by: 'monitor with receipts', receipts: source.receipts }).look(operator)
      yield await ask(operator, trust, { consumer: BANK })
    },
    seen: [
      check === undefined ? misses('source', SAYS.taken) : sees('source', check, SAYS.refused, 'nothing'),
      ...(compared === undefined ? [] : [comparing(compared)]),
      misses('monitor with receipts', SAYS.well),
      misses('whoever asks', SAYS.verified),
    ],
  }
}

function comparing(checks: readonly string[]): Seen {
  const by: Party = 'source, by `suyuan ingest --compare`'
  return checks.length === 0 ? misses(by, SAYS.same) : sees(by, checks, SAYS.refused, 'next checkpoint')
}

export const droppedAtTheDoor = untrue({
  name: 'a line dropped at the door',
  tries: 'not log at all',
  injects: 'one line of a batch is neither logged nor refused; the others are, with their receipts',
  atTheDoor: lines => lines.toSpliced(DELICATE, 1),
  check: 'lines_unaccounted',
})

export const changedAtTheDoor = untrue({
  name: 'a line changed at the door',
  tries: 'change a record',
  injects: 'a line becomes another record before it is logged; the receipt is of that record',
  atTheDoor: lines => replaceLine(lines, DELICATE, { rows: 1 }),
  compared: ['record_differs'],
  limits:
    'only the source sees it, and only if it reads back what was logged; others have its word against the log. Not compared is what the ledger alone can make: who a person is under its key, and what is sealed',
})

export const inventedRecord = untrue({
  name: 'an invented record',
  tries: 'log what never was',
  injects: 'beside the lines that came, one is logged that nobody sent',
  besides: lines => [{ ...lines[DELICATE], seq: 900 }],
  compared: [],
  open: 'a source that signs its lines: what it did not sign it did not send, tried below; this one does not',
})

/** The other side of an exchange logged the same transaction, under a source of its own. */
function neverSending(name: string, isCompared: boolean, outcome: Pick<Attack, 'seen' | 'open' | 'limits'>): Attack {
  return {
    name,
    adversary: 'platform operator',
    tries: 'not log at all',
    injects: `the platform leaves a line out before anything sees it: the numbers of that source have a hole, and the other side of the exchange logged the same transaction${isCompared ? '; somebody compares the two' : ''}`,
    async *run(city, isFaulty) {
      await using operator = await Operator.open(city)
      const trust = await operator.trust()
      const lines = replaceLine(linesOf(city, 20), DELICATE, { transaction: 'exchange-7' })
      const otherSide = { ...lines[DELICATE], source: 'gateway-2', seq: 1 }
      await operator.take([...(isFaulty ? lines.toSpliced(DELICATE, 1) : lines), otherSide])
      await operator.anchor()
      yield await new Watcher(city, trust).look(operator)
      yield await ask(operator, trust, { source: 'gateway-1' })
      if (isCompared) yield await match(operator, 'gateway-1', 'gateway-2')
    },
    ...outcome,
  }
}

export const neverSent = neverSending('a line never sent', false, {
  seen: [misses('monitor', SAYS.well), misses('whoever asks', SAYS.verified)],
  open: 'a source that signs: a hole shows in its chain. Or somebody who compares the two sides of each transaction. Both are tried below; here the source does not sign, and nobody compares',
})

export const neverSentCompared = neverSending('a line never sent, and both sides compared', true, {
  seen: [
    misses('monitor', SAYS.well),
    misses('whoever asks', SAYS.verified),
    sees('both sides, by `suyuan source match`', 'one side only', SAYS.listed, 'nothing'),
  ],
  limits:
    'both sides must log their transactions, one of them out of reach of whoever leaves the line out; and the answer is that of the service',
})
