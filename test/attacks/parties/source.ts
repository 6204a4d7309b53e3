// A source: ships lines as `suyuan ingest` does, signed or not, and asks what came of them.

import { writeFile } from 'node:fs/promises'
import { INGESTED, type IngestAnswer, MATCHED, type ReceiptAnswer, SOURCES } from '../../../src/cli/answers.ts'
import { type Client, openClient } from '../../../src/cli/client.ts'
import { Comparison } from '../../../src/cli/compare.ts'
import { openReceiptBook } from '../../../src/cli/receipts.ts'
import { requireAccounted } from '../../../src/cli/send.ts'
import { parseNdjson } from '../../../src/core/line/ndjson.ts'
import { formatVerifierKey } from '../../../src/core/note.ts'
import { type Place, type SourceKey, signLine } from '../../../src/source/sign.ts'
import type { Trust } from '../../../src/verify/trust.ts'
import { type Look, SAYS, timed, tried } from '../attack.ts'
import type { City } from '../city.ts'
import { encodeLines } from '../lines.ts'
import type { Operator } from '../operator.ts'

/** A platform that ships its lines as `suyuan ingest --receipts FILE --trust FILE` does, and keeps its receipts. */
export class Source {
  readonly receipts: string
  readonly #city: City
  readonly #taken: { readonly lines: readonly object[]; readonly receipts: readonly ReceiptAnswer[] }[] = []
  #sent = 0

  constructor(city: City) {
    this.#city = city
    this.receipts = city.freshPlace()
  }

  /** One run of the command, over these batches. */
  async send({ url, token }: Operator, trust: Trust, ...batches: readonly (readonly object[])[]): Promise<Look> {
    const client = await clientOf(this.#city, url, token)
    const answers: (readonly [key: string, answer: IngestAnswer, lines: readonly object[]])[] = []
    for (const lines of batches) {
      const key = `batch ${this.#sent++}`
      const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': key }
      const answer = await client.post('/v1/records', {}, { lines: encodeLines(lines), headers }, INGESTED)
      if (answer.refusedCount > 0) throw new Error(JSON.stringify(answer.refused))
      answers.push([key, answer, lines])
    }
    const book = await openReceiptBook(this.receipts, trust, client)
    const look = await tried('source', [SAYS.taken, SAYS.refused], async () => {
      for (const [key, answer, lines] of answers) {
        requireAccounted(answer, lines.length)
        const { receipts } = await book.take(answer, key)
        this.#taken.push({ lines, receipts })
      }
    })
    await book.close()
    return look
  }

  /** The last run again, as `suyuan ingest --compare` reads back what was logged. */
  async compare(operator: Operator, trust: Trust): Promise<Look> {
    const { url, token } = operator
    const tokenFile = await tokenFileOf(this.#city, token)
    return tried('source, by `suyuan ingest --compare`', [SAYS.same, SAYS.refused], async () => {
      const comparison = await Comparison.open({ url, tokenFile, patience: 10 }, trust)
      for (const { lines, receipts } of this.#taken) {
        const texts = encodeLines(lines).toString().split('\n')
        await comparison.take(
          lines.map((_, k) => ({ line: k + 1, text: texts[k]! })),
          receipts,
        )
      }
      await comparison.settle()
    })
  }

  /** `suyuan source list`, by whoever has the key. */
  async list({ url, token }: Operator, key: SourceKey): Promise<Look> {
    const client = await clientOf(this.#city, url, token)
    return timed(async () => {
      const { sources } = await client.get('/v1/sources', { source: key.source }, SOURCES)
      const checks = sources.flatMap(({ unsigned, keys }) => [
        ...keys.flatMap(({ missing, faults }) => [
          ...(missing > 0 ? ['missing'] : []),
          ...new Set(faults.map(({ kind }) => kind)),
        ]),
        ...(unsigned > 0 ? ['not signed'] : []),
        ...(keys.some(({ vkey }) => vkey !== formatVerifierKey(key.verifierKey)) ? ['key not its own'] : []),
      ])
      const verdict = checks.length > 0 ? SAYS.listed : SAYS.nothingListed
      return { by: 'source, by `suyuan source list`', checks, verdict }
    })
  }
}

/** `suyuan source match`, by whoever compares what these two logged since the city stands. */
export async function match({ city, url, token }: Operator, side: string, other: string): Promise<Look> {
  const client = await clientOf(city, url, token)
  return timed(async () => {
    const [from, to] = [city.since, city.since + 1_000].map(time => new Date(time).toISOString())
    const asked = { client: side, producer: other, from, to, apart: 1 }
    const { oneSidedCount, contradictingCount } = await client.get('/v1/transactions/unmatched', asked, MATCHED)
    const checks = [...(oneSidedCount > 0 ? ['one side only'] : []), ...(contradictingCount > 0 ? ['not alike'] : [])]
    const verdict = checks.length > 0 ? SAYS.listed : SAYS.nothingListed
    return { by: 'both sides, by `suyuan source match`', checks, verdict }
  })
}

/** The operator registers the key of a source. */
export async function register({ ledger }: Operator, { verifierKey }: SourceKey): Promise<void> {
  await ledger.sources.register({ key: formatVerifierKey(verifierKey) })
}

/** Lines as their source signs them, from the first link of its chain on. */
export function sign(lines: readonly object[], key: SourceKey): object[] {
  let place: Place = { seq: 0, previous: undefined }
  return lines.map(line => {
    const { seq: _, ...input } = parseNdjson(JSON.stringify(line))
    const signed = signLine(input, place, key)
    place = { seq: place.seq + 1, previous: signed.link }
    return JSON.parse(signed.line) as object
  })
}

async function clientOf(city: City, url: string, token: string): Promise<Client> {
  return openClient({ url, tokenFile: await tokenFileOf(city, token) })
}

async function tokenFileOf(city: City, token: string): Promise<string> {
  const tokenFile = city.freshPlace()
  await writeFile(tokenFile, token)
  return tokenFile
}
