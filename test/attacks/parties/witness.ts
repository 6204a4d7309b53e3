// A witness of the log, as `suyuan monitor --listen` is one.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../../src/clock.ts'
import { formatVerifierKey } from '../../../src/core/note.ts'
import type { Contradiction } from '../../../src/monitor/checks.ts'
import { type MonitorKey, openMonitorKey } from '../../../src/monitor/identity.ts'
import type { OwnServer } from '../../../src/monitor/own-server.ts'
import { startWitness } from '../../../src/monitor/witness-server.ts'
import { proveGrowth } from '../../../src/published.ts'
import { createWitnessClient } from '../../../src/witness/client.ts'
import { type Look, SAYS, tried } from '../attack.ts'
import type { City, Founded } from '../city.ts'
import type { Operator } from '../operator.ts'

/** An inspector who is a witness: cosigns what extends the tree it cosigned last, and puts on record what contradicts it. */
export class Witness implements AsyncDisposable {
  readonly policy: string
  /** The policy, for the operator. */
  readonly file: string
  readonly #server: OwnServer
  readonly #key: MonitorKey
  readonly #found: Contradiction[]

  private constructor(file: string, policy: string, server: OwnServer, key: MonitorKey, found: Contradiction[]) {
    this.file = file
    this.policy = policy
    this.#server = server
    this.#key = key
    this.#found = found
  }

  static async start(city: City, { logKey }: Founded): Promise<Witness> {
    const folder = city.freshPlace()
    await mkdir(folder)
    const found: Contradiction[] = []
    const key = await openMonitorKey(join(folder, 'monitor.key'))
    const onFork = (fork: Contradiction): void => void found.push(fork)
    const isAtFault = (): boolean => found.length > 0
    const server = await startWitness({ folder, logKey, key, clock: systemClock, port: 0, isAtFault, onFork })
    const policy = `witness inspector ${formatVerifierKey(key.witness)} ${server.url}\nquorum inspector\n`
    const file = join(folder, 'policy')
    await writeFile(file, policy)
    return new Witness(file, policy, server, key, found)
  }

  /** The operator asks for a cosignature. */
  async look({ ledger }: Operator, checkpoint: string): Promise<Look> {
    const client = createWitnessClient({
      witness: { name: 'inspector', key: this.#key.witness, url: this.#server.url },
      prove: (oldSize, newSize) => proveGrowth(ledger.store, oldSize, newSize),
      clock: systemClock,
      timeoutMs: 10_000,
    })
    const cosign = (): Promise<unknown> => client.cosign(checkpoint, new AbortController().signal)
    const look = await tried('witness', [SAYS.cosigned, SAYS.uncosigned], cosign)
    return this.#found.length === 0 ? look : { ...look, checks: this.#found.map(({ check }) => check) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]()
  }
}
