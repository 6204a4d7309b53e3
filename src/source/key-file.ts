// A source's key in a file of its own, which nobody but its owner may read; and beside it, the chain (chain-file.ts).

import { existsSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { decodeBase64 } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import { parseStrict } from '../core/json.ts'
import { formatVerifierKey } from '../core/note.ts'
import { anyText, object, oneOf } from '../core/reader.ts'
import { parseSourceKey } from '../core/source-key.ts'
import { readPrivate, writePrivate } from '../secrets.ts'
import { beginChain, findChain } from './runs.ts'
import { makeSourceKey, newSecret, type SourceKey } from './sign.ts'

const FORMAT = 'suyuan-source-key/v1'
const TEXT = anyText(1_000)
const KEY_FILE = object({ format: oneOf([FORMAT]), source: TEXT, origin: TEXT, secret: TEXT })

/** Makes a new key and begins its chain. @throws LedgerError `key_file_exists`, `key_invalid` */
export async function createKeyFile(path: string, source: string, origin: string): Promise<SourceKey> {
  const left = existsSync(path) ? path : findChain(path)
  if (left !== undefined) {
    throw new LedgerError('key_file_exists', {
      en: `${left} is there already, and a key that was overwritten is lost, as is how far it has come; name another file.`,
      zh: `${left} 已存在，密钥及其进度一旦覆盖即告丢失；请另取文件名。`,
    })
  }
  const secret = newSecret()
  const key = makeSourceKey({ source, origin, secret })
  parseSourceKey(formatVerifierKey(key.verifierKey)) // a name that no line can have is refused before anything is written
  const file = { format: FORMAT, source, origin, secret: Buffer.from(secret).toString('base64') }
  // The chain first: a key without one would be refused, and one that begins anew would give its numbers twice.
  await beginChain(path)
  await writePrivate(dirname(path), basename(path), `${JSON.stringify(file)}\n`)
  return key
}

/** @throws LedgerError `key_unreadable`, `key_readable_by_others`, `key_damaged` */
export async function readKeyFile(path: string): Promise<SourceKey> {
  const text = await readPrivate(path)
  if (text === undefined) {
    throw new LedgerError('key_unreadable', {
      en: `There is no key file ${path}; make one: suyuan source key --source NAME --origin LOG --out ${path}`,
      zh: `没有密钥文件 ${path}；可生成：suyuan source key --source 名称 --origin 日志 --out ${path}`,
    })
  }
  try {
    const { source, origin, secret } = KEY_FILE(parseStrict(text), '')
    const bytes = decodeBase64(secret)
    if (bytes?.length === 32) return makeSourceKey({ source, origin, secret: bytes })
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error // else its message could quote the file
  }
  throw new LedgerError('key_damaged', {
    en: `The key file ${path} is not as it was written; restore it from your backup, or make a new key and register it.`,
    zh: `密钥文件 ${path} 与写入时不符；请从备份恢复，或生成新的密钥并登记。`,
  })
}
