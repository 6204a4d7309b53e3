// The tree folded anew from the hashes of the entries, beside the tiles and the roots that the commits state. Where
// entries and tiles disagree, the root of their commit tells which of the two changed; the check goes on with the right
// one, so that one flipped bit is one finding, and not the end of the check.

import { GrowingTree, type HashPairs } from '../core/growth.ts'
import { emptyFrontier, HASH_BYTES, type Hash } from '../core/tree.ts'
import { tileLevelOf } from '../store/log/tiles.ts'
import { BACKUP, type Findings, OTHER_ENTRIES } from './finding.ts'
import type { TileReader } from './tile-reader.ts'

/** Leaves since the last commit, as their entries make them and as tile level 0 has them. */
interface Run {
  /** In pieces; undefined from the first on that does not read. */
  hashes: Uint8Array[] | undefined
  tiles: Buffer[]
  count: number
}

export class TreeCheck {
  readonly #tiles: TileReader
  readonly #hashPairs: HashPairs
  readonly #findings: Findings
  readonly #segmentLevel: number
  /** Roots of the full segments so far. */
  readonly segmentRoots: Uint8Array[] = []
  #tree: GrowingTree
  #run: Run = { hashes: [], tiles: [], count: 0 }
  /** How many hashes of each tile level were compared. */
  readonly #compared: number[] = []

  constructor(tiles: TileReader, hashPairs: HashPairs, findings: Findings, segmentLeaves: number) {
    this.#tiles = tiles
    this.#hashPairs = hashPairs
    this.#findings = findings
    this.#segmentLevel = Math.log2(segmentLeaves)
    this.#tree = new GrowingTree(emptyFrontier(), hashPairs)
  }

  /** Leaves up to the last commit. */
  get size(): number {
    return this.#tree.size
  }

  /** Adds `count` leaves; `hashes` are those of their entries, fewer where entries do not read. */
  async add(hashes: Uint8Array, count: number): Promise<void> {
    if (hashes.length < count * HASH_BYTES) this.#run.hashes = undefined
    this.#run.hashes?.push(hashes)
    this.#run.tiles.push(await this.#tiles.next(0, count))
    this.#run.count += count
  }

  /** Leaves whose entries were pruned: the tiles are all that is left of them, and the root says whether they are right. */
  async addPruned(count: number): Promise<void> {
    const kept = await this.#tiles.next(0, count)
    this.#run.hashes?.push(kept)
    this.#run.tiles.push(kept)
    this.#run.count += count
  }

  /**
   * Ends the run with a commit that states its root. Resolves to the leaves whose entries are not what was committed;
   * undefined when neither entries nor tiles lead to the root, so that nobody can say which leaves it is.
   */
  async commit(root: Hash): Promise<readonly number[] | undefined> {
    const { hashes: made, tiles, count } = this.#run
    const first = this.#tree.size
    this.#run = { hashes: [], tiles: [], count: 0 }
    const kept = joined(tiles)
    const hashes = made === undefined ? undefined : joined(made)
    const isSame = hashes !== undefined && Buffer.compare(hashes, kept) === 0
    const candidates = [hashes, isSame ? undefined : kept].filter(run => run?.length === count * HASH_BYTES)
    if (isSame) {
      await this.#append(hashes)
      return Buffer.compare(this.#tree.root, root) === 0 ? [] : undefined
    }
    const right = candidates.find(run => Buffer.compare(this.#rootWith(run!), root) === 0)
    if (right === undefined) return undefined
    await this.#append(right)
    if (right === hashes) this.#tellTiles(0, first, hashes, kept)
    return hashes === undefined || right === hashes ? [] : differing(hashes, kept).map(k => first + k)
  }

  /** After the last commit: what is in the tiles beyond it. A leaf gets there only after its commit is on the disk. */
  tellBeyond(): void {
    const { size } = this.#tree
    const leaves = Math.ceil(this.#tiles.sizeOf(0) / HASH_BYTES)
    if (leaves > size) {
      this.#findings.lost(
        'log_truncated',
        'log/commits',
        {
          en: `log/tile/0 has leaf ${leaves - 1}, which was committed, but the last whole commit has size ${size}`,
          zh: `log/tile/0 中有已提交的第 ${leaves - 1} 片叶，而最后一次完整提交的大小为 ${size}`,
        },
        BACKUP,
      )
      return
    }
    for (let level = 1; level < this.#tiles.levels; level++) {
      const expected = (this.#compared[level] ?? 0) * HASH_BYTES
      const bytes = this.#tiles.sizeOf(level)
      if (bytes <= expected) continue
      this.#findings.derived('tile_damaged', `log/tile/${level}`, {
        en: `it has ${bytes} bytes, but the tree of ${size} leaves has ${expected}`,
        zh: `有 ${bytes} 字节，而 ${size} 片叶的树为 ${expected} 字节`,
      })
    }
  }

  #rootWith(hashes: Uint8Array): Hash {
    const tree = new GrowingTree(this.#tree.frontier, this.#hashPairs)
    tree.append(hashes, () => {})
    return tree.root
  }

  async #append(hashes: Uint8Array): Promise<void> {
    const made: (readonly [number, Uint8Array])[] = []
    this.#tree.append(hashes, ({ level, hashes: run }) => {
      if (level === this.#segmentLevel) this.#keepRoots(run)
      const tileLevel = tileLevelOf(level)
      if (tileLevel !== undefined && tileLevel > 0) made.push([tileLevel, run])
    })
    for (const [level, run] of made) {
      const count = run.length / HASH_BYTES
      const first = this.#compared[level] ?? 0
      this.#compared[level] = first + count
      const kept = await this.#tiles.next(level, count)
      if (Buffer.compare(kept, run) !== 0) this.#tellTiles(level, first, run, kept)
    }
  }

  #keepRoots(run: Uint8Array): void {
    for (let at = 0; at < run.length; at += HASH_BYTES) this.segmentRoots.push(run.slice(at, at + HASH_BYTES))
  }

  #tellTiles(level: number, first: number, made: Uint8Array, kept: Uint8Array): void {
    for (const k of differing(made, kept)) {
      const at = k * HASH_BYTES
      const found = hex(kept.subarray(at, at + HASH_BYTES))
      const wanted = hex(made.subarray(at, at + HASH_BYTES))
      const position = (first + k) * HASH_BYTES
      const told = {
        en: `hash ${first + k}, at byte ${position}, is ${found || 'missing'}; the entries make ${wanted}`,
        zh: `第 ${position} 字节处的哈希 ${first + k} 为 ${found || '缺失'}；由条目得出 ${wanted}`,
      }
      const file = `log/tile/${level}`
      if (found.length < wanted.length) this.#findings.derived('tile_damaged', file, told)
      else this.#findings.patchable('tile_damaged', file, told, { position, bytes: made.slice(at, at + HASH_BYTES) })
    }
  }
}

/** What to say of a commit whose root neither the entries nor the tiles lead to; `isPruned`: there are tiles only. */
export function tellOtherRoot(
  findings: Findings,
  file: string,
  [first, end]: readonly [number, number],
  at: number,
  isPruned: boolean,
): void {
  const what = isPruned ? ['hashes', '哈希'] : ['entries', '条目']
  const nor = isPruned ? ['', ''] : [', nor do the tiles', '，数据块（tile）也得不出']
  const found = {
    en: `the ${what[0]} of leaves ${first} to ${end - 1} do not lead to the root of the commit at byte ${at} of log/commits${nor[0]}`,
    zh: `第 ${first} 至 ${end - 1} 片叶的${what[1]}得不出 log/commits 第 ${at} 字节处提交的根${nor[1]}`,
  }
  findings.lost(isPruned ? 'tile_damaged' : 'log_damaged', file, found, OTHER_ENTRIES)
}

function differing(made: Uint8Array, kept: Uint8Array): number[] {
  const found: number[] = []
  for (let at = 0; at < made.length; at += HASH_BYTES) {
    const [one, other] = [made.subarray(at, at + HASH_BYTES), kept.subarray(at, at + HASH_BYTES)]
    if (Buffer.compare(one, other) !== 0) found.push(at / HASH_BYTES)
  }
  return found
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
