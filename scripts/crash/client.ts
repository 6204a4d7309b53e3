// What the harness asks of the service over HTTP, as any client would.

import type { ReceiptJson } from '../../src/core/receipt.ts'

/** Longer than any answer takes, a stopped process included. */
const TIMEOUT_MS = 60_000

/** An answer that is not the one asked for. */
export class Refused extends Error {
  readonly status: number
  readonly code: string

  constructor(path: string, status: number, body: string) {
    super(`${path}: ${status} ${body.slice(0, 300)}`)
    this.status = status
    this.code = /"code":"(\w+)"/.exec(body)?.[1] ?? ''
  }
}

export interface Answer {
  readonly lines: number
  readonly accepted: number
  readonly already: number
  readonly refusedCount: number
  readonly receipts: readonly ReceiptJson[]
  readonly receiptsOmitted: readonly unknown[]
}

export class Client {
  readonly url: string
  readonly #token: string

  constructor(url: string, token: string) {
    this.url = url
    this.#token = token
  }

  /** @throws Refused, or what fetch throws when the service is gone */
  async ask(path: string, body?: string, more: Readonly<Record<string, string>> = {}): Promise<Buffer> {
    const response = await fetch(`${this.url}${path}`, {
      headers: { authorization: `Bearer ${this.#token}`, ...more },
      ...(body === undefined ? {} : { method: 'POST', body }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    if (!response.ok) throw new Refused(path, response.status, bytes.toString())
    return bytes
  }

  async json<T>(path: string): Promise<T> {
    return JSON.parse((await this.ask(path)).toString()) as T
  }

  async checkpoint(): Promise<string> {
    return (await this.ask('/log/checkpoint')).toString()
  }

  async send(body: string, key: string | undefined): Promise<Answer> {
    const headers = { 'content-type': 'application/x-ndjson', ...(key === undefined ? {} : { 'idempotency-key': key }) }
    return JSON.parse((await this.ask('/v1/records', body, headers)).toString()) as Answer
  }
}
