// The load: clients that send as fast as they are answered, and one that asks. When the service dies under them they
// stop; what was not answered is sent again in a later life, if it has a key.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../demo/random.ts'
import { Violation } from './book.ts'
import { type Client, Refused } from './client.ts'
import { type Batch, makeBatch } from './lines.ts'
import { SEGMENT_LEAVES } from './small-limits.ts'
import type { Witness } from './witness.ts'

export interface LoadFigures {
  sent: number
  acknowledged: number
  /** Lines that were added to the log, as the answers say. */
  accepted: number
  resumed: number
  /** When the newest of the batches was sent that added lines, by this process's clock. */
  lastAcceptedFrom: number
  refusals: Map<string, number>
}

export function newFigures(): LoadFigures {
  return { sent: 0, acknowledged: 0, accepted: 0, resumed: 0, lastAcceptedFrom: 0, refusals: new Map() }
}

export function addFigures(sum: LoadFigures, { refusals, ...counts }: LoadFigures): void {
  sum.sent += counts.sent
  sum.acknowledged += counts.acknowledged
  sum.accepted += counts.accepted
  sum.resumed += counts.resumed
  for (const [code, count] of refusals) sum.refusals.set(code, (sum.refusals.get(code) ?? 0) + count)
}

export interface Load {
  /** Ends the clients; resolves when what they asked is answered, or failed. Throws what they saw that must not be. */
  stop(): Promise<void>
}

/** Largest batches of each sending client; 1 sends single records. */
const SENDERS: readonly { readonly most: number; readonly keyed: boolean }[] = [
  { most: 60, keyed: true },
  { most: 400, keyed: true },
  { most: 2_500, keyed: true },
  { most: 120, keyed: false },
  // So many that some come within one turn of the service's event loop, which it then writes together.
  ...Array.from({ length: 6 }, () => ({ most: 1, keyed: true })),
  { most: 1, keyed: false },
]

export interface LoadParts {
  readonly client: Client
  readonly witness: Witness
  readonly random: Random
  readonly figures: LoadFigures
  /** Batches with a key that nobody has answered yet. */
  readonly unanswered: Set<Batch>
}

export function startLoad(parts: LoadParts): Load {
  const { client, witness, random, unanswered } = parts
  let on = true
  let failure: unknown
  const run = async (turn: () => Promise<void>): Promise<void> => {
    while (on && failure === undefined) {
      try {
        await turn()
        await sleep(random.below(30))
      } catch (error) {
        const meaning = meaningOf(error, parts)
        if (meaning === 'gone') return
        if (meaning === 'violation') failure = error
        await sleep(50)
      }
    }
  }
  // Now and then one client is alone, and its batches end where a segment ends.
  const alone = random.chance(0.2)
  const clients = (alone ? SENDERS.slice(0, 1) : SENDERS).map(({ most, keyed }) =>
    run(async () => {
      const known = random.chance(0.1) ? witness.book.answeredWithKey(60) : []
      if (known.length > 0) await sendAgain(parts, random.pick(known))
      // Now and then what an earlier life left unanswered.
      const [left] = keyed && random.chance(0.4) ? unanswered : []
      if (left !== undefined) unanswered.delete(left)
      // Large batches are few: they are cut up, so that a death comes between their parts.
      const length = most === 1 || random.chance(0.7) ? Math.min(most, 1 + random.below(40)) : 1 + random.below(most)
      const batch =
        left ??
        (alone && random.chance(0.7)
          ? makeBatch(random, witness.book.batches.length, leavesLeft(witness), keyed, 0)
          : makeBatch(random, witness.book.batches.length, length, keyed))
      if (left === undefined) witness.book.sent(batch)
      await sendBatch(parts, batch)
    }),
  )
  clients.push(run(async () => askAround(client, witness, random)))
  return {
    async stop() {
      on = false
      await Promise.all(clients)
      if (failure !== undefined) throw failure
    },
  }
}

/** What the open segment still takes, as far as anybody was told. */
function leavesLeft({ book }: Witness): number {
  return SEGMENT_LEAVES - (book.promisedSize % SEGMENT_LEAVES)
}

/** Sends a batch and takes note of the answer; without one, a batch with a key is kept for later. */
export async function sendBatch({ client, witness, figures, unanswered }: LoadParts, batch: Batch): Promise<void> {
  figures.sent++
  const from = performance.now()
  try {
    const answer = await client.send(batch.body, batch.key)
    witness.noteAnswer(batch, answer)
    figures.acknowledged++
    figures.accepted += answer.accepted
    if (answer.accepted > 0) figures.lastAcceptedFrom = Math.max(figures.lastAcceptedFrom, from)
    if (answer.already > 0) figures.resumed++
  } catch (error) {
    if (batch.key !== undefined && !witness.book.answered.has(batch)) unanswered.add(batch)
    throw error
  }
}

/** A batch that was answered, sent once more under its key: nothing may be added. */
export async function sendAgain({ client, witness }: LoadParts, batch: Batch): Promise<void> {
  const answer = await client.send(batch.body, batch.key)
  witness.noteAnswer(batch, answer)
  if (answer.accepted > 0) throw new Violation(`batch ${batch.id}, sent again, adds ${answer.accepted} lines`)
}

async function askAround(client: Client, witness: Witness, random: Random): Promise<void> {
  witness.noteCheckpoint(await client.checkpoint())
  const { batches } = witness.book
  if (batches.length > 0) await client.ask(`/v1/usage?source=${random.pick(batches).source}&limit=20`)
  await sleep(random.below(60))
}

/** The service is gone, or cannot right now: what a client of it must live with. Anything else must not be. */
function meaningOf(error: unknown, { figures }: LoadParts): 'gone' | 'refused' | 'violation' {
  if (error instanceof TypeError) return 'gone' // fetch: no connection, or one that broke off
  if (!(error instanceof Refused)) return 'violation'
  figures.refusals.set(error.code, (figures.refusals.get(error.code) ?? 0) + 1)
  return error.status >= 500 || error.code === 'batch_in_progress' ? 'refused' : 'violation'
}
