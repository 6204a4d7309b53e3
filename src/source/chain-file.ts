// How far a key has come, beside its file: which lines of which batch got which links. A link that was signed is shipped
// and never signed otherwise, whatever is killed when:
//
//   sign, write `.pending` with the signed lines → send → note the run in `.chain` → remove `.pending`
//
// A crash leaves `.pending`: it is sent again first, under the same idempotency key, so that nothing is doubled.

import { createHash } from 'node:crypto'
import { LedgerError } from '../core/error.ts'
import type { RecordInput } from '../core/record.ts'
import { appendRun, type Pending, type Run, readPending, readRuns, removePending, writePending } from './chain-files.ts'
import { lockKey } from './lock.ts'
import { type Place, type SourceKey, signLine } from './sign.ts'

export class ChainFile implements Disposable {
  readonly #path: string
  readonly #key: SourceKey
  readonly #lock: Disposable
  readonly #runs: Run[]
  #pending: Pending | undefined

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
   * remembered before they are given. @throws LedgerError `links_differ`, and then nothing was signed
   */
  async sign(batchKey: string, lines: readonly RecordInput[]): Promise<readonly string[]> {
    if (this.#pending !== undefined) throw new Error('what is pending is shipped first')
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
    await writePending(this.#path, pending)
    this.#pending = pending
    return signed
  }

  /** What was pending is in the ledger, or was refused there for good. */
  async shipped(): Promise<void> {
    const pending = this.#pending
    if (pending === undefined) return
    const { run } = pending
    // A crash before `.pending` was removed has the run in both.
    if (!this.#runs.some(({ seq }) => seq === run.seq)) {
      await appendRun(this.#path, run)
      this.#runs.push(run)
    }
    await removePending(this.#path)
    this.#pending = undefined
  }

  [Symbol.dispose](): void {
    this.#lock[Symbol.dispose]()
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

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64')
