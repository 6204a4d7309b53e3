// The text of the journal of events (docs/indexer.md): a line is the CRC-32 of its JSON in eight hexadecimal digits, a
// space, the JSON. The first line says whose events these are, each further one is a step of the reading.

import { crc32 } from 'node:zlib'
import { list, object, orNull, text, wholeNumber } from '../core/reader.ts'
import type { BlockId, Step } from './event-reader.ts'

const HASH = text(/^0x[0-9a-f]{64}$/, { en: 'a hash', zh: '哈希' })
const HEX = text(/^0x(?:[0-9a-f]{2})*$/, { en: 'hexadecimal', zh: '十六进制数字' })
const MANY = Number.MAX_SAFE_INTEGER

const BLOCK = object({ number: wholeNumber(), hash: HASH })
const EVENT = object({
  time: wholeNumber(),
  log: object({
    address: HEX,
    topics: list(HASH, 4),
    data: HEX,
    blockNumber: wholeNumber(),
    blockHash: HASH,
    transactionHash: HASH,
    transactionIndex: wholeNumber(),
    index: wholeNumber(),
  }),
})
const STEP = object({ after: orNull(BLOCK), blocks: list(BLOCK, MANY), events: list(EVENT, MANY) })

const CRC_DIGITS = 8

export function encodeLine(value: unknown): Buffer {
  const json = Buffer.from(JSON.stringify(value))
  return Buffer.concat([Buffer.from(`${crcOf(json)} `), json, Buffer.from('\n')])
}

/** The value on a line, given without its end; undefined when it is not as it was written. */
export function decodeLine(line: Buffer): unknown {
  const json = line.subarray(CRC_DIGITS + 1)
  if (line.toString('latin1', 0, CRC_DIGITS + 1) !== `${crcOf(json)} `) return undefined
  return attempt(() => JSON.parse(json.toString()))
}

export function encodeStep({ after, blocks, events }: Step): Buffer {
  return encodeLine({ after: after ?? null, blocks, events })
}

/**
 * The step on a line, or undefined: it is damaged, or does not go on from the block where the one before it ended, or
 * does not end where it says.
 */
export function decodeStep(line: Buffer, end: BlockId | undefined): Step | undefined {
  const read = attempt(() => STEP(decodeLine(line), 'step'))
  if (read === undefined) return undefined
  const step: Step = { ...read, after: read.after ?? undefined }
  if (step.after?.hash !== end?.hash || step.after?.number !== end?.number) return undefined
  const numbers = [end?.number ?? -1, ...step.blocks.map(({ number }) => number)]
  const ascends = numbers.length > 1 && numbers.every((number, k) => k === 0 || number > numbers[k - 1]!)
  return ascends ? step : undefined
}

function crcOf(json: Uint8Array): string {
  return crc32(json).toString(16).padStart(CRC_DIGITS, '0')
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
