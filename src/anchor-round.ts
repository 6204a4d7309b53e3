// One round of anchoring. The chain is the truth; our record only says where on it to look. So a round begins by asking
// the chain, sets the record right, and only then anchors what is new: after a crash, a lost reply or a reorganisation
// the next round does what is left to do, by the same steps as any other.

import { type Anchor, type AnchorPlace, type Anchors, openAnchors } from './anchors.ts'
import type { AnchorChain, AnchoredTrees } from './chain/anchor.ts'
import type { Clock } from './clock.ts'
import type { Covered } from './completeness/index-log.ts'
import { encodeBase64 } from './core/bytes.ts'
import { checkCheckpoint, type TreeHead } from './core/checkpoint.ts'
import { LedgerError } from './core/error.ts'
import type { Words } from './core/words.ts'
import type { LogKey } from './log-key.ts'
import { isFatal, type LogStore, type Published, proveGrowth, requireOurs } from './published.ts'

export interface RoundParts {
  readonly store: LogStore
  readonly logKey: LogKey
  /** The log of what shows that nothing is left out: it is anchored together with the log itself. */
  readonly index: AnchoredIndex
  readonly chain: AnchorChain
  readonly clock: Clock
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void }
  /** The newest published checkpoint. */
  readonly published: () => Published | undefined
}

/** What anchoring asks of the index log (completeness/index-log.ts). */
export interface AnchoredIndex {
  readonly epochs: LogStore
  /** Takes up what the index lacks of the epochs that there are; it may have been lost since the last one. */
  catchUp(signal?: AbortSignal): Promise<void>
  /** Makes the index cover a checkpoint of the log; both are durable and published when it resolves. */
  cover(published: Published, signal?: AbortSignal): Promise<Covered>
  /** What was covered with a tree of the log. */
  coveredAt(size: number): Promise<Covered | undefined>
  /** No tree smaller than this will be asked about. */
  release(size: number): Promise<void>
}

export interface Rounds {
  /** The newest anchor on record. */
  readonly newest: Anchor | undefined
  /**
   * @returns when the tree that it anchored was taken, in milliseconds since 1970; undefined if there was nothing new
   * @throws LedgerError `log_rolled_back`, `log_differs` for good, confirmed by the chain; `anchor_unconfirmed` and others
   *   of chain and store, to be tried again
   */
  run(signal: AbortSignal): Promise<number | undefined>
}

/** Facts: the signed note that is being anchored, so that a restart records the very one that was. */
const UNDER_WAY_FACT = 'anchoring'

const LOGS = ['log', 'index'] as const satisfies readonly (keyof AnchoredTrees)[]
type WhichLog = keyof AnchoredTrees

/** Pauses before each further question about an anchored tree that is not ours, in milliseconds. */
const CONFIRM_AFTER_MS = [500, 1_000, 2_000] as const

export async function openRounds(parts: RoundParts): Promise<Rounds> {
  const anchors = openAnchors(parts.store.facts)
  const [newest] = await anchors.newest(1)
  return new AnchorRounds(parts, anchors, newest)
}

class AnchorRounds implements Rounds {
  readonly #parts: RoundParts
  readonly #anchors: Anchors
  #newest: Anchor | undefined
  /** The newest anchors that were final, in this round and in the one before that found another. */
  #final: readonly [newest: number, before: number] = [0, 0]

  constructor(parts: RoundParts, anchors: Anchors, newest: Anchor | undefined) {
    this.#parts = parts
    this.#anchors = anchors
    this.#newest = newest
  }

  get newest(): Anchor | undefined {
    return this.#newest
  }

  async run(signal: AbortSignal): Promise<number | undefined> {
    const { chain, clock, index, published, store } = this.#parts
    let onChain = await this.#latest(signal)
    if (await this.#recheck(signal)) onChain = await this.#latest(signal)
    this.#requireUpToDate(onChain.log)
    await this.#recordLatest(onChain.log)
    await index.release(this.#final[1])
    await index.catchUp(signal) // also where nothing new comes in: it is asked by what is anchored already
    const next = published()
    if (next === undefined || next.size <= onChain.log.size) return undefined
    const takenAt = clock.now()
    const covered = await index.cover(next, signal)
    await store.facts.put({ [UNDER_WAY_FACT]: covered.checkpoint })
    const growths = [
      { head: next, proof: await proveGrowth(store, onChain.log.size, next.size) },
      { head: covered.head, proof: await proveGrowth(index.epochs, onChain.index.size, covered.head.size) },
    ] as const
    const place = await chain.anchor(...growths, signal)
    await this.#record(next, covered, place)
    return takenAt
  }

  /** The trees anchored last, which must be beginnings of our logs. */
  async #latest(signal: AbortSignal): Promise<AnchoredTrees> {
    const onChain = await this.#parts.chain.latest(signal)
    for (const of of LOGS) {
      const objection = await this.#objectionTo(onChain[of], of)
      if (objection !== undefined) throw await this.#weigh(objection, onChain[of], of, signal)
    }
    return onChain
  }

  /**
   * A tree that is not ours ends the ledger's work for good, so one word of a node is not enough: it must say so each time
   * that it is asked, over some seconds, and show the contract's event in a block. Until then nothing is anchored either.
   */
  async #weigh(objection: LedgerError, onChain: TreeHead, of: WhichLog, signal: AbortSignal): Promise<LedgerError> {
    const { chain, clock } = this.#parts
    for (const pause of CONFIRM_AFTER_MS) {
      await clock.sleep(pause, signal)
      const now = (await chain.latest(signal))[of]
      if ((await this.#objectionTo(now, of)) === undefined) {
        return unconfirmed(onChain, { en: `a moment later it said ${now.size}`, zh: `稍后它又称是 ${now.size} 片叶` })
      }
    }
    if ((await chain.find(onChain, of)) === undefined)
      return unconfirmed(onChain, { en: 'it shows no event of that in any block', zh: '没有任何区块显示相应事件' })
    return objection
  }

  /** Why a tree cannot be a beginning of this log, as an error that is fatal; undefined when it is one. */
  async #objectionTo(tree: TreeHead, of: WhichLog): Promise<LedgerError | undefined> {
    const { store, index } = this.#parts
    try {
      await requireOurs(of === 'log' ? store : index.epochs, tree, {
        en: 'has been anchored on the chain',
        zh: '已在链上存证',
      })
      return undefined
    } catch (error) {
      if (error instanceof LedgerError && isFatal(error)) return error
      throw error
    }
  }

  /** Are the anchors whose block can still be taken back where the record says? True if some were not. */
  async #recheck(signal: AbortSignal): Promise<boolean> {
    let changed = false
    for (let checked = 0, page = 4; ; page *= 2) {
      const anchors = await this.#anchors.newest(page)
      for (const anchor of anchors.slice(checked)) {
        const standing = await this.#parts.chain.standing(anchor)
        if (standing === 'final') {
          if (anchor.size !== this.#final[0]) this.#final = [anchor.size, this.#final[0]]
          return changed
        }
        if (standing === 'open') continue
        await this.#correct(anchor, signal)
        changed = true
      }
      if (anchors.length < page) return changed
      checked = anchors.length
    }
  }

  /** The outbox sends the same transaction again, so that it mostly stands in another block by now. */
  async #correct(anchor: Anchor, signal: AbortSignal): Promise<void> {
    const { chain, index, log } = this.#parts
    const head = this.#readOwn(anchor.checkpoint)
    let place = await chain.find(head, 'log')
    if (place === undefined) {
      await chain.latest(signal) // taken back after the round began: settle once more before giving it up
      place = await chain.find(head, 'log')
    }
    const [was, now] = [anchor.block, place?.block]
    log.warn({ size: anchor.size, was, now }, 'a reorganisation moved or removed an anchor')
    if (place !== undefined) return this.#record(head, (await index.coveredAt(head.size)) ?? anchor, place)
    await this.#anchors.strike(anchor)
    this.#newest = (await this.#anchors.newest(1))[0]
  }

  /** A balanced endpoint may ask a node that lags; to anchor on its word would only waste a transaction. */
  #requireUpToDate(onChain: TreeHead): void {
    if (this.#newest === undefined || this.#newest.size <= onChain.size) return
    throw new LedgerError(
      'chain_behind',
      {
        en: `The node says that a tree of ${onChain.size} leaves is the last one anchored, but block ${this.#newest.block.number} has an anchor of ${this.#newest.size} leaves; it is behind. It is asked again by itself.`,
        zh: `节点称 ${onChain.size} 片叶的树是最近存证的，但区块 ${this.#newest.block.number} 中已有 ${this.#newest.size} 片叶的存证；该节点落后了。将自动再次询问。`,
      },
      { retryable: true },
    )
  }

  /** What was confirmed while nobody was there to record it. */
  async #recordLatest(onChain: TreeHead): Promise<void> {
    if (onChain.size === 0 || this.#newest?.size === onChain.size) return
    const { chain, index } = this.#parts
    const place = await chain.find(onChain, 'log')
    if (place === undefined) return // being taken back at this moment; the next round looks again
    const covered = (await index.coveredAt(onChain.size)) ?? { checkpoint: await this.#noteFor(onChain) }
    await this.#record(onChain, covered, place)
  }

  /** The note that was being anchored; if it is of another tree, the facts were lost, and the same tree is signed again. */
  async #noteFor(head: TreeHead): Promise<string> {
    const { store, logKey, clock } = this.#parts
    const underWay = await store.facts.get(UNDER_WAY_FACT)
    if (underWay !== undefined && this.#readOwn(underWay).size === head.size) return underWay
    return logKey.sign(head, Math.floor(clock.now() / 1000))
  }

  #readOwn(checkpoint: string): TreeHead {
    return checkCheckpoint(checkpoint, this.#parts.logKey.verifierKey).checkpoint
  }

  /** Under the very checkpoint that the epoch has, so that the two belong together byte for byte. */
  async #record(
    { size, root }: TreeHead,
    { checkpoint, head }: Pick<Covered, 'checkpoint'> & Partial<Covered>,
    { transaction, block }: AnchorPlace,
  ): Promise<void> {
    const index = head && { size: head.size, root: encodeBase64(head.root) }
    const anchor = { size, root: encodeBase64(root), checkpoint, transaction, block, ...(index && { index }) }
    await this.#anchors.record(anchor)
    this.#newest = (await this.#anchors.newest(1))[0]
    this.#parts.log.info({ size, block: block.number, transaction }, 'checkpoint anchored')
  }
}

function unconfirmed({ size, root }: TreeHead, why: Words): LedgerError {
  return new LedgerError(
    'anchor_unconfirmed',
    {
      en: `The node said that a tree of ${size} leaves with root ${Buffer.from(root).toString('hex')} is the last one anchored, which is no beginning of this log, but ${why.en}: it contradicts itself. Nothing is anchored on its word; it is asked again by itself. If this stays, see which node SUYUAN_RPC_URL names.`,
      zh: `节点称 ${size} 片叶、根为 ${Buffer.from(root).toString('hex')} 的树是最近存证的，它不是本日志的前身，但${why.zh}：节点自相矛盾。不凭它的说法存证；将自动再次询问。如一直如此，请核对 SUYUAN_RPC_URL 指向的节点。`,
    },
    { retryable: true },
  )
}
