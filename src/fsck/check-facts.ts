// The facts: their journal frame by frame, what LevelDB has of it, and the form of those that others rely on (told-facts.ts).

import type { Words } from '../core/words.ts'
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
import { FACT_CRC_BYTES, findFormDamage, MANY } from './told-facts.ts'

export interface FactsFound {
  /** The facts of which there are few, as the journal has them. */
  readonly facts: ReadonlyMap<string, string>
  /** Of the others, those that came behind what LevelDB has: few, for a crash took them from its log. */
  readonly late: ReadonlyMap<string, string>
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
  const late = new Map<string, string>()
  let puts = 0
  let end = 0
  let generation: string | undefined
  for await (const { json, start, end: next } of scanFrames(file, 0)) {
    if (start === 0) generation = parseHeader(json)?.generation
    const put = start === 0 ? {} : parseFacts(json)
    if (put === undefined || generation === undefined) {
      tell(findings, { en: `the frame at byte ${start} holds no facts`, zh: `第 ${start} 字节处的帧中没有登记信息` })
      return { facts, late, puts, end, generation }
    }
    for (const [key, value] of Object.entries(put)) {
      puts++
      if (!MANY.test(key)) {
        facts.set(key, value)
        continue
      }
      if (mark?.generation === generation && next > mark.end) late.set(key, value)
      const damage = findFormDamage(key, value)
      if (damage !== undefined) tell(findings, damage)
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
  return { facts, late, puts, end, generation }
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
    count.add({ [key.slice(FACT_PREFIX.length)]: value.toString('utf8', FACT_CRC_BYTES) })
  }
  if (count.equals(mark)) return true
  findings.derived('index_damaged', 'index', {
    en: 'the facts do not add up to their mark',
    zh: '登记信息之和与其标记不符',
  })
  return false
}

function tell(findings: Findings, found: Words): void {
  findings.lost('facts_damaged', FACTS_FILE, found, BACKUP)
}
