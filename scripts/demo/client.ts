// The demo speaks to the ledger as anybody would: by HTTP, with a token.

import type { Static } from 'typebox'
import { LedgerError } from '../../src/core/error.ts'
import { inBoth, languageOf } from '../../src/core/words.ts'
import type { NewKey, SourceReport } from '../../src/http/schemas/sources.ts'
import type { Usage } from '../../src/http/schemas/usage.ts'
import type { IngestResult } from '../../src/ingest/answer.ts'

export type Answer = Static<typeof Usage>

export interface DemoClient {
  ingest(lines: readonly string[], key: string): Promise<IngestResult>
  usage(filters: Readonly<Record<string, string>>): Promise<Answer>
  /** The evidence file, as bytes. */
  evidence(filters: Readonly<Record<string, string>>): Promise<Buffer>
  trust(): Promise<Readonly<Record<string, unknown>>>
  registerSource(key: Static<typeof NewKey>): Promise<void>
  /** What is missing of the one key that a source has. */
  sourceKey(source: string): Promise<Static<typeof SourceReport>['keys'][number]>
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
    registerSource: async key => {
      await ask('/v1/sources', JSON.stringify(key), { 'content-type': 'application/json' })
    },
    sourceKey: async source => {
      const answer = await ask(`/v1/sources?${query({ source })}`)
      const { sources } = (await answer.json()) as { sources: Static<typeof SourceReport>[] }
      return sources[0]!.keys[0]!
    },
    trust: async () => (await (await ask('/v1/trust')).json()) as Readonly<Record<string, unknown>>,
  }
}
