// The write path: gather → validate → mine → journal → fsync → acknowledge.
//
// A transaction is acknowledged when its block is on disk, never before. While one block is being written, the
// transactions that arrive gather for the next: one fsync serves them all (group commit), and no time is spent waiting
// for company. A group is one block, hence its gas limits must add up to at most a block's.

import { LedgerError } from '../../core/error.ts'
import { fromHex, type Hex } from './bytes.ts'
import type { Engine, Head, MinedBlock } from './engine.ts'
import { findGaps } from './gaps.ts'
import type { Journal } from './journal.ts'
import { INTERNAL_ERROR, LIMIT_EXCEEDED, REFUSED, RpcError } from './rpc-error.ts'
import type { SignedTransaction } from './transaction.ts'
import type { Turns } from './turns.ts'

interface Waiting {
  readonly transaction: SignedTransaction
  readonly acknowledge: (hash: Hex) => void
  readonly refuse: (reason: Error) => void
}

export interface SealerParts {
  readonly engine: Engine
  readonly journal: Pick<Journal, 'append'>
  readonly turns: Turns
  readonly head: Head
  readonly blockGasLimit: number
  /** Unix seconds. */
  readonly now: () => number
  /** Called once when the chain in memory is ahead of the one on disk: the process must end. */
  readonly onFatal: (error: LedgerError) => void
}

/** Transactions that may wait for a block (256 MB of the largest); beyond, senders are told to come back. */
const MAX_WAITING = 2_000

export class Sealer {
  readonly #parts: SealerParts
  #waiting: Waiting[] = []
  /** By hash: the same bytes sent twice at once are one transaction. */
  readonly #pending = new Map<Hex, Promise<Hex>>()
  #head: Head
  #sealing = false
  #failed: RpcError | undefined

  constructor(parts: SealerParts) {
    this.#parts = parts
    this.#head = parts.head
  }

  /** Newest durable block. */
  get head(): Head {
    return this.#head
  }

  /** Resolves to the transaction's hash once it is in a durable block. @throws RpcError when it is refused */
  seal(transaction: SignedTransaction): Promise<Hex> {
    const known = this.#pending.get(transaction.hash)
    if (known !== undefined) return known
    if (this.#failed !== undefined) return Promise.reject(this.#failed)
    if (this.#waiting.length >= MAX_WAITING) {
      const message = `${MAX_WAITING} transactions wait already: send this one again in a moment`
      return Promise.reject(new RpcError(LIMIT_EXCEEDED, message))
    }
    const { promise, resolve, reject } = Promise.withResolvers<Hex>()
    this.#pending.set(transaction.hash, promise)
    this.#waiting.push({
      transaction,
      acknowledge: hash => {
        this.#pending.delete(hash)
        resolve(hash)
      },
      refuse: reason => {
        this.#pending.delete(transaction.hash)
        reject(reason)
      },
    })
    this.#start()
    return promise
  }

  #start(): void {
    if (this.#sealing) return
    this.#sealing = true
    void this.#sealAll()
  }

  async #sealAll(): Promise<void> {
    let group: readonly Waiting[] = []
    try {
      while (this.#waiting.length > 0) {
        await this.#parts.turns.write(async () => {
          group = this.#gather()
          await this.#sealGroup(group)
        })
      }
      this.#sealing = false
    } catch (error) {
      this.#fail(error, group)
    }
  }

  /** The longest run of waiting transactions that one block is sure to hold. */
  #gather(): readonly Waiting[] {
    let gas = 0n
    let count = 0
    for (const { transaction } of this.#waiting) {
      gas += transaction.gasLimit
      // One alone always goes: if it asks for more than a block has, the engine says so.
      if (count > 0 && gas > this.#parts.blockGasLimit) break
      count++
    }
    return this.#waiting.splice(0, count)
  }

  async #sealGroup(group: readonly Waiting[]): Promise<void> {
    const pooled = await this.#fillPool(group)
    if (pooled.size === 0) return
    const { engine, journal, now } = this.#parts
    const timestamp = Math.max(now(), this.#head.timestamp)
    const block = await engine.mine(timestamp)
    await journal.append({
      number: block.number,
      timestamp: block.timestamp,
      parentHash: fromHex(block.parentHash),
      blockHash: fromHex(block.hash),
      transactions: block.transactions.map(hash => rawOf(hash, pooled)),
    })
    this.#head = block
    await this.#settle(block, pooled)
  }

  /** Lets the engine judge each transaction; what it will not put into the next block is refused and taken out again. */
  async #fillPool(group: readonly Waiting[]): Promise<Map<Hex, Waiting>> {
    const { engine } = this.#parts
    const entered = new Map<Hex, Waiting>()
    // Side by side, which halves the time: the pool sorts a sender's nonces, and the journal records the block's order.
    await Promise.all(
      group.map(async waiting => {
        try {
          await engine.submit(waiting.transaction.raw)
          entered.set(waiting.transaction.hash, waiting)
        } catch (error) {
          if (!(error instanceof RpcError)) throw error
          waiting.refuse(error)
        }
      }),
    )
    if (entered.size === 0) return entered
    const pool = await engine.pool()
    const present = new Set(pool.map(({ hash }) => hash))
    for (const [hash, waiting] of entered) {
      if (present.has(hash)) continue
      entered.delete(hash)
      waiting.refuse(new RpcError(REFUSED, 'another transaction of this sender with the same nonce took its place'))
    }
    for (const { hash, nonce, expected } of await findGaps(pool, engine)) {
      await engine.drop(hash)
      const message = `nonce too high: the next nonce of this sender is ${expected}, the transaction has ${nonce}`
      entered.get(hash)?.refuse(new RpcError(REFUSED, message))
      entered.delete(hash)
    }
    return entered
  }

  async #settle(block: MinedBlock, pooled: Map<Hex, Waiting>): Promise<void> {
    for (const hash of block.transactions) {
      pooled.get(hash)?.acknowledge(hash)
      pooled.delete(hash)
    }
    // Whatever the engine left out (its sender ran out of funds within the block, say) must not come back by itself in a
    // later block, after its sender was told that it failed.
    for (const [hash, waiting] of pooled) {
      await this.#parts.engine.drop(hash)
      waiting.refuse(
        new RpcError(REFUSED, 'the transaction could not be executed in a block after those sent before it'),
      )
    }
  }

  /** The chain in memory is not the one on disk any more: nothing of it may be shown, nothing may be added. */
  #fail(cause: unknown, group: readonly Waiting[]): void {
    const fatal = cause instanceof LedgerError ? cause : engineFailed(cause)
    const message =
      `the node stops (${fatal.code}). Whether this transaction is in the chain is known after the restart: ` +
      'ask for its receipt, and send the same bytes again if there is none'
    const answer = new RpcError(INTERNAL_ERROR, message)
    this.#failed = answer
    this.#parts.turns.end(answer)
    for (const waiting of [...group, ...this.#waiting.splice(0)]) waiting.refuse(answer)
    this.#parts.onFatal(fatal)
  }
}

function rawOf(hash: Hex, pooled: ReadonlyMap<Hex, Waiting>): Uint8Array {
  const waiting = pooled.get(hash)
  if (waiting === undefined) throw new Error(`the engine mined transaction ${hash}, which nobody sent`)
  return waiting.transaction.raw
}

function engineFailed(cause: unknown): LedgerError {
  const why = cause instanceof Error ? cause.message : String(cause)
  const message = {
    en: `The chain's engine failed (${why}). Start again: the journal has every acknowledged block.`,
    zh: `链的引擎出错（${why}）。请重新启动：区块日志中有全部已确认的区块。`,
  }
  return new LedgerError('chain_engine_failed', message, { cause, retryable: true })
}
