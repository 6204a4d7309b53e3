// Records to fill a store with: number i always makes the same leaf.

import { hashLeaf, sha256 } from '../../src/core/hash.ts'
import { type Leaves, type PlainLeaf, packLeaves } from '../../src/core/leaves.ts'
import { type AccessRecord, encodeEntry, type LogRecord } from '../../src/core/record.ts'
import type { Hash } from '../../src/core/tree.ts'
import type { BatchState } from '../../src/store/store.ts'

export const START = Date.UTC(2026, 0, 1)
/** Milliseconds between two records. */
export const STEP = 1000

export function makeRecord(i: number, fields: Partial<AccessRecord> = {}): AccessRecord {
  return {
    action: 'read',
    ...(i % 9 === 8 ? {} : { bytes: i }),
    ...(i % 4 === 1 ? { rows: i % 13 } : {}),
    consumer: `consumer-${i % 5}`,
    provider: `provider-${i % 3}`,
    resource: `resource/${i % 7}`,
    source: 'gateway',
    status: 'ok',
    time: new Date(START + i * STEP).toISOString(),
    ...(i % 2 === 0 ? { actor: (i % 11).toString(16).padStart(32, '0') } : {}),
    ...(i % 3 === 0 ? { grant: 1 + (i % 4), purpose: 'LegalCompliance' } : {}),
    ...fields,
  }
}

/** A leaf by itself, with its hash. */
export interface TestLeaf extends PlainLeaf {
  readonly leaf: Hash
}

export function toLeaf(record: LogRecord, sealed?: Uint8Array): TestLeaf {
  if (sealed === undefined) return { record, ...encode(record) }
  const committed = { ...record, sealed: Buffer.from(sha256(sealed)).toString('hex') } as LogRecord
  return { record: committed, ...encode(committed), sealed }
}

function encode(record: LogRecord): { entry: Uint8Array; leaf: Hash } {
  const entry = encodeEntry(record)
  return { entry, leaf: hashLeaf(entry) }
}

/** Leaf number i; every fourth has a sealed part. */
export function makeLeaf(i: number): TestLeaf {
  return (made[i] ??= toLeaf(makeRecord(i), i % 4 === 0 ? Buffer.from(`sealed part of ${i}`) : undefined))
}

const made: TestLeaf[] = []

export function makeLeaves(start: number, end: number): TestLeaf[] {
  return Array.from({ length: end - start }, (_, k) => makeLeaf(start + k))
}

/** The same as a batch has them. */
export function packed(start: number, end: number): Leaves {
  return packLeaves(makeLeaves(start, end))
}

export function makeState(key: string, lines: number, before?: BatchState): BatchState {
  const { ranges = [], refused = [], refusedCount = 0 } = before ?? {}
  return { key, lines, digest: `digest of ${lines}`, ranges, refused, refusedCount }
}
