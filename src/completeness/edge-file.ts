// What is left of the index of records that were pruned: of each sub-log the roots of its complete subtrees, as of the last
// pruned leaf. It is all that the index needs to grow on, and cannot be made again. docs/data-directory.md has the form.

import { crc32 } from 'node:zlib'
import { equal } from '../core/bytes.ts'
import { SUB_NODE_BYTES } from '../core/completeness/sub-log.ts'
import { readSummary } from '../core/completeness/summary.ts'
import { LedgerError } from '../core/error.ts'
import { HASH_BYTES, type Hash } from '../core/tree.ts'
import type { Words } from '../core/words.ts'
import { type HashEach, PLAIN_HASH_EACH } from '../hashing/hash-each.ts'
import type { LogFile } from '../store/file.ts'
import { type Edge, MemoryTrie } from './memory-trie.ts'

/** In the data directory. */
export const EDGES_FILE = 'log/edges'

export interface EdgesHead {
  /** The leaves of the log that it tells of: the first so many. */
  readonly leaves: number
  /** How many sub-logs there are. */
  readonly count: number
  /** Of the trie over them. */
  readonly root: Hash
}

type Readable = Pick<LogFile, 'path' | 'size' | 'read'>

const MAGIC = Buffer.from('suyedg-1')
const CRC_AT = 52
const HEAD_BYTES = 56
/** Of a sub-log: its key, and how many blocks it has. */
const EDGE_BYTES = HASH_BYTES + 6
/** Complete subtrees of a sub-log: one at most for each bit of its size. */
const MOST_NODES = 53
const PIECE_BYTES = 1 << 20

/** Writes it behind nothing: the file is empty. Not synced. */
export async function writeEdges(
  file: Pick<LogFile, 'append'>,
  { leaves, count, root }: EdgesHead,
  edges: Iterable<Edge>,
): Promise<void> {
  const head = Buffer.alloc(HEAD_BYTES)
  MAGIC.copy(head)
  head.writeUIntBE(leaves, 8, 6)
  head.writeUIntBE(count, 14, 6)
  head.set(root, 20)
  head.writeUInt32BE(crc32(head.subarray(0, CRC_AT)), CRC_AT)
  let pieces: Uint8Array[] = [head]
  let bytes = 0
  for (const { key, size, nodes } of edges) {
    const edge = Buffer.alloc(EDGE_BYTES)
    edge.set(key)
    edge.writeUIntBE(size, HASH_BYTES, 6)
    pieces.push(edge, nodes)
    bytes += EDGE_BYTES + nodes.length
    if (bytes < PIECE_BYTES) continue
    await file.append(Buffer.concat(pieces))
    pieces = []
    bytes = 0
  }
  await file.append(Buffer.concat(pieces))
}

/** @throws LedgerError `edges_damaged` */
export async function readEdgesHead(file: Readable): Promise<EdgesHead> {
  if (file.size < HEAD_BYTES) throw edgesDamaged(file.path, TOO_SHORT)
  const head = await file.read(0, HEAD_BYTES)
  const isOne = head.subarray(0, MAGIC.length).equals(MAGIC)
  if (!isOne || crc32(head.subarray(0, CRC_AT)) !== head.readUInt32BE(CRC_AT)) throw edgesDamaged(file.path, NO_HEAD)
  return {
    leaves: head.readUIntBE(8, 6),
    count: head.readUIntBE(14, 6),
    root: Uint8Array.from(head.subarray(20, CRC_AT)),
  }
}

/**
 * The edges, some at a time, in the order of their keys. That they lead to the root is for whoever puts them together: then
 * each bit of them is right.
 * @throws LedgerError `edges_damaged` for what cannot be edges
 */
export async function* readEdges(file: Readable): AsyncGenerator<readonly Edge[]> {
  const { count } = await readEdgesHead(file)
  let left = count
  let before: Hash = new Uint8Array(0)
  for (let position = HEAD_BYTES; position < file.size; ) {
    const piece = await file.read(position, Math.min(PIECE_BYTES, file.size - position))
    const edges: Edge[] = []
    let at = 0
    for (;;) {
      const edge = edgeAt(piece, at, file.path)
      if (edge === undefined) break
      if (Buffer.compare(before, edge.key) >= 0) throw edgesDamaged(file.path, NO_ORDER)
      before = edge.key
      edges.push(edge)
      at += EDGE_BYTES + edge.nodes.length
    }
    if (edges.length === 0) throw edgesDamaged(file.path, TOO_SHORT)
    left -= edges.length
    position += at
    yield edges
  }
  if (left !== 0) throw edgesDamaged(file.path, OTHER_COUNT)
}

/** All of them in memory, and the head. @throws LedgerError `edges_damaged` */
export async function loadEdges(
  file: Readable,
  hashEach: HashEach = PLAIN_HASH_EACH,
): Promise<EdgesHead & { readonly trie: MemoryTrie }> {
  const head = await readEdgesHead(file)
  const trie = new MemoryTrie(hashEach)
  for await (const edges of readEdges(file)) trie.restore(edges)
  if (!equal(trie.root(), head.root)) throw edgesDamaged(file.path, OTHER_ROOT)
  return { ...head, trie }
}

/** Undefined when it does not end within the piece. */
function edgeAt(piece: Buffer, at: number, path: string): Edge | undefined {
  if (at + EDGE_BYTES > piece.length) return undefined
  const size = piece.readUIntBE(at + HASH_BYTES, 6)
  const begin = at + EDGE_BYTES
  const end = begin + bitsSet(size) * SUB_NODE_BYTES
  if (size < 1) throw edgesDamaged(path, NO_NODE)
  if (end > piece.length) return undefined
  const nodes = Uint8Array.from(piece.subarray(begin, end))
  for (let node = 0; node < nodes.length; node += SUB_NODE_BYTES) {
    const summary = readSummary(nodes, node)
    const left = node === 0 ? undefined : readSummary(nodes, node - SUB_NODE_BYTES)
    if (summary === undefined || (left !== undefined && summary.firstIndex <= left.lastIndex)) {
      throw edgesDamaged(path, NO_NODE)
    }
  }
  return { key: Uint8Array.from(piece.subarray(at, at + HASH_BYTES)), size, nodes }
}

function bitsSet(number: number): number {
  let count = 0
  for (let rest = number; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2
  return Math.min(count, MOST_NODES)
}

const TOO_SHORT: Words = { en: 'it ends too soon', zh: '过早结束' }
const NO_HEAD: Words = { en: 'its head does not read', zh: '文件头无法读取' }
const NO_ORDER: Words = { en: 'its keys are not in order', zh: '其键未按顺序排列' }
const NO_NODE: Words = {
  en: 'what it has of a value is no part of a sub-log',
  zh: '其中某个值的内容不是子日志的一部分',
}
const OTHER_COUNT: Words = { en: 'it has not as many values as it says', zh: '其中值的个数与所述不符' }
const OTHER_ROOT: Words = { en: 'it does not lead to the root that it states', zh: '由其得不出所述的根' }

export function edgesDamaged(path: string, found: Words): LedgerError {
  return new LedgerError('edges_damaged', {
    en: `${path}: ${found.en}. It is what is left of the index of pruned records, and cannot be made again: restore it from a backup.`,
    zh: `${path}：${found.zh}。它是已清除记录在索引中仅存的内容，无法重新生成：请从备份恢复。`,
  })
}
