// Writes a full segment into an archive, in small steps: packing is done on other threads, and whoever waits has a turn
// between two blocks. The file gets its name only once it was read back (archives.ts).

import { promisify } from 'node:util'
import { crc32, zstdCompress } from 'node:zlib'
import type { LogFile } from '../file.ts'
import { GatheredWrites } from '../gathered-writes.ts'
import { ForwardReader } from '../log/forward.ts'
import { SEALED_HEADER_BYTES } from '../log/sealed.ts'
import {
  ARCHIVE_HEAD_BYTES,
  type ArchiveSubject,
  blocksOf,
  CHECK_BYTES,
  encodeArchiveHead,
  PACKED_LEAVES,
  ROW_BYTES,
} from './archive-head.ts'
import { type ArchiveProof, encodeArchiveProof } from './archive-proof.ts'

const pack = promisify(zstdCompress)

/** Of the sealed parts, copied at once. */
const COPY_BYTES = 1 << 20
/** What a block of usual entries is packed into; memory for it is taken at once. */
const PACKED_BYTES = 1 << 15

export interface ArchiveSource {
  readonly subject: ArchiveSubject
  readonly entries: LogFile
  readonly sealed: LogFile | undefined
  readonly proof: ArchiveProof
  /** Where the frames of `count` leaves begin in the entries, from leaf `first` on, and where the last ends. */
  readonly places: (first: number, count: number) => Promise<Float64Array>
  /** Asked between two blocks; throws when the work is to be given up. */
  readonly goOn: () => void
}

/** Writes the archive into an empty file, and syncs it. */
export async function writeArchive(file: LogFile, source: ArchiveSource): Promise<void> {
  const { subject, proof } = source
  const output = new GatheredWrites(file)
  await output.write(Buffer.alloc(ARCHIVE_HEAD_BYTES))
  const table = await writeBlocks(output, source)
  const tableAt = output.position
  await output.write(table)
  const proofAt = output.position
  const proofBytes = encodeArchiveProof(proof)
  await output.write(proofBytes)
  const checksAt = output.position
  const checks = await checkSealed(source)
  await output.write(checks)
  const sealedAt = output.position
  await copySealed(output, source)
  await output.flush()
  const crcs = { tableCrc: crc32(table), proofCrc: crc32(proofBytes), checksCrc: crc32(checks) }
  await file.rewrite(encodeArchiveHead({ ...subject, tableAt, proofAt, checksAt, sealedAt, ...crcs }), 0)
  await file.datasync()
}

async function writeBlocks(output: GatheredWrites, { subject, entries, places, goOn }: ArchiveSource): Promise<Buffer> {
  const blocks = blocksOf(subject)
  const table = Buffer.alloc((blocks + 1) * ROW_BYTES)
  const setRow = (k: number, place: number, crc: number): void => {
    table.writeUIntBE(output.position, k * ROW_BYTES, 6)
    table.writeUIntBE(place, k * ROW_BYTES + 6, 6)
    table.writeUInt32BE(crc, k * ROW_BYTES + 12)
  }
  for (let k = 0; k < blocks; k++) {
    goOn()
    const found = await places(k * PACKED_LEAVES, PACKED_LEAVES)
    const [start, end] = [found[0]!, found[PACKED_LEAVES]!]
    const packed = await pack(await entries.read(start, end - start), { chunkSize: PACKED_BYTES })
    setRow(k, start, crc32(packed))
    await output.write(packed)
  }
  setRow(blocks, subject.entriesEnd, 0)
  return table
}

/** The CRC-32 of the frame of each sealed part. */
async function checkSealed({ sealed, goOn }: ArchiveSource): Promise<Buffer> {
  if (sealed === undefined) return Buffer.alloc(0)
  const reader = new ForwardReader(sealed, 0, sealed.size)
  const checks: number[] = []
  while (await reader.load(SEALED_HEADER_BYTES)) {
    goOn()
    const length = SEALED_HEADER_BYTES + reader.peek(SEALED_HEADER_BYTES).readUInt32BE(6)
    // A frame that is cut short is found when the archive is read back.
    if (!(await reader.load(length))) break
    checks.push(crc32(reader.take(length)))
  }
  const bytes = Buffer.alloc(checks.length * CHECK_BYTES)
  for (const [k, crc] of checks.entries()) bytes.writeUInt32BE(crc, k * CHECK_BYTES)
  return bytes
}

async function copySealed(output: GatheredWrites, { sealed, goOn }: ArchiveSource): Promise<void> {
  if (sealed === undefined) return
  for (let at = 0; at < sealed.size; at += COPY_BYTES) {
    goOn()
    await output.write(await sealed.read(at, Math.min(COPY_BYTES, sealed.size - at)))
  }
}
