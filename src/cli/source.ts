// A log file → batches of mapped lines. A batch is a fixed run of the file's lines, counted from its start, and its bytes
// depend on nothing but those lines and the mapping. So a file read again gives the same batches, and a file that has
// grown gives batches that begin as they did: what the service compares when it is sent a batch a second time.
//
// A line that is refused or skipped here has no bytes in its batch, and moves no other line to another batch.

import { LedgerError } from '../core/error.ts'
import { decodeUtf8 } from '../core/json.ts'
import type { Mapping } from '../core/mapping.ts'
import { languageOf } from '../core/words.ts'
import { type ChunkLimits, type Line, splitLines } from '../lines.ts'
import { type Convert, converter, type Format } from './convert-line.ts'

export interface RefusedLine {
  /** Line of the file, from 1. */
  readonly line: number
  readonly code: string
  readonly message: string
  /** As it stands in the file; left out when it is too long to be kept. */
  readonly raw?: string
  /** As it was signed: sent again later, it fills its place in the chain. */
  readonly signed?: string
}

export interface Batch {
  /** From 0, counted from the start of the file (or of `fromLine`). */
  readonly number: number
  readonly firstLine: number
  readonly lastLine: number
  /** NDJSON, each line ended. */
  readonly body: Buffer
  /** For each line of the body, its line of the file and its text there. */
  readonly lines: readonly { readonly line: number; readonly raw: string }[]
  readonly refused: readonly RefusedLine[]
  /** Lines that are no access to data, by the rule of the mapping that says so. */
  readonly skipped: ReadonlyMap<string, number>
  /** Bytes of the file up to here, roughly: for the progress bar. */
  readonly bytesRead: number
}

export interface SourceOptions {
  readonly format: Format
  /** Needed for all formats but ndjson. */
  readonly mapping: Mapping | undefined
  readonly batchLines: number
  readonly fromLine: number
  /** Whether a last line without a line end is a line; in a file that still grows it may be half of one. */
  readonly complete: boolean
}

interface SourceEnd {
  /** The first line that is not blank: what a file is known by, whatever it is renamed to. */
  readonly firstText: string | undefined
  /** The last line has no line end yet, and was left for the next time. */
  readonly unfinished: boolean
}

/** What the service takes as one line, so that nothing longer has to be kept here. */
const LIMITS: ChunkLimits = { maxLineBytes: 131_072, maxLines: 1_000, maxBytes: 4 * 1024 * 1024 }
const NEWLINE = 0x0a

export interface Source {
  batches(): AsyncGenerator<Batch>
  /** Known from the first batch on; `unfinished` at the end. */
  readonly end: SourceEnd
}

export function openSource(stream: AsyncIterable<Uint8Array>, options: SourceOptions): Source {
  const convert = converter(options)
  const end = { firstText: undefined as string | undefined, unfinished: false }
  let bytesRead = 0
  let lastByte: number | undefined
  let ended = false

  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of stream) {
      bytesRead += chunk.length
      lastByte = chunk.at(-1) ?? lastByte
      yield chunk
    }
    ended = true
  }

  async function* batches(): AsyncGenerator<Batch> {
    let batch = new BatchBuilder(0, options.fromLine)
    for await (const { lines } of splitLines(counted(), LIMITS)) {
      for (const [k, line] of lines.entries()) {
        // Only the very last line of a stream can lack its end.
        if (ended && k === lines.length - 1 && lastByte !== NEWLINE && !options.complete) {
          end.unfinished = true
          continue
        }
        if (end.firstText === undefined && !isBlank(line)) end.firstText = textForKey(line)
        if (line.number < options.fromLine) continue
        batch.take(line, convert)
        if (batch.count === options.batchLines) {
          yield batch.build(bytesRead)
          batch = new BatchBuilder(batch.number + 1, line.number + 1)
        }
      }
    }
    if (batch.count > 0) yield batch.build(bytesRead)
  }

  return { batches, end }
}

class BatchBuilder {
  readonly number: number
  readonly #firstLine: number
  readonly #body: string[] = []
  readonly #lines: { line: number; raw: string }[] = []
  readonly #refused: RefusedLine[] = []
  readonly #skipped = new Map<string, number>()
  count = 0

  constructor(number: number, firstLine: number) {
    this.number = number
    this.#firstLine = firstLine
  }

  take(line: Line, convert: Convert): void {
    this.count++
    let raw: string | undefined
    try {
      if (line.bytes === undefined) throw tooLong(line)
      if (isBlank(line)) return this.#skip('blank lines')
      raw = decodeUtf8(line.bytes)
      const converted = convert(raw)
      if ('skip' in converted) return this.#skip(converted.skip)
      this.#body.push(converted.json)
      this.#lines.push({ line: line.number, raw })
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      const { code, words } = error
      const message = words[languageOf(process.env)]
      raw ??= line.bytes?.toString('latin1')
      this.#refused.push({ line: line.number, code, message, ...(raw === undefined ? {} : { raw }) })
    }
  }

  build(bytesRead: number): Batch {
    return {
      number: this.number,
      firstLine: this.#firstLine,
      lastLine: this.#firstLine + this.count - 1,
      body: Buffer.from(this.#body.length === 0 ? '' : `${this.#body.join('\n')}\n`),
      lines: this.#lines,
      refused: this.#refused,
      skipped: this.#skipped,
      bytesRead,
    }
  }

  #skip(rule: string): void {
    this.#skipped.set(rule, (this.#skipped.get(rule) ?? 0) + 1)
  }
}

function tooLong({ length }: Line): LedgerError {
  return new LedgerError('line_too_long', {
    en: `the line has ${length} bytes; at most ${LIMITS.maxLineBytes} are taken`,
    zh: `该行有 ${length} 字节；最多接受 ${LIMITS.maxLineBytes} 字节`,
  })
}

function isBlank({ bytes }: Line): boolean {
  return bytes !== undefined && bytes.toString('latin1').trim() === ''
}

function textForKey({ bytes, length }: Line): string {
  return bytes?.toString('latin1') ?? `a line of ${length} bytes`
}
