// Sending that survives everything: crashes, dead nodes, emptied mempools, reorganisations. One transaction of a sender
// is under way at a time; its signed bytes are journalled before they are sent, and the answer to nearly every trouble
// is to send the same bytes again, which can do no harm. Only when another transaction of the same account has taken the
// nonce, and that is final, is the intent signed anew: two transactions of one intent are never alive at once. Bytes that
// no node will ever take would be sent for ever, and hold up all that comes after: a transaction that does nothing takes
// their nonce, and when that is final the intent is dropped.

import type { Clock } from '../clock.ts'
import { LedgerError, type Reason, reasonOf, wordsOf } from '../core/error.ts'
import type { Facts } from '../store/store.ts'
import { takeTurns } from '../turns.ts'
import { learnFate, stands, type Watching } from './fate.ts'
import { DEFAULT_FEE_LIMITS, type FeeLimits } from './fees.ts'
import type { Guard } from './identity.ts'
import { type Chain, RpcRefusal } from './network.ts'
import { type Entry, type Intent, type Journal, type MinedIn, type Outcome, openJournal } from './outbox-journal.ts'
import { type Block, type Receipt, readReceipt } from './read.ts'
import { type Account, type Signing, signIntent, signRaised, signWithdrawal, withdrawalOf } from './transaction.ts'

export type { Intent } from './outbox-journal.ts'

/** Where news go; a pino logger is one. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface OutboxParts {
  readonly chain: Chain
  readonly guard: Guard
  readonly account: Account
  readonly facts: Facts
  readonly clock: Clock
  readonly log: Log
  /** How many blocks deep a transaction must be to be called confirmed, its own block being 1. */
  readonly confirmations: number
  /** How many blocks deep it must be to be forgotten; at least `confirmations`. */
  readonly finality: number
  readonly fees?: FeeLimits
  /** Milliseconds until an unmined transaction is sent again; doubles each time. */
  readonly resendMs?: number
  /** Milliseconds until an unmined transaction is offered a higher fee. */
  readonly raiseMs?: number
  /** Longest pause between two tries while the node does not answer, in milliseconds. */
  readonly patienceMs?: number
}

export interface Confirmed {
  readonly label: string
  readonly transaction: string
  readonly block: MinedIn
  readonly receipt: Receipt
}

export interface OutboxStatus {
  readonly address: string
  readonly pending?: {
    readonly label: string
    readonly nonce: number
    readonly transaction: string
    /** When it was signed first, in milliseconds since 1970. */
    readonly since: number
    /** How often it was sent, since this process started. */
    readonly sent: number
  }
  /** The last trouble; gone once something works again. */
  readonly lastError?: Reason
}

export interface Outbox {
  /**
   * Does the intent, and resolves when it is confirmed; after a restart too, and at once if it was done before. Waits
   * as long as it takes, or until the signal aborts: then the intent stays in the journal and goes on with the next call.
   * @throws LedgerError `chain_unreachable` and whatever the guard refuses with, when nothing of this intent is in the
   *   journal yet; what the contract refuses with (`explainRevert`), before sending or when mined
   */
  send(intent: Intent, signal?: AbortSignal): Promise<Confirmed>
  /** Finishes what the journal holds, and sends again what a reorganisation took back. */
  settle(signal?: AbortSignal): Promise<void>
  status(): OutboxStatus
}

/** Nodes say in many words that they have a transaction already. Whatever else they say, only the chain can tell. */
const KNOWN_ALREADY =
  /already known|known transaction|alreadyknown|already imported|nonce (?:is )?too low|already exists/i

/** That the gas of these bytes is wrong, which sending them again does not mend. Geth, Besu, Hardhat and our own node. */
const INVALID = /gas ?limit.*(?:too high|exceeds|above|greater)|exceeds.*gas[ _]?limit|intrinsic gas/i
/** Refusals of this kind in a row until the intent is given up: of several nodes behind one URL, one may be odd. */
const MOST_INVALID = 3

export function createOutbox(parts: OutboxParts): Outbox {
  return new JournalledOutbox(parts)
}

class JournalledOutbox implements Outbox {
  readonly #parts: OutboxParts
  readonly #journal: Journal
  readonly #signing: Signing
  readonly #watching: Watching
  /** One call after the other. Each reads the journal anew, so that a failed write leaves nothing behind in memory. */
  readonly #inTurn = takeTurns()
  #pending: OutboxStatus['pending']
  #lastError: OutboxStatus['lastError']

  constructor(parts: OutboxParts) {
    const { account, chain, clock, confirmations, facts, fees = DEFAULT_FEE_LIMITS, finality } = parts
    if (confirmations < 1 || finality < confirmations) {
      throw new RangeError(`finality ${finality} must be at least confirmations ${confirmations}, and that at least 1`)
    }
    this.#parts = parts
    this.#journal = openJournal(facts, account.address)
    this.#signing = { chain, account, clock, fees }
    this.#watching = { chain, address: account.address, confirmations, finality }
  }

  send(intent: Intent, signal?: AbortSignal): Promise<Confirmed> {
    return this.#inTurn(async () => {
      await this.#settleAll(signal)
      const entries = await this.#journal.read()
      const done = entries.find(entry => isSame(entry.intent, intent) && entry.outcome?.kind === 'confirmed')
      if (done !== undefined) return this.#resultOf(done)
      const entry = await signIntent(this.#signing, intent, await this.#parts.guard(), entries, signal)
      await this.#journal.write([...entries, entry])
      // A crash from here on leaves the entry in the journal, and the next start sends these very bytes.
      return this.#resultOf(await this.#finish(entry, signal))
    })
  }

  settle(signal?: AbortSignal): Promise<void> {
    return this.#inTurn(() => this.#settleAll(signal))
  }

  status(): OutboxStatus {
    return {
      address: this.#parts.account.address,
      ...(this.#pending === undefined ? {} : { pending: this.#pending }),
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
    }
  }

  async #settleAll(signal: AbortSignal | undefined): Promise<void> {
    const { chain, guard, log } = this.#parts
    const head = await guard()
    for (const entry of await this.#journal.read()) {
      const { outcome, ...open } = entry
      if (outcome === undefined) {
        await this.#finish(entry, signal)
      } else if (outcome.kind !== 'dropped' && !(await stands(chain, outcome.block))) {
        const { transaction, block } = outcome
        log.warn(
          { label: entry.intent.label, transaction, block: block.number },
          'a reorganisation took back a transaction; sending it again',
        )
        await this.#replace(entry, open)
        await this.#finish(open, signal)
      }
    }
    await this.#forgetFinal(head)
  }

  /** The newest entry stays, so that its intent is known to be done. */
  async #forgetFinal(head: Block): Promise<void> {
    const entries = await this.#journal.read()
    const kept = entries.filter(({ outcome }, k) => {
      if (outcome === undefined || k === entries.length - 1) return true
      return outcome.kind !== 'dropped' && head.number - outcome.block.number + 1 < this.#parts.finality
    })
    if (kept.length < entries.length) await this.#journal.write(kept)
  }

  async #replace(old: Entry, entry: Entry): Promise<void> {
    const others = (await this.#journal.read()).filter(({ nonce }) => nonce !== old.nonce)
    await this.#journal.write([...others, entry])
  }

  // ——— One entry ———

  /** From signed to settled, through whatever happens in between. Journals the outcome. */
  async #finish(entry: Entry, signal: AbortSignal | undefined): Promise<Entry> {
    const { chain, clock, guard, patienceMs = 30_000, resendMs = 30_000 } = this.#parts
    let current = entry
    let pause = chain.pollingMs
    let sendAt = 0
    let resend = resendMs
    let invalid = 0
    this.#show(current, 0)
    for (;;) {
      signal?.throwIfAborted()
      try {
        const head = await guard()
        const fate = await learnFate(this.#watching, current, head, signal)
        if (fate.is === 'settled') return await this.#close(current, fate.outcome)
        if (fate.is === 'beaten') {
          const next = await this.#signAnew(current, head, signal)
          if (next.outcome !== undefined) return await this.#close(next, next.outcome)
          current = next
          sendAt = 0
          this.#show(current, 0)
          continue
        }
        if (fate.is === 'waiting' && clock.now() >= sendAt) {
          current = await this.#raise(current, head)
          await this.#resendBefore(current)
          const refusal = await this.#broadcast(current)
          this.#show(current, (this.#pending?.sent ?? 0) + 1)
          invalid = refusal !== undefined && INVALID.test(refusal.reason) ? invalid + 1 : 0
          if (invalid >= MOST_INVALID && withdrawalOf(current) === undefined) {
            current = await this.#withdraw(current, head, refusal!)
            sendAt = 0
            resend = resendMs
            continue
          }
          sendAt = clock.now() + resend
          resend = Math.min(resend * 2, 20 * resendMs)
          continue // some chains have it in a block by now
        }
        pause = chain.pollingMs
      } catch (error) {
        if (!(error instanceof LedgerError) || !error.retryable) throw error
        this.#noteTrouble(current, error)
        pause = Math.min(pause * 2, patienceMs)
        sendAt = 0 // whoever answers next may never have heard of it
      }
      await clock.sleep(pause, signal)
    }
  }

  async #close(entry: Entry, outcome: Outcome): Promise<Entry> {
    const closed = { ...entry, outcome }
    await this.#replace(entry, closed)
    this.#pending = undefined
    this.#lastError = undefined
    if (outcome.kind !== 'confirmed') {
      const { code, message } = outcome
      this.#parts.log.error({ label: entry.intent.label, kind: outcome.kind, code }, message)
    }
    return closed
  }

  /** The old transaction can never be mined now. The intent may have been overtaken too: then the contract refuses it. */
  async #signAnew(entry: Entry, head: Block, signal: AbortSignal | undefined): Promise<Entry> {
    const { intent, nonce } = entry
    this.#parts.log.warn(
      { label: intent.label, nonce },
      'another transaction of this account took the nonce; is its key used elsewhere? Signing anew',
    )
    try {
      const next = await signIntent(this.#signing, intent, head, await this.#journal.read(), signal)
      await this.#replace(entry, next)
      return next
    } catch (error) {
      if (!(error instanceof LedgerError) || error.retryable) throw error
      return { ...entry, outcome: { kind: 'dropped', ...reasonOf(error) } }
    }
  }

  /** Given up: journalled before it is sent, so that a restart goes on with giving up. */
  async #withdraw(entry: Entry, head: Block, { message }: RpcRefusal): Promise<Entry> {
    const { intent, nonce } = entry
    const withdrawn = await signWithdrawal(this.#signing, entry, head, {
      code: 'transaction_invalid',
      message: `The transaction "${intent.label}" was never mined, and nodes do not take it: ${message}. A transaction that does nothing has taken its nonce ${nonce}; it is not sent again by itself.`,
    })
    await this.#replace(entry, withdrawn)
    this.#parts.log.warn({ label: intent.label, nonce }, `a transaction is withdrawn: ${message}`)
    return withdrawn
  }

  /** A higher fee for the same nonce, journalled before it is sent; the entry as it is when it is not time, or enough. */
  async #raise(entry: Entry, head: Block): Promise<Entry> {
    const { clock, raiseMs = 120_000 } = this.#parts
    if (clock.now() - entry.attempts.at(-1)!.signedAt < raiseMs) return entry
    const raised = await signRaised(this.#signing, entry, head)
    if (raised === undefined) return entry
    await this.#replace(entry, raised)
    return raised
  }

  /** A reorganisation may have taken back what came before too; without it, this nonce would wait for ever. */
  async #resendBefore({ nonce }: Entry): Promise<void> {
    for (const entry of await this.#journal.read()) {
      if (entry.nonce >= nonce || entry.outcome === undefined || entry.outcome.kind === 'dropped') continue
      if (!(await stands(this.#parts.chain, entry.outcome.block))) await this.#broadcast(entry)
    }
  }

  /** Resolves to why the node refused it, if it did. */
  async #broadcast(entry: Entry): Promise<RpcRefusal | undefined> {
    try {
      await this.#parts.chain.request('eth_sendRawTransaction', [entry.attempts.at(-1)!.raw])
      this.#lastError = undefined
      return undefined
    } catch (error) {
      if (!(error instanceof RpcRefusal)) throw error
      // Refused or not, the bytes may be in some pool, or in a block: some nodes "refuse" a transaction that they mine
      // and that reverts.
      if (KNOWN_ALREADY.test(error.reason)) return undefined
      this.#noteTrouble(entry, error)
      return error
    }
  }

  #show(entry: Entry, sent: number): void {
    this.#pending = {
      label: entry.intent.label,
      nonce: entry.nonce,
      transaction: entry.attempts.at(-1)!.hash,
      since: entry.attempts[0]!.signedAt,
      sent,
    }
  }

  /** Shown as long as it lasts, logged once. */
  #noteTrouble({ intent }: Entry, error: LedgerError): void {
    const { code, message } = error
    if (this.#lastError?.message !== message) this.#parts.log.warn({ label: intent.label, code }, message)
    this.#lastError = reasonOf(error)
  }

  async #resultOf({ intent: { label }, outcome }: Entry): Promise<Confirmed> {
    if (outcome === undefined) throw new Error(`the intent ${label} is not settled`)
    if (outcome.kind !== 'confirmed') throw new LedgerError(outcome.code, wordsOf(outcome))
    const { transaction, block } = outcome
    const receipt = await readReceipt(this.#parts.chain, transaction)
    if (receipt?.blockHash === block.hash) return { label, transaction, block, receipt }
    throw new LedgerError(
      'chain_answer_malformed',
      {
        en: `The node at ${this.#parts.chain.name} no longer shows transaction ${transaction} in block ${block.number}; it is looked for again by itself.`,
        zh: `节点 ${this.#parts.chain.name} 不再显示区块 ${block.number} 中的交易 ${transaction}；将自动再次查找。`,
      },
      { retryable: true },
    )
  }
}

function isSame(a: Intent, b: Intent): boolean {
  return a.label === b.label && a.to === b.to && a.data === b.data
}
