// A source: ships lines as `suyuan ingest` does.

import { writeFile } from 'node:fs/promises'
import { INGESTED, type IngestAnswer } from '../../../src/cli/answers.ts'
import { type Client, openClient } from '../../../src/cli/client.ts'
import { openReceiptBook } from '../../../src/cli/receipts.ts'
import { requireAccounted } from '../../../src/cli/send.ts'
import type { Trust } from '../../../src/verify/trust.ts'
import { type Look, SAYS, tried } from '../attack.ts'
import type { City } from '../city.ts'
import { encodeLines } from '../lines.ts'
import type { Operator } from '../operator.ts'

/** A platform that ships its lines as `suyuan ingest --receipts FILE --trust FILE` does, and keeps its receipts. */
export class Source {
  readonly receipts: string
  readonly #city: City
  #sent = 0

  constructor(city: City) {
    this.#city = city
    this.receipts = city.freshPlace()
  }

  /** One run of the command, over these batches. */
  async send({ url, token }: Operator, trust: Trust, ...batches: readonly (readonly object[])[]): Promise<Look> {
    const client = await clientOf(this.#city, url, token)
    const answers: (readonly [key: string, answer: IngestAnswer, lines: number])[] = []
    for (const lines of batches) {
      const key = `batch ${this.#sent++}`
      const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': key }
      const answer = await client.post('/v1/records', {}, { lines: encodeLines(lines), headers }, INGESTED)
      if (answer.refusedCount > 0) throw new Error(JSON.stringify(answer.refused))
      answers.push([key, answer, lines.length])
    }
    const book = await openReceiptBook(this.receipts, trust, client)
    const look = await tried('source', [SAYS.taken, SAYS.refused], async () => {
      for (const [key, answer, lines] of answers) {
        requireAccounted(answer, lines)
        await book.take(answer, key)
      }
    })
    await book.close()
    return look
  }
}

async function clientOf(city: City, url: string, token: string): Promise<Client> {
  const tokenFile = city.freshPlace()
  await writeFile(tokenFile, token)
  return openClient({ url, tokenFile })
}
