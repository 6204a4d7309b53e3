// A file read line by line, of any length, through the store's seam to the file system. A last line without its end is
// left out: its write was cut off.

import { LedgerError } from '../core/error.ts'
import type { LogFile } from '../store/file.ts'

const CHUNK = 1 << 20
const LINE_END = 0x0a

/**
 * The whole lines of the file from an offset on, without their ends; `end` is where the next one begins.
 * @throws LedgerError `event_journal_unreadable` (retryable)
 */
export async function* readLines(
  file: LogFile,
  from = 0,
): AsyncGenerator<{ readonly line: Buffer; readonly end: number }> {
  let [begun, at]: [Buffer[], number] = [[], from]
  while (at < file.size) {
    let chunk = await readChunk(file, at)
    for (let length = chunk.indexOf(LINE_END); length >= 0; length = chunk.indexOf(LINE_END)) {
      at += length + 1
      yield { line: Buffer.concat([...begun, chunk.subarray(0, length)]), end: at }
      begun = []
      chunk = chunk.subarray(length + 1)
    }
    at += chunk.length
    begun.push(chunk)
  }
}

async function readChunk(file: LogFile, at: number): Promise<Buffer> {
  try {
    return await file.read(at, Math.min(CHUNK, file.size - at))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new LedgerError(
      'event_journal_unreadable',
      {
        en: `${file.path} cannot be read at byte ${at}: ${why}. See to the disk; the file may be deleted while the service is stopped, since all of it is on the chain.`,
        zh: `${file.path} 在第 ${at} 字节处无法读取：${why}。请检查磁盘；服务停止时可以删除该文件，其内容全部在链上。`,
      },
      { cause, retryable: true },
    )
  }
}
