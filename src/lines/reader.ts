// The seam between bytes and leaves: line → record → leaf for a block of lines at once. There are two readers, which do
// the same: plain.ts says what is right, fast.ts is quick about it (test/lines/readers.test.ts compares them).

import type { Leaves } from '../core/leaves.ts'
import type { Registry } from '../core/record.ts'
import type { SignedRecord } from '../core/source-link.ts'
import type { Refusal } from '../store/store.ts'
import type { Vault } from '../vault.ts'

/** The longest line that is taken. */
export const MAX_LINE_BYTES = 131_072
/** Lines that are read in one go at most. */
export const MAX_LINES = 1_000
/** Signatures that are checked in one go at most: each takes as long as a hundred lines without. */
export const MAX_SIGNATURES = 100

export interface LineReader {
  /** Reads the first lines of a block, at most `most` (and `MAX_LINES`); there is at least one. */
  read(block: Uint8Array, options: ReadOptions): ReadLines
}

export interface ReadOptions {
  readonly most: number
  /** Number of the first of them in its batch. */
  readonly firstLine: number
}

export interface ReadLines {
  /** Bytes of these lines, line ends included. */
  readonly consumed: number
  /** How many lines that was, accepted or refused. */
  readonly lines: number
  /** What the accepted ones became. */
  readonly leaves: Leaves
  /** The hashes of the leaves are there only when this resolves; where it is missing, they are there. */
  readonly hashed?: Promise<void> | undefined
  readonly refused: readonly Refusal[]
  /** Those of the accepted ones that their sources signed. */
  readonly signed: readonly SignedLine[]
  /** To be called once they are hashed and nobody looks at them any more: their memory is used again. Need not be called. */
  release(): void
}

/** An accepted line that its source signed. */
export interface SignedLine {
  /** Its number among the leaves, and in its batch. */
  readonly leaf: number
  readonly line: number
  readonly link: LineLink
}

/** What tells a signed line from every other, and where in the log it is looked for. */
export interface LineLink {
  readonly source: string
  /** ID of the key in hex. */
  readonly key: string
  readonly seq: number
  /** Of what was signed (core/source-link.ts). */
  readonly hash: string
  /** As the columns have them: ms since 1970, and -1 where the record does not say. */
  readonly time: number
  readonly bytes: number
  readonly rows: number
}

/** What a line is compared with. */
export interface LineContext {
  readonly registry: Registry
  readonly vault: Pick<Vault, 'pseudonymOf' | 'commit' | 'encrypt'>
  /** The sources that have keys; none, where this is missing. */
  readonly sources?: LineSources
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** What is known of sources that sign (src/sources.ts). */
export interface LineSources {
  /** Those of which no unsigned line is taken. */
  readonly strict: ReadonlySet<string>
  /** @throws LedgerError `source_key_unknown`, `source_key_retired`, `signature_invalid` */
  requireSignature(record: SignedRecord): LineLink
}

/** The same context, and how many signatures were checked by it. */
export function countSignatures(context: LineContext): { readonly context: LineContext; readonly count: () => number } {
  const { sources } = context
  if (sources === undefined) return { context, count: () => 0 }
  let count = 0
  const counting: LineSources = {
    strict: sources.strict,
    requireSignature(record) {
      count++
      return sources.requireSignature(record)
    },
  }
  return { context: { ...context, sources: counting }, count: () => count }
}
