// One end: a life is begun, put under load, and ended in the way that was drawn; what came of it is told in a few words.

import { setTimeout as sleep } from 'node:timers/promises'
import { Violation } from './book.ts'
import { cutPromised, type Damage, listTails, tear } from './damage.ts'
import { fillDisk, losePower, losePowerStarting, meetFault, outgrowFile } from './end-by-disk.ts'
import type { EndKind } from './ends.ts'
import { type LedgerLives, lastLines } from './ledger-lives.ts'
import type { Tallies } from './tally.ts'
import { codeOf, PATIENCE_MS, underLoad, until, untilMore, watched } from './under-load.ts'

/** Ends one life of the ledger. @throws Violation */
export async function endLife(lives: LedgerLives, kind: EndKind, tallies: Tallies): Promise<void> {
  const outcome = await END[kind](lives, kind, tallies)
  tallies.ends.add(kind, outcome)
}

type End = (lives: LedgerLives, kind: EndKind, tallies: Tallies) => Promise<string>

const END: Readonly<Record<EndKind, End>> = {
  SIGKILL: lives => killLoaded(lives),
  'SIGKILL while it starts': killStarting,
  'SIGKILL, then a torn tail': async (lives, _, tallies) => {
    await killLoaded(lives)
    const tail = lives.random.pick(listTails(lives.data, lives.witness.book.promisedSize))
    if (tail.isOfChain) await lives.closeChain()
    return tryDamage(lives, tear(tail, lives.random), tallies, tail.isOfChain)
  },
  'SIGKILL, then acknowledged bytes cut off': async (lives, _, tallies) => {
    await killLoaded(lives)
    const damage = cutPromised(lives.data, lives.witness.book.promisedSize, lives.random)
    return damage === undefined ? 'nothing was acknowledged yet' : tryDamage(lives, damage, tallies)
  },
  'SIGSTOP, SIGCONT, SIGKILL': lives => stopLoaded(lives, true),
  'SIGSTOP, SIGKILL': lives => stopLoaded(lives, false),
  SIGTERM: lives => terminate(lives, PATIENCE_MS),
  'SIGTERM, then SIGKILL': lives => terminate(lives, lives.random.below(lives.random.pick([20, 100, 400]))),
  'write fails: no space': meetFault,
  'write fails: i/o error': meetFault,
  'writes come up short': lives => killLoaded(lives, true),
  'sync fails': meetFault,
  'sync fails, then the power goes': meetFault,
  'LevelDB fails': meetFault,
  'power goes under load': losePower,
  'power goes while it starts': losePowerStarting,
  'disk really full (tmpfs)': fillDisk,
  'file really too large (RLIMIT_FSIZE)': outgrowFile,
}

async function killLoaded(lives: LedgerLives, shortWrites = false): Promise<string> {
  const life = await lives.startWell({ plan: { ...watched(lives), shortWrites } })
  return underLoad(lives, async () => {
    if (shortWrites) await untilMore(lives, life)
    await life.kill()
    return 'killed under load'
  })
}

async function killStarting(lives: LedgerLives): Promise<string> {
  const life = await lives.start({ plan: watched(lives) })
  const usual = lives.starts.at(-1) ?? 1_000
  await sleep(lives.random.below(usual * 1.2))
  const answered = life.output().includes('ledger: ready')
  await life.kill()
  return answered ? 'killed when it was ready' : 'killed before it was ready'
}

async function stopLoaded(lives: LedgerLives, goesOn: boolean): Promise<string> {
  const life = await lives.startWell({ plan: watched(lives) })
  return underLoad(lives, async () => {
    life.signal('SIGSTOP')
    await sleep(100 + lives.random.below(1_500))
    if (goesOn) {
      life.signal('SIGCONT')
      await untilMore(lives, life)
    }
    await life.kill()
    return goesOn ? 'went on as if nothing had been' : 'killed while it was stopped'
  })
}

async function terminate(lives: LedgerLives, patience: number): Promise<string> {
  const life = await lives.startWell({ plan: watched(lives) })
  return underLoad(lives, async () => {
    life.signal('SIGTERM')
    const stopped = await until(() => life.isOver(), patience)
    if (!stopped && patience === PATIENCE_MS) throw new Violation(`it does not stop:\n${lastLines(life)}`)
    if (!stopped) {
      await life.kill()
      return 'killed while it stopped'
    }
    const { code } = await life.death
    if (code !== 0) throw new Violation(`asked to stop, it ended with exit code ${code}:\n${lastLines(life)}`)
    lives.noteStopped()
    return 'stopped cleanly'
  })
}

/** Starts on files that were damaged, and sees what comes of it. */
async function tryDamage(lives: LedgerLives, damage: Damage, { tails }: Tallies, ownChain?: boolean): Promise<string> {
  const { file, what, mayStart, codes } = damage
  const life = await lives.start(ownChain === true ? { ownChain } : {})
  const began = await life.begun()
  const told = `${file}: ${what}`
  if (began === 'ready') {
    if (!mayStart) throw new Violation(`${told}, and the service starts:\n${lastLines(life)}`)
    lives.noteMending(life)
    await lives.check()
    await life.kill()
    if (damage.isIgnored) damage.restore()
    const outcome = /"level":40.*"store: /.test(life.output()) ? 'started, with a notice' : 'started'
    tails.add(told, outcome)
    return outcome
  }
  const code = codeOf(life)
  if (!codes.includes(code)) throw new Violation(`${told}, and the start is refused so:\n${lastLines(life)}`)
  damage.restore()
  tails.add(told, `refused: ${code}`)
  return `refused: ${code}`
}
