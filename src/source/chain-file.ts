// How far a key has come, beside its file: which lines of which batch got which links. A link that was signed is shipped
// and never signed otherwise, whatever is killed when:
//
//   sign, write `.pending` with the signed lines → send → note the run in `.chain` → remove `.pending`
//
// A crash leaves `.pending`: it is sent again first, under the same idempotency key, so that nothing is doubled.

import { createHash } from 'node:crypto'
import { open, readFile, rm, truncate } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { takeLock } from '../chain/node/lock.ts'
import { LedgerError } from '../core/error.ts'
import { parseStrict } from '../core/json.ts'
import { anyText, object, wholeNumber } from '../core/reader.ts'
import type { RecordInput } from '../core/record.ts'
import { readPrivate, writePrivate } from '../secrets.ts'
import { type Place, type SourceKey, signLine } from './sign.ts'

/** Lines of a batch that were signed one behind the other. */
interface Run {
  /** Digest of the batch's idempotency key. */
  readonly batch: string
  readonly count: number
  readonly seq: number
  /** Hash of the link before the first, and of the last; empty for none. */
  readonly previous: string
  readonly last: string
}

/** Lines on their way: they are sent before any other. */
export interface Pending {
  readonly key: string
  /** NDJSON. */
  readonly body: string
  readonly run: Run
}

const TEXT = anyText(1_000)
const RUN = object({ batch: TEXT, count: wholeNumber(1), seq: wholeNumber(), previous: TEXT, last: TEXT })
const PENDING = object({ key: TEXT, body: anyText(1_000_000_000), run: RUN })
const LOCK_PATIENCE_MS = 10_000

export function beginChain(keyPath: string): Promise<void> {
  return writePrivate(dirname(keyPath), basename(chainOf(keyPath)), '')
}

export class ChainFile implements AsyncDisposable {
  readonly #path: string
  readonly #key: SourceKey
  readonly #lock: { release(): Promise<void> }
  readonly #runs: Run[]
  #pending: Pending | undefined

  private constructor(
    path: string,
    key: SourceKey,
    lock: { release(): Promise<void> },
    runs: Run[],
    pending?: Pending,
  ) {
    this.#path = path
    this.#key = key
    this.#lock = lock
    this.#runs = runs
    this.#pending = pending
  }

  /** @throws LedgerError `source_key_busy`, `source_chain_missing`, `source_chain_damaged` */
  static async open(path: string, key: SourceKey): Promise<ChainFile> {
    const lock = await lockChain(path)
    try {
      return new ChainFile(path, key, lock, await readRuns(chainOf(path)), await readPending(pendingOf(path)))
    } catch (error) {
      await lock.release()
      throw error
    }
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
    await writePrivate(dirname(this.#path), basename(pendingOf(this.#path)), JSON.stringify(pending))
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
      await using file = await open(chainOf(this.#path), 'a', 0o600)
      await file.writeFile(`${JSON.stringify(run)}\n`)
      await file.sync()
      this.#runs.push(run)
    }
    await rm(pendingOf(this.#path), { force: true })
    this.#pending = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lock.release()
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

/** Two that sign with one key at a time would give each number twice. */
async function lockChain(path: string): Promise<{ release(): Promise<void> }> {
  return takeLock(`${path}.lock`, LOCK_PATIENCE_MS).catch((cause: unknown) => {
    if (!(cause instanceof LedgerError)) throw cause
    throw new LedgerError(
      'source_key_busy',
      {
        en: `The chain of ${path} cannot be locked: another process is signing with this key, or its folder cannot be written. Let it finish, and run this again.`,
        zh: `无法锁定 ${path} 的链：另一进程正在使用该密钥签名，或其目录不可写。请待其完成后重新运行。`,
      },
      { cause },
    )
  })
}

async function readRuns(path: string): Promise<Run[]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    throw new LedgerError('source_chain_missing', {
      en: `${path}, which tells how far this key has come, is not there, and without it numbers would be given twice. Restore it as it was last, or make a new key and register it.`,
      zh: `记载该密钥进度的 ${path} 不存在，没有它序号会重复使用。请恢复其最新内容，或生成新的密钥并登记。`,
    })
  }
  // What was cut off is in `.pending` still, which is removed after.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole))
  const runs = whole
    .split('\n')
    .slice(0, -1)
    .map(line => readJson(path, () => RUN(parseStrict(line), '')))
  const isChain = runs.every((run, k) => {
    const before = runs[k - 1]
    return before === undefined ? run.seq === 0 : run.seq === before.seq + before.count && run.previous === before.last
  })
  if (!isChain) throw chainDamaged(path)
  return runs
}

async function readPending(path: string): Promise<Pending | undefined> {
  const text = await readPrivate(path)
  return text === undefined ? undefined : readJson(path, () => PENDING(parseStrict(text), ''))
}

function readJson<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof LedgerError) throw chainDamaged(path)
    throw error
  }
}

function chainDamaged(path: string): LedgerError {
  return new LedgerError('source_chain_damaged', {
    en: `${path} is not as it was written; restore it as it was last, or make a new key and register it.`,
    zh: `${path} 与写入时不符；请恢复其最新内容，或生成新的密钥并登记。`,
  })
}

function linksDiffer({ seq, count }: Run): LedgerError {
  return new LedgerError('links_differ', {
    en: `these lines were signed before, as links ${seq} to ${seq + count - 1}, and were not the same then: the mapping, --batch or the file itself was changed since. Nothing was signed or sent.`,
    zh: `这些行先前已签名为第 ${seq} 至 ${seq + count - 1} 条链节，而与当时不同：映射、--batch 或文件本身在此后有改动。没有签名或发送任何内容。`,
  })
}

const chainOf = (path: string): string => `${path}.chain`
const pendingOf = (path: string): string => `${path}.pending`
const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64')
