// A life under load, and the waiting that goes with it.

import { setTimeout as sleep } from 'node:timers/promises'
import { Violation } from './book.ts'
import { type LedgerLives, lastLines } from './ledger-lives.ts'
import { LEVEL_ABORTS } from './level-log.ts'
import type { Life } from './service.ts'

/** Far more than anything takes on a busy machine. */
export const PATIENCE_MS = 120_000

/** Most lives have their disk watched, so that what one leaves unsynced can be lost in the next. */
export function watched(lives: LedgerLives): { images?: string } {
  return lives.random.chance(0.9) ? { images: lives.images } : {}
}

/** Under load, for a moment that may be any; `work` ends the life. */
export async function underLoad(lives: LedgerLives, work: () => Promise<string>): Promise<string> {
  const load = lives.startLoad()
  try {
    await sleep(lives.random.below(lives.random.pick([30, 300, 1_200])))
    return await work()
  } finally {
    await load.stop()
  }
}

/** Lines are accepted, and more of them. */
export async function untilMore({ figures }: LedgerLives, life: Life): Promise<void> {
  const { accepted } = figures
  const more = await until(() => figures.accepted > accepted, PATIENCE_MS)
  if (!more) throw new Violation(`nothing more was accepted:\n${lastLines(life)}`)
}

/** The code of the last refusal that the service printed. */
export function codeOf(life: Life): string {
  const code = [...life.output().matchAll(/\[(\w+)\]$/gm)].at(-1)?.[1]
  return code ?? (/leveldb.*Assertion .* failed/.test(life.output()) ? LEVEL_ABORTS : '')
}

export async function until(isSo: () => boolean, patience: number): Promise<boolean> {
  const deadline = performance.now() + patience
  while (!isSo()) {
    if (performance.now() > deadline) return false
    await sleep(10)
  }
  return true
}
