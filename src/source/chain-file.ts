// How far a key has come, beside its file: which lines of which batch got which links. A link that was signed is shipped
// and never signed otherwise, whatever is killed when:
//
//   sign, write `.pending` with the signed lines → send → note the run in `.chain` → remove `.pending`
//
// A crash leaves `.pending`: it is sent again first, under the same idempotency key, so that nothing is doubled.

import { createHash } from 'node:crypto'
import { LedgerError } from '../core/error.ts'
import type { RecordInput } from '../core/record.ts'
import { takeTurns } from '../turns.ts'
import { lockKey } from './lock.ts'
import { appendRun, type Pending, type Run, readPending, readRuns, removePending, writePending } from './runs.ts'
import { type Place, type SourceKey, signLine } from './sign.ts'

export class ChainFile implements Disposable {
  readonly #path: string
  readonly #key: SourceKey
  readonly #lock: Disposable
  readonly #runs: Run[]
  readonly #turns = takeTurns()
  #pending: Pending | undefined
  /** Calls that have not ended. */
  #calls = 0
  /** Takes on nothing more; where a write has failed, what was asked for before is not done either. */
  #isClosed = false
  #hasFailed = false

  private constructor(path: string, key: SourceKey, lock: Disposable, runs: Run[], pending?: Pending) {
    this.#path = path
    this.#key = key
    this.#lock = lock
    this.#runs = runs
    this.#pending = pending
  }

  /** @throws LedgerError `source_key_busy`, `source_chain_missing`, `source_chain_damaged` */
  static async open(path: string, key: SourceKey): Promise<ChainFile> {
    using opened = new DisposableStack()
    const lock = opened.use(await lockKey(path))
    const chain = new ChainFile(path, key, lock, await readRuns(path), await readPending(path))
    opened.move()
    return chain
  }

  get pending(): Pending | undefined {
    return this.#pending
  }

  /** Where the next link stands. */
  get place(): Place {
    const last = this.#pending?.run ?? this.#runs.at(-1)
    return last === undefined ? { seq: 0, previous: undefined } : { seq: last.seq + last.count, previous: last.last }
  }

  /** Whether lines of this batch were signed before. */
  knows(batchKey: string): boolean {
    const batch = digestOf(batchKey)
    return this.#runs.some(run => run.batch === batch)
  }

  /**
   * The batch's lines, signed: those that were before as they were then, new ones at the end of the chain; of these it is
   * remembered before they are given.
   * @throws LedgerError `links_differ`, `source_pending`, `source_closed`, and then nothing was signed
   */
  sign(batchKey: string, lines: readonly RecordInput[]): Promise<readonly string[]> {
    return this.#inTurn(() => this.#sign(batchKey, lines))
  }

  /** What was pending when this was called is in the ledger, or was refused there for good. */
  shipped(): Promise<void> {
    const pending = this.#pending
    return this.#inTurn(async () => {
      if (pending !== undefined && pending === this.#pending) await this.#noteShipped(pending)
    })
  }

  /** What was asked for before is ended first; from now on nothing is taken on. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#calls === 0) this.#lock[Symbol.dispose]()
  }

  /** Two at a time would give a number twice, or note a run twice. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw sourceClosed(this.#path)
    this.#calls++
    try {
      return await this.#turns(async () => {
        if (this.#hasFailed) throw sourceClosed(this.#path)
        return work()
      })
    } finally {
      this.#calls--
      if (this.#isClosed && this.#calls === 0) this.#lock[Symbol.dispose]()
    }
  }

  async #sign(batchKey: string, lines: readonly RecordInput[]): Promise<readonly string[]> {
    if (this.#pending !== undefined) throw pendingFirst(this.#pending)
    const batch = digestOf(batchKey)
    const signed: string[] = []
    for (const run of this.#runs.filter(run => run.batch === batch)) {
      const again = lines.slice(signed.length, signed.length + run.count)
      const { texts, last } = this.#signRun(again, { seq: run.seq, previous: run.previous || undefined })
      if (again.length < run.count || last !== run.last) throw linksDiffer(run)
      signed.push(...texts)
    }
    const fresh = lines.slice(signed.length)
    if (fresh.length === 0) return signed
    const { seq, previous = '' } = this.place
    const { texts, last } = this.#signRun(fresh, this.place)
    signed.push(...texts)
    const body = signed.map(text => `${text}\n`).join('')
    const pending = { key: batchKey, body, run: { batch, count: fresh.length, seq, previous, last } }
    await this.#write(() => writePending(this.#path, pending))
    this.#pending = pending
    return signed
  }

  async #noteShipped({ run }: Pending): Promise<void> {
    // A crash before `.pending` was removed has the run in both.
    if (!this.#runs.some(({ seq }) => seq === run.seq)) {
      await this.#write(() => appendRun(this.#path, run))
      this.#runs.push(run)
    }
    await this.#write(() => removePending(this.#path))
    this.#pending = undefined
  }

  /** What failed may be on the disk all the same, or half of it: whoever opens the key again sees, and goes on from there. */
  async #write(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#hasFailed = true
      this[Symbol.dispose]()
      throw error
    }
  }

  #signRun(lines: readonly RecordInput[], from: Place): { readonly texts: readonly string[]; readonly last: string } {
    const texts: string[] = []
    let place = from
    for (const line of lines) {
      const signed = signLine(line, place, this.#key)
      texts.push(signed.line)
      place = { seq: place.seq + 1, previous: signed.link }
    }
    return { texts, last: place.previous ?? '' }
  }
}

function linksDiffer({ seq, count }: Run): LedgerError {
  return new LedgerError('links_differ', {
    en: `these lines were signed before, as links ${seq} to ${seq + count - 1}, and were not the same then: the mapping, --batch or the file itself was changed since. Nothing was signed or sent.`,
    zh: `这些行先前已签名为第 ${seq} 至 ${seq + count - 1} 条链节，而与当时不同：映射、--batch 或文件本身在此后有改动。没有签名或发送任何内容。`,
  })
}

function pendingFirst({ key }: Pending): LedgerError {
  return new LedgerError('source_pending', {
    en: `What was signed before (batch "${key}") may not have arrived: send \`pending\`, then call \`shipped\`.`,
    zh: `先前签名的内容（批次“${key}”）可能尚未送达：请先发送 \`pending\`，再调用 \`shipped\`。`,
  })
}

function sourceClosed(path: string): LedgerError {
  return new LedgerError('source_closed', {
    en: `The key ${path} is not open any more: it was closed, or what it had to keep could not be written. Another process may be signing with it by now; open it again.`,
    zh: `密钥 ${path} 已不再打开：它已关闭，或其进度未能写入；另一进程可能正在用它签名。请重新打开。`,
  })
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64')
