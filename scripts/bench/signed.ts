// What a source's signature costs: to sign a line, to take it at the door, to check it in evidence; the door beside the
// bare signature check, which is the limit.

import { formatVerifierKey } from '../../src/core/note.ts'
import { type AccessRecord, formatTime, parseRecordInput, REGISTER_KEY } from '../../src/core/record.ts'
import { checkLink, linkText, type SignedRecord } from '../../src/core/source-link.ts'
import { createFastReader } from '../../src/lines/fast.ts'
import { type LineContext, MAX_LINES } from '../../src/lines/reader.ts'
import { compileLines } from '../../src/lines/wasm.ts'
import { holds, toKeyObject } from '../../src/source/native.ts'
import { makeSourceKey, type Place, signLine } from '../../src/source/sign.ts'
import { SourceKeys } from '../../src/sources/keys.ts'
import { type Figure, figure } from './figure.ts'

const ORIGIN = 'bench/log'
const START = Date.UTC(2026, 2, 1)
const LINES = 3 * MAX_LINES
const KEY = makeSourceKey({ source: 'gateway-1', origin: ORIGIN, secret: new Uint8Array(32).fill(7) })

export async function measureSigned(): Promise<Figure[]> {
  const [signed, signing] = timed(() => chain())
  const body = (lines: readonly string[]): Buffer => Buffer.from(lines.map(line => `${line}\n`).join(''))
  const reader = createFastReader(await compileLines(), makeContext())
  const take = (block: Buffer): void => {
    for (let rest = block; rest.length > 0; ) {
      const read = reader.read(rest, { most: MAX_LINES, firstLine: 1 })
      if (read.refused.length > 0) throw new Error(read.refused[0]!.message)
      read.release()
      rest = rest.subarray(read.consumed)
    }
  }
  take(body(signed)) // codes are learned
  const bare = Array.from({ length: LINES }, (_, k) => JSON.stringify(lineOf(k)))
  const [, door] = timed(() => take(body(signed)))
  const [, unsigned] = timed(() => take(body(bare)))
  const records = signed.slice(0, 200).map(recordOf)
  const native = toKeyObject(KEY.verifierKey)
  const [, limit] = timed(() => records.every(record => holds(linkText(record, ORIGIN), record, native)))
  const [, verifier] = timed(() => records.map(record => checkLink(record, ORIGIN, [KEY.verifierKey])))
  return [
    figure('signed.sign', LINES / signing, 'lines/s'),
    figure('signed.read', LINES / door, 'lines/s', records.length / limit),
    figure('signed.read.unsigned', LINES / unsigned, 'lines/s'),
    figure('signed.verify', records.length / verifier, 'records/s'),
    figure('signed.bytes', Buffer.byteLength(signed[9]!) - Buffer.byteLength(bare[9]!), 'bytes'),
  ]
}

function chain(): readonly string[] {
  let place: Place = { seq: 0, previous: undefined }
  return Array.from({ length: LINES }, (_, k) => {
    const { line, link } = signLine(parseRecordInput(lineOf(k)), place, KEY)
    place = { seq: k + 1, previous: link }
    return line
  })
}

function lineOf(k: number): object {
  const time = formatTime(START + k)
  const what = { action: 'read', bytes: k, consumer: 'c', grant: 7, resource: 'r', status: 'ok', time }
  return { ...what, source: KEY.source, transaction: `transaction-${k}` }
}

function recordOf(line: string): SignedRecord {
  return { ...(parseRecordInput(JSON.parse(line)) as AccessRecord), provider: 'p', filled: 'provider' } as SignedRecord
}

function makeContext(): LineContext {
  const sources = new SourceKeys(ORIGIN)
  const time = formatTime(START)
  const key = formatVerifierKey(KEY.verifierKey)
  sources.take({ action: REGISTER_KEY, key, source: 'suyuan/source', time }, 0)
  const unused = (): never => {
    throw new Error('there is nothing sealed in these lines')
  }
  return {
    registry: {
      books: {},
      resource: () => ({ provider: 'p', withdrawn: false }),
      organisation: () => ({}),
      grant: () => ({ purpose: 'x' }),
    },
    vault: { pseudonymOf: unused, commit: unused, encrypt: () => [] },
    sources,
    now: () => START + 86_400_000,
  }
}

/** What it gives, and how many seconds of the processor it took. */
function timed<T>(work: () => T): readonly [T, number] {
  const began = process.cpuUsage()
  const made = work()
  const { user, system } = process.cpuUsage(began)
  return [made, (user + system) / 1e6]
}
