// A log with segments to archive, and a key that signs its checkpoints.

import { setTimeout } from 'node:timers/promises'
import { checkCheckpoint, type TreeHead } from '../../src/core/checkpoint.ts'
import { LedgerError } from '../../src/core/error.ts'
import { checkNote } from '../../src/core/note.ts'
import { inBoth } from '../../src/core/words.ts'
import { type LogKey, openLogKey } from '../../src/log-key.ts'
import type { Pruning } from '../../src/store/archive/pruned.ts'
import { type EmbeddedOptions, type EmbeddedStore, openEmbeddedStore } from '../../src/store/embedded.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { fill } from './conformance.ts'
import { freshDirectory } from './directory.ts'

export const SEGMENT = 256
/** Three full segments and an open one. The last full one is still read by a start, and is not archived yet. */
export const SIZE = 900

const KEYS = freshDirectory()

/** The same key every time, with no memory of what it signed. */
export function logKey(): Promise<LogKey> {
  return openLogKey({ dir: KEYS, origin: 'archive.test/log', facts: createMemoryStore().facts })
}

/** Once the segments are ready for it: they get their index in the background. */
export async function sign(store: EmbeddedStore, head: TreeHead = store.head): Promise<string> {
  while (store.old.list().length < 2) await setTimeout(5)
  return (await logKey()).sign(head, 1_800_000_000)
}

/** Believes a checkpoint only with both signatures of the log, so that nothing in it goes unchecked. */
export async function readCheckpoint(): Promise<(signed: string) => TreeHead> {
  const { verifierKey, timeKey } = await logKey()
  return signed => {
    const { checkpoint, note } = checkCheckpoint(signed, verifierKey)
    if (checkNote(note, [timeKey]).length === 0) throw new LedgerError('checkpoint_unsigned', inBoth('no time'))
    return checkpoint
  }
}

export async function openLog(dir: string, options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedStore> {
  return openEmbeddedStore({ dir, segmentLeaves: SEGMENT, ...options })
}

/** A data directory with its first segments archived. */
export async function makeArchived(segments: number, size = SIZE): Promise<string> {
  const dir = freshDirectory()
  const store = await openLog(dir)
  await fill(store, size)
  for (let number = 0; number < segments; number++) await store.old.archive(number, await sign(store))
  await store[Symbol.asyncDispose]()
  return dir
}

export const PRUNING: Pruning = {
  by: 'keeper of the archive',
  time: Date.UTC(2032, 0, 2),
  anchor: { size: SIZE, transaction: `0x${'1'.repeat(64)}`, block: 9, time: 1_800_000_000 },
  retentionYears: 5,
}
