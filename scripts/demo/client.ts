// The demo speaks to the ledger as anybody would: by HTTP, with a token.

import type { Static } from 'typebox'
import { LedgerError } from '../../src/core/error.ts'
import { inBoth, languageOf } from '../../src/core/words.ts'
import type { Usage } from '../../src/http/schemas/usage.ts'
import type { IngestResult } from '../../src/ingest/answer.ts'

export type Answer = Static<typeof Usage>

export interface DemoClient {
  ingest(lines: readonly string[], key: string): Promise<IngestResult>
  usage(filters: Readonly<Record<string, string>>): Promise<Answer>
  /** The evidence file, as bytes. */
  evidence(filters: Readonly<Record<string, string>>): Promise<Buffer>
  trust(): Promise<Readonly<Record<string, unknown>>>
}

export function createClient(url: string, token: string): DemoClient {
  const ask = async (path: string, body?: string, more: Readonly<Record<string, string>> = {}): Promise<Response> => {
    // What it refuses, and why, is to be read by whoever watches.
    const language = languageOf(process.env)
    const headers = { authorization: `Bearer ${token}`, 'accept-language': language, ...more }
    const response = await fetch(`${url}${path}`, body === undefined ? { headers } : { method: 'POST', headers, body })
    if (response.ok) return response
    const problem = (await response.json()) as { code?: string; detail?: string; retryable?: boolean }
    throw new LedgerError(
      problem.code ?? 'unexpected',
      inBoth(problem.detail ?? `${path} answered ${response.status}`),
      {
        retryable: problem.retryable === true,
      },
    )
  }
  const query = (filters: Readonly<Record<string, string>>): string => new URLSearchParams(filters).toString()
  return {
    ingest: async (lines, key) => {
      const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': key }
      const response = await ask('/v1/records', `${lines.join('\n')}\n`, headers)
      return (await response.json()) as IngestResult
    },
    usage: async filters => (await (await ask(`/v1/usage?${query(filters)}`)).json()) as Answer,
    evidence: async filters => Buffer.from(await (await ask(`/v1/evidence?${query(filters)}`)).arrayBuffer()),
    trust: async () => (await (await ask('/v1/trust')).json()) as Readonly<Record<string, unknown>>,
  }
}
