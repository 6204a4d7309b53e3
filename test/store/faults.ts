// Disks that fail: one that lets a chosen operation fail, one that loses what was never synced.

import { randomInt } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { diskFiles, type Files, type LogFile } from '../../src/store/file.ts'

/** `refused`: nothing is done; `short`: half of it is; `persisted`: all of it is, and yet it fails. */
export type FaultMode = 'refused' | 'short' | 'persisted'

export interface FaultPlan {
  /** Writes and syncs seen so far, as `append entries`, `datasync commits` … */
  readonly operations: string[]
  /** The operation to fail, counted from 0. */
  failAt: number
  readonly mode: FaultMode
  readonly code: string
}

export function createFaultyFiles(plan: FaultPlan): Files {
  const act = async (operation: string, path: string, work: () => Promise<void>): Promise<void> => {
    const mode = nextMode(plan, operation, path)
    if (mode === undefined || mode === 'persisted') await work()
    failAs(plan, mode)
  }
  return {
    open: async path => new FaultyFile(await diskFiles.open(path), plan),
    rename: (path, name) => act('rename', path, () => diskFiles.rename(path, name)),
    remove: path => act('remove', path, () => diskFiles.remove(path)),
    syncDirectory: path => act('sync', path, () => diskFiles.syncDirectory(path)),
  }
}

function nextMode(plan: FaultPlan, operation: string, path: string): FaultMode | undefined {
  const number = plan.operations.push(`${operation} ${path.slice(path.indexOf('/log/') + 5)}`) - 1
  return number === plan.failAt ? plan.mode : undefined
}

function failAs({ code, operations }: FaultPlan, mode: FaultMode | undefined): void {
  if (mode !== undefined) throw Object.assign(new Error(`${code}: injected, ${operations.at(-1)}`), { code })
}

class FaultyFile implements LogFile {
  readonly #file: LogFile
  readonly #plan: FaultPlan

  constructor(file: LogFile, plan: FaultPlan) {
    this.#file = file
    this.#plan = plan
  }

  get path(): string {
    return this.#file.path
  }

  get size(): number {
    return this.#file.size
  }

  async append(bytes: Uint8Array): Promise<void> {
    const mode = this.#next('append')
    if (mode === undefined || mode === 'persisted') await this.#file.append(bytes)
    if (mode === 'short') await this.#file.append(bytes.subarray(0, Math.ceil(bytes.length / 2)))
    this.#fail(mode)
  }

  async rewrite(bytes: Uint8Array, position: number): Promise<void> {
    const mode = this.#next('rewrite')
    if (mode === undefined || mode === 'persisted') await this.#file.rewrite(bytes, position)
    if (mode === 'short') await this.#file.rewrite(bytes.subarray(0, Math.ceil(bytes.length / 2)), position)
    this.#fail(mode)
  }

  async truncate(size: number): Promise<void> {
    const mode = this.#next('truncate')
    if (mode === undefined || mode === 'persisted') await this.#file.truncate(size)
    this.#fail(mode)
  }

  async datasync(): Promise<void> {
    const mode = this.#next('datasync')
    if (mode !== 'refused') await this.#file.datasync()
    this.#fail(mode)
  }

  read(position: number, length: number): Promise<Buffer> {
    return this.#file.read(position, length)
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  #next(operation: string): FaultMode | undefined {
    return nextMode(this.#plan, operation, this.path)
  }

  #fail(mode: FaultMode | undefined): void {
    failAs(this.#plan, mode)
  }
}

interface Unsynced {
  readonly bytes: Uint8Array
  readonly position: number
}

/** A file that got another name, or was removed: what the directory has until it is synced. */
interface Renaming {
  readonly path: string
  readonly name: string | undefined
  /** What had that name before. */
  readonly replaced: Shadow | undefined
  readonly shadow: Shadow
}

/** What the disk itself has of a file, and what only the page cache has. */
interface Shadow {
  durable: Buffer
  unsynced: Unsynced[]
}

/**
 * Files on a disk that may lose power. `losePower` leaves in each file what was synced and, of what was not, any part:
 * nothing, all, or torn pieces with zeros before them. Operations after it fail, as they would for a dead process.
 */
export class PowerLossDisk implements Files {
  readonly #shadows = new Map<string, Shadow>()
  readonly #random: (below: number) => number
  readonly #forgetful: boolean
  /** Newest last. */
  #renamings: Renaming[] = []
  /** Writes and syncs that still get through. */
  #left = Number.POSITIVE_INFINITY

  /** A `forgetful` kernel takes pages for clean when their sync failed: syncing again says yes and writes nothing. */
  constructor(random: (below: number) => number = below => randomInt(below), forgetful = false) {
    this.#random = random
    this.#forgetful = forgetful
  }

  async open(path: string): Promise<LogFile> {
    const file = await diskFiles.open(path)
    if (!this.#shadows.has(path)) {
      this.#shadows.set(path, { durable: readFileSync(path), unsynced: [] })
    }
    return this.#watch(file, this.#shadows.get(path)!)
  }

  async rename(path: string, name: string): Promise<void> {
    this.#requirePower()
    const shadow = this.#shadows.get(path)!
    this.#renamings.push({ path, name, replaced: this.#shadows.get(name), shadow })
    await diskFiles.rename(path, name)
    this.#shadows.delete(path)
    this.#shadows.set(name, shadow)
  }

  async remove(path: string): Promise<void> {
    this.#requirePower()
    const shadow = this.#shadows.get(path)
    if (shadow !== undefined) this.#renamings.push({ path, name: undefined, replaced: undefined, shadow })
    await diskFiles.remove(path)
    this.#shadows.delete(path)
  }

  async syncDirectory(path: string): Promise<void> {
    this.#requirePower()
    await diskFiles.syncDirectory(path)
    this.#renamings = this.#renamings.filter(({ path: file }) => dirname(file) !== path)
  }

  /** To be called when the store is closed. */
  losePower(): void {
    // Of the names that were never synced, the newest may be lost; those before them are not lost without them.
    while (this.#renamings.length > 0 && this.#random(2) === 0) {
      const { path, name, replaced, shadow } = this.#renamings.pop()!
      if (name !== undefined) {
        rmSync(name, { force: true })
        this.#shadows.delete(name)
        if (replaced !== undefined) this.#shadows.set(name, replaced)
      }
      this.#shadows.set(path, shadow)
    }
    this.#renamings = []
    for (const [path, { durable, unsynced }] of this.#shadows) {
      let bytes = durable
      for (const write of unsynced) {
        const keep = [0, 0, write.bytes.length, this.#random(write.bytes.length + 1)][this.#random(4)]!
        if (keep === 0) continue
        const from = this.#random(2) === 0 ? 0 : this.#random(keep)
        const end = write.position + keep
        if (end > bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(end - bytes.length)])
        else bytes = Buffer.from(bytes)
        bytes.set(write.bytes.subarray(from, keep), write.position + from)
      }
      writeFileSync(path, bytes)
    }
    this.#shadows.clear()
    this.restart()
  }

  get isOff(): boolean {
    return this.#left < 0
  }

  /** After a process died without loss of power: what it wrote is still to be synced. */
  restart(): void {
    this.#left = Number.POSITIVE_INFINITY
  }

  /** After `operations` more writes and syncs nothing reaches the disk. */
  cutPowerAfter(operations: number): void {
    this.#left = operations
  }

  #requirePower(): void {
    if (this.#left-- > 0) return
    throw Object.assign(new Error('EIO: power is off'), { code: 'EIO' })
  }

  #watch(file: LogFile, shadow: Shadow): LogFile {
    const requirePower = (): void => this.#requirePower()
    const note = (bytes: Uint8Array, position: number): void => {
      shadow.unsynced.push({ bytes: Uint8Array.from(bytes), position })
    }
    return {
      path: file.path,
      get size() {
        return file.size
      },
      async append(bytes) {
        requirePower()
        note(bytes, file.size)
        await file.append(bytes)
      },
      async rewrite(bytes, position) {
        requirePower()
        note(bytes, position)
        await file.rewrite(bytes, position)
      },
      async truncate(size) {
        requirePower()
        // A truncation is taken as durable: a journalled one that is lost only brings back a tail, which is cut again.
        await file.truncate(size)
        shadow.durable = shadow.durable.subarray(0, size)
        shadow.unsynced = shadow.unsynced
          .filter(({ position }) => position < size)
          .map(({ bytes, position }) => ({ bytes: bytes.subarray(0, size - position), position }))
      },
      datasync: async () => {
        if (this.#forgetful && this.#left <= 0) shadow.unsynced = []
        requirePower()
        const count = shadow.unsynced.length
        await file.datasync()
        for (const { bytes, position } of shadow.unsynced.splice(0, count)) {
          const end = position + bytes.length
          if (end > shadow.durable.length) {
            shadow.durable = Buffer.concat([shadow.durable, Buffer.alloc(end - shadow.durable.length)])
          }
          shadow.durable.set(bytes, position)
        }
      },
      read: (position, length) => file.read(position, length),
      close: () => file.close(),
    }
  }
}
