// What the disk itself has, beside what the system only has in memory: for every file of the log an image of the bytes
// that were synced, and for every folder the names that were. A killed process leaves them as they are, so a sync that the
// next process does not make good is seen, too. When the power goes, each file keeps of what was not synced any part:
// nothing, all, or torn pieces with zeros before them.
//
// LevelDB syncs its own files, out of reach; of them only the log's end is kept in view (level-log.ts).

import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import type { Random } from '../demo/random.ts'

/** Folders of the data directory whose files are not written by the store's own hand. */
const NOT_OURS = new Set(['index', 'postings', 'chain', 'keys'])
const SECTOR = 512

interface Range {
  readonly from: number
  readonly to: number
}

export class DurableImage {
  readonly #data: string
  readonly #images: string
  readonly #dirty = new Map<string, Range[]>()

  /** Goes on with the images in `images`; without them all that is in `data` counts as synced. */
  constructor(data: string, images: string) {
    this.#data = data
    this.#images = images
    if (!existsSync(images)) takeImages(data, images)
  }

  /** Begins images of all that is in the data directory now. */
  takeAll(): void {
    for (const directory of this.#folders(this.#data)) {
      this.#saveNames(directory, namesIn(directory))
      for (const name of readdirSync(directory)) {
        const path = join(directory, name)
        const stats = statSync(path)
        if (stats.isFile()) writeFileSync(this.#imageOf(idOf(stats)), readFileSync(path))
      }
    }
  }

  /** To be told of every file that is opened: what an earlier process left unsynced is still to be synced. */
  opened(fd: number, path: string): void {
    const stats = fstatSync(fd)
    if (!stats.isFile()) return
    const id = idOf(stats)
    if (this.#dirty.has(id)) return
    const image = this.#read(id)
    const differs = image.length !== stats.size || !image.equals(readFileSync(path))
    this.#dirty.set(id, differs ? [{ from: 0, to: stats.size }] : [])
  }

  wrote(fd: number, from: number, bytes: number): void {
    this.#dirty.get(idOf(fstatSync(fd)))?.push({ from, to: from + bytes })
  }

  /** A sync begins: what it will have made durable if it succeeds. A sync that fails makes the system forget it. */
  beginSync(fd: number, path: string): () => void {
    const stats = fstatSync(fd)
    if (stats.isDirectory()) {
      const names = namesIn(path)
      return () => this.#saveNames(path, names)
    }
    const id = idOf(stats)
    const ranges = this.#dirty.get(id)?.splice(0) ?? []
    return () => this.#saveRanges(id, fd, ranges)
  }

  /** Makes the data directory what the disk may hold after a loss of power. */
  losePower(random: Random): void {
    this.#loseNames(this.#data, random)
    for (const directory of this.#folders(this.#data)) {
      for (const name of readdirSync(directory)) {
        const path = join(directory, name)
        const stats = statSync(path)
        if (!stats.isFile()) continue
        const kept = tear(this.#read(idOf(stats)), readFileSync(path), random)
        truncateSync(path, Math.min(kept.length, stats.size))
        writeFileSync(path, kept, { flag: 'r+' })
      }
    }
    // What is left is what the disk has.
    renameSync(this.#images, `${this.#images}.old`)
    rmSync(`${this.#images}.old`, { recursive: true })
  }

  /** Names that were never synced come back, go, or stay. */
  #loseNames(directory: string, random: Random): void {
    const durable = this.#readNames(directory)
    const now = namesIn(directory)
    for (const name of new Set([...Object.keys(durable), ...Object.keys(now)])) {
      const path = join(directory, name)
      const isOurs = directory !== this.#data || !NOT_OURS.has(name)
      if (isOurs && durable[name] !== now[name] && random.chance(0.5)) this.#bringBack(path, durable[name])
      if (isOurs && existsSync(path) && statSync(path).isDirectory()) this.#loseNames(path, random)
    }
  }

  /** Gives a name what it stood for before: another file, or none. */
  #bringBack(path: string, id: string | undefined): void {
    rmSync(path, { recursive: true, force: true })
    if (id === undefined || id === 'folder') return
    const image = this.#read(id)
    writeFileSync(path, image, { mode: 0o600 })
    writeFileSync(this.#imageOf(idOf(statSync(path))), image)
  }

  /** In place: a process that is killed meanwhile has acknowledged none of these bytes. */
  #saveRanges(id: string, fd: number, ranges: readonly Range[]): void {
    const { size } = fstatSync(fd)
    const image = openSync(this.#imageOf(id), constants.O_RDWR | constants.O_CREAT)
    try {
      if (fstatSync(image).size > size) ftruncateSync(image, size)
      for (const { from, to } of ranges) {
        const bytes = Buffer.alloc(Math.max(0, Math.min(to, size) - from))
        writeSync(image, bytes, 0, readSync(fd, bytes, 0, bytes.length, from), from)
      }
    } finally {
      closeSync(image)
    }
  }

  #read(id: string): Buffer {
    return existsSync(this.#imageOf(id)) ? readFileSync(this.#imageOf(id)) : Buffer.alloc(0)
  }

  #imageOf(id: string): string {
    return join(this.#images, id)
  }

  #namesOf(directory: string): string {
    return join(this.#images, `names-${relative(this.#data, directory).replaceAll('/', '+')}.json`)
  }

  #readNames(directory: string): Readonly<Record<string, string>> {
    const file = this.#namesOf(directory)
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {}
  }

  /** By another name first: the process may be killed in between. */
  #saveNames(directory: string, names: Readonly<Record<string, string>>): void {
    writeFileSync(`${this.#namesOf(directory)}.new`, JSON.stringify(names))
    renameSync(`${this.#namesOf(directory)}.new`, this.#namesOf(directory))
  }

  *#folders(directory: string): Generator<string> {
    if (!existsSync(directory)) return
    yield directory
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (!entry.isDirectory() || (directory === this.#data && NOT_OURS.has(entry.name))) continue
      yield* this.#folders(join(directory, entry.name))
    }
  }
}

/** Under another name first: the process may be killed meanwhile, and half of the images would be worse than none. */
function takeImages(data: string, images: string): void {
  const draft = `${images}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { recursive: true })
  new DurableImage(data, draft).takeAll()
  renameSync(draft, images)
}

/** What is left of a file of which the disk has `image` for certain, and the system's memory has `real`. */
function tear(image: Buffer, real: Buffer, random: Random): Buffer {
  const extra = real.length - image.length
  const kept = extra > 0 ? image.length + random.pick([0, 0, extra, random.below(extra + 1)]) : image.length
  const length = extra < 0 && random.chance(0.5) ? real.length : kept
  const torn = Buffer.alloc(length)
  image.copy(torn)
  // The length may have been written without the bytes: then there are zeros.
  const holes = random.chance(0.3)
  for (let at = 0, end = 0; at < length; at = end) {
    const isNew = at >= image.length
    end = Math.min(at + SECTOR - (at % SECTOR), isNew ? length : Math.min(length, image.length))
    if (isNew ? !(holes && random.chance(0.5)) : random.chance(0.5)) real.copy(torn, at, at, end)
  }
  return torn
}

/** A file is the same under another name, and another under the same name. */
function idOf({ ino, birthtimeMs }: Stats): string {
  return `${ino}-${birthtimeMs}`
}

function namesIn(directory: string): Record<string, string> {
  const names: Record<string, string> = {}
  for (const name of readdirSync(directory)) {
    const stats = statSync(join(directory, name), { throwIfNoEntry: false })
    if (stats !== undefined) names[name] = stats.isDirectory() ? 'folder' : idOf(stats)
  }
  return names
}
