// The lines of one range of the log under one grant, summed up: pure, so that whoever states and whoever checks do the
// same (docs/statements.md). Lines are taken in the order of the log.

import { createHash } from 'node:crypto'
import type { Delivery } from '../chain/registry-state.ts'
import { type GrantTerms, type Judgement, judgeAuthority } from '../core/authority.ts'
import { hashLeaf } from '../core/hash.ts'
import type { AccessRecord } from '../core/record.ts'

export interface Amounts {
  readonly accesses: number
  readonly bytes: bigint
  readonly rows: bigint
}

/** A sum, and which lines it is of. */
interface Found extends Amounts {
  /** SHA-256 over the leaf hashes of the lines summed, in the order of the log. */
  readonly contentDigest: string
}

/** Lines that are not stated, and the index of the first of them. */
export interface Left extends Amounts {
  readonly first: number
}

export interface Summed extends Found {
  /** Within the grant, but beyond what is left of its quota: from the first such line on, all of them. */
  readonly over: Left | undefined
  /** Not within the grant, by what is wrong. */
  readonly outside: ReadonlyMap<Judgement, Left>
}

export interface Limits {
  readonly bytes: bigint
  readonly rows: bigint
}

/** No limit: for sums that are compared, not stated. */
export const UNBOUNDED: Limits = { bytes: 2n ** 128n, rows: 2n ** 128n }

const NOTHING: Amounts = { accesses: 0, bytes: 0n, rows: 0n }

/** A running sum over the lines that name one grant. */
export class UsageSum {
  readonly #terms: GrantTerms
  readonly #left: Limits
  readonly #digest = createHash('sha256')
  readonly #outside = new Map<Judgement, Left>()
  #within = NOTHING
  #over: Left | undefined

  /** @param left What the quota still allows. */
  constructor(terms: GrantTerms, left: Limits) {
    this.#terms = terms
    this.#left = left
  }

  /** Takes the line with this index; indices only grow. */
  add(index: number, entry: Uint8Array, record: AccessRecord): void {
    const judgement = judgeAuthority(record, this.#terms)
    if (judgement !== 'within') {
      this.#outside.set(judgement, beyond(this.#outside.get(judgement), index, record))
      return
    }
    const sum = plus(this.#within, record)
    // One line too many ends the statement: a later line that would still fit must not be stated past one that is not,
    // since the next statement begins where this one ended.
    if (this.#over !== undefined || sum.bytes > this.#left.bytes || sum.rows > this.#left.rows) {
      this.#over = beyond(this.#over, index, record)
      return
    }
    this.#within = sum
    this.#digest.update(hashLeaf(entry))
  }

  total(): Summed {
    const contentDigest = `0x${this.#digest.copy().digest('hex')}`
    return { ...this.#within, contentDigest, over: this.#over, outside: new Map(this.#outside) }
  }
}

export function amountsOf({ accesses, bytes, rows }: Amounts): Amounts {
  return { accesses, bytes, rows }
}

/** Whether a statement says what was found; of which lines, its content digest tells. */
export function isSame(found: Amounts, stated: Delivery): boolean {
  return BigInt(found.accesses) === stated.accesses && found.bytes === stated.bytes && found.rows === stated.rows
}

function plus({ accesses, bytes, rows }: Amounts, record: AccessRecord): Amounts {
  return {
    accesses: accesses + 1,
    bytes: bytes + BigInt(record.bytes ?? 0),
    rows: rows + BigInt(record.rows ?? 0),
  }
}

function beyond(known: Left | undefined, index: number, record: AccessRecord): Left {
  return { ...plus(known ?? NOTHING, record), first: known?.first ?? index }
}
