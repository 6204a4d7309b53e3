// Files that a person gives the command line: evidence, trust files, mappings. Editors and shells add what no JSON has
// (RFC 8259 section 8.1), and the message for that should speak of the file, not of a line in it.

import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { LedgerError } from '../core/error.ts'
import { decodeUtf8 } from '../core/json.ts'
import type { Words } from '../core/words.ts'
import { whyFileFailed } from './file-failure.ts'

/**
 * A whole file, or stdin for `-`.
 * @param option By which option or argument it was named, such as `--trust`.
 * @throws LedgerError `file_unreadable`
 */
export async function readInput(path: string, option: string): Promise<Buffer> {
  const name = nameOf(path, option)
  const bytes = path === '-' ? await buffer(process.stdin) : await readFile(path).catch(unreadable(name))
  if (bytes.length === 0) throw unusable(name, EMPTY)
  const mark = MARKS.find(({ bytes: mark }) => bytes.subarray(0, mark.length).equals(mark))
  if (mark === undefined) return bytes
  throw new LedgerError('file_unreadable', {
    en: `${name.en} begins with a byte order mark ${mark.next.en}`,
    zh: `${name.zh}以字节顺序标记开头${mark.next.zh}`,
  })
}

/** The same, for a file that was written by hand. @throws LedgerError `file_unreadable` */
export async function readSettings(path: string, option: string): Promise<Buffer> {
  const bytes = await readInput(path, option)
  if (isUtf8(bytes)) return bytes
  throw unusable(nameOf(path, option), NOT_UTF8)
}

function unusable(name: Words, why: Words): LedgerError {
  return new LedgerError('file_unreadable', { en: `${name.en} ${why.en}.`, zh: `${name.zh}${why.zh}。` })
}

function nameOf(path: string, option: string): Words {
  return path === '-'
    ? { en: `The input (${option} -)`, zh: `标准输入（${option} -）` }
    : { en: `The file ${path} (${option})`, zh: `文件 ${path}（${option}）` }
}

const EMPTY: Words = { en: 'is empty; see that it is the right one', zh: '是空的；请核对是否为正确的文件' }
const NOT_UTF8: Words = { en: 'is not valid UTF-8; save it as UTF-8', zh: '不是正确的 UTF-8；请另存为 UTF-8' }

const MARKS = [
  {
    bytes: Buffer.of(0xef, 0xbb, 0xbf),
    next: {
      en: '(EF BB BF): remove the byte order mark, that is, save the file as "UTF-8", not as "UTF-8 with BOM".',
      zh: '（EF BB BF）：请去掉该标记，即另存为“UTF-8”，而不是“带 BOM 的 UTF-8”。',
    },
  },
  {
    bytes: Buffer.of(0xff, 0xfe),
    next: {
      en: '(FF FE) of UTF-16: save it as UTF-8, without a byte order mark.',
      zh: '（UTF-16）：请另存为 UTF-8，不带字节顺序标记。',
    },
  },
  {
    bytes: Buffer.of(0xfe, 0xff),
    next: {
      en: '(FE FF) of UTF-16: save it as UTF-8, without a byte order mark.',
      zh: '（UTF-16）：请另存为 UTF-8，不带字节顺序标记。',
    },
  },
] as const

function isUtf8(bytes: Uint8Array): boolean {
  try {
    decodeUtf8(bytes)
    return true
  } catch (error) {
    if (error instanceof LedgerError) return false
    throw error
  }
}

function unreadable(name: Words): (cause: NodeJS.ErrnoException) => never {
  return cause => {
    const why = whyFileFailed(cause)
    throw new LedgerError(
      'file_unreadable',
      { en: `${name.en} cannot be read: ${why.en}.`, zh: `${name.zh}无法读取：${why.zh}。` },
      { cause },
    )
  }
}
