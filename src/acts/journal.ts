// What is remembered of the acts that were accepted, in one fact each, under its digest; and which of them are open, in one
// fact more, so that a start need not read them all. Accepted means that both were written.

import type { Reason } from '../core/error.ts'
import type { Facts } from '../store/store.ts'
import type { Json } from './show.ts'

/** Where on the chain; `time` in seconds since 1970. */
export interface ActPlace {
  readonly transaction: string
  readonly block: { readonly number: number; readonly hash: string; readonly time: number }
}

export interface ActEvent {
  readonly name: string
  readonly contract: string
  /** Numbers above 2^53 − 1 in decimal. */
  readonly args: Json
}

export type ActStatus =
  | { readonly status: 'accepted'; readonly trouble?: Reason }
  | ({ readonly status: 'confirmed'; readonly events: readonly ActEvent[] } & ActPlace)
  | { readonly status: 'refused'; readonly reason: Reason }

export interface KeptAct {
  /** The name of the act. */
  readonly act: string
  readonly digest: string
  readonly actor: string
  readonly to: string
  readonly data: string
  /** In decimal. */
  readonly nonce: string
  readonly deadline: number
  readonly signature: string
  /** Id of the token by which it came. */
  readonly holder: string
  /** Milliseconds since 1970. */
  readonly acceptedAt: number
  /** Newest block when it was accepted: the act stands in none before it. */
  readonly sinceBlock: number
  /** How often it was mined and reverted. */
  readonly reverts: number
  readonly is: ActStatus
}

/** What must be at hand of an act that waits. */
export interface OpenAct {
  readonly digest: string
  readonly actor: string
  readonly nonce: string
  readonly holder: string
}

export interface ActJournal {
  get(digest: string): Promise<KeptAct | undefined>
  /** The open acts, in the order in which they were accepted. */
  listOpen(): Promise<readonly OpenAct[]>
  /** Durable when it resolves; the act, and which are open, at once. */
  put(act: KeptAct, open: readonly OpenAct[]): Promise<void>
}

const FORMAT = 1
const OPEN = 'acts/open'

export function openActJournal(facts: Facts): ActJournal {
  const read = async (key: string): Promise<unknown> => {
    const text = await facts.get(key)
    if (text === undefined) return undefined
    const { format, value } = JSON.parse(text) as { format: number; value: unknown }
    if (format !== FORMAT) throw new Error(`the fact ${key} has format ${format}; this version knows ${FORMAT}`)
    return value
  }
  const write = (value: unknown): string => JSON.stringify({ format: FORMAT, value })
  return {
    get: async digest => (await read(`act/${digest}`)) as KeptAct | undefined,
    listOpen: async () => ((await read(OPEN)) ?? []) as readonly OpenAct[],
    put: (act, open) => facts.put({ [`act/${act.digest}`]: write(act), [OPEN]: write(open) }),
  }
}
