// The facts, beside those of the backup made before: a fact is put or replaced, and never taken back, so whatever the
// backup has facts of, the ledger has. The journal is written anew now and then, in another order, and under another name
// (its generation); only one of the same name must begin with the same bytes.

import { join } from 'node:path'
import { parseCheckpoint } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import { sha256Hex } from '../core/hash.ts'
import { parseNote } from '../core/note.ts'
import type { Words } from '../core/words.ts'
import { PUBLISHED_FACT } from '../published.ts'
import { FACTS_FILE } from '../store/facts/facts.ts'
import { eachFact, readGeneration } from '../store/facts/facts-journal.ts'
import { beginsWith } from './copy.ts'
import type { Manifest } from './manifest.ts'
import { ReadOnlyFile } from './read-only.ts'

/** Facts whose values stay as they are; a text may be erased. */
const STAYS = /^(chain\/identity$|log\/keys$|index\/(log\/keys$|epoch\/|tile\/)|text\/)/
/** How far the ledger is, by the fact that says so: a number that never gets smaller. */
const GROWS: Readonly<Record<string, (value: string) => number | undefined>> = {
  [PUBLISHED_FACT]: value => parseCheckpoint(parseNote(value).text).size,
  'chain/seen': value => (JSON.parse(value) as { readonly number: number }).number,
}

/** @throws LedgerError `backup_of_other_history` */
export async function requireFormerFacts(facts: ReadOnlyFile, to: string, former: Manifest): Promise<void> {
  const held = former.files.find(({ path }) => path === FACTS_FILE)
  if (held === undefined || (await beginsWith(facts, held))) return
  await using opened = new AsyncDisposableStack()
  const copy = opened.adopt(await ReadOnlyFile.open(join(to, FACTS_FILE), held.length), file => file.close())
  if ((await readGeneration(facts)) === (await readGeneration(copy))) throw otherFacts(facts.path, to, OTHER_BYTES)
  const [now, before] = [await readValues(facts), await readValues(copy)]
  for (const [key, value] of before) {
    const found = now.get(key)
    if (found === undefined) throw otherFacts(facts.path, to, isMissing(key))
    if (value !== found && !mayFollow(key, value, found)) throw otherFacts(facts.path, to, isOther(key))
  }
}

/** By key the last value, or enough to compare it: of those of which there are many, no more than a digest is kept. */
async function readValues(file: ReadOnlyFile): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>()
  for await (const [key, value] of eachFact(file)) values.set(key, toCompare(key, value))
  return values
}

function toCompare(key: string, value: string): string {
  if (key in GROWS) return value
  if (!STAYS.test(key)) return ''
  const isErased = key.startsWith('text/') && 'erasedBy' in (attempt(() => JSON.parse(value) as object) ?? {})
  return isErased ? ERASED : sha256Hex(Buffer.from(value))
}

/** Undefined for what does not read. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

const ERASED = 'erased'

/** Whether a value may come after another that it is not. */
function mayFollow(key: string, value: string, next: string): boolean {
  const read = GROWS[key]
  if (read === undefined) return next === ERASED
  const [was, is] = [value, next].map(text => attempt(() => read(text)))
  return was === undefined || (is !== undefined && is >= was)
}

const OTHER_BYTES: Words = { en: 'it does not begin with what the backup has of it', zh: '其开头与备份中的不同' }

function isMissing(key: string): Words {
  return {
    en: `the backup has the fact ${key}, which is not there any more`,
    zh: `备份中有登记信息 ${key}，而其中已没有`,
  }
}

function isOther(key: string): Words {
  return {
    en: `the fact ${key} is another than in the backup, or of an earlier time`,
    zh: `登记信息 ${key} 与备份中的不同，或属于更早的时间`,
  }
}

function otherFacts(path: string, to: string, found: Words): LedgerError {
  return new LedgerError('backup_of_other_history', {
    en: `${path}: ${found.en}: it was cut short, restored from an older copy, changed, or is of another ledger. The backup in ${to} is left as it was. Keep it, run \`suyuan fsck\` on the data directory, and name a new folder for this backup.`,
    zh: `${path}：${found.zh}：文件被截短、由更旧的副本恢复、被改动，或属于另一账本。${to} 中的备份保持不变。请保留它，对数据目录运行 \`suyuan fsck\`，并为本次备份指定一个新目录。`,
  })
}
