// Secret files: made once with random bytes, readable by their owner alone.

import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LedgerError } from './core/error.ts'
import { sha256Hex } from './core/hash.ts'
import type { Facts } from './store/store.ts'

const KEY_BYTES = 32
/** Facts: fingerprints of the secrets that the ledger has. The keys are random, so that nothing can be guessed from them. */
const FACT_PREFIX = 'key/'
const LABEL = Buffer.from('suyuan/key/v1\n')

/**
 * Binds a ledger to its secrets: makes those that it never had, and refuses to go on when one that it had is gone or is
 * another. A new key in the place of a lost one would make every sealed part unreadable and every person a stranger. The
 * `replaceable` ones may be gone, and are made anew; but not be another.
 * @throws LedgerError `key_lost`, `key_foreign`, or as `openSecret`
 */
export async function pinSecrets(
  facts: Facts,
  directory: string,
  names: readonly string[],
  replaceable: readonly string[] = [],
): Promise<void> {
  for (const name of [...names, ...replaceable]) {
    const known = await facts.get(FACT_PREFIX + name)
    const isGone = replaceable.includes(name) && (await readSecret(directory, name)) === undefined
    if (known !== undefined && !isGone) await checkSecret(directory, name, known)
    else await facts.put({ [FACT_PREFIX + name]: fingerprintOf(await openSecret(directory, name)) })
  }
}

/** The secrets that a ledger is bound to: name and fingerprint, out of its facts. */
export function pinnedSecrets(facts: Iterable<readonly [string, string]>): (readonly [string, string])[] {
  return [...facts].flatMap(([key, value]) => {
    return key.startsWith(FACT_PREFIX) ? [[key.slice(FACT_PREFIX.length), value] as const] : []
  })
}

/**
 * Is a secret the one that the ledger is bound to?
 * @throws LedgerError `key_lost`, `key_foreign`, or as `openSecret`
 */
export async function checkSecret(directory: string, name: string, fingerprint: string): Promise<void> {
  const secret = await readSecret(directory, name)
  if (secret === undefined) {
    throw new LedgerError('key_lost', {
      en: `The key file ${join(directory, name)} is gone, and this ledger cannot go on with a new one; restore it from your backup.`,
      zh: `密钥文件 ${join(directory, name)} 不见了，本账本不能改用新密钥；请从备份恢复。`,
    })
  }
  if (fingerprintOf(secret) === fingerprint) return
  throw new LedgerError('key_foreign', {
    en: `The key file ${join(directory, name)} does not hold this ledger's key; restore the right one from your backup.`,
    zh: `密钥文件 ${join(directory, name)} 不是本账本的密钥；请从备份恢复正确的文件。`,
  })
}

function fingerprintOf(secret: Uint8Array): string {
  return sha256Hex(Buffer.concat([LABEL, secret]))
}

/** Reads the 32-byte key in `directory/name`, or makes it, durably, when there is none yet. */
export async function openSecret(directory: string, name: string): Promise<Buffer> {
  const known = await readSecret(directory, name)
  if (known !== undefined) return known
  const key = randomBytes(KEY_BYTES)
  await writePrivate(directory, name, `${key.toString('hex')}\n`)
  return key
}

async function readSecret(directory: string, name: string): Promise<Buffer | undefined> {
  const path = join(directory, name)
  const hex = await readPrivate(path)
  if (hex === undefined) return undefined
  if (!/^[0-9a-f]{64}\n?$/.test(hex)) {
    throw new LedgerError('key_damaged', {
      en: `The key file ${path} does not hold 64 hexadecimal digits; restore it from your backup.`,
      zh: `密钥文件 ${path} 不是 64 位十六进制数字；请从备份恢复。`,
    })
  }
  return Buffer.from(hex.trim(), 'hex')
}

/**
 * The text of a secret file; undefined when there is none. One that other accounts of the machine can reach may have been
 * copied, so it is refused.
 * @throws LedgerError `key_unreadable`, `key_readable_by_others`
 */
export async function readPrivate(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, 'r')
    const found = await file.stat()
    if (found.isDirectory()) throw isFolder(path)
    requirePrivate(path, found.mode)
    return await file.readFile('utf8')
  } catch (cause) {
    if (cause instanceof LedgerError) throw cause
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new LedgerError(
      'key_unreadable',
      {
        en: `The key file ${path} cannot be read (${code}); check its owner and mode.`,
        zh: `密钥文件 ${path} 无法读取（${code}）；请核对其属主和权限。`,
      },
      { cause },
    )
  }
}

function isFolder(path: string): LedgerError {
  return new LedgerError('key_unreadable', {
    en: `${path} is a folder, where a key file belongs; move it away, and restore the file from your backup.`,
    zh: `${path} 是目录，而此处应为密钥文件；请将其移走，并从备份恢复该文件。`,
  })
}

function requirePrivate(path: string, mode: number): void {
  if (process.platform === 'win32') return // no POSIX modes there
  if (mode % 0o100 === 0) return
  throw new LedgerError('key_readable_by_others', {
    en: `The key file ${path} has mode ${(mode % 0o1000).toString(8)}, so that others than its owner can reach it; run: chmod 600 ${path}`,
    zh: `密钥文件 ${path} 的权限为 ${(mode % 0o1000).toString(8)}，属主以外的人也能访问；请运行：chmod 600 ${path}`,
  })
}

/**
 * Writes a private file so that a crash leaves either the old content or the new: temporary file, rename, fsync of both.
 * The temporary file's name is its own, so that two writers at once cannot write into each other's.
 */
export async function writePrivate(directory: string, name: string, content: string | Uint8Array): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, name)
  const temporary = `${path}.${randomBytes(8).toString('hex')}.new`
  try {
    await using file = await open(temporary, 'wx', 0o600)
    await file.writeFile(content)
    await file.sync()
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await using parent = await open(directory, 'r')
  await parent.sync()
}
