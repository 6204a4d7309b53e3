// The folder of a monitor: what it remembers is written whole, synced and renamed, so that a crash leaves the old or the
// new. The roots of full tiles lie in files of their own, which only grow and are synced before.

import { mkdir, open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { takeLock } from '../chain/node/lock.ts'
import { decodeBase64, encodeBase64, equal } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import type { VerifierKey } from '../core/note.ts'
import { TILE_WIDTH } from '../core/tile.ts'
import { HASH_BYTES } from '../core/tree.ts'
import { writePrivate } from '../secrets.ts'
import { TileTree } from '../tile-tree.ts'
import type { LogName } from './followed-log.ts'
import { emptyState, type MonitorState, readState } from './state-shape.ts'
import { readHead, type SignedHead } from './tile-client.ts'

const STATE = 'state.json'

/** All that a monitor makes in its folder (docs/monitor.md), whole or as a crash leaves it beside. */
const OWN =
  /^(state\.json|sources\.json|monitor\.key|cosigned)(\.[0-9a-f]{16}\.new)?$|^(lock|findings|postings|log\.tiles|index\.tiles)$/u

export class StateFolder implements AsyncDisposable {
  readonly path: string
  readonly state: MonitorState
  readonly #lock: { release(): Promise<void> }
  /** Full tiles whose roots are on the disk. */
  readonly #tiles: Record<LogName, number> = { log: 0, index: 0 }

  private constructor(path: string, state: MonitorState, lock: { release(): Promise<void> }) {
    this.path = path
    this.state = state
    this.#lock = lock
  }

  /** @throws LedgerError `monitor_state_not_empty`, `monitor_state_in_use`, `monitor_state_foreign`, `monitor_state_damaged` */
  static async open(path: string, origin: string): Promise<StateFolder> {
    await mkdir(path, { recursive: true, mode: 0o700 })
    await requireOwn(path)
    const lock = await takeLock(join(path, 'lock'), 1_000).catch((cause: unknown) => {
      throw inUse(path, cause)
    })
    try {
      const state = await readState(join(path, STATE))
      if (state !== undefined && state.origin !== origin) throw foreign(path, state.origin, origin)
      return new StateFolder(path, state ?? emptyState(origin), lock)
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  /** The tree as it was verified, and its checkpoint; the empty tree where what is kept does not make the root. */
  async tree(name: LogName, key: VerifierKey): Promise<{ tree: TileTree; head: SignedHead | undefined }> {
    const { note, size, tail } = this.state.trees[name]
    const head = note === undefined ? undefined : readHead(note, key)
    if (head === undefined || size !== head.size) return { tree: TileTree.of(new Uint8Array(0), []), head }
    const tiles = Math.floor(size / TILE_WIDTH)
    const roots = await readFile(this.#tileFile(name)).catch(() => new Uint8Array(0))
    const leaves = decodeBase64(tail) ?? new Uint8Array(0)
    const isWhole = roots.length >= tiles * HASH_BYTES && leaves.length === (size % TILE_WIDTH) * HASH_BYTES
    const hashes = Array.from({ length: leaves.length / HASH_BYTES }, (_, k) => {
      return leaves.slice(k * HASH_BYTES, (k + 1) * HASH_BYTES)
    })
    const tree = isWhole ? TileTree.of(roots.subarray(0, tiles * HASH_BYTES), hashes) : undefined
    if (tree === undefined || !equal(tree.head().root, head.root)) {
      return { tree: TileTree.of(new Uint8Array(0), []), head }
    }
    this.#tiles[name] = tiles
    return { tree, head }
  }

  /** Forgets what was concluded, but not what the log has signed, nor what was found: all of it is made again. */
  forget(): void {
    const { state } = this
    const empty = emptyState(state.origin)
    Object.assign(state, { records: 0, epochs: empty.epochs, backdated: empty.backdated, chain: empty.chain })
    delete state.behind
  }

  /** Durable when it resolves. A tree without a head is of nothing. */
  async save(trees: readonly { name: LogName; tree: TileTree; head: SignedHead | undefined }[]): Promise<void> {
    for (const { name, tree, head } of trees) {
      await this.#saveTiles(name, tree)
      const tail = encodeBase64(Buffer.concat(tree.tail))
      this.state.trees[name] = { ...(head && { note: head.note }), size: tree.size, tail }
    }
    await writePrivate(this.path, STATE, `${JSON.stringify(this.state)}\n`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lock.release()
  }

  async #saveTiles(name: LogName, tree: TileTree): Promise<void> {
    const known = this.#tiles[name]
    if (tree.tiles === known) return
    await using file = await open(this.#tileFile(name), known === 0 ? 'w' : 'r+', 0o600)
    // Where a crash left more than the state says, the same is written over it.
    await file.write(tree.tileRoots(known), 0, undefined, known * HASH_BYTES)
    await file.sync()
    this.#tiles[name] = tree.tiles
  }

  #tileFile(name: LogName): string {
    return join(this.path, `${name}.tiles`)
  }
}

/**
 * Before anything is made in it: a folder of something else, such as a ledger's data directory, has names in common with
 * ours, and what is derived is thrown away where it does not fit.
 */
async function requireOwn(path: string): Promise<void> {
  const names = await readdir(path)
  const other = names.find(name => !OWN.test(name))
  if (other === undefined || names.includes(STATE)) return
  throw new LedgerError('monitor_state_not_empty', {
    en: `The folder ${path} (--state) holds what no monitor made, such as ${JSON.stringify(other)}, and no monitor's state; name a new or empty folder.`,
    zh: `文件夹 ${path}（--state）中没有监测程序的状态，却有其他内容，如 ${JSON.stringify(other)}；请指定新的或空的文件夹。`,
  })
}

function inUse(path: string, cause: unknown): LedgerError {
  return new LedgerError(
    'monitor_state_in_use',
    {
      en: `The folder ${path} (--state) is in use by another monitor, or cannot be written; end the other, or name another folder.`,
      zh: `文件夹 ${path}（--state）正由另一监测程序使用，或不可写；请结束另一程序，或指定其他文件夹。`,
    },
    { cause, retryable: true },
  )
}

function foreign(path: string, known: string, asked: string): LedgerError {
  return new LedgerError('monitor_state_foreign', {
    en: `The folder ${path} (--state) is that of a monitor of ${known}, but the trust file names ${asked}; give each log a folder of its own.`,
    zh: `文件夹 ${path}（--state）属于对 ${known} 的监督，而信任文件指定的是 ${asked}；请为每份日志各设文件夹。`,
  })
}
