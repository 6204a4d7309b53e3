// Tells a webhook what has changed: each finding once, and the warnings, with how far the monitor is behind, whenever others
// stand than before.
// One that cannot be reached holds nothing up, and is told in the next round what it has missed.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { RoundReport } from './report.ts'

export interface WebhookParts {
  readonly url: string
  readonly origin: string
  /** Where the findings lie. */
  readonly folder: string
  readonly clock: Clock
}

export interface Webhook {
  /** Resolves to false when not all could be told. */
  tell(report: RoundReport, signal: AbortSignal): Promise<boolean>
}

const TIMEOUT_MS = 10_000
const MOST_ASKS = 3
const PAUSE_MS = 1_000

export function createWebhook({ url, origin, folder, clock }: WebhookParts): Webhook {
  const told = new Set<string>()
  let warned = ''

  const post = async (body: string | Buffer<ArrayBuffer>, signal: AbortSignal): Promise<boolean> => {
    for (let asks = 1; asks <= MOST_ASKS; asks++) {
      if (asks > 1) await clock.sleep(PAUSE_MS * asks, signal)
      if (await postOnce(url, body, signal)) return true
      signal.throwIfAborted()
    }
    return false
  }

  return {
    async tell({ faults, notices, warnings, lag, troubles }, signal) {
      for (const { file } of [...faults, ...notices]) {
        if (told.has(file)) continue
        if (!(await post(await readFile(join(folder, file)), signal))) return false
        told.add(file)
      }
      const standing = warnings.map(({ check }) => check).join()
      if (standing === warned) return true
      const said = warnings.map(({ check, words: { zh, en } }) => ({ check, zh, en }))
      const unchecked = [...new Set(troubles.map(({ code }) => code))]
      const body = JSON.stringify({ format: 'suyuan-warnings/v1', origin, warnings: said, lag, troubles: unchecked })
      if (!(await post(body, signal))) return false
      warned = standing
      return true
    },
  }
}

const GZIP = 0x1f

async function postOnce(url: string, body: string | Buffer<ArrayBuffer>, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(body[0] === GZIP && { 'content-encoding': 'gzip' }) },
      body,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false // tried again, and in the next round
  }
}
