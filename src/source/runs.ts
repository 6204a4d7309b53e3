// The two files beside a key: `.chain`, a line for each run of lines that was signed, and `.pending`, lines on their way.
// What they mean, and in which order they are written, chain-file.ts says.

import { existsSync, statSync } from 'node:fs'
import { open, readFile, rm, truncate } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { LedgerError } from '../core/error.ts'
import { parseStrict } from '../core/json.ts'
import { anyText, object, wholeNumber } from '../core/reader.ts'
import { readPrivate, writePrivate } from '../secrets.ts'

/** Lines of a batch that were signed one behind the other. */
export interface Run {
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

/** The file at this path that tells of links, if one does; the key that made them may be gone. */
export function findChain(keyPath: string): string | undefined {
  const pending = pendingOf(keyPath)
  if (existsSync(pending)) return pending
  const chain = chainOf(keyPath)
  // An empty one tells of none: a crash came before its key was written.
  const size = statSync(chain, { throwIfNoEntry: false })?.size ?? 0
  return size === 0 ? undefined : chain
}

export function beginChain(keyPath: string): Promise<void> {
  return writeWhole(chainOf(keyPath), '')
}

/** @throws LedgerError `source_chain_missing`, `source_chain_damaged` */
export async function readRuns(keyPath: string): Promise<Run[]> {
  const path = chainOf(keyPath)
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

/** Durable when it resolves. */
export async function appendRun(keyPath: string, run: Run): Promise<void> {
  await using file = await open(chainOf(keyPath), 'a', 0o600)
  await file.writeFile(`${JSON.stringify(run)}\n`)
  await file.sync()
}

/** @throws LedgerError `source_chain_damaged` */
export async function readPending(keyPath: string): Promise<Pending | undefined> {
  const path = pendingOf(keyPath)
  const text = await readPrivate(path)
  return text === undefined ? undefined : readJson(path, () => PENDING(parseStrict(text), ''))
}

/** Durable when it resolves. */
export function writePending(keyPath: string, pending: Pending): Promise<void> {
  return writeWhole(pendingOf(keyPath), JSON.stringify(pending))
}

export function removePending(keyPath: string): Promise<void> {
  return rm(pendingOf(keyPath), { force: true })
}

const chainOf = (keyPath: string): string => `${keyPath}.chain`
const pendingOf = (keyPath: string): string => `${keyPath}.pending`

function writeWhole(path: string, content: string): Promise<void> {
  return writePrivate(dirname(path), basename(path), content)
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
