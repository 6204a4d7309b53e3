// The trees that facts tell of, the published one, the anchored ones and others, beside the trees that a log has, as they
// pass by: each must be one of these, for nothing else is ever signed.

import { encodeBase64 } from '../core/bytes.ts'
import type { TreeHead } from '../core/checkpoint.ts'
import type { Words } from '../core/words.ts'
import { FACTS_FILE } from '../store/facts/facts.ts'
import { BACKUP, type Findings } from './finding.ts'

/** A tree that a fact tells of. */
export interface ToldTree extends TreeHead {
  /** The fact. */
  readonly key: string
}

/** What a log is called where it does not have a tree. */
export interface LogWords {
  /** Of which log the tree is said to be; of the log itself nothing needs to be said. */
  readonly of: Words
  readonly hasNone: Words
  readonly has: Words
}

export const OF_LOG: LogWords = {
  of: { en: '', zh: '' },
  hasNone: { en: 'no commit ends at that size', zh: '没有提交止于该大小' },
  has: { en: 'the log has', zh: '日志' },
}

interface Stream<Told> {
  readonly trees: AsyncIterator<Told>
  next: Told | undefined
}

export class TreesCheck<Told extends ToldTree = ToldTree> {
  readonly #streams: readonly Stream<Told>[]
  readonly #log: LogWords
  readonly #findings: Findings
  #isBegun = false
  /** Of the smallest tree that comes next. */
  #nextSize = 0

  /** @param told Each in order of size */
  constructor(told: readonly AsyncIterator<Told>[], log: LogWords, findings: Findings) {
    this.#streams = told.map(trees => ({ trees, next: undefined }))
    this.#log = log
    this.#findings = findings
  }

  /** A tree that the log has, larger than those before it. Resolves to what was told of a tree of this size. */
  async see({ size, root }: TreeHead): Promise<readonly Told[]> {
    if (!this.#isBegun) await this.#begin()
    if (size < this.#nextSize) return NONE
    const met: Told[] = []
    for (const stream of this.#streams) {
      for (; stream.next !== undefined && stream.next.size <= size; await take(stream)) {
        const told = stream.next
        if (told.size < size) this.#tellMissing(told)
        else {
          met.push(told)
          if (Buffer.compare(told.root, root) !== 0) this.#tell(told, root)
        }
      }
    }
    this.#findNext()
    return met
  }

  /** `isWhole`: all trees of the log passed by. If not, nothing can be said of what was told of larger ones. */
  async end(isWhole: boolean): Promise<void> {
    if (!this.#isBegun) await this.#begin()
    for (const stream of this.#streams) {
      for (; stream.next !== undefined; await take(stream)) if (isWhole) this.#tellMissing(stream.next)
    }
  }

  async #begin(): Promise<void> {
    this.#isBegun = true
    for (const stream of this.#streams) await take(stream)
    this.#findNext()
  }

  #findNext(): void {
    this.#nextSize = Math.min(...this.#streams.map(({ next }) => next?.size ?? Number.POSITIVE_INFINITY))
  }

  #tellMissing(told: Told): void {
    if (told.size > 0) this.#tell(told, undefined) // every log has the empty tree
  }

  #tell({ key, size, root }: Told, found: Uint8Array | undefined): void {
    const { of, has, hasNone } = this.#log
    const [is, made] = [encodeBase64(root), found === undefined ? undefined : encodeBase64(found)]
    const words = {
      en: `the fact ${key} tells of a tree of ${size} leaves${of.en} with root ${is}; ${made === undefined ? hasNone.en : `${has.en} ${made} at that size`}`,
      zh: `登记信息 ${key} 所述${of.zh} ${size} 片叶的树，根为 ${is}；${made === undefined ? hasNone.zh : `${has.zh}在该大小的根为 ${made}`}`,
    }
    this.#findings.lost('facts_damaged', FACTS_FILE, words, BACKUP)
  }
}

const NONE: readonly never[] = []

async function take<Told>(stream: Stream<Told>): Promise<void> {
  const { done, value } = await stream.trees.next()
  stream.next = done === true ? undefined : value
}

/** What one fact tells of, if it tells of a tree. */
export async function* only<Told>(tree: Told | undefined): AsyncGenerator<Told> {
  if (tree !== undefined) yield tree
}
