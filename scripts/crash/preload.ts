// Loaded into the real service before anything else (`node --import ./scripts/crash/preload.ts src/main.js`): it makes the
// store's limits small, and puts the faults of a plan (plan.ts) between the service and its disk. Nothing in src knows.

import fs from 'node:fs'
import promises, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join, relative } from 'node:path'
import { Level } from 'level'
import { createRandom } from '../demo/random.ts'
import { DurableImage } from './durable-image.ts'
import { LevelLog } from './level-log.ts'
import { ARM_SIGNAL, FAULT_MET, type FaultMode, type Operation, PLAN_VARIABLE, type Plan } from './plan.ts'
import { makeLimitsSmall } from './small-limits.ts'

makeLimitsSmall()
const plan = JSON.parse(process.env[PLAN_VARIABLE] ?? '{"data":"","seed":0}') as Plan
const random = createRandom(plan.seed)
const image = plan.images === undefined ? undefined : new DurableImage(plan.data, plan.images)
const levelLog = new LevelLog(join(plan.data, 'index'))
const file = new RegExp(plan.fault?.file ?? '(?!)')
let armed = plan.fault?.from === 'start'
let left = plan.fault?.nth ?? 0
let lasts = false
/** Files whose last write came up short. */
const cut = new WeakSet<FileHandle>()
/** Open files of the ledger by their descriptor, by which what is small is written in step. */
const openFiles = new Map<number, { readonly handle: FileHandle; readonly path: string }>()
let isMet = false
process.on(ARM_SIGNAL, () => {
  if (isMet && plan.powerAfter === true) losePower()
  armed = true
})

const { open, rename } = promises
const { writeSync } = fs
Object.assign(promises, {
  open: async (path: string, ...rest: [flags?: string | number, mode?: number]) => {
    const handle = await open(path, ...rest)
    return isOurs(path) ? watch(handle, path) : handle
  },
  rename: async (from: string, to: string) => {
    if (isOurs(to)) await meet('write', to)
    await rename(from, to)
  },
})
Object.assign(fs, {
  writeSync: (fd: number, ...rest: [bytes: Uint8Array, offset: number, length: number, position: number]) => {
    const known = openFiles.get(fd)
    if (known === undefined) return writeSync(fd, ...rest)
    const [bytes, offset, length, position] = rest
    const { part, fails } = planWrite(known.handle, known.path, length, position)
    const written = writeSync(fd, bytes, offset, part, position)
    image?.wrote(fd, position, written)
    if (fails) throw failure('write', known.path)
    return written
  },
})
syncBuiltinESMExports()
watchLevel()

function isOurs(path: unknown): path is string {
  if (typeof path !== 'string' || plan.data === '') return false
  const place = relative(plan.data, path)
  return !/^(\.\.|index|postings|chain|keys)(\/|$)/.test(place)
}

/** The fault that this operation meets, if it is its turn. The power goes at once, and nobody learns of it. */
function next(operation: Operation, path: string): FaultMode | undefined {
  const { fault } = plan
  if (fault === undefined || !armed) return undefined
  const fits = fault.operation === operation || (fault.operation === 'any' && operation !== 'index')
  if (!fits || !file.test(relative(plan.data, path))) return undefined
  if (!lasts && left-- !== 0) return undefined
  lasts = fault.lasting
  isMet = true
  const what = fault.mode === 'power' ? 'power gone' : `${fault.mode} ${fault.code}`
  writeSync(2, `${FAULT_MET} ${what} at ${operation} ${relative(plan.data, path)}\n`)
  if (fault.mode === 'power') losePower()
  return fault.mode
}

function losePower(): void {
  image?.losePower(random)
  levelLog.losePower(random)
  process.kill(process.pid, 'SIGKILL')
}

function failure(operation: Operation, path: string): Error {
  const code = plan.fault?.code ?? 'EIO'
  const words = code === 'ENOSPC' ? 'no space left on device' : 'i/o error'
  return Object.assign(new Error(`${code}: ${words}, ${operation} '${path}'`), { code, syscall: operation })
}

async function meet(operation: Operation, path: string): Promise<void> {
  if (next(operation, path) !== undefined) throw failure(operation, path)
}

/** How much of a write is to be done, and whether it is said to have failed all the same. Throws when nothing of it is. */
function planWrite(
  handle: FileHandle,
  path: string,
  length: number,
  position: number,
): { readonly part: number; readonly fails: boolean } {
  if (typeof position !== 'number') throw new Error('the harness knows writes with a position only')
  const mode = cut.delete(handle) ? 'refused' : next('write', path)
  if (mode === undefined) {
    const short = plan.shortWrites === true && length > 1 && random.chance(0.7)
    return { part: short ? 1 + random.below(length) : length, fails: false }
  }
  if (mode === 'persisted') return { part: length, fails: true }
  if (mode !== 'short' || length <= 1) throw failure('write', path)
  cut.add(handle) // the next write says why
  return { part: 1 + random.below(length - 1), fails: false }
}

/** Methods that write, or sync, through the plan. */
function watch(handle: FileHandle, path: string): FileHandle {
  const write = handle.write.bind(handle) as (
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ) => Promise<{ bytesWritten: number; buffer: Uint8Array }>
  const truncate = handle.truncate.bind(handle)
  image?.opened(handle.fd, path)

  openFiles.set(handle.fd, { handle, path })
  const close = handle.close.bind(handle)
  const syncing = (sync: () => Promise<void>) => async () => {
    const mode = next('sync', path)
    const done = image?.beginSync(handle.fd, path)
    if (mode === undefined || mode === 'persisted') await sync()
    if (mode !== undefined) throw failure('sync', path)
    done?.()
  }
  return Object.assign(handle, {
    async write(bytes: Uint8Array, offset: number, length: number, position: number) {
      const { part, fails } = planWrite(handle, path, length, position)
      const written = await write(bytes, offset, part, position)
      image?.wrote(handle.fd, position, written.bytesWritten)
      if (fails) throw failure('write', path)
      return written
    },
    async close() {
      openFiles.delete(handle.fd)
      await close()
    },
    writev() {
      throw new Error('the harness does not know writev: tell scripts/crash/preload.ts')
    },
    async truncate(size: number) {
      await meet('truncate', path)
      await truncate(size)
    },
    datasync: syncing(handle.datasync.bind(handle)),
    sync: syncing(handle.sync.bind(handle)),
  })
}

/** LevelDB writes by itself; what can be reached from here is whether a batch of it is said to have succeeded. */
function watchLevel(): void {
  const prototype = Level.prototype as unknown as Record<'_batch' | '_put', (...args: unknown[]) => Promise<unknown>>
  for (const name of ['_batch', '_put'] as const) {
    const original = prototype[name]
    prototype[name] = async function (this: { readonly location: string }, ...args: unknown[]) {
      if (this.location !== join(plan.data, 'index')) return original.apply(this, args)
      const mode = next('index', this.location)
      const result = mode === undefined || mode === 'persisted' ? await original.apply(this, args) : undefined
      if (mode !== undefined) throw failure('index', this.location)
      levelLog.synced()
      return result
    }
  }
}
