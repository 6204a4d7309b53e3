// What a service does whose disk failed: it takes no more, says so, and goes on answering from what is durable.

import { setTimeout as sleep } from 'node:timers/promises'
import { Violation } from './book.ts'
import { Refused } from './client.ts'
import { type LedgerLives, lastLines } from './ledger-lives.ts'
import { makeBatch } from './lines.ts'
import type { Life } from './service.ts'

/** Asks for what came of a fault. With `mustBreak`, a service that goes on taking lines is a violation. */
export async function askBroken(lives: LedgerLives, life: Life, mustBreak: boolean): Promise<string> {
  const { client, witness, random, figures } = lives
  const probe = makeBatch(random, witness.book.batches.length, 3, false, 0)
  witness.book.sent(probe)
  const code = await client.send(probe.body, undefined).then(
    answer => {
      witness.noteAnswer(probe, answer)
      return ''
    },
    (error: unknown) => (error instanceof Refused ? error.code : 'gone'),
  )
  const knownAt = performance.now()
  if (life.isOver()) throw new Violation(`a fault of its disk ended the service:\n${lastLines(life)}`)
  if (code === '' && !mustBreak) return 'went on'
  if (code !== 'store_broken') throw new Violation(`after a fault a batch is answered "${code}":\n${lastLines(life)}`)
  const ready = await fetch(`${client.url}/readyz`)
  const reasons = await ready.text()
  if (ready.status !== 503 || !reasons.includes('store_broken')) {
    throw new Violation(`with a broken store /readyz says ${ready.status} ${reasons}`)
  }
  await client.ask(`/v1/usage?source=${witness.book.batches[0]!.source}&limit=5`)
  await sleep(100)
  // What was under way when a write elsewhere failed may still be written, and is durable then; what came later may not.
  if (figures.lastAcceptedFrom > knownAt)
    throw new Violation(`lines are accepted by a store that is broken:\n${lastLines(life)}`)
  return 'store_broken: takes no more, answers queries'
}
