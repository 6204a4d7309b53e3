// The end of LevelDB's log, which it writes and syncs by itself: behind what is known to be synced, a loss of power may cut
// anywhere.

import { readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../demo/random.ts'

/** How LevelDB ends the process when its log holds a record twice: in its own code, before anybody can catch it. */
export const LEVEL_ABORTS = 'LevelDB aborts'

export class LevelLog {
  readonly #directory: string
  #synced: { readonly path: string; readonly bytes: number } | undefined

  constructor(directory: string) {
    this.#directory = directory
  }

  synced(): void {
    const path = this.#newest()
    if (path !== undefined) this.#synced = { path, bytes: statSync(path).size }
  }

  losePower(random: Random): void {
    const path = this.#newest()
    if (path === undefined || path !== this.#synced?.path) return
    const { size } = statSync(path)
    if (size > this.#synced.bytes) truncateSync(path, this.#synced.bytes + random.below(size - this.#synced.bytes + 1))
  }

  #newest(): string | undefined {
    const logs = readdirSync(this.#directory).filter(name => name.endsWith('.log'))
    const [newest] = logs.toSorted().toReversed()
    return newest === undefined ? undefined : join(this.#directory, newest)
  }
}
