// What LevelDB has of a journal, against the journal: the last value of each key, no key more and none less. In passes of
// so many keys, so that memory does not grow with the ledger.

import { crc32 } from 'node:zlib'
import { checkOf, openChecked } from '../store/level/checked-value.ts'
import type { Database } from '../store/level/level.ts'
import type { Findings } from './finding.ts'

/** A value that was put under a key. */
export interface Put {
  /** As LevelDB has it. */
  readonly key: string
  readonly value: string
  /** LevelDB may not have it yet. */
  readonly isNew: boolean
}

export interface ValuesParts {
  readonly database: Database
  /** The keys, [from, to). */
  readonly range: { readonly gte: string; readonly lt: string }
  /** All that was ever put, in order; asked once for each pass. */
  readonly puts: () => AsyncIterable<Put>
  /** How many puts there are at most. */
  readonly count: number
  /** What a value is called, in both languages. */
  readonly what: { readonly en: string; readonly zh: string }
  readonly findings: Findings
}

/** Some 100 bytes each. */
const KEYS_PER_PASS = 1_000_000
const READ_AT_ONCE = 1024
const FILE = 'index'

/** Resolves to whether LevelDB has what it should. */
export async function checkValues(parts: ValuesParts): Promise<boolean> {
  const passes = Math.max(1, Math.ceil(parts.count / KEYS_PER_PASS))
  let isWhole = true
  for (let pass = 0; pass < passes; pass++) {
    const isMine = (key: string): boolean => passes === 1 || crc32(key) % passes === pass
    if (!(await checkPass(parts, isMine))) isWhole = false
  }
  return isWhole
}

async function checkPass(
  { database, range, puts, what, findings }: ValuesParts,
  isMine: (key: string) => boolean,
): Promise<boolean> {
  /** By key, the CRC-32 of the value that LevelDB must have, and of those that it may have instead. */
  const wanted = new Map<string, number>()
  const newer = new Map<string, number[]>()
  for await (const { key, value, isNew } of puts()) {
    if (!isMine(key)) continue
    const check = checkOf(key, value)
    if (!isNew) wanted.set(key, check)
    else newer.set(key, [...(newer.get(key) ?? []), check])
  }
  let isWhole = true
  const tell = (key: string, en: string, zh: string): void => {
    isWhole = false
    const name = JSON.stringify(key.slice(key.indexOf('/') + 1))
    findings.derived('index_damaged', FILE, { en: `${what.en} ${name} ${en}`, zh: `${what.zh} ${name} ${zh}` })
  }
  const iterator = database.iterator(range)
  try {
    for (let entries = await iterator.nextv(READ_AT_ONCE); entries.length > 0; ) {
      for (const [key, bytes] of entries) {
        if (!isMine(key)) continue
        const value = openChecked(key, bytes)
        const check = value === undefined ? undefined : checkOf(key, value)
        const others = newer.get(key)
        const isKnown = wanted.has(key) || others !== undefined
        if (check === undefined) tell(key, 'changed on the disk', '在磁盘上被改动')
        else if (!isKnown) tell(key, 'is in no journal', '不在任何日志中')
        else if (check !== wanted.get(key) && others?.includes(check) !== true)
          tell(key, 'is not the last one', '不是最后的值')
        wanted.delete(key)
      }
      entries = await iterator.nextv(READ_AT_ONCE)
    }
  } finally {
    await iterator.close()
  }
  for (const key of wanted.keys()) tell(key, 'is missing', '缺失')
  return isWhole
}
