// What the package's entry `suyuan/verify` gives and takes, as types alone: the build copies this page beside the bundle.

/** The same sentence in Chinese and in English. */
export interface Words {
  readonly zh: string
  readonly en: string
}

/** Bytes, or their text. */
export type FileContent = Uint8Array | string

export interface CheckResult {
  /** A key of `CHECKS`, which has the words for it. */
  readonly check: string
  readonly result: 'passed' | 'failed' | 'unchecked' | 'skipped'
  /** Why it failed or could not be made, and the next step. */
  readonly detail?: Words
}

export interface VerifyOptions {
  /** Told of each check when it has been made; the next one waits for it. */
  readonly onCheck?: (check: CheckResult) => void | Promise<void>
}

export interface Block {
  readonly number: number
  readonly hash: string
  /** Seconds since 1970. */
  readonly time: number
}

/** Decimal digits: they may pass 2^53. */
export interface Sum {
  readonly records: string
  readonly bytes: string
  readonly rows: string
}

export interface Answer {
  readonly question: { readonly where: Readonly<Record<string, string>>; readonly from?: string; readonly to?: string }
  /** When it was answered, by its author's clock. */
  readonly asked: string
  /** Whether rows beyond the limit were left out; then these are the newest. */
  readonly more: boolean
  /** What of the rows is all that there is: all of them, from the oldest one shown on, or nothing shown. */
  readonly complete: 'all' | 'newest' | 'unproven'
  /** In the order of the log; `judgement` is a key of `JUDGEMENTS`. */
  readonly rows: readonly {
    readonly index: number
    readonly record: Readonly<Record<string, unknown>>
    readonly judgement: string
  }[]
  readonly totals: {
    readonly records: number
    readonly bytes: number
    readonly rows: number
    /** How many accesses no grant allowed. */
    readonly outside: number
    readonly groups: readonly {
      readonly consumer: string
      readonly purpose?: string
      readonly records: number
      readonly bytes: number
      readonly rows: number
      readonly outside: number
      readonly first: string
      readonly last: string
    }[]
  }
  /** What was stated on chain of accesses under the grants, compared with the rows; `result` is a key of `STATEMENT_RESULTS`. */
  readonly statements: readonly {
    readonly grant: number
    readonly result: string
    /** Whether it contradicts the rows. */
    readonly contradicts: boolean
    /** First index of its range in the log, and first after the last. */
    readonly first: string
    readonly end: string
    readonly stated: Sum
    readonly shown: Sum
    readonly transaction: string
  }[]
  /** By code. */
  readonly names: {
    readonly organisations: Readonly<Record<string, string>>
    readonly resources: Readonly<Record<string, string>>
  }
  /** The anchored checkpoint. */
  readonly anchor: { readonly size: number; readonly transaction: string; readonly block: Block }
  /** The block that judgements are as of: what came later is not in the file. */
  readonly asOf: Block
  /** Leaves of the tree that is anchored by now, where a node was asked and it is larger. */
  readonly newer?: number
  /** The witnesses, of those that the trust file names, that cosigned the checkpoint. */
  readonly cosigned: readonly string[]
  /** Records that say to be signed by their source. */
  readonly signed: number
  /** What came of them, where the trust file names keys of sources; by log index. */
  readonly sources?: {
    readonly signed: number
    /** Those whose source's signature holds. */
    readonly held: readonly number[]
    /** Not signed, though their source signs. */
    readonly unsigned: readonly number[]
    /** Two of one number that contradict. */
    readonly forked: readonly (readonly [number, number])[]
  }
  /** The same signed line recorded twice, as the totals count it: one access. Leave the second of each pair out. */
  readonly copies: readonly (readonly [number, number])[]
}

export interface VerifyResult {
  /** `unchecked`: nothing is said against the file; an input is missing, or is of another ledger. */
  readonly verdict: 'verified' | 'tampered' | 'unchecked'
  readonly checks: readonly CheckResult[]
  /** The check that decided, where the verdict is not `verified`. */
  readonly failed?: {
    readonly check: string
    /** The log index of the record that it names. */
    readonly index?: number
    /** The number of the block whose hash is all that is missing: look it up, and put it into the trust file. */
    readonly block?: number
    readonly detail: Words
  }
  /** There only where every check has passed. */
  readonly answer?: Answer
  /** What no such file proves; there with `answer`. */
  readonly doesNotProve?: readonly Words[]
}

/**
 * Verifies a file of evidence (`suyuan-evidence/v3`), offline and without a node.
 * @param evidence The file as it was saved, packed (gzip) or not. A packed one takes `DecompressionStream`, which Node and browsers have.
 * @param trust The trust file: what you believe beforehand. It must not come from the operator.
 * @returns Never rejects because of what `evidence` is; the verdict says it.
 * @throws An error with `code` `trust_unreadable` and `words` where the trust file cannot be used.
 */
export type Verify = (evidence: FileContent, trust: FileContent, options?: VerifyOptions) => Promise<VerifyResult>

/** What a file seems to be, by its beginning alone. */
export type FileKind = 'evidence' | 'acts' | 'finding' | 'receipts' | 'trust' | 'unknown'
