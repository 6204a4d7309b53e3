// Ends that begin at the disk: a write or a sync that fails, the power that goes, a disk that is full.

import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Violation } from './book.ts'
import { askBroken } from './broken.ts'
import { type EndKind, makeFault } from './ends.ts'
import { largestFile, moveToFullDisk } from './full-disk.ts'
import { type LedgerLives, lastLines } from './ledger-lives.ts'
import { ARM_SIGNAL, FAULT_MET } from './plan.ts'
import type { Life } from './service.ts'
import type { Tallies, Tally } from './tally.ts'
import { codeOf, PATIENCE_MS, underLoad, until, untilMore } from './under-load.ts'

/** Codes with which a start may be refused on a disk that is full. */
const DISK_CODES = new Set(['disk_full', 'store_broken', 'index_damaged'])
/** A fault that is not met by then is not waited for. */
const FAULT_MS = 5_000
const FULL_MS = 30_000

/** A write, a sync or a batch of LevelDB fails under load: the service says so and takes no more; then it ends, or the power goes. */
export async function meetFault(lives: LedgerLives, kind: EndKind, { faults }: Tallies): Promise<string> {
  const powerAfter = kind === 'sync fails, then the power goes'
  const fault = makeFault(kind, lives.random)
  const life = await lives.startWell({ plan: { images: lives.images, fault, powerAfter } })
  return underLoad(lives, async () => {
    life.signal(ARM_SIGNAL)
    if (!(await until(() => life.output().includes(FAULT_MET) || life.isOver(), FAULT_MS))) {
      await life.kill()
      return 'not met, then killed'
    }
    const met = whatWasMet(life)
    await sleep(100 + lives.random.below(300))
    const outcome = await askBroken(lives, life, !/events/.test(met))
    faults.add(met, outcome)
    if (powerAfter) life.signal(ARM_SIGNAL)
    else life.signal(lives.random.pick(['SIGKILL', 'SIGTERM']))
    if (!(await until(() => life.isOver(), PATIENCE_MS))) throw new Violation(`it does not end:\n${lastLines(life)}`)
    return outcome
  })
}

/** The power goes at some write or sync under load. */
export async function losePower(lives: LedgerLives, kind: EndKind, { faults }: Tallies): Promise<string> {
  const life = await lives.startWell({ plan: { images: lives.images, fault: makeFault(kind, lives.random) } })
  return underLoad(lives, async () => {
    // Mostly when there is something to lose.
    if (lives.random.chance(0.7)) await untilMore(lives, life)
    life.signal(ARM_SIGNAL)
    return untilPowerGoes(life, faults)
  })
}

/** The power goes at some write or sync of a start, or shortly after. */
export async function losePowerStarting(lives: LedgerLives, kind: EndKind, { faults }: Tallies): Promise<string> {
  const life = await lives.start({ plan: { images: lives.images, fault: makeFault(kind, lives.random) } })
  if ((await life.begun()) === 'ready') return underLoad(lives, () => untilPowerGoes(life, faults))
  if (!life.output().includes(FAULT_MET)) throw new Violation(`the start was refused:\n${lastLines(life)}`)
  faults.add(whatWasMet(life), 'power gone')
  return 'power gone before it was ready'
}

async function untilPowerGoes(life: Life, faults: Tally): Promise<string> {
  if (!(await until(() => life.isOver(), FAULT_MS))) {
    await life.kill()
    return 'not met, then killed'
  }
  if (!life.output().includes(FAULT_MET)) throw new Violation(`it ended by itself:\n${lastLines(life)}`)
  faults.add(whatWasMet(life), 'power gone')
  return 'power gone'
}

/** A life on a disk that gets full, and a start on the full disk; then there is room again. */
export async function fillDisk(lives: LedgerLives): Promise<string> {
  rmSync(lives.images, { recursive: true, force: true })
  using disk = moveToFullDisk(lives.data, `${lives.data}.full`, 300 + lives.random.below(600))
  const { data } = disk
  const outcome = await untilBroken(lives, await lives.startWell({ data }))
  // It must not start wrongly on what is still full, either.
  const again = await lives.start({ data })
  const began = await again.begun()
  if (began === 'over' && !DISK_CODES.has(codeOf(again))) {
    throw new Violation(`a start on the full disk is refused so:\n${lastLines(again)}`)
  }
  await again.kill()
  disk.moveBack()
  return `${outcome}; ${began === 'over' ? `started again: ${codeOf(again)}` : 'started again'}`
}

/** A life in which no file may grow much larger than the largest is. */
export async function outgrowFile(lives: LedgerLives): Promise<string> {
  const fileLimit = Math.ceil(largestFile(lives.data) / 1024) + 40 + lives.random.below(300)
  return untilBroken(lives, await lives.startWell({ fileLimit, ownChain: false }))
}

async function untilBroken(lives: LedgerLives, life: Life): Promise<string> {
  return underLoad(lives, async () => {
    const isBroken = (): boolean => life.isOver() || lives.figures.refusals.get('store_broken') !== before
    const before = lives.figures.refusals.get('store_broken')
    if (!(await until(isBroken, FULL_MS))) {
      await life.kill()
      return 'not met, then killed'
    }
    const outcome = await askBroken(lives, life, true)
    await life.kill()
    return outcome
  })
}

/** What the preload module told: mode, code, operation and file, without the number of the segment. */
function whatWasMet(life: Life): string {
  const [, told = ''] = new RegExp(`${FAULT_MET} (.*)`).exec(life.output()) ?? []
  return told.replace(/log\/[0-9a-f]{6}/, 'log/<segment>')
}
