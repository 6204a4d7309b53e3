// What is kept of the index, all of it derived: a LevelDB by the sums of its files, if it was closed as it should be; if not,
// value by value, each by its CRC-32.

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Level } from 'level'
import { openValue } from '../completeness/level-disk.ts'
import { POSTINGS_FOLDER } from '../completeness/open-kept.ts'
import { LedgerError } from '../core/error.ts'
import { inBoth, type Words } from '../core/words.ts'
import { ignoreMissing } from '../missing.ts'
import { explainFailure } from '../store/directory.ts'
import { checkSums, writeSums } from '../store/level/folder-sums.ts'
import { messageOf } from './check-database.ts'
import type { Findings } from './finding.ts'

const CODE = 'index_damaged'
/** What failures to read it are explained as when it is damaged; others are those of disk and rights. */
const DAMAGE: ReadonlySet<string> = new Set([CODE, 'data_unusable'])
const READ_AT_ONCE = 1024

/**
 * @param isLost Records of the log are no more, nor is what is left of them in the index: then it can be made from nothing
 * @throws LedgerError `data_in_use`, and of a disk that cannot be read
 */
export async function checkPostings(data: string, isLost: boolean, findings: Findings, notes: Words[]): Promise<void> {
  const tell = (file: string, found: Words): void => {
    if (isLost) findings.lost(CODE, file, found, NOT_AGAIN)
    else findings.derived(CODE, file, found, MADE_AGAIN)
  }
  const folder = join(data, POSTINGS_FOLDER)
  const there = await stat(folder).catch(ignoreMissing)
  if (there === undefined) return // a start makes it from the log
  if (!there.isDirectory()) return tell(POSTINGS_FOLDER, { en: 'it is no folder', zh: '不是目录' })
  const { changed, isClosed } = await checkSums(folder)
  for (const name of changed) {
    tell(`${POSTINGS_FOLDER}/${name}`, {
      en: 'it is not what it was when the ledger was closed',
      zh: '与账本关闭时不同',
    })
  }
  if (isClosed || changed.length > 0) return
  try {
    const damaged = await readAll(folder)
    if (damaged === undefined) {
      await writeSums(folder) // as a stop would
      notes.push(NOT_CLOSED)
    } else tell(POSTINGS_FOLDER, { en: `the value of ${damaged} was changed`, zh: `${damaged} 的值被改动` })
  } catch (error) {
    const failure = explainFailure(error, data)
    if (failure instanceof LedgerError && !DAMAGE.has(failure.code)) throw failure
    const why = inBoth(messageOf(error))
    tell(POSTINGS_FOLDER, { en: `it does not read: ${why.en}`, zh: `无法读取：${why.zh}` })
  }
}

/** The first key, in hex, whose value is not what was written. */
async function readAll(folder: string): Promise<string | undefined> {
  const database = new Level<Uint8Array, Uint8Array>(folder, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    createIfMissing: false,
  })
  await database.open()
  try {
    const iterator = database.iterator()
    for (let entries = await iterator.nextv(READ_AT_ONCE); entries.length > 0; ) {
      for (const [key, kept] of entries) {
        if (openValue(key, kept) === undefined) return Buffer.from(key).toString('hex')
      }
      entries = await iterator.nextv(READ_AT_ONCE)
    }
    return undefined
  } finally {
    await database.close()
  }
}

const MADE_AGAIN: Words = {
  en: 'It is derived: suyuan fsck --repair removes the folder, and the next start makes it again from the log.',
  zh: '它是派生数据：suyuan fsck --repair 会移除该目录，下次启动时由日志重新生成。',
}

const NOT_AGAIN: Words = {
  en: 'It cannot be made again from the log, the first records of which were pruned, before log/edges is restored. Keep a copy of the folder before the next start.',
  zh: '日志最早的记录已被清除，在恢复 log/edges 之前无法由日志重新生成。请在下次启动前保留该目录的副本。',
}

const NOT_CLOSED: Words = {
  en: `${POSTINGS_FOLDER}: it was not closed, so there was nothing to compare its files with; every value in it was read, and is what was written.`,
  zh: `${POSTINGS_FOLDER}：未正常关闭，没有可比对的校验和；已逐一读取其中的值，均与写入时相同。`,
}
