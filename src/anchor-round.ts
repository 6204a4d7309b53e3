// One round of anchoring. The chain is the truth; our record only says where on it to look. So a round begins by asking
// the chain, sets the record right, and only then anchors what is new: after a crash, a lost reply or a reorganisation
// the next round does what is left to do, by the same steps as any other.

import { type Anchor, type AnchorPlace, type Anchors, openAnchors } from './anchors.ts'
import type { AnchorChain } from './chain/anchor.ts'
import type { Clock } from './clock.ts'
import { encodeBase64 } from './core/bytes.ts'
import { checkCheckpoint, type TreeHead } from './core/checkpoint.ts'
import { LedgerError } from './core/error.ts'
import type { Words } from './core/words.ts'
import type { LogKey } from './log-key.ts'
import { isFatal, type LogStore, type Published, proveGrowth, requireOurs } from './published.ts'

export interface RoundParts {
  readonly store: LogStore
  readonly logKey: LogKey
  readonly chain: AnchorChain
  readonly clock: Clock
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void }
  /** The newest published checkpoint. */
  readonly published: () => Published | undefined
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

  constructor(parts: RoundParts, anchors: Anchors, newest: Anchor | undefined) {
    this.#parts = parts
    this.#anchors = anchors
    this.#newest = newest
  }

  get newest(): Anchor | undefined {
    return this.#newest
  }

  async run(signal: AbortSignal): Promise<number | undefined> {
    const { chain, clock, published, store } = this.#parts
    let onChain = await this.#latest(signal)
    if (await this.#recheck(signal)) onChain = await this.#latest(signal)
    this.#requireUpToDate(onChain)
    await this.#recordLatest(onChain)
    const next = published()
    if (next === undefined || next.size <= onChain.size) return undefined
    const takenAt = clock.now()
    await store.facts.put({ [UNDER_WAY_FACT]: next.checkpoint })
    const proof = await proveGrowth(store, onChain.size, next.size)
    const place = await chain.anchor(next, proof, signal)
    await this.#record(next, next.checkpoint, place)
    return takenAt
  }

  /** The tree anchored last, which must be a beginning of our log. */
  async #latest(signal: AbortSignal): Promise<TreeHead> {
    const onChain = await this.#parts.chain.latest(signal)
    const objection = await this.#objectionTo(onChain)
    if (objection !== undefined) throw await this.#weigh(objection, onChain, signal)
    return onChain
  }

  /**
   * A tree that is not ours ends the ledger's work for good, so one word of a node is not enough: it must say so each time
   * that it is asked, over some seconds, and show the contract's event in a block. Until then nothing is anchored either.
   */
  async #weigh(objection: LedgerError, onChain: TreeHead, signal: AbortSignal): Promise<LedgerError> {
    const { chain, clock } = this.#parts
    for (const pause of CONFIRM_AFTER_MS) {
      await clock.sleep(pause, signal)
      const now = await chain.latest(signal)
      if ((await this.#objectionTo(now)) === undefined) {
        return unconfirmed(onChain, { en: `a moment later it said ${now.size}`, zh: `稍后它又称是 ${now.size} 片叶` })
      }
    }
    if ((await chain.find(onChain)) === undefined)
      return unconfirmed(onChain, { en: 'it shows no event of that in any block', zh: '没有任何区块显示相应事件' })
    return objection
  }

  /** Why a tree cannot be a beginning of this log, as an error that is fatal; undefined when it is one. */
  async #objectionTo(tree: TreeHead): Promise<LedgerError | undefined> {
    try {
      await requireOurs(this.#parts.store, tree, { en: 'has been anchored on the chain', zh: '已在链上存证' })
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
        if (standing === 'final') return changed
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
    const { chain, log } = this.#parts
    const head = this.#readOwn(anchor.checkpoint)
    let place = await chain.find(head)
    if (place === undefined) {
      await chain.latest(signal) // taken back after the round began: settle once more before giving it up
      place = await chain.find(head)
    }
    const [was, now] = [anchor.block, place?.block]
    log.warn({ size: anchor.size, was, now }, 'a reorganisation moved or removed an anchor')
    if (place !== undefined) return this.#record(head, anchor.checkpoint, place)
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
    const place = await this.#parts.chain.find(onChain)
    if (place === undefined) return // being taken back at this moment; the next round looks again
    await this.#record(onChain, await this.#noteFor(onChain), place)
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

  async #record({ size, root }: TreeHead, checkpoint: string, { transaction, block }: AnchorPlace): Promise<void> {
    const anchor = { size, root: encodeBase64(root), checkpoint, transaction, block }
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
