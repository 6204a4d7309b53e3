// The journal of the contracts' events: every line whole, each step going on from the one before. Whether the events are
// those of the chain, suyuan fsck --chain asks the chain.

import { EVENT_JOURNAL_FILE } from '../chain/event-journal.ts'
import { decodeLine, decodeStep } from '../chain/event-lines.ts'
import type { BlockId } from '../chain/event-reader.ts'
import { readLines } from '../chain/whole-lines.ts'
import type { LogFile } from '../store/file.ts'
import type { Findings } from './finding.ts'

/** Where the lines end that are whole, and follow each other. */
export async function endOfWholeLines(file: LogFile): Promise<number> {
  let at = 0
  let last: BlockId | undefined
  for await (const { line, end } of readLines(file)) {
    const step = at === 0 ? undefined : decodeStep(line, last)
    const isGood = at === 0 ? decodeLine(line) !== undefined : step !== undefined
    if (!isGood) break
    last = step?.blocks.at(-1) ?? last
    at = end
  }
  return at
}

export async function checkEvents(file: LogFile, findings: Findings): Promise<void> {
  const at = await endOfWholeLines(file)
  if (at === file.size) return
  findings.derived(
    'events_damaged',
    EVENT_JOURNAL_FILE,
    {
      en: `the line at byte ${at} of ${file.size} does not read, or does not go on from the one before: a crash cut it off, or it was changed`,
      zh: `第 ${at} 字节处（共 ${file.size} 字节）的行无法读取，或不接续前一行：被崩溃截断，或被改动`,
    },
    {
      en: 'The next start reads it again from the chain, from there on; suyuan fsck --repair cuts it off.',
      zh: '下次启动会从该处起由链上重新读取；suyuan fsck --repair 会将其截去。',
    },
  )
}
