// Writes a segment's index: to another name first, synced, then renamed, so that a name stands for a whole file always.

import { setImmediate } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import type { Files, LogFile } from '../file.ts'
import { GatheredWrites } from '../gathered-writes.ts'
import type { SegmentColumns } from './columns.ts'
import { CHECK_BYTES, encodeHead, HEAD_BYTES, type IndexSubject, PAGE_BYTES, type Section } from './index-head.ts'
import { makeSections } from './index-sections.ts'

/** Work at a stretch; then whoever waits has a turn. */
const STRETCH_MS = 3

/** Writes the index of a segment's first `subject.count` leaves to `path`. The caller syncs the directory. */
export async function writeIndex(
  files: Files,
  path: string,
  columns: SegmentColumns,
  subject: IndexSubject,
): Promise<void> {
  const draft = `${path}.new`
  await files.remove(draft)
  const file = await files.open(draft)
  try {
    const output = new IndexOutput(file)
    await file.append(Buffer.alloc(HEAD_BYTES))
    let began = performance.now()
    for (const step of makeSections(columns, subject.count)) {
      if (step instanceof Uint8Array) await output.write(step)
      else if (step !== undefined) output.begin(step.width)
      if (performance.now() - began < STRETCH_MS) continue
      await setImmediate()
      began = performance.now()
    }
    const sections = await output.end()
    await file.rewrite(encodeHead({ ...subject, sections }), 0)
    await file.datasync()
  } finally {
    await file.close()
  }
  await files.rename(draft, path)
}

/** The body of the file: sections one behind the other, and behind them the CRC-32 of each page. */
class IndexOutput {
  readonly #writes: GatheredWrites
  readonly #sections: Section[] = []
  readonly #checks: number[] = []
  /** Bytes of the body so far. */
  #position = 0
  /** The section that is being written. */
  #begin = 0
  #width = 0
  #isOpen = false
  #crc = 0
  #pageCrc = 0

  constructor(file: LogFile) {
    this.#writes = new GatheredWrites(file)
  }

  begin(width: number): void {
    if (this.#isOpen) this.#close()
    this.#isOpen = true
    this.#begin = this.#position
    this.#width = width
    this.#crc = 0
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#crc = crc32(bytes, this.#crc)
    for (let at = 0; at < bytes.length; ) {
      const room = PAGE_BYTES - (this.#position % PAGE_BYTES)
      const part = bytes.subarray(at, at + room)
      this.#pageCrc = crc32(part, this.#pageCrc)
      this.#position += part.length
      at += part.length
      if (part.length === room) this.#endPage()
    }
    await this.#writes.write(bytes)
  }

  /** The table of all sections, the checks included. */
  async end(): Promise<readonly Section[]> {
    this.#close()
    if (this.#position % PAGE_BYTES !== 0) this.#endPage()
    const checks = Buffer.allocUnsafe(this.#checks.length * CHECK_BYTES)
    for (const [k, crc] of this.#checks.entries()) checks.writeUInt32BE(crc, k * CHECK_BYTES)
    const section = {
      offset: HEAD_BYTES + this.#position,
      length: checks.length,
      crc: crc32(checks),
      width: CHECK_BYTES,
    }
    await this.#writes.write(checks)
    await this.#writes.flush()
    return [...this.#sections, section]
  }

  #close(): void {
    const offset = HEAD_BYTES + this.#begin
    this.#sections.push({ offset, length: this.#position - this.#begin, crc: this.#crc, width: this.#width })
  }

  #endPage(): void {
    this.#checks.push(this.#pageCrc)
    this.#pageCrc = 0
  }
}
