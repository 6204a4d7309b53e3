// One witness of a policy, over time: asked about one checkpoint at a time, left alone for a growing while when it fails,
// and never the cause of an exception.

import { LedgerError, type Reason, reasonOf } from '../core/error.ts'
import type { NoteSignature } from '../core/note.ts'
import type { PolicyWitness } from '../core/witness-policy.ts'
import { createWitnessClient, type WitnessClientParts } from './client.ts'

export interface WitnessStatus {
  readonly name: string
  /** Absent where the policy has none: it is never asked. */
  readonly url?: string
  /** The size that it cosigned last, as far as is known. */
  readonly size?: number
  /** When it cosigned last, in milliseconds since 1970. */
  readonly lastSuccess?: number
  /** Why it did not, when it was asked last; absent when it did. */
  readonly lastError?: Reason
  /** When it is asked again at the earliest, in milliseconds since 1970. */
  readonly notBefore?: number
}

export interface Member {
  readonly name: string
  /**
   * Its cosignature; undefined if it gave none, or was not asked: because it failed a short while ago, or is still busy
   * with an earlier checkpoint. Never rejects.
   */
  ask(checkpoint: string, signal: AbortSignal): Promise<NoteSignature | undefined>
  status(): WitnessStatus
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 300_000

export function openMember({ name, key, url }: PolicyWitness, parts: Omit<WitnessClientParts, 'witness'>): Member {
  if (url === undefined) return { name, ask: async () => undefined, status: () => ({ name }) }
  const { clock } = parts
  const client = createWitnessClient({ ...parts, witness: { name, key, url } })
  let busy = false
  let failures = 0
  let failedAt = 0
  let lastError: Reason | undefined
  let lastSuccess: number | undefined

  const pause = (): number => (failures === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS))
  /** A clock that was set back must not keep it waiting. */
  const isPausing = (): boolean => clock.now() >= failedAt && clock.now() < failedAt + pause()

  const fail = (error: unknown): void => {
    failures++
    failedAt = clock.now()
    lastError = reasonOf(error instanceof LedgerError ? error : unforeseen(name, error))
  }

  return {
    name,
    async ask(checkpoint, signal) {
      if (busy || isPausing()) return undefined
      busy = true
      try {
        const cosignature = await client.cosign(checkpoint, signal)
        failures = 0
        lastError = undefined
        lastSuccess = clock.now()
        return cosignature
      } catch (error) {
        if (!signal.aborted) fail(error) // else it was ours to end
        return undefined
      } finally {
        busy = false
      }
    },
    status: () => ({
      name,
      url,
      ...(client.size === undefined ? {} : { size: client.size }),
      ...(lastSuccess === undefined ? {} : { lastSuccess }),
      ...(lastError === undefined ? {} : { lastError }),
      ...(isPausing() ? { notBefore: failedAt + pause() } : {}),
    }),
  }
}

/** A fault of ours, perhaps brought about by what a witness said: shown, but none may stop the log that way. */
function unforeseen(name: string, cause: unknown): LedgerError {
  return new LedgerError(
    'witness_ask_failed',
    {
      en: `Asking witness "${name}" failed in a way that was not foreseen (${String(cause)}). It is asked again by itself; please report this.`,
      zh: `询问见证方“${name}”时出现未预见的错误（${String(cause)}）。将自动再次询问；请报告此问题。`,
    },
    { cause, retryable: true },
  )
}
