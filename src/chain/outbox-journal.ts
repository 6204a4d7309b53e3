// What the outbox remembers of its transactions, in one fact per sender, so that each change is one durable write. An
// entry is here before its transaction is sent for the first time, and until its block can no longer be taken back.

import type { Reason } from '../core/error.ts'
import type { Facts } from '../store/store.ts'
import type { Fee } from './fees.ts'

/** What is to be done, whatever transaction does it in the end. */
export interface Intent {
  /** Names the intent for ever: the same label is the same act, and is done once. */
  readonly label: string
  /** Address of the contract. */
  readonly to: string
  /** The call, as 0x and hexadecimal digits. */
  readonly data: string
  /** Most gas that its transaction may have; for calls that run code of others. As much as a transaction may have when absent. */
  readonly mostGas?: number
}

/** One signed transaction. An entry's attempts share its nonce, so that at most one of them can ever be mined. */
export interface Attempt {
  readonly hash: string
  readonly raw: string
  readonly fee: Fee
  /** Milliseconds since 1970. */
  readonly signedAt: number
  /** Of one that does nothing, so that none of the others can ever be mined: why the intent was given up. */
  readonly withdraws?: Reason
}

export interface MinedIn {
  readonly number: number
  readonly hash: string
  /** Seconds since 1970. */
  readonly time: number
}

export type Outcome =
  | { readonly kind: 'confirmed'; readonly transaction: string; readonly block: MinedIn }
  | ({
      readonly kind: 'reverted'
      readonly transaction: string
      readonly block: MinedIn
    } & Reason)
  /** Never mined, and never will be: its nonce went to another transaction, and the contract would refuse it by now. */
  | ({ readonly kind: 'dropped' } & Reason)

export interface Entry {
  readonly intent: Intent
  readonly nonce: number
  readonly gasLimit: string
  /** The chain's head when it was signed. */
  readonly signedAtBlock: number
  /** Oldest first; the last is the one that is sent. */
  readonly attempts: readonly Attempt[]
  readonly outcome?: Outcome
}

export interface Journal {
  /** In order of nonce. */
  read(): Promise<readonly Entry[]>
  /** Durable when it resolves. */
  write(entries: readonly Entry[]): Promise<void>
}

/** Of a later format than this code knows, a journal is not guessed at. */
const FORMAT = 1

export function openJournal(facts: Facts, sender: string): Journal {
  const key = `outbox/${sender.toLowerCase()}`
  return {
    async read() {
      const text = await facts.get(key)
      if (text === undefined) return []
      const { format, entries } = JSON.parse(text) as { format: number; entries: readonly Entry[] }
      if (format !== FORMAT) throw new Error(`the fact ${key} has format ${format}; this version knows ${FORMAT}`)
      return entries
    },
    write: entries =>
      facts.put({
        [key]: JSON.stringify({ format: FORMAT, entries: entries.toSorted((a, b) => a.nonce - b.nonce) }),
      }),
  }
}
