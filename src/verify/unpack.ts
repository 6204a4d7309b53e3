// Files are kept and sent packed (gzip, RFC 1952), since most of them is text that repeats itself. What is signed, hashed
// and checked is what was packed.

import { gunzip } from '#gunzip'
import { LedgerError } from '../core/error.ts'
import { MAX_EVIDENCE_BYTES } from '../core/signed-file.ts'
import type { Words } from '../core/words.ts'

/**
 * What a packed file holds; any other file as it is. Bounded, for a small file may hold a very large one. Where there is no
 * `DecompressionStream`, whoever calls has to unpack.
 * @throws LedgerError `file_unreadable`
 */
export async function unpack(file: Uint8Array): Promise<Uint8Array> {
  if (file[0] !== 0x1f || file[1] !== 0x8b) return file
  if (typeof DecompressionStream === 'undefined') throw unreadable(NOTHING_UNPACKS)
  const unpacked = await gunzip(file, MAX_EVIDENCE_BYTES).catch((cause: unknown) => {
    throw unreadable(DAMAGED, cause)
  })
  if (unpacked === undefined) throw unreadable(TOO_LARGE)
  return unpacked
}

const NOTHING_UNPACKS: Words = {
  zh: '此处不能解压 .gz 文件。请先解压（gunzip），再核验 .json；浏览器可换用较新的。',
  en: 'Nothing here unpacks .gz files. Unpack it first (gunzip) and verify the .json, or use a newer browser.',
}
const DAMAGED: Words = {
  zh: '文件以 gzip 开头，但无法解压：已损坏或不完整。请重新获取。',
  en: 'The file begins as gzip does, but cannot be unpacked: it is damaged or cut off. Get it again.',
}
const TOO_LARGE: Words = {
  zh: `文件解压后超过最多读取的 ${MAX_EVIDENCE_BYTES} 字节。若确是证据，请缩小时间范围，分次索取。`,
  en: `Unpacked the file has more than the ${MAX_EVIDENCE_BYTES} bytes that are read. If it is evidence, ask for shorter stretches of time, one file for each.`,
}

function unreadable(words: Words, cause?: unknown): LedgerError {
  return new LedgerError('file_unreadable', words, { cause })
}
