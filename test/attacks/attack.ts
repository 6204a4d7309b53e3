// What an attack is: one fault of one adversary, everything else as good as that adversary can make it; and what each
// honest party then sees with its own tools. The same run without the fault is its control: there nobody sees anything.

import { LedgerError } from '../../src/core/error.ts'
import type { City } from './city.ts'

export interface Attack {
  readonly name: string
  /** As DESIGN's table of who distrusts whom has them. */
  readonly adversary: string
  readonly tries: string
  /** How the fault comes in. */
  readonly injects: string
  /** Looks of the honest parties, in their order; with the fault, or without it. */
  run(city: City, isFaulty: boolean): AsyncGenerator<Look>
  /** What the looks see of the fault, in their order. */
  readonly seen: readonly Seen[]
  /** Where nobody sees it: what it would take. */
  readonly open?: string
  /** What those who see it do not see so, or see as well where nothing is wrong. */
  readonly limits?: string
}

/** What a party that looked has to say. */
export interface Look {
  readonly by: Party
  /** The checks that did not pass; none where all is well. */
  readonly checks: readonly string[]
  readonly verdict: string
  /** Of the look alone, in milliseconds. */
  readonly ms: number
}

export interface Seen extends Omit<Look, 'ms'> {
  /** What of the protocol has to come before this party can see it. */
  readonly waitsFor: WaitsFor
}

export type Party =
  | 'whoever asks'
  | 'whoever asks, with witnesses'
  | 'whoever asks, with a known block'
  | 'whoever asks, with source keys'
  | 'source'
  | 'source, by `suyuan ingest --compare`'
  | 'source, by `suyuan source list`'
  | 'both sides, by `suyuan source match`'
  | 'monitor'
  | 'monitor with source keys'
  | 'monitor with `--backdated` of an hour'
  | 'monitor with receipts'
  | 'monitor of the other client'
  | 'monitor without a node, which looked before'
  | 'monitor without a node, which did not look before'
  | 'witness'
  | 'contract'
  | "operator's own software"
  | 'fsck'
  | "operator's own log"
  | 'reader of the log'

export type WaitsFor = 'nothing' | 'next checkpoint' | 'next epoch' | 'next anchor' | 'patience (600 s)'

/** A party that sees the fault by these checks. */
export function sees(by: Party, checks: string | readonly string[], verdict: string, waitsFor: WaitsFor): Seen {
  return { by, checks: typeof checks === 'string' ? [checks] : checks, verdict, waitsFor }
}

/** A party to which all looks well. */
export function misses(by: Party, verdict: string): Seen {
  return { by, checks: [], verdict, waitsFor: 'nothing' }
}

/** Words of the tools, each with its exit code. */
export const SAYS = {
  verified: 'verified, exit 0',
  tampered: 'tampered, exit 1',
  unchecked: 'cannot be checked, exit 2',
  well: 'all well, exit 0',
  warning: 'warning, exit 0',
  proven: 'fault, exit 1; proven by its file alone',
  fault: 'fault, exit 1; not proven by its file alone',
  trouble: 'could not be checked, exit 2',
  taken: 'taken, exit 0',
  refused: 'refused, exit 2',
  same: 'all as sent, exit 0',
  listed: "told, exit 0; the service's own word",
  nothingListed: 'nothing told, exit 0',
  reverted: 'the transaction reverts',
  mined: 'the transaction is mined',
  cosigned: 'cosigns',
  uncosigned: 'does not cosign, nor ever again',
  started: 'starts',
  stopped: 'does not start, exit 1',
  sound: 'sound, exit 0',
  damaged: 'damaged, exit 1',
  unlogged: 'nothing of it',
  logged: 'a line with the name of the token',
  found: 'finds the person',
  foundNobody: 'finds nobody',
} as const

/** Times a look. */
export async function timed(look: () => Promise<Omit<Look, 'ms'>>): Promise<Look> {
  const start = performance.now()
  const seen = await look()
  return { ...seen, ms: performance.now() - start }
}

/** A look at something that may be refused. */
export async function tried(
  by: Party,
  [well, refused]: readonly [string, string],
  act: () => Promise<unknown>,
): Promise<Look> {
  return timed(async () => {
    try {
      await act()
      return { by, checks: [], verdict: well }
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      return { by, checks: [error.code], verdict: refused }
    }
  })
}
