// The same as value-trie.ts when there are too many values for memory: on a LevelDB in the system's folder for what is
// temporary, which is thrown away. Several times slower.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Growth, type KeptLeaf, KeptTrie } from '../completeness/kept-trie.ts'
import { LevelDisk } from '../completeness/level-disk.ts'
import { Nodes } from '../completeness/nodes.ts'
import { decodeHead } from '../core/completeness/index-trie.ts'
import { SUB_NODE_BYTES, writeSubNode } from '../core/completeness/sub-log.ts'
import { LedgerError } from '../core/error.ts'
import { HASH_BYTES, type Hash } from '../core/tree.ts'
import { messageOf } from './check-database.ts'
import { type Addition, type Edge, growEdge, leafOf, subNodesIn } from './value-trie.ts'

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
  async fill(values: Iterable<{ readonly key: Hash; readonly edge: Edge }>): Promise<void> {
    let growths: Growth[] = []
    for (const { key, edge } of values) {
      growths.push({ key, grow: () => keptLeaf(key, edge) })
      if (growths.length < VALUES_AT_ONCE) continue
      await this.#grow(growths)
      growths = []
    }
    await this.#grow(growths)
  }

  /** As `ValueTrie.update`. @throws LedgerError `scratch_unusable` */
  async update(added: readonly Addition[]): Promise<void> {
    for (let first = 0; first < added.length; first += VALUES_AT_ONCE) {
      const some = added.slice(first, first + VALUES_AT_ONCE)
      await this.#grow(some.map(({ key, blocks }) => ({ key, grow: before => grown(key, before, blocks) })))
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

function grown(key: Hash, before: KeptLeaf | undefined, blocks: Uint8Array): KeptLeaf {
  const size = before === undefined ? 0 : decodeHead(before.leaf.subarray(HASH_BYTES))!.size
  const edge = { size, nodes: before === undefined ? [] : subNodesIn(before.more) }
  growEdge(edge, blocks)
  return keptLeaf(key, edge)
}

/** With a value's leaf lies its edge. */
function keptLeaf(key: Hash, edge: Edge): KeptLeaf {
  const more = new Uint8Array(edge.nodes.length * SUB_NODE_BYTES)
  for (const [k, node] of edge.nodes.entries()) writeSubNode(node, more, k * SUB_NODE_BYTES)
  return { leaf: leafOf(key, edge), more }
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
