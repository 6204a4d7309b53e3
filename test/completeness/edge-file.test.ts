// The file of what is left of the index of pruned records: what was written is read again, in however many pieces; the index
// that is begun with it has the same root, and none when it was cut off on the way.

import { expect } from 'chai'
import { loadEdges, readEdges, writeEdges } from '../../src/completeness/edge-file.ts'
import { KeptIndex } from '../../src/completeness/kept-index.ts'
import { MemoryTrie } from '../../src/completeness/memory-trie.ts'
import { type NodeChange, type NodeDisk, Nodes } from '../../src/completeness/nodes.ts'
import { restoreIndex } from '../../src/completeness/restore-index.ts'
import { encodeSubNode } from '../../src/core/completeness/sub-log.ts'
import { sha256 } from '../../src/core/hash.ts'
import { createQuickHashEach, PLAIN_HASH_EACH } from '../../src/hashing/hash-each.ts'
import { compileLines } from '../../src/lines/wasm.ts'

const VALUES = 9_000

/** Some blocks for each of these values: the k-th gets one, two or three, behind what it had. */
function addedBlocks(round: number) {
  const keys = Array.from({ length: VALUES }, (_, k) => sha256(Buffer.from(`value ${k}`))).sort((a, b) =>
    Buffer.compare(a, b),
  )
  const counts = Uint32Array.from({ length: VALUES }, (_, k) => 1 + ((k + round) % 3))
  const nodes = [...counts].flatMap((count, k) =>
    Array.from({ length: count }, (_, j) => {
      const index = (round * 3 + j) * VALUES + k
      const summary = { count: 1, firstIndex: index, lastIndex: index, earliest: index, latest: index }
      return encodeSubNode({ hash: sha256(Buffer.from(String(index))), summary })
    }),
  )
  return { keys: Buffer.concat(keys), counts, nodes: Buffer.concat(nodes) }
}

class File {
  readonly path = 'edges'
  bytes: Buffer = Buffer.alloc(0)
  get size(): number {
    return this.bytes.length
  }
  async append(bytes: Uint8Array): Promise<void> {
    this.bytes = Buffer.concat([this.bytes, bytes])
  }
  async read(position: number, length: number): Promise<Buffer> {
    return this.bytes.subarray(position, position + length)
  }
}

class Disk implements NodeDisk {
  readonly values = new Map<string, Uint8Array>()
  writesLeft = Number.POSITIVE_INFINITY

  get(key: Uint8Array): Uint8Array | undefined {
    return this.values.get(Buffer.from(key).toString('hex'))
  }

  async *keys(): AsyncGenerator<Uint8Array> {}

  async write(changes: readonly NodeChange[]): Promise<void> {
    if (--this.writesLeft < 0) throw new Error('no power')
    for (const { key, value } of changes) {
      const name = Buffer.from(key).toString('hex')
      if (value === undefined) this.values.delete(name)
      else this.values.set(name, Uint8Array.from(value))
    }
  }
}

describe('the file of edges', function () {
  this.timeout(60_000)

  it('has what the trie has, is put together to its root, and grows on to the same', async () => {
    const quick = createQuickHashEach(await compileLines())
    const [trie, plain] = [new MemoryTrie(quick), new MemoryTrie(PLAIN_HASH_EACH)]
    for (const round of [0, 1, 2]) {
      trie.update(addedBlocks(round))
      plain.update(addedBlocks(round))
      if (round === 1) expect(trie.root()).to.deep.equal(plain.root()) // hashed meanwhile, or not
    }
    expect(trie.root()).to.deep.equal(plain.root())
    const file = new File()
    await writeEdges(file, { leaves: 12, count: trie.count, root: trie.root() }, trie.edges())
    let pieces = 0
    for await (const _ of readEdges(file)) pieces++
    expect(pieces).to.be.greaterThan(1)
    const loaded = await loadEdges(file, quick)
    expect([loaded.leaves, loaded.count, loaded.trie.count]).to.deep.equal([12, VALUES, VALUES])
    loaded.trie.update(addedBlocks(3))
    plain.update(addedBlocks(3))
    expect(loaded.trie.root()).to.deep.equal(plain.root())
  })

  it('begins an index on a disk, or none when the power fails on the way', async () => {
    const trie = new MemoryTrie()
    trie.update(addedBlocks(0))
    const file = new File()
    await writeEdges(file, { leaves: 12, count: trie.count, root: trie.root() }, trie.edges())
    for (const writes of [0, 1, 2, 3]) {
      const disk = new Disk()
      disk.writesLeft = writes
      const outcome = await restoreIndex(new Nodes(disk), file).catch(String)
      const kept = KeptIndex.open(new Nodes(disk))
      if (outcome !== undefined) expect([outcome, kept.size]).to.deep.equal(['Error: no power', 0])
      else expect([writes, kept.size, Buffer.from(kept.root)]).to.deep.equal([3, 12, Buffer.from(trie.root())])
    }
  })
})
