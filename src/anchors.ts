// The record of anchors: for each checkpoint confirmed on the chain, where to find it there. One fact each, under the
// tree size, so that the anchor for a leaf is the next key.

import { LedgerError } from './core/error.ts'
import type { Facts } from './store/store.ts'

export interface AnchorPlace {
  readonly transaction: string
  /** `time` in seconds since 1970, as the block has it. */
  readonly block: { readonly number: number; readonly hash: string; readonly time: number }
}

export interface Anchor extends AnchorPlace {
  readonly size: number
  /** Base64, as in the checkpoint. */
  readonly root: string
  /** The signed note. */
  readonly checkpoint: string
  /** The tree of the index log that was anchored with it; none for anchors of before there were index logs. */
  readonly index?: { readonly size: number; readonly root: string }
}

export interface Anchors {
  /** The smallest anchored tree of at least `size` leaves. */
  findAtLeast(size: number): Promise<Anchor | undefined>
  /** Newest first. */
  newest(limit: number): Promise<readonly Anchor[]>
  /** Durable when it resolves; what was recorded for the size before gives way. */
  record(anchor: Anchor): Promise<void>
  /** A reorganisation took it back: it is an anchor no longer. */
  strike(anchor: Anchor): Promise<void>
}

const PREFIX = 'anchor/'
const DIGITS = 16
/** Read at a time when looking past struck ones. */
const PAGE = 16

/** Keys in order of size: 16 digits hold every size up to 2^53. */
export function anchorKey(size: number): string {
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new LedgerError('size_invalid', {
      en: `${size} is not the size of a tree; give a whole number from 0 up.`,
      zh: `${size} 不是树的大小；请给出从 0 起的整数。`,
    })
  }
  return PREFIX + String(size).padStart(DIGITS, '0')
}

export function openAnchors(facts: Facts): Anchors {
  return {
    async findAtLeast(size) {
      for (let from = anchorKey(size); ; ) {
        const found = await facts.list(PREFIX, { from, limit: PAGE })
        const anchor = found.flatMap(([, value]) => parseAnchor(value) ?? [])[0]
        if (anchor !== undefined || found.length < PAGE) return anchor
        from = `${found.at(-1)![0]}~` // all of these were struck
      }
    },

    async newest(limit) {
      for (let page = limit + PAGE; ; page *= 4) {
        const found = await facts.list(PREFIX, { reverse: true, limit: page })
        const anchors = found.flatMap(([, value]) => parseAnchor(value) ?? [])
        if (anchors.length >= limit || found.length < page) return anchors.slice(0, limit)
      }
    },

    record: anchor => facts.put({ [anchorKey(anchor.size)]: JSON.stringify(anchor) }),
    strike: anchor => facts.put({ [anchorKey(anchor.size)]: JSON.stringify({ ...anchor, struck: true }) }),
  }
}

function parseAnchor(value: string): Anchor | undefined {
  const { struck, ...anchor } = JSON.parse(value) as Anchor & { struck?: boolean }
  return struck === true ? undefined : anchor
}
