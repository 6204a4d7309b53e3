// What a LevelDB's files were when it was closed: their lengths and CRC-32s, in the file SUMS beside them, one frame
// (frames.ts). LevelDB drops what it cannot read of its log without a word and looks at most of its checksums only while
// it merges files; so this is how a bit that flipped in one of them is found.
//
// LevelDB begins a new MANIFEST whenever it is opened. Sums that tell of another one are of an earlier time: whoever opened
// it last was killed.

import { open, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { namesIn } from '../../missing.ts'
import { encodeFrame } from '../log/frames.ts'

const SUMS = 'SUMS'
const CHUNK_BYTES = 1 << 20
/** Text for people who look into LevelDB itself: whatever is in there, a start may go on. */
const TEXTS = /^LOG(\.old)?$/
/** Tables are large, and what is read of them is checked value by value. */
const TABLES = /\.(ldb|sst)$/

/** By name, how many bytes and their CRC-32. */
type Sums = Readonly<Record<string, readonly [bytes: number, crc: number]>>

export interface SumsCheck {
  /** Whether it was closed as it should be after it was opened last. */
  readonly isClosed: boolean
  /** Names of the files that are not what they were then. */
  readonly changed: readonly string[]
}

/** Writes the sums of a LevelDB that is closed. */
export async function writeSums(folder: string): Promise<void> {
  const sums: Record<string, readonly [number, number]> = {}
  for (const name of await listNames(folder)) sums[name] = await sumOf(join(folder, name))
  const draft = join(folder, `${SUMS}.new`)
  await writeFile(draft, encodeFrame(JSON.stringify(sums)), { mode: 0o600, flush: true })
  await rename(draft, join(folder, SUMS))
}

/** Compares the files with their sums. `forStart`: only those that LevelDB would believe unseen. */
export async function checkSums(folder: string, forStart = false): Promise<SumsCheck> {
  const names = await listNames(folder)
  const bytes = await readSums(folder)
  if (bytes === undefined) return { isClosed: false, changed: [] }
  const sums = parseSums(bytes)
  if (sums === undefined) return { isClosed: false, changed: forStart ? [] : [SUMS] }
  const isManifest = (name: string): boolean => name.startsWith('MANIFEST')
  if (Object.keys(sums).filter(isManifest).join() !== names.filter(isManifest).join()) {
    return { isClosed: false, changed: [] }
  }
  const looked = Object.entries(sums).filter(([name]) => !forStart || !(TEXTS.test(name) || TABLES.test(name)))
  const changed: string[] = []
  for (const [name, [length, crc]] of looked) {
    const found = names.includes(name) ? await sumOf(join(folder, name)) : undefined
    if (found?.[0] !== length || found[1] !== crc) changed.push(name)
  }
  return { isClosed: true, changed }
}

async function listNames(folder: string): Promise<string[]> {
  return (await namesIn(folder)).filter(name => !name.startsWith(SUMS)).sort()
}

async function readSums(folder: string): Promise<Buffer | undefined> {
  try {
    await using file = await open(join(folder, SUMS), 'r')
    return await file.readFile()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw Object.assign(error as NodeJS.ErrnoException, { path: join(folder, SUMS) })
  }
}

/** The one frame that these bytes are. */
function parseSums(bytes: Buffer): Sums | undefined {
  try {
    const json = bytes.toString('utf8', 8)
    return encodeFrame(json).equals(bytes) ? (JSON.parse(json) as Sums) : undefined
  } catch {
    return undefined
  }
}

async function sumOf(path: string): Promise<readonly [number, number]> {
  await using file = await open(path, 'r')
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  let [length, crc] = [0, 0]
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, length).catch((error: NodeJS.ErrnoException) => {
      throw Object.assign(error, { path }) // of an open file the system does not say which it is
    })
    if (bytesRead === 0) return [length, crc]
    crc = crc32(chunk.subarray(0, bytesRead), crc)
    length += bytesRead
  }
}
