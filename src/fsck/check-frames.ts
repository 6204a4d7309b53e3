// The end of a journal of frames: what a crash tore was never acknowledged; everything else that does not read is damage.

import type { Words } from '../core/words.ts'
import type { LogFile } from '../store/file.ts'
import { findTailDamage } from '../store/log/frames.ts'
import { BACKUP, type Findings } from './finding.ts'

export interface JournalEnd {
  readonly file: LogFile
  readonly name: string
  readonly code: string
  /** Where the last whole frame ends. */
  readonly end: number
  /** Where the file is known to have ended once, at least. */
  readonly knownEnd: number
}

/** Tells what is behind the last whole frame. */
export async function judgeTail(
  { file, name, code, end, knownEnd }: JournalEnd,
  findings: Findings,
  notes: Words[],
): Promise<void> {
  const rest = file.size - end
  const finding = rest > 0 ? await findTailDamage(file, end) : undefined
  if (finding === undefined && end >= knownEnd) {
    if (rest > 0) {
      notes.push({
        en: `${name}: ${rest} bytes after byte ${end} were never acknowledged; the next start cuts them off.`,
        zh: `${name}：第 ${end} 字节之后的 ${rest} 字节从未确认；下次启动时会截去。`,
      })
    }
    return
  }
  const found = finding ?? {
    en: `does not read, though all up to byte ${knownEnd} was acknowledged`,
    zh: `无法读取，而到第 ${knownEnd} 字节为止均已确认`,
  }
  findings.lost(
    code,
    name,
    { en: `the frame at byte ${end} ${found.en}`, zh: `第 ${end} 字节处的帧${found.zh}` },
    BACKUP,
  )
}
