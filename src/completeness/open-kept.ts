// What is kept of the index, opened: as it lies in the data directory, or made anew where it cannot be read.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../chain/outbox.ts'
import { LedgerError } from '../core/error.ts'
import { PLAIN_HASH_EACH } from '../hashing/hash-each.ts'
import { prunedLeaves } from '../store/archive/pruned.ts'
import { explainFailure } from '../store/directory.ts'
import { diskFiles } from '../store/file.ts'
import type { Store } from '../store/store.ts'
import { type IndexKeeper, openIndexKeeper } from './index-keeper.ts'
import { findEdges } from './pruned-edges.ts'

export interface KeptParts {
  readonly store: Pick<Store, 'scan' | 'readColumns' | 'facts'>
  /** The data directory. */
  readonly dir: string
  readonly log: Log
  /** As many as a segment of the store has, unless it is the usual number. */
  readonly stretchLeaves?: number
}

/** What is derived of the index, in the data directory. */
export const POSTINGS_FOLDER = 'postings'

/**
 * Made anew where it cannot be read, or ends before the records that were pruned do.
 * @throws LedgerError `edges_damaged` and its like, of what is left of pruned records; `disk_full` and its like
 */
export async function openKept(parts: KeptParts): Promise<IndexKeeper> {
  try {
    return await openSound(parts)
  } catch (error) {
    throw explainFailure(error, parts.dir)
  }
}

async function openSound(parts: KeptParts): Promise<IndexKeeper> {
  const pruned = await prunedLeaves(parts.store.facts)
  let keeper: IndexKeeper
  try {
    keeper = await openFolder(parts)
  } catch (error) {
    return openAnew(parts, error)
  }
  if (keeper.size >= pruned) return keeper
  try {
    // What it lacks of the pruned records the log does not have any more.
    return await openAnew(parts, new Error(`it ends with ${keeper.size} leaves`), keeper)
  } catch (error) {
    await keeper[Symbol.asyncDispose]()
    throw error
  }
}

/**
 * Removes what is kept, which `old` has open, and begins with what is left of pruned records, or with the first leaf.
 * @throws LedgerError where that cannot be read; nothing is removed then, and `old` stays as it is
 */
export async function openAnew(parts: KeptParts, why: unknown, old?: IndexKeeper): Promise<IndexKeeper> {
  const edges = await findLeft(parts, why)
  parts.log.warn({ why: String(why) }, 'index: what is kept of it is made again from the log')
  await old?.[Symbol.asyncDispose]()
  await rm(join(parts.dir, POSTINGS_FOLDER), { recursive: true, force: true })
  const keeper = await openFolder(parts)
  if (edges === undefined) return keeper
  try {
    await keeper.restore(edges)
    return keeper
  } catch (error) {
    await keeper[Symbol.asyncDispose]()
    throw error
  }
}

function openFolder({ store, dir, stretchLeaves }: KeptParts): Promise<IndexKeeper> {
  return openIndexKeeper(store, join(dir, POSTINGS_FOLDER), stretchLeaves)
}

/** Where what is left of pruned records is, which was read whole: without it nothing is removed that could not be made again. */
async function findLeft({ store, dir }: KeptParts, why: unknown): Promise<string | undefined> {
  try {
    return (await findEdges({ store, dir, disk: diskFiles, hashEach: PLAIN_HASH_EACH }))?.path
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    const { code, words } = error
    throw new LedgerError(
      code,
      {
        en: `The index in ${POSTINGS_FOLDER} cannot be used (${String(why)}); nothing was removed. ${words.en}`,
        zh: `${POSTINGS_FOLDER} 中的索引无法使用（${String(why)}）；没有移除任何内容。${words.zh}`,
      },
      { cause: error },
    )
  }
}
