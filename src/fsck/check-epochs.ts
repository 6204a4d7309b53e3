// The index log, checked as the log is: its epochs without a gap, each with a checkpoint that the log signed, of a larger
// tree than the one before; and its trees, the published one, the anchored ones and the roots that are kept of full tiles,
// folded from the epochs. What an epoch states of the index itself, check-index-roots.ts derives again.

import { epochKey, tileRootKey } from '../completeness/epoch-log.ts'
import { checkCheckpoint } from '../core/checkpoint.ts'
import { hashLeaf } from '../core/hash.ts'
import type { VerifierKey } from '../core/note.ts'
import { TILE_HEIGHT, TILE_WIDTH } from '../core/tile.ts'
import { appendLeaf, emptyFrontier, type Frontier, frontierRoot, type Hash } from '../core/tree.ts'
import type { Words } from '../core/words.ts'
import { INDEX_FACTS } from '../log-key.ts'
import { FACTS_FILE } from '../store/facts/facts.ts'
import type { FactsFound } from './check-facts.ts'
import { checkPublished, tellWrong } from './check-published.ts'
import { type LogWords, only, type ToldTree, TreesCheck } from './check-trees.ts'
import { BACKUP, type Findings } from './finding.ts'
import {
  type OrderedFacts,
  readAnchors,
  readEpochs,
  readTileRoots,
  type ToldAnchor,
  type ToldEpoch,
} from './told-facts.ts'

export interface EpochsParts {
  readonly ordered: OrderedFacts
  readonly found: FactsFound
  /** The log's; undefined when no fact tells of it. */
  readonly logKey: VerifierKey | undefined
  readonly findings: Findings
}

/** A tree of the index log, and the anchor that tells of it. */
interface IndexTree extends ToldTree {
  readonly anchor?: ToldAnchor
}

const OF_INDEX_LOG: LogWords = {
  of: { en: ' of the index log', zh: '索引日志' },
  hasNone: { en: 'there are not so many epochs', zh: '没有那么多期' },
  has: { en: 'its epochs make', zh: '由各期得出的' },
}

/** Yields the trees of the log that the epochs end with, in order: whether the log has them is for the caller. */
export function checkEpochs(parts: EpochsParts): AsyncGenerator<ToldTree> {
  return new EpochsCheck(parts).run()
}

class EpochsCheck {
  readonly #parts: EpochsParts
  readonly #tree: Frontier = emptyFrontier()
  readonly #tileRoots: AsyncIterator<readonly [string, Uint8Array | undefined]>
  /** Leaves of the log that the last epoch ends with. */
  #size = 0

  constructor(parts: EpochsParts) {
    this.#parts = parts
    this.#tileRoots = readTileRoots(parts.ordered)
  }

  async *run(): AsyncGenerator<ToldTree> {
    const { ordered, found, findings } = this.#parts
    const published = only<IndexTree>(await checkPublished(found, INDEX_FACTS, findings))
    const trees = new TreesCheck<IndexTree>([published, anchoredWith(ordered)], OF_INDEX_LOG, findings)
    for await (const told of readEpochs(ordered)) {
      const wanted = INDEX_FACTS + epochKey(this.#tree.size)
      if (told.key !== wanted) {
        this.#tell({
          en: `the fact ${wanted} is missing: ${told.key} follows`,
          zh: `缺少登记信息 ${wanted}：其后是 ${told.key}`,
        })
        await trees.end(false)
        return
      }
      await this.#fold(told)
      for (const { anchor } of await trees.see({ size: this.#tree.size, root: frontierRoot(this.#tree) })) {
        if (anchor !== undefined) this.#compare(told, anchor)
      }
      const tree = this.#checkCheckpoint(told)
      if (tree !== undefined) yield tree
    }
    await trees.end(true)
    for await (const [key] of { [Symbol.asyncIterator]: () => this.#tileRoots }) {
      this.#tell({ en: `the fact ${key} tells of a tile that is not full`, zh: `登记信息 ${key} 所述的瓦片并未满` })
    }
  }

  async #fold({ leaf }: ToldEpoch): Promise<void> {
    let tileRoot: Hash | undefined
    appendLeaf(this.#tree, hashLeaf(leaf), (level, hash) => {
      if (level === TILE_HEIGHT) tileRoot = hash
    })
    if (tileRoot === undefined) return
    const wanted = INDEX_FACTS + tileRootKey(this.#tree.size / TILE_WIDTH - 1)
    const { value } = await this.#tileRoots.next()
    const [key, root] = value ?? []
    if (key === wanted && root !== undefined && Buffer.compare(root, tileRoot) === 0) return
    this.#tell({
      en: `the fact ${wanted} is missing, or is not the root of its epochs`,
      zh: `登记信息 ${wanted} 缺失，或不是其各期的根`,
    })
  }

  /** An epoch and the anchor that it was anchored with are of one checkpoint, byte for byte. */
  #compare({ key, epoch }: ToldEpoch, anchor: ToldAnchor): void {
    if (epoch === undefined || epoch.checkpoint === anchor.checkpoint) return
    this.#tell({
      en: `the fact ${anchor.key} has another checkpoint than ${key}, the last epoch of the index log that was anchored with it`,
      zh: `登记信息 ${anchor.key} 的检查点与 ${key}（随它存证的索引日志的最后一期）的不同`,
    })
  }

  /** The log's tree that an epoch ends with; undefined when it is none that can be looked for. */
  #checkCheckpoint({ key, epoch }: ToldEpoch): ToldTree | undefined {
    if (epoch === undefined) return undefined // told of as it passed by in the journal
    const { checkpoint, size, root } = epoch
    const { logKey, findings } = this.#parts
    if (logKey === undefined) {
      this.#tell({
        en: `the fact ${key} has a checkpoint, but no fact tells of the key that signed it`,
        zh: `登记信息 ${key} 中有检查点，但没有登记信息记载签署它的密钥`,
      })
      return undefined
    }
    try {
      checkCheckpoint(checkpoint, logKey)
    } catch (error) {
      tellWrong(key, error, findings)
      return undefined
    }
    if (size <= this.#size) {
      this.#tell({
        en: `the fact ${key} ends with a tree of ${size} leaves, and the epoch before it with one of ${this.#size}`,
        zh: `登记信息 ${key} 止于 ${size} 片叶的树，而前一期止于 ${this.#size} 片叶的树`,
      })
      return undefined
    }
    this.#size = size
    return { key, size, root }
  }

  #tell(found: Words): void {
    this.#parts.findings.lost('facts_damaged', FACTS_FILE, found, BACKUP)
  }
}

/** What was anchored of the index log, in order. */
async function* anchoredWith(facts: OrderedFacts): AsyncGenerator<IndexTree> {
  for await (const anchor of readAnchors(facts)) {
    if (anchor.index !== undefined) yield { key: anchor.key, ...anchor.index, anchor }
  }
}
