// The lines that are sent: each is told from all others by its transaction, so that what comes back out of the log can be
// compared with what went in.

import type { Random } from '../demo/random.ts'

/** Registered by test/e2e/plan.json. */
const CONSUMER = '11520100MB00000026'
const RESOURCE = '30101/000001'

export interface SentLine {
  readonly transaction: string
  readonly source: string
  readonly time: string
  readonly rows: number
  readonly bytes: number
  readonly person: string | undefined
}

/** A batch as it is sent; `good` are its lines that must be accepted, in order. */
export interface Batch {
  readonly id: number
  readonly key: string | undefined
  readonly source: string
  readonly body: string
  readonly lines: number
  readonly good: readonly SentLine[]
}

const BROKEN = ['{"time":', '[]', '{"no":"such field"}', 'not json', '\u0000']

/** Some batches are refused whole: then only their state is committed. */
const REFUSED = [0, 0, 0, 0.03, 0.03, 0.5, 1]

/** `refused`: the share of its lines that must be refused. */
export function makeBatch(
  random: Random,
  id: number,
  length: number,
  hasKey: boolean,
  refused = random.pick(REFUSED),
): Batch {
  const source = `crash-${id}`
  const good: SentLine[] = []
  const text: string[] = []
  for (let k = 0; k < length; k++) {
    if (random.chance(refused)) {
      text.push(random.pick(BROKEN))
      continue
    }
    const line: SentLine = {
      transaction: `${id}-${k}`,
      source,
      time: new Date(1_780_000_000_000 + random.below(10_000_000_000)).toISOString(),
      rows: random.below(1000),
      bytes: random.below(1_000_000),
      person: random.chance(0.3) ? `officer ${random.below(40)}` : undefined,
    }
    good.push(line)
    text.push(write(line))
  }
  const key = hasKey ? `batch ${id}` : undefined
  return { id, key, source, body: `${text.join('\n')}\n`, lines: length, good }
}

function write({ person, ...line }: SentLine): string {
  const sealed = person === undefined ? {} : { sealed: { person } }
  return JSON.stringify({
    action: 'read',
    consumer: CONSUMER,
    grant: 1,
    resource: RESOURCE,
    status: 'ok',
    ...line,
    ...sealed,
  })
}

/** What of an entry is not as it was sent; undefined when all is. */
export function differs(entry: Readonly<Record<string, unknown>>, line: SentLine): string | undefined {
  const { person, ...rest } = line
  const expected = { ...rest, action: 'read', consumer: CONSUMER, grant: 1, resource: RESOURCE, status: 'ok' }
  for (const [name, value] of Object.entries(expected)) {
    if (entry[name] !== value) return `${name} is ${String(entry[name])}, and was sent as ${value}`
  }
  if ((person !== undefined) !== (typeof entry['sealed'] === 'string')) return 'sealed part lost, or invented'
  return undefined
}
