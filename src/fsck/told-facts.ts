// Facts of which there may be any number, and what they are told in: the anchors, and of the index log the epochs and the
// roots of its tiles. Their form is looked at as they pass by in the journal; what they say, when LevelDB gives them in order.

import { anchorKey } from '../anchors.ts'
import { decodeBase64 } from '../core/bytes.ts'
import { parseCheckpoint, type TreeHead } from '../core/checkpoint.ts'
import { decodeEpoch, type Epoch } from '../core/completeness/epoch.ts'
import { readSound } from '../core/error.ts'
import { parseNote } from '../core/note.ts'
import { HASH_BYTES } from '../core/tree.ts'
import type { Words } from '../core/words.ts'
import { INDEX_FACTS } from '../log-key.ts'
import { FACT_PREFIX } from '../store/level/keys.ts'
import type { Database } from '../store/level/level.ts'
import type { ToldTree } from './check-trees.ts'

/** They are looked at as they pass, and not kept. */
export const MANY = /^(anchor|act|text|erasure|index\/(epoch|tile))\//

/** Before the value of a fact in LevelDB. */
export const FACT_CRC_BYTES = 4

const ANCHORS = 'anchor/'
const EPOCHS = `${INDEX_FACTS}epoch/`
const TILE_ROOTS = `${INDEX_FACTS}tile/`

/** Where they are found in order, once LevelDB has what the journal has. */
export interface OrderedFacts {
  readonly database: Database
  /** What the journal has beyond that. */
  readonly late: ReadonlyMap<string, string>
}

export interface ToldAnchor extends ToldTree {
  /** The signed note. */
  readonly checkpoint: string
  /** The tree of the index log that was anchored with it. */
  readonly index: TreeHead | undefined
}

export interface ToldEpoch {
  readonly key: string
  /** The leaf of the index log. */
  readonly leaf: Uint8Array
  /** What it says, and the tree that its checkpoint is of; undefined when it is no epoch. */
  readonly epoch: (Epoch & TreeHead) | undefined
}

/** What is wrong with the form of a fact. */
export function findFormDamage(key: string, value: string): Words | undefined {
  if (key.startsWith(ANCHORS) && readAnchor(key, value) === undefined) {
    return {
      en: `the fact ${key} is no anchor, or its checkpoint is of another tree`,
      zh: `登记信息 ${key} 不是存证，或其检查点属于另一棵树`,
    }
  }
  if (key.startsWith(EPOCHS) && readEpoch(Buffer.from(value)) === undefined) {
    return {
      en: `the fact ${key} is no epoch of the index log, or has no checkpoint`,
      zh: `登记信息 ${key} 不是索引日志的一期，或没有检查点`,
    }
  }
  if (key.startsWith(TILE_ROOTS) && readHash(value) === undefined) {
    return { en: `the fact ${key} is no hash`, zh: `登记信息 ${key} 不是哈希` }
  }
  return undefined
}

/** The anchors in order of size, but for those that were struck. */
export async function* readAnchors(facts: OrderedFacts): AsyncGenerator<ToldAnchor> {
  for await (const [key, value] of factsUnder(facts, ANCHORS)) {
    const anchor = readAnchor(key, value.toString())
    if (anchor !== undefined && !anchor.isStruck) yield anchor
  }
}

/** The epochs in order. */
export async function* readEpochs(facts: OrderedFacts): AsyncGenerator<ToldEpoch> {
  for await (const [key, leaf] of factsUnder(facts, EPOCHS)) yield { key, leaf, epoch: readEpoch(leaf) }
}

/** The roots that are kept of the index log's full tiles, in order; undefined where one is no hash. */
export async function* readTileRoots(facts: OrderedFacts): AsyncGenerator<readonly [string, Uint8Array | undefined]> {
  for await (const [key, value] of factsUnder(facts, TILE_ROOTS)) yield [key, readHash(value.toString())]
}

async function* factsUnder(
  { database, late }: OrderedFacts,
  prefix: string,
): AsyncGenerator<readonly [string, Buffer]> {
  const gte = FACT_PREFIX + prefix
  const lt = gte.replace(/\/$/, '0') // the character after '/'
  const added = [...late]
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key, Buffer.from(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  for await (const [place, value] of database.iterator({ gte, lt })) {
    const key = place.slice(FACT_PREFIX.length)
    while (added.length > 0 && added[0]![0] < key) yield added.shift()!
    if (added[0]?.[0] === key) yield added.shift()!
    else yield [key, value.subarray(FACT_CRC_BYTES)]
  }
  yield* added
}

/** An anchor under the key of its size, with a checkpoint of the size and root that it states. */
function readAnchor(key: string, value: string): (ToldAnchor & { readonly isStruck: boolean }) | undefined {
  try {
    const { size, root, checkpoint, index, struck } = JSON.parse(value) as Record<string, unknown>
    if (typeof size !== 'number' || typeof checkpoint !== 'string') return undefined
    const bytes = readHash(root)
    const told = parseCheckpoint(parseNote(checkpoint).text)
    const isOne = key === anchorKey(size) && told.size === size
    if (bytes === undefined || !isOne || Buffer.compare(told.root, bytes) !== 0) return undefined
    const indexTree = index === undefined ? undefined : readTree(index)
    if (index !== undefined && indexTree === undefined) return undefined
    return { key, size, root: bytes, checkpoint, index: indexTree, isStruck: struck === true }
  } catch {
    return undefined
  }
}

function readTree(value: unknown): TreeHead | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { size, root } = value as Record<string, unknown>
  const bytes = readHash(root)
  return bytes === undefined || !Number.isSafeInteger(size) || Number(size) < 1
    ? undefined
    : { size: Number(size), root: bytes }
}

function readHash(value: unknown): Uint8Array | undefined {
  const bytes = typeof value === 'string' ? decodeBase64(value) : undefined
  return bytes?.length === HASH_BYTES ? bytes : undefined
}

function readEpoch(leaf: Uint8Array): (Epoch & TreeHead) | undefined {
  const epoch = decodeEpoch(leaf)
  if (epoch === undefined) return undefined
  const tree = readSound(() => parseCheckpoint(parseNote(epoch.checkpoint).text))
  return tree && { ...epoch, size: tree.size, root: tree.root }
}
