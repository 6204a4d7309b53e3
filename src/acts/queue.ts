// The acts that wait for the chain: accepted ones are sent one after the other by the relaying account, through an outbox
// of its own, until each is confirmed or refused. An act that cannot be sent just now steps back behind the others. The
// queue is bounded, and so is what one sender may have in it.

import type { ContractAddresses } from '../chain/abi.ts'
import { stands } from '../chain/fate.ts'
import type { Guard } from '../chain/identity.ts'
import type { Chain } from '../chain/network.ts'
import type { Confirmed, Log, Outbox } from '../chain/outbox.ts'
import { type Receipt, readBlock } from '../chain/read.ts'
import type { Names } from '../chain/refusals/describe.ts'
import type { Clock } from '../clock.ts'
import { LedgerError, type Reason, reasonOf } from '../core/error.ts'
import { formatActEvents } from './events.ts'
import type { ActJournal, ActPlace, KeptAct, OpenAct } from './journal.ts'
import { encodeRelay, eventsOf, findRelayed, MOST_GAS, type SignedAct, tryCall } from './relayed.ts'
import { DEFAULT_LIMITS, type QueueLimits, requireRoom } from './room.ts'

export interface QueueParts {
  readonly chain: Chain
  readonly contracts: ContractAddresses
  readonly guard: Guard
  /** Of an account that does nothing else. */
  readonly outbox: Outbox
  readonly journal: ActJournal
  /** Who the numbers in a refusal stand for. */
  readonly names?: Names
  readonly clock: Clock
  readonly log: Log
  /** How many blocks deep a block must be to be there for good. */
  readonly finality: number
  readonly limits?: QueueLimits
}

/** A contract that signs (ERC-1271) can pass every trial and revert when mined: it costs whoever relays this often, no more. */
const MOST_REVERTS = 3
const IDLE_MS = 10_000
const LONGEST_PAUSE_MS = 60_000

interface Waiting extends OpenAct {
  readonly tries: number
  /** Not before this, in milliseconds since 1970. */
  readonly tryAt: number
  /** Why it was not sent yet; shown to whoever asks, and gone after a restart. */
  readonly trouble?: Reason
}

export class ActQueue {
  readonly #parts: QueueParts
  readonly #limits: QueueLimits
  /** In the order of their turn. */
  readonly #waiting = new Map<string, Waiting>()
  /** Acts that are being looked at: they have their place and their nonce before they are accepted. */
  readonly #reserved = new Map<string, OpenAct>()
  #wake = Promise.withResolvers<void>()
  #writing: Promise<unknown> = Promise.resolve()

  private constructor(parts: QueueParts) {
    this.#parts = parts
    this.#limits = parts.limits ?? DEFAULT_LIMITS
  }

  /** Takes up what was open when the last process ended. */
  static async open(parts: QueueParts): Promise<ActQueue> {
    const queue = new ActQueue(parts)
    for (const act of await parts.journal.listOpen()) queue.#waiting.set(act.digest, { ...act, tries: 0, tryAt: 0 })
    return queue
  }

  get length(): number {
    return this.#waiting.size
  }

  /** Nonces of the actor's acts that wait, or are about to. */
  noncesOf(actor: string): readonly bigint[] {
    return this.#taken()
      .filter(act => act.actor === actor)
      .map(({ nonce }) => BigInt(nonce))
  }

  /**
   * Takes a place and the nonce for an act, at once: of acts that come together, no two get the same. Returns what gives
   * both back, to be called when the act was added, or will not be.
   * @throws LedgerError `acts_waiting` (retryable) when there is no room for one more, `nonce_waiting`
   */
  reserve(act: OpenAct): () => void {
    const { digest, actor, nonce } = act
    requireRoom(this.#taken(), act, this.#limits)
    if (this.noncesOf(actor).includes(BigInt(nonce))) {
      throw new LedgerError('nonce_waiting', {
        en: `Another act of ${actor} with nonce ${nonce} waits for the chain already; wait until it is done, or prepare this one in another lane, and sign that.`,
        zh: `${actor} 已有另一个序号为 ${nonce} 的操作在等待上链；请等其完成，或以另一序号通道（lane）重新准备本操作并签名。`,
      })
    }
    this.#reserved.set(digest, act)
    return () => this.#reserved.delete(digest)
  }

  #taken(): readonly OpenAct[] {
    return [...new Map<string, OpenAct>([...this.#reserved, ...this.#waiting]).values()]
  }

  has(digest: string): boolean {
    return this.#waiting.has(digest)
  }

  /** What waits, in the order of its turn. */
  async list(): Promise<readonly KeptAct[]> {
    const acts = await Promise.all([...this.#waiting.keys()].map(digest => this.#parts.journal.get(digest)))
    return acts.flatMap(act => (act?.is.status === 'accepted' ? [act] : []))
  }

  /** Journals the act; it is accepted when this resolves. */
  async add(act: KeptAct): Promise<void> {
    const { digest, actor, nonce, holder } = act
    this.#waiting.set(digest, { digest, actor, nonce, holder, tries: 0, tryAt: 0 })
    try {
      await this.#put(act)
    } catch (error) {
      this.#waiting.delete(digest)
      throw error
    }
    this.#wake.resolve()
  }

  /**
   * The act as it stands now. One that a reorganisation took back waits again: the outbox sends the same bytes again.
   * @throws LedgerError `chain_unreachable` and its like (retryable)
   */
  async find(digest: string): Promise<KeptAct | undefined> {
    const { chain, finality, guard, journal } = this.#parts
    const act = await journal.get(digest)
    const trouble = this.#waiting.get(digest)?.trouble
    if (act?.is.status === 'accepted' && trouble !== undefined) return { ...act, is: { status: 'accepted', trouble } }
    if (act?.is.status !== 'confirmed') return act
    const { block } = act.is
    if ((await guard()).number - block.number + 1 >= finality || (await stands(chain, block))) return act
    const open: KeptAct = { ...act, is: { status: 'accepted' } }
    await this.add(open)
    return open
  }

  /** Works until the signal aborts, through dead nodes and full disks. */
  async run(signal: AbortSignal): Promise<void> {
    const { chain, clock, log, outbox } = this.#parts
    let pause = chain.pollingMs
    while (!signal.aborted) {
      const next = this.#next()
      try {
        if (next === undefined) {
          await outbox.settle(signal) // what a reorganisation took back
          await this.#idle(signal)
        } else await this.#send(next, signal)
        pause = chain.pollingMs
      } catch (error) {
        if (signal.aborted) return
        const { code = 'unexpected', message } = error as { code?: string; message: string }
        log.warn({ code, ...(next && { act: next.digest }) }, `act not sent: ${message}`)
        if (next !== undefined) this.#postpone(next, { code, message })
        // A node that does not answer answers nobody: then all wait, and each keeps its turn.
        if (next !== undefined && code !== 'chain_unreachable') continue
        await clock.sleep(pause, signal).catch(() => {}) // aborted: the loop's condition says so
        pause = Math.min(pause * 2, IDLE_MS)
      }
    }
  }

  #next(): Waiting | undefined {
    const now = this.#parts.clock.now()
    return this.#waiting.values().find(({ tryAt }) => tryAt <= now)
  }

  /** Until an act comes, or it is time for the next try. */
  async #idle(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts
    const soonest = Math.min(...[...this.#waiting.values()].map(({ tryAt }) => tryAt))
    const pause = Math.max(1, Math.min(IDLE_MS, soonest - clock.now()))
    const stop = new AbortController()
    const sleep = clock.sleep(pause, AbortSignal.any([signal, stop.signal])).catch(() => {})
    await Promise.race([sleep, this.#wake.promise])
    stop.abort()
    this.#wake = Promise.withResolvers()
  }

  async #send(waiting: Waiting, signal: AbortSignal): Promise<void> {
    const { contracts, journal, outbox } = this.#parts
    const act = await journal.get(waiting.digest)
    if (act === undefined) throw new Error(`the act ${waiting.digest} is open, and nothing is kept of it`)
    const intent = {
      label: `act ${act.digest}`,
      to: contracts.relay,
      data: encodeRelay(signedOf(act)),
      mostGas: MOST_GAS,
    }
    try {
      const confirmed = await outbox.send(intent, signal)
      await this.#confirm(act, confirmed.receipt, confirmed.block)
    } catch (error) {
      if (!(error instanceof LedgerError) || error.retryable) throw error
      await this.#judge(act, error)
    }
  }

  /** Refused, or it seems so: by the contracts for good, or because it was done already by another's transaction. */
  async #judge(act: KeptAct, error: LedgerError): Promise<void> {
    const { chain, contracts, guard, outbox } = this.#parts
    const head = await guard() // what a wrong chain says of an act means nothing
    const done = await findRelayed(chain, contracts, act, act.digest, { from: act.sinceBlock, to: head.number })
    if (done !== undefined) return this.#confirm(act, done)
    const call = { from: outbox.status().address, to: contracts.relay, data: encodeRelay(signedOf(act)) }
    try {
      await tryCall(chain, call, this.#parts.names)
    } catch (refusal) {
      if (!(refusal instanceof LedgerError) || refusal.retryable) throw refusal
      return this.#close({
        ...act,
        is: { status: 'refused', reason: reasonOf(refusal) },
      })
    }
    // It would be taken now. So it was mined too early or too late, or the signer's contract plays games.
    const reverts = act.reverts + 1
    if (reverts >= MOST_REVERTS) {
      return this.#close({
        ...act,
        reverts,
        is: { status: 'refused', reason: reasonOf(error) },
      })
    }
    await this.#put({ ...act, reverts })
    throw error
  }

  async #confirm(act: KeptAct, receipt: Receipt, known?: Confirmed['block']): Promise<void> {
    const { chain, contracts } = this.#parts
    const logs = eventsOf(receipt, contracts.relay, act.digest)
    const block = known ?? (await readBlock(chain, receipt.blockNumber))
    if (logs === undefined || block?.hash !== receipt.blockHash) {
      throw new LedgerError(
        'chain_moved',
        {
          en: `Transaction ${receipt.transactionHash} in block ${receipt.blockNumber} is not where it was a moment ago, or does not hold the act; it is looked for again.`,
          zh: `区块 ${receipt.blockNumber} 中的交易 ${receipt.transactionHash} 已不在原处，或不含该操作；将再次查找。`,
        },
        { retryable: true },
      )
    }
    const place: ActPlace = {
      transaction: receipt.transactionHash,
      block: { number: block.number, hash: block.hash, time: block.time },
    }
    await this.#close({ ...act, is: { status: 'confirmed', ...place, events: formatActEvents(logs, contracts) } })
  }

  async #close(act: KeptAct): Promise<void> {
    await this.#put(act)
    const { act: name, digest, is } = act
    if (is.status === 'confirmed')
      this.#parts.log.info({ act: name, digest, transaction: is.transaction }, 'act confirmed')
    if (is.status === 'refused') this.#parts.log.warn({ act: name, digest, code: is.reason.code }, 'act refused')
  }

  /** To the end of the queue, for a while that doubles. */
  #postpone(waiting: Waiting, trouble: Reason): void {
    const { digest, tries } = waiting
    if (trouble.code === 'chain_unreachable') return void this.#waiting.set(digest, { ...waiting, trouble })
    this.#waiting.delete(digest)
    const tryAt = this.#parts.clock.now() + Math.min(LONGEST_PAUSE_MS, 500 * 2 ** Math.min(tries, 10))
    this.#waiting.set(digest, { ...waiting, tries: tries + 1, tryAt, trouble })
  }

  /** One write after the other: the list of what is open is that of the newest. */
  #put(act: KeptAct): Promise<void> {
    const written = this.#writing.then(async () => {
      const closing = act.is.status !== 'accepted'
      const open = [...this.#waiting.values()].filter(({ digest }) => !closing || digest !== act.digest)
      await this.#parts.journal.put(
        act,
        open.map(({ digest, actor, nonce, holder }) => ({ digest, actor, nonce, holder })),
      )
      if (closing) this.#waiting.delete(act.digest)
    })
    this.#writing = written.catch(() => {})
    return written
  }
}

function signedOf({ actor, to, data, nonce, deadline, signature }: KeptAct): SignedAct {
  return { actor, to, data, nonce: BigInt(nonce), deadline, signature }
}
