// The same as memory-trie.ts (completeness/) when there are too many values for memory: on a LevelDB in the system's folder for what is
// temporary, which is thrown away. Several times slower.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Growth, type KeptLeaf, KeptTrie } from '../completeness/kept-trie.ts'
import { LevelDisk } from '../completeness/level-disk.ts'
import type { AddedBlocks, Edge } from '../completeness/memory-trie.ts'
import { Nodes } from '../completeness/nodes.ts'
import { decodeHead, encodeLeaf } from '../core/completeness/index-trie.ts'
import { decodeSubNode, joinNodes, SUB_NODE_BYTES, type SubNode, writeSubNode } from '../core/completeness/sub-log.ts'
import { LedgerError } from '../core/error.ts'
import { HASH_BYTES, type Hash } from '../core/tree.ts'
import { messageOf } from './check-database.ts'

/** Values that grow before what they changed goes to the disk. */
const VALUES_AT_ONCE = 4_096

export class ScratchTrie implements AsyncDisposable {
  readonly #folder: string
  readonly #disk: LevelDisk
  readonly #nodes: Nodes
  readonly #trie: KeptTrie

  private constructor(folder: string, disk: LevelDisk) {
    this.#folder = folder
    this.#disk = disk
    this.#nodes = new Nodes(disk)
    this.#trie = new KeptTrie(this.#nodes, { version: 0, drop: key => this.#nodes.remove(key) })
  }

  /** @throws LedgerError `scratch_unusable` */
  static async open(): Promise<ScratchTrie> {
    try {
      const folder = await mkdtemp(join(tmpdir(), 'suyuan-fsck-'))
      return new ScratchTrie(folder, await LevelDisk.open(folder))
    } catch (cause) {
      throw unusable(cause)
    }
  }

  /** Takes over what there is, in the order of the keys. @throws LedgerError `scratch_unusable` */
  async fill(edges: Iterable<Edge>): Promise<void> {
    let growths: Growth[] = []
    for (const { key, size, nodes } of edges) {
      growths.push({ key, grow: () => keptLeaf(key, size, subNodesIn(nodes)) })
      if (growths.length < VALUES_AT_ONCE) continue
      await this.#grow(growths)
      growths = []
    }
    await this.#grow(growths)
  }

  /** As `MemoryTrie.update`. @throws LedgerError `scratch_unusable` */
  async update({ keys, counts, nodes }: AddedBlocks): Promise<void> {
    let at = 0
    for (let first = 0; first < counts.length; first += VALUES_AT_ONCE) {
      const growths = Array.from(counts.subarray(first, first + VALUES_AT_ONCE), (count, k): Growth => {
        const key = keys.subarray((first + k) * HASH_BYTES, (first + k + 1) * HASH_BYTES)
        const blocks = nodes.subarray(at, at + count * SUB_NODE_BYTES)
        at += blocks.length
        return { key, grow: before => grown(key, before, blocks) }
      })
      await this.#grow(growths)
    }
  }

  root(): Hash {
    return this.#trie.root
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#disk[Symbol.asyncDispose]()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #grow(growths: readonly Growth[]): Promise<void> {
    this.#trie.update(growths)
    await this.#nodes.putDown().catch((cause: unknown) => {
      throw unusable(cause)
    })
  }
}

/** With a value's leaf lies its edge. */
function grown(key: Hash, before: KeptLeaf | undefined, blocks: Uint8Array): KeptLeaf {
  let size = before === undefined ? 0 : decodeHead(before.leaf.subarray(HASH_BYTES))!.size
  const edge = before === undefined ? [] : subNodesIn(before.more)
  for (let node of subNodesIn(blocks)) {
    for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) node = joinNodes(edge.pop()!, node)
    edge.push(node)
    size++
  }
  return keptLeaf(key, size, edge)
}

function keptLeaf(key: Hash, size: number, edge: readonly SubNode[]): KeptLeaf {
  const more = new Uint8Array(edge.length * SUB_NODE_BYTES)
  for (const [k, node] of edge.entries()) writeSubNode(node, more, k * SUB_NODE_BYTES)
  const root = edge.reduceRight((right, left) => joinNodes(left, right))
  return { leaf: encodeLeaf({ key, head: { size, root } }), more }
}

function subNodesIn(bytes: Uint8Array): SubNode[] {
  return Array.from({ length: bytes.length / SUB_NODE_BYTES }, (_, k) => {
    return decodeSubNode(bytes.subarray(k * SUB_NODE_BYTES, (k + 1) * SUB_NODE_BYTES))!
  })
}

function unusable(cause: unknown): LedgerError {
  const [folder, why] = [tmpdir(), messageOf(cause)]
  return new LedgerError(
    'scratch_unusable',
    {
      en: `The index could not be derived again, for ${folder} cannot be written (${why}): it needs some hundred bytes for each value that records have. Name a folder with room as TMPDIR.`,
      zh: `无法重新推导索引：${folder} 不可写（${why}）；记录中每个不同的值需要数百字节。请以 TMPDIR 指定一个有空间的目录。`,
    },
    { cause },
  )
}
