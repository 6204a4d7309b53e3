// Vectors that a verifier must refuse: each is a good one, broken in one way. By whom says who could make it: `stranger` is
// whoever passes the file on; `operator` holds the ledger's keys, and signs again whatever was changed.

import type { Evidence } from '../../src/core/evidence.ts'
import type { Words } from '../../src/core/words.ts'
import type { CheckName } from '../../src/verify/report.ts'
import type { GoodName } from './good.ts'
import type { Workshop } from './scene.ts'

export interface BadVector extends Words {
  readonly of: GoodName
  readonly by: 'stranger' | 'operator'
  /** The first check that must fail. */
  readonly check: CheckName
  /** What is made of the good one; the operator's signature is put on it afterwards. */
  readonly spoil: (file: OfflineEvidence, workshop: Workshop, good: Files) => Evidence | Promise<Evidence>
}

export type OfflineEvidence = Evidence & Required<Pick<Evidence, 'offline'>>
export type Files = Readonly<Record<GoodName, OfflineEvidence>>
export type BadVectors = Readonly<Record<string, BadVector>>

/** The same text with one character exchanged for another that base64 and hexadecimal know. */
export function flip(text: string, at = 10): string {
  return text.slice(0, at) + (text[at] === 'b' ? 'c' : 'b') + text.slice(at + 1)
}

/** A file in which events of another file of the same chain stand, with what their blocks take to be proven. */
export function withBlocksOf(file: OfflineEvidence, other: OfflineEvidence): OfflineEvidence {
  const wanted = new Set([...file.anchors, ...file.events].map(({ block }) => block).concat(file.chain.asOf))
  const longest = file.offline.headers.length < other.offline.headers.length ? other : file
  return {
    ...file,
    blocks: merge(file.blocks, other.blocks).filter(({ number }) => wanted.has(number)),
    offline: { headers: longest.offline.headers, blocks: merge(file.offline.blocks, other.offline.blocks) },
  }
}

function merge<Block extends { readonly number: number }>(some: readonly Block[], others: readonly Block[]): Block[] {
  const all = new Map([...others, ...some].map(block => [block.number, block]))
  return [...all.values()].toSorted((a, b) => a.number - b.number)
}
