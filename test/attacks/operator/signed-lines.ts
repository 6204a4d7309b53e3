// What happens before a line is logged, to a source that signs each line for its place, and whose key the others have from it.

import { makeSourceKey } from '../../../src/source/sign.ts'
import { type Attack, misses, type Party, SAYS, type Seen, sees } from '../attack.ts'
import { type Change, logOtherwise } from '../door.ts'
import { DELICATE, linesOf, replaceLine } from '../lines.ts'
import { Operator } from '../operator.ts'
import { ask } from '../parties/asker.ts'
import { register, Source, sign } from '../parties/source.ts'
import { Watcher } from '../parties/watcher.ts'
import { BANK } from '../plan.ts'

const DAY_MS = 86_400_000
const GATEWAY = 'gateway-1'

interface Attempt extends Omit<Attack, 'adversary' | 'run'> {
  /** Of a batch as it was signed, what is logged. */
  readonly atTheDoor?: Change
  /** Of the lines as they were signed, what reaches the service at all. */
  readonly onTheWay?: Change
  /** Logged beside them, by whoever has this secret for a key in the source's name. */
  readonly besides?: (lines: readonly object[]) => readonly object[]
  readonly ownKey?: Uint8Array
  /** Of the lines as they were signed, what is logged once more. */
  readonly again?: Change
}

function signed({ atTheDoor, onTheWay, besides, ownKey, again, ...attack }: Attempt): Attack {
  return {
    ...attack,
    adversary: 'platform operator',
    async *run(city, isFaulty) {
      const door = atTheDoor ?? (again === undefined ? undefined : asSent)
      const tamper = isFaulty && door !== undefined && logOtherwise(door)
      await using operator = await Operator.open(city, { tamper })
      const { origin } = operator.founded
      const key = makeSourceKey({ source: GATEWAY, origin, secret: Buffer.alloc(32, 'of the gateway') })
      const trust = { ...(await operator.trust()), sources: [key.verifierKey] }
      await register(operator, key)
      const [source, lines] = [new Source(city), sign(linesOf(city, 20), key)]
      yield await source.send(operator, trust, isFaulty && onTheWay !== undefined ? onTheWay(lines) : lines)
      if (isFaulty && besides !== undefined) {
        const own = ownKey && makeSourceKey({ source: GATEWAY, origin, secret: ownKey })
        if (own !== undefined) await register(operator, own)
        const invented = besides(linesOf(city, 20))
        await operator.take(own === undefined ? invented : sign(invented, own))
      }
      if (isFaulty && again !== undefined) await operator.take(again(lines))
      await operator.anchor()
      yield await source.list(operator, key)
      yield await new Watcher(city, trust, { by: 'monitor with source keys' }).look(operator)
      yield await ask(operator, trust, { consumer: BANK }, 'whoever asks, with source keys')
    },
  }
}

/** What each of the four finds, in the order of the looks. */
function seenBy(door: string | undefined, listed: readonly string[], watched: Seen, asked: Seen): readonly Seen[] {
  const list: Party = 'source, by `suyuan source list`'
  return [
    door === undefined ? misses('source', SAYS.taken) : sees('source', door, SAYS.refused, 'nothing'),
    listed.length === 0 ? misses(list, SAYS.nothingListed) : sees(list, listed, SAYS.listed, 'nothing'),
    watched,
    asked,
  ]
}

const watcher = (checks: readonly string[], verdict: string): Seen =>
  sees('monitor with source keys', checks, verdict, 'next checkpoint')
const asker = (check: string, verdict: string): Seen =>
  sees('whoever asks, with source keys', check, verdict, 'next anchor')
const ASKER_MISSES = misses('whoever asks, with source keys', SAYS.verified)

/** A door that asks nobody's signature, nor what is on record already. */
const asSent: Change = lines => lines

const unsign: Change = lines =>
  lines.map((line, k) => (k === DELICATE ? without(line, ['signature', 'previous']) : line))

function without(line: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(line).filter(([name]) => !names.includes(name)))
}

export const changedSigned = signed({
  name: 'a signed line changed at the door',
  tries: 'change a record',
  injects: 'as above, of a source that signs: the line becomes another record, and keeps its signature',
  atTheDoor: lines => replaceLine(lines, DELICATE, { rows: 1 }),
  seen: seenBy(
    undefined,
    ['broken'],
    watcher(['source-forged', 'source-hole'], SAYS.proven),
    asker('sources', SAYS.tampered),
  ),
})

export const unsignedAtTheDoor = signed({
  name: 'a signed line changed at the door, its signature taken off',
  tries: 'change a record',
  injects: 'as above, and the record is logged as one that was never signed',
  atTheDoor: lines => unsign(replaceLine(lines, DELICATE, { rows: 1 })),
  seen: seenBy(
    undefined,
    ['missing', 'not signed'],
    watcher(['source-unsigned', 'source-hole'], SAYS.warning),
    asker('not signed', SAYS.verified),
  ),
})

export const droppedSigned = signed({
  name: 'a signed line dropped at the door',
  tries: 'not log at all',
  injects: 'as above, of a source that signs',
  atTheDoor: lines => lines.toSpliced(DELICATE, 1),
  seen: seenBy('lines_unaccounted', ['missing'], watcher(['source-hole'], SAYS.warning), ASKER_MISSES),
  limits: 'the last links of a chain leave no hole until another follows; its receipts tell the source',
})

export const backDatedSigned = signed({
  name: 'a signed line back-dated by a day',
  tries: 'back-date a record',
  injects: 'a line of a source that signs gets a time 1 day ago before it is logged, and keeps its signature',
  atTheDoor: lines =>
    lines.map((line, k) =>
      k === DELICATE
        ? { ...line, time: new Date(Date.parse((line as { time: string }).time) - DAY_MS).toISOString() }
        : line,
    ),
  seen: seenBy(
    undefined,
    ['broken'],
    watcher(['source-forged', 'source-hole'], SAYS.proven),
    asker('sources', SAYS.tampered),
  ),
  limits: 'a source that dates back its own lines signs that; then only their places in its chain tell their order',
})

export const inventedSigned = signed({
  name: 'an invented record in the name of a source that signs',
  tries: 'log what never was',
  injects: 'beside the signed lines that came, one is logged that nobody sent, not signed',
  besides: lines => [{ ...lines[DELICATE], seq: 900 }],
  seen: seenBy(
    undefined,
    ['not signed'],
    watcher(['source-unsigned'], SAYS.warning),
    asker('not signed', SAYS.verified),
  ),
})

export const inventedByOwnKey = signed({
  name: "an invented record signed by a key of the operator's",
  tries: 'log what never was',
  injects:
    "beside the signed lines that came, one is logged that nobody sent, signed by a key that the operator made and registered in the source's name",
  besides: lines => [lines[DELICATE]!],
  ownKey: Buffer.alloc(32, 'of the operator'),
  seen: seenBy(
    undefined,
    ['key not its own'],
    watcher(['source-key-foreign', 'answer_uncheckable'], SAYS.trouble),
    asker('sources', SAYS.unchecked),
  ),
})

export const loggedTwice = signed({
  name: 'a signed line logged twice',
  tries: 'log what never was',
  injects: 'a line that its source signed once is logged again, after the batch that it came in: it would count twice',
  again: lines => [lines[DELICATE]!],
  seen: seenBy(
    undefined,
    ['repeated'],
    watcher(['source-copied'], SAYS.warning),
    asker('counted twice', SAYS.verified),
  ),
})

export const lostOnTheWay = signed({
  name: 'a signed line never sent',
  tries: 'not log at all',
  injects: 'a line that the source signed is left out by the platform before anything else sees it',
  onTheWay: lines => lines.toSpliced(DELICATE, 1),
  seen: seenBy(undefined, ['missing'], watcher(['source-hole'], SAYS.warning), ASKER_MISSES),
  limits: 'a line that is never signed leaves no hole; silence shows where `every` was registered',
})
