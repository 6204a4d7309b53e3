// An inspector who follows the log from outside, as `suyuan monitor` does.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../../src/clock.ts'
import { openReceipts } from '../../../src/monitor/held-receipts.ts'
import { openMonitorKey } from '../../../src/monitor/identity.ts'
import { Monitor } from '../../../src/monitor/monitor.ts'
import type { RoundReport } from '../../../src/monitor/report.ts'
import { StateFolder } from '../../../src/monitor/state.ts'
import { checkFinding } from '../../../src/verify/finding.ts'
import type { Trust } from '../../../src/verify/trust.ts'
import { type Look, type Party, SAYS, timed } from '../attack.ts'
import type { City } from '../city.ts'
import type { Operator } from '../operator.ts'

export interface WatchOptions {
  readonly by?: Party
  /** A file of receipts that somebody handed over. */
  readonly receipts?: string
  /** Whether answers are asked for as well; so it is unless it says no. */
  readonly asks?: boolean
  /** Whether it has a node of the chain; so it is unless it says no. */
  readonly node?: boolean
  /** Seven days unless it says otherwise. */
  readonly backdatedMs?: number
}

/** An inspector who runs `suyuan monitor --once` again and again, over one folder. */
export class Watcher {
  readonly folder: string
  readonly #trust: Trust
  readonly #options: WatchOptions

  constructor(city: City, trust: Trust, options: WatchOptions = {}) {
    this.folder = city.freshPlace()
    this.#trust = trust
    this.#options = options
  }

  /** @param lateMs How much later it is by now than this machine's clock says */
  async look({ url, token, city }: Operator, lateMs = 0): Promise<Look> {
    const { by = 'monitor', receipts, asks = true, node = true, backdatedMs = 7 * 86_400_000 } = this.#options
    const trust = this.#trust
    const clock: Clock = { ...systemClock, now: () => Date.now() + lateMs }
    await using folder = await StateFolder.open(this.folder, trust.logKey.name)
    await using monitor = await Monitor.open({
      asking: { base: new URL(`${url}/`), ...(asks && { token }), clock },
      trust,
      folder,
      key: await openMonitorKey(join(this.folder, 'monitor.key')),
      clock,
      ...(node && { chain: async () => city.chain }),
      ...(receipts !== undefined && { receipts: openReceipts(await readFile(receipts), trust) }),
      finality: 1,
      random: () => 0.5, // the same questions in every run
      patienceMs: 600_000,
      backdatedMs,
      sample: 8,
    })
    return await timed(async () => ({ by, ...(await this.#say(await monitor.round(new AbortController().signal))) }))
  }

  async #say({ faults: onRecord, found, warnings, troubles }: RoundReport): Promise<Pick<Look, 'checks' | 'verdict'>> {
    const faults = onRecord.slice(onRecord.length - found) // of this round
    const checks = [...new Set([...faults, ...warnings].map(({ check }) => check))]
    if (faults.length > 0) {
      const files = await Promise.all(faults.map(({ file }) => readFile(join(this.folder, file))))
      const verdicts = await Promise.all(files.map(async file => (await checkFinding(file, this.#trust)).verdict))
      const isProven = verdicts.includes('proven')
      return { checks, verdict: isProven ? SAYS.proven : SAYS.fault }
    }
    if (troubles.length > 0) return { checks: [...checks, ...troubles.map(({ code }) => code)], verdict: SAYS.trouble }
    return { checks, verdict: warnings.length > 0 ? SAYS.warning : SAYS.well }
  }
}
