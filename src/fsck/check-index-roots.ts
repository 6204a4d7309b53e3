// The index derived again: from the blocks that the segments' threads made of their entries, in the order of the log, the
// sub-log of each value grows and the trie over all of them; at the end of each epoch its root must be what the epoch states.
// Nothing of postings/ is asked.

import type { AddedBlocks } from '../completeness/memory-trie.ts'
import { equal, toHex } from '../core/bytes.ts'
import type { Words } from '../core/words.ts'
import { FACTS_FILE } from '../store/facts/facts.ts'
import { takeTurns } from '../turns.ts'
import type { Findings } from './finding.ts'
import type { SizedEpoch, StretchEnd, StretchEnds } from './stretch-ends.ts'
import type { TrieWork } from './trie-work.ts'

const CODE = 'index_differs'

export class IndexRootsCheck implements AsyncDisposable {
  readonly #ends: StretchEnds
  readonly #findings: Findings
  readonly #notes: Words[]
  readonly #trie: TrieWork
  /** Those of the segments that were asked for and are not in yet. */
  readonly #asked = new Map<number, readonly StretchEnd[]>()
  readonly #inTurn = takeTurns()
  /** The trie grows by one segment; the next one that is taken waits for it. */
  #growing: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(ends: StretchEnds, trie: TrieWork, findings: Findings, notes: Words[]) {
    this.#ends = ends
    this.#trie = trie
    this.#findings = findings
    this.#notes = notes
  }

  /** Where stretches end within a segment whose last committed leaf lies before `end`. Segments are asked for in order. */
  endsOf(number: number, end: number): Promise<readonly number[]> {
    return this.#inTurn(async () => {
      const ends = this.#isStopped ? [] : await this.#ends.upTo(end)
      this.#asked.set(number, ends)
      return ends.map(({ end }) => end)
    })
  }

  /**
   * Takes in a segment, in order; undefined when what it adds cannot be known, for `why`. Resolves when the one before it is in.
   * @throws LedgerError `scratch_unusable`
   */
  async take(number: number, added: readonly AddedBlocks[] | undefined, why: Words): Promise<void> {
    const ends = this.#asked.get(number) ?? []
    this.#asked.delete(number)
    if (this.#isStopped || ends.length === 0) return
    if (added === undefined) return this.stop(why)
    await this.#growing
    this.#growing = this.#grow(ends, added)
    this.#growing.catch(() => {}) // thrown to whoever waits for it next
  }

  /** Nothing can be said of epochs that end later. */
  stop(why: Words): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#notes.push({
      en: `The index was not derived again from here on, and not compared with what its epochs state: ${why.en}.`,
      zh: `此后的索引未重新推导，也未与各期所述比对：${why.zh}。`,
    })
  }

  /** @throws LedgerError `scratch_unusable` */
  async end(): Promise<void> {
    await this.#growing
    if (this.#ends.broken !== undefined) this.stop(this.#ends.broken)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(async () => {})
    await this.#growing.catch(() => {})
    await this.#trie[Symbol.asyncDispose]()
  }

  async #grow(ends: readonly StretchEnd[], added: readonly AddedBlocks[]): Promise<void> {
    const stretches = ends.map(({ epoch }, k) => ({ added: added[k]!, isEpochEnd: epoch !== undefined }))
    for (const [k, root] of (await this.#trie.grow(stretches)).entries()) {
      const { epoch } = ends[k]!
      if (epoch !== undefined && root !== undefined && !equal(root, epoch.trieRoot)) this.#tell(epoch, root)
    }
  }

  #tell({ key, size, trieRoot }: SizedEpoch, root: Uint8Array): void {
    const [is, made] = [toHex(trieRoot), toHex(root)]
    this.#findings.lost(
      CODE,
      FACTS_FILE,
      {
        en: `the fact ${key} states the index ${is} for ${size} leaves, but the log makes ${made}`,
        zh: `登记信息 ${key} 写明 ${size} 片叶的索引为 ${is}，而由日志得出 ${made}`,
      },
      OTHER_INDEX,
    )
  }
}

const OTHER_INDEX: Words = {
  en: 'What was proven to be complete by it may not be. Nothing can be mended here: the fact was changed, or another version of this program, or somebody else, indexed the log. Compare with a backup, and say so to whoever relies on the answers.',
  zh: '据其证明完整的答复未必完整。此处无法修复：登记信息被改动，或曾由另一版本的程序或他人建立索引。请与备份比对，并告知依赖这些答复的各方。',
}
