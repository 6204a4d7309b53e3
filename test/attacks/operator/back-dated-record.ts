import { type Attack, misses, SAYS, sees } from '../attack.ts'
import { linesOf, replaceLine } from '../lines.ts'
import { Operator } from '../operator.ts'
import { ask } from '../parties/asker.ts'
import { Watcher } from '../parties/watcher.ts'
import { HEALTH } from '../plan.ts'

const DAY = 86_400_000

/** A record that comes in now, with an older time. */
function backDated(name: string, days: number, outcome: Pick<Attack, 'seen' | 'limits'>): Attack {
  return {
    name,
    adversary: 'platform operator',
    tries: 'back-date a record',
    injects: `a record that is made now has a time ${days} day${days === 1 ? '' : 's'} ago; all else follows from it`,
    async *run(city, isFaulty) {
      await using operator = await Operator.open(city)
      const trust = await operator.trust()
      await operator.take(linesOf(city, 10))
      await operator.anchor()
      const later = linesOf(city, 10, 10)
      const time = new Date(city.since - days * DAY).toISOString()
      await operator.take(isFaulty ? replaceLine(later, 4, { time }) : later)
      await operator.anchor()
      yield await new Watcher(city, trust).look(operator)
      const strict = { by: 'monitor with `--backdated` of an hour', backdatedMs: 3_600_000 } as const
      yield await new Watcher(city, trust, strict).look(operator)
      yield await ask(operator, trust, { consumer: HEALTH })
    },
    ...outcome,
  }
}

export const backDatedRecord = backDated('a back-dated record', 30, {
  seen: [
    sees('monitor', 'record-backdated', SAYS.warning, 'next epoch'),
    sees('monitor with `--backdated` of an hour', 'record-backdated', SAYS.warning, 'next epoch'),
    misses('whoever asks', SAYS.verified),
  ],
})

export const littleBackDated = backDated('a record back-dated by a day', 1, {
  seen: [
    misses('monitor', SAYS.well),
    sees('monitor with `--backdated` of an hour', 'record-backdated', SAYS.warning, 'next epoch'),
    misses('whoever asks', SAYS.verified),
  ],
  limits:
    'a monitor counts what is 7 days older than the epoch it came in, unless `--backdated` says less; then it counts honest lines as well that come as late, such as those of a gateway that was cut off for a day: whoever made this one up is one of them, and nothing tells which. What is back-dated by less than that nobody sees',
})
