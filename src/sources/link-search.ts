// Links looked up in the log itself: a copy of a line by what it states, and the first link with a number.

import { setImmediate } from 'node:timers/promises'
import { decodeEntry, isAccess } from '../core/record.ts'
import { type ChainState, earlierLeaves, type SeenLink } from '../core/source-chain.ts'
import { isSigned, keyIdOf, linkHash, linkText, type SignedRecord } from '../core/source-link.ts'
import type { LineLink } from '../lines/reader.ts'
import { isPruned } from '../store/archive/pruned.ts'
import type { Store } from '../store/store.ts'

interface SearchParts {
  readonly store: Pick<Store, 'search' | 'scan' | 'readEntries'>
  readonly origin: string
}

/** What was found of a link: its leaf; or that the records of its time are pruned, so that nobody can tell. */
export type Found = number | 'pruned'

/** Entries read at a time, and leaves of a source among which a number is looked for at most. */
const PAGE = 256
const MOST_SEARCHED = 65_536

/** The same line signed by another key is another link. */
export function linkId({ key, hash }: Pick<LineLink, 'key' | 'hash'>): string {
  return `${key} ${hash}`
}

/**
 * Looks for links of one source below a leaf, and puts what is there into `found`. A copy states the same time, bytes and
 * rows: only such records are read.
 */
export async function findCopies(
  parts: SearchParts,
  links: readonly LineLink[],
  below: number,
  found: Map<string, Found>,
): Promise<void> {
  const { store } = parts
  const ids = new Set(links.map(linkId))
  const wanted = new Set(links.map(({ time, bytes, rows }) => `${time} ${bytes} ${rows}`))
  const times = links.map(({ time }) => time)
  const where = { source: links[0]!.source }
  const between = { from: Math.min(...times), to: Math.max(...times) + 1 }
  try {
    for await (const rows of store.scan({ where, ...between, below }, [])) {
      const like = [...rows.indices].filter((_, k) => wanted.has(`${rows.times[k]} ${rows.bytes[k]} ${rows.rows[k]}`))
      for await (const { index, key, hash } of readLinks(parts, like)) {
        const id = linkId({ key, hash })
        if (ids.has(id)) found.set(id, index)
      }
      await setImmediate() // whatever somebody sends: others have a turn
    }
  } catch (error) {
    if (!isPruned(error)) throw error
    const left = links.filter(link => !found.has(linkId(link)))
    // Of several, another may be the one whose time is pruned.
    if (links.length === 1) for (const link of left) found.set(linkId(link), 'pruned')
    else for (const link of left) await findCopies(parts, [link], below, found)
  }
}

/**
 * The first link of a key with a number, if it is found where it probably is, and nothing there is pruned. `below`: the leaf
 * that has it again.
 */
export async function findFirst(
  parts: SearchParts,
  { source, key, seq }: Pick<LineLink, 'source' | 'key' | 'seq'>,
  chain: ChainState,
  below: number,
): Promise<SeenLink | undefined> {
  const place = earlierLeaves(chain, seq)
  const found: number[] = []
  const between = { first: place.first, below: Math.min(place.below ?? below, below) }
  try {
    for await (const run of parts.store.search({ where: { source }, ...between })) {
      found.push(...run)
      if (found.length > MOST_SEARCHED) return undefined
    }
    for await (const link of readLinks(parts, found)) {
      if (link.seq === seq && link.key === key) return { hash: link.hash, index: link.index }
    }
  } catch (error) {
    if (!isPruned(error)) throw error
  }
  return undefined
}

export function linkOf(record: SignedRecord, origin: string): Pick<LineLink, 'key' | 'hash' | 'seq'> {
  const { seq, signature } = record
  return { key: keyIdOf(signature), hash: linkHash(linkText(record, origin)), seq }
}

/** Those among these leaves that are links. */
async function* readLinks({ store, origin }: SearchParts, leaves: readonly number[]) {
  for (let at = 0; at < leaves.length; at += PAGE) {
    const indices = leaves.slice(at, at + PAGE)
    for (const [k, entry] of (await store.readEntries(indices)).entries()) {
      const record = decodeEntry(entry)
      if (isAccess(record) && isSigned(record)) yield { index: indices[k]!, ...linkOf(record, origin) }
    }
  }
}
