// Before a segment is pruned: what the index needs of it to grow on, put down for good. It is derived from the records that
// are about to go, and grown on as far as the next epoch: only when that makes the root which the epoch states are they let go.

import { dirname, join } from 'node:path'
import { equal, toHex } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import type { Hash } from '../core/tree.ts'
import type { Words } from '../core/words.ts'
import type { HashEach } from '../hashing/hash-each.ts'
import { INDEX_FACTS } from '../log-key.ts'
import { isThere } from '../missing.ts'
import { prunedLeaves } from '../store/archive/pruned.ts'
import { factsUnder } from '../store/facts-under.ts'
import type { Files, LogFile } from '../store/file.ts'
import type { Store } from '../store/store.ts'
import { STRETCH_LEAVES } from './columns.ts'
import { EDGES_FILE, type EdgesHead, edgesDamaged, loadEdges, writeEdges } from './edge-file.ts'
import { EpochLog, type KeptEpoch } from './epoch-log.ts'
import { MemoryIndex } from './memory-index.ts'
import type { MemoryTrie } from './memory-trie.ts'
import { growTo, shareColumns } from './stretches.ts'

export interface EdgesParts {
  readonly store: Pick<Store, 'readColumns' | 'facts'>
  /** The data directory. */
  readonly dir: string
  readonly disk: Files
  readonly hashEach: HashEach
  /** As many as a segment of the store has, unless it is the usual number. */
  readonly stretchLeaves?: number
}

const DRAFT = '.new'
const EPOCHS_AT_ONCE = 64

/**
 * Puts down what the index needs of the first `end` leaves, which end a segment; it is on the disk, and was read back, when
 * this resolves to the root of the trie as it is there. What was there before stays until then.
 * @throws LedgerError `index_differs`, `index_behind`, `index_lost`, `edges_damaged`; nothing may be pruned then
 */
export async function keepEdges(parts: EdgesParts, end: number): Promise<Hash> {
  const { store, stretchLeaves = STRETCH_LEAVES } = parts
  const index = await begin(parts)
  const epochs = await EpochLog.open(factsUnder(store.facts, INDEX_FACTS))
  const columns = shareColumns(stretchLeaves)
  const grow = (size: number): Promise<void> => growTo(index, store, size, { most: stretchLeaves, columns })
  let root: Hash | undefined
  const reachEnd = async (): Promise<void> => {
    await grow(end)
    root = index.trie.root()
    await writeDraft(parts, { leaves: end, count: index.trie.count, root }, index)
  }
  for await (const epoch of epochsBeyond(epochs, index.size - 1)) {
    if (root === undefined && epoch.size >= end) await reachEnd()
    await grow(epoch.size)
    if (!equal(index.trie.root(), epoch.trieRoot)) throw differs(epoch, index.trie.root())
    if (epoch.size >= end) break
  }
  if (root === undefined) {
    if (epochs.head.size > 0) throw notCovered(end)
    await reachEnd() // of a log without an index yet, there is nothing to compare it with
  }
  await giveName(parts, root!)
  return root!
}

export interface FoundEdges extends EdgesHead {
  readonly path: string
  readonly trie: MemoryTrie
}

/** What there is of a ledger, read whole; undefined when no record was pruned. @throws LedgerError `index_lost`, `edges_damaged` */
export async function findEdges({
  store,
  dir,
  disk,
  hashEach,
}: Pick<EdgesParts, 'store' | 'dir' | 'disk' | 'hashEach'>): Promise<FoundEdges | undefined> {
  const pruned = await prunedLeaves(store.facts)
  if (pruned === 0) return undefined
  const path = join(dir, EDGES_FILE)
  const found = await reading(disk, path, file => loadEdges(file, hashEach))
  if (found === undefined || !(found.leaves >= pruned)) throw lost(path)
  return { ...found, path }
}

/** The index as of the leaves that were pruned before. */
async function begin(parts: EdgesParts): Promise<MemoryIndex> {
  const edges = await findEdges(parts)
  return new MemoryIndex(parts.hashEach, edges?.trie, edges?.leaves)
}

async function* epochsBeyond(epochs: EpochLog, size: number): AsyncGenerator<KeptEpoch> {
  for (let at = await epochs.firstBeyond(size); at < epochs.head.size; at += EPOCHS_AT_ONCE) {
    yield* await epochs.from(at, EPOCHS_AT_ONCE)
  }
}

async function writeDraft({ dir, disk }: EdgesParts, head: EdgesHead, { trie }: MemoryIndex): Promise<void> {
  const draft = join(dir, EDGES_FILE + DRAFT)
  await disk.remove(draft)
  const file = await disk.open(draft)
  try {
    await writeEdges(file, head, trie.edges())
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** Reads the draft back, and puts it in the place of what was there. */
async function giveName({ dir, disk, hashEach }: EdgesParts, root: Hash): Promise<void> {
  const path = join(dir, EDGES_FILE)
  const read = await reading(disk, path + DRAFT, file => loadEdges(file, hashEach))
  if (read === undefined || !equal(read.root, root)) throw edgesDamaged(path + DRAFT, NOT_AS_WRITTEN)
  await disk.rename(path + DRAFT, path)
  await disk.syncDirectory(dirname(path))
}

async function reading<T>(disk: Files, path: string, read: (file: LogFile) => Promise<T>): Promise<T | undefined> {
  if (!(await isThere(path))) return undefined
  const file = await disk.open(path)
  try {
    return await read(file)
  } finally {
    await file.close()
  }
}

const NOT_AS_WRITTEN: Words = { en: 'it is not what was written', zh: '与写入的内容不同' }

function differs({ index, size, trieRoot }: KeptEpoch, found: Hash): LedgerError {
  const [is, made] = [trieRoot, found].map(toHex)
  return new LedgerError('index_differs', {
    en: `Epoch ${index} of the index log states the index ${is} for ${size} leaves, but the log makes ${made}: nothing was pruned. Run suyuan fsck --index, and compare with a backup: once the records are gone, nobody can.`,
    zh: `索引日志第 ${index} 期写明 ${size} 片叶的索引为 ${is}，而由日志得出 ${made}：没有清除任何记录。请运行 suyuan fsck --index，并与备份比对：记录清除后便无从比对。`,
  })
}

function notCovered(end: number): LedgerError {
  return new LedgerError('index_behind', {
    en: `No epoch of the index log covers leaf ${end - 1} yet, so what the index needs of the records cannot be compared with anything: nothing was pruned. Start the service, wait until it has anchored once more, and run this again.`,
    zh: `索引日志尚无任何一期覆盖第 ${end - 1} 片叶，无从核对索引所需的内容：没有清除任何记录。请启动服务，待其再次存证后重新运行。`,
  })
}

function lost(path: string): LedgerError {
  return new LedgerError('index_lost', {
    en: `Records were pruned from this log, and ${path} does not tell what the index has of them: it is missing, or of an earlier time, so the index cannot be made again from the log. Restore that file from a backup that was made after the pruning.`,
    zh: `本日志已有记录被清除，而 ${path} 未载明索引中关于它们的内容（缺失，或属于更早的时刻），因此无法由日志重新生成索引。请以清除之后所作的备份恢复该文件。`,
  })
}
