// The facts: their journal frame by frame, what LevelDB has of it, and the form of those that others rely on: the
// published checkpoint and the anchors, which must be of this very tree.

import { anchorKey } from '../anchors.ts'
import { decodeBase64, encodeBase64 } from '../core/bytes.ts'
import { parseCheckpoint, type TreeHead } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import { parseNote } from '../core/note.ts'
import type { Words } from '../core/words.ts'
import { recallKeys } from '../log-key.ts'
import { PUBLISHED_FACT, recallPublished } from '../published.ts'
import { FACTS_FILE } from '../store/facts/facts.ts'
import { FactsCount, type FactsMark } from '../store/facts/facts-index.ts'
import { type FactValues, parseFacts, parseHeader } from '../store/facts/facts-journal.ts'
import type { LogFile } from '../store/file.ts'
import { FACT_PREFIX, FACT_RANGE } from '../store/level/keys.ts'
import type { Database } from '../store/level/level.ts'
import { scanFrames } from '../store/log/frames.ts'
import { judgeTail } from './check-frames.ts'
import { checkValues, type Put } from './check-values.ts'
import { BACKUP, type Findings } from './finding.ts'

/** Facts of which there may be any number: they are looked at as they pass, and not kept. */
const MANY = /^(anchor|act|text|erasure)\//

export interface FactsFound {
  /** The facts of which there are few, as the journal has them. */
  readonly facts: ReadonlyMap<string, string>
  /** How many values were put. */
  readonly puts: number
  readonly end: number
  readonly generation: string | undefined
}

/** Reads the journal. `mark`: how far LevelDB has it. */
export async function readFacts(
  file: LogFile,
  mark: FactsMark | undefined,
  findings: Findings,
  notes: Words[],
): Promise<FactsFound> {
  const facts = new Map<string, string>()
  let puts = 0
  let end = 0
  let generation: string | undefined
  for await (const { json, start, end: next } of scanFrames(file, 0)) {
    if (start === 0) generation = parseHeader(json)?.generation
    const put = start === 0 ? {} : parseFacts(json)
    if (put === undefined || generation === undefined) {
      tell(findings, { en: `the frame at byte ${start} holds no facts`, zh: `第 ${start} 字节处的帧中没有登记信息` })
      return { facts, puts, end, generation }
    }
    for (const [key, value] of Object.entries(put)) {
      puts++
      if (MANY.test(key)) tellForm(key, value, findings)
      else facts.set(key, value)
    }
    end = next
  }
  const isOurs = mark !== undefined && mark.generation === generation
  if (mark !== undefined && end > 0 && !isOurs && mark.next !== generation) {
    tell(findings, {
      en: 'it is another journal than the index remembers: they are not of one ledger',
      zh: '它不是索引所记的那份日志：二者不属于同一账本',
    })
  }
  const knownEnd = isOurs || end === 0 ? (mark?.end ?? 0) : 0
  await judgeTail({ file, name: FACTS_FILE, code: 'facts_damaged', end, knownEnd }, findings, notes)
  return { facts, puts, end, generation }
}

/** Whether LevelDB has the facts of the journal. */
export async function checkFactsIndex(
  file: LogFile,
  { puts, generation }: FactsFound,
  database: Database,
  mark: FactsMark | undefined,
  findings: Findings,
): Promise<boolean> {
  // Without a mark of this journal, the next start reads all of it again.
  if (mark === undefined || mark.generation !== generation) return false
  const count = new FactsCount()
  async function* all(): AsyncGenerator<Put> {
    for await (const { json, start, end } of scanFrames(file, 0)) {
      const facts: FactValues = start === 0 ? {} : (parseFacts(json) ?? {})
      for (const [key, value] of Object.entries(facts)) yield { key: FACT_PREFIX + key, value, isNew: end > mark!.end }
    }
  }
  const what = { en: 'the fact', zh: '登记信息' }
  const isWhole = await checkValues({ database, range: FACT_RANGE, puts: all, count: puts, what, findings })
  if (!isWhole) return false
  for await (const [key, value] of database.iterator(FACT_RANGE)) {
    count.add({ [key.slice(FACT_PREFIX.length)]: value.toString('utf8', CRC_BYTES) })
  }
  if (count.equals(mark)) return true
  findings.derived('index_damaged', 'index', {
    en: 'the facts do not add up to their mark',
    zh: '登记信息之和与其标记不符',
  })
  return false
}

const CRC_BYTES = 4

/** A tree that a fact tells of. */
export interface ToldTree extends TreeHead {
  /** The fact. */
  readonly key: string
}

/** The anchors in order of size, out of LevelDB: to be asked only when it has what the journal has. */
export async function* anchoredTrees(database: Database): AsyncGenerator<ToldTree> {
  for await (const [place, value] of database.iterator({ gte: 'f/anchor/', lt: 'f/anchor0' })) {
    const key = place.slice(FACT_PREFIX.length)
    const anchor = readAnchor(key, value.toString('utf8', CRC_BYTES))
    if (anchor !== undefined && !anchor.isStruck) yield { key, size: anchor.size, root: anchor.root }
  }
}

/** The published checkpoint, its signatures checked by the keys that the ledger remembers. */
export async function checkPublished({ facts }: FactsFound, findings: Findings): Promise<ToldTree | undefined> {
  const asked = { get: async (key: string) => facts.get(key) }
  try {
    const keys = await recallKeys(asked)
    const published = keys && (await recallPublished(asked, keys))
    return published && { key: PUBLISHED_FACT, size: published.size, root: published.root }
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    tell(findings, {
      en: `the fact ${PUBLISHED_FACT}: ${error.words.en}`,
      zh: `登记信息 ${PUBLISHED_FACT}：${error.words.zh}`,
    })
    return undefined
  }
}

/** What to say of a tree that the log does not have. */
export function tellOtherTree(findings: Findings, { key, size, root }: ToldTree, found: Uint8Array | undefined): void {
  const [is, made] = [encodeBase64(root), found === undefined ? undefined : encodeBase64(found)]
  tell(findings, {
    en: `the fact ${key} tells of a tree of ${size} leaves with root ${is}; ${made === undefined ? 'no commit ends at that size' : `the log has ${made} at that size`}`,
    zh: `登记信息 ${key} 所述 ${size} 片叶的树，根为 ${is}；${made === undefined ? '没有提交止于该大小' : `日志在该大小的根为 ${made}`}`,
  })
}

function tellForm(key: string, value: string, findings: Findings): void {
  if (!key.startsWith('anchor/') || readAnchor(key, value) !== undefined) return
  tell(findings, {
    en: `the fact ${key} is no anchor, or its checkpoint is of another tree`,
    zh: `登记信息 ${key} 不是存证，或其检查点属于另一棵树`,
  })
}

/** An anchor under the key of its size, with a checkpoint of the size and root that it states. */
function readAnchor(key: string, value: string): (TreeHead & { readonly isStruck: boolean }) | undefined {
  try {
    const { size, root, checkpoint, struck } = JSON.parse(value) as Record<string, unknown>
    if (typeof size !== 'number' || typeof root !== 'string' || typeof checkpoint !== 'string') return undefined
    const bytes = decodeBase64(root)
    const told = parseCheckpoint(parseNote(checkpoint).text)
    if (bytes === undefined || key !== anchorKey(size) || told.size !== size || Buffer.compare(told.root, bytes) !== 0)
      return undefined
    return { size, root: bytes, isStruck: struck === true }
  } catch {
    return undefined
  }
}

function tell(findings: Findings, found: Words): void {
  findings.lost('facts_damaged', FACTS_FILE, found, BACKUP)
}
