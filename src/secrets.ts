// Secret files: made once with random bytes, readable by their owner alone.

import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { LedgerError } from './core/error.ts'

const KEY_BYTES = 32

/** Reads the 32-byte key in `directory/name`, or makes it, durably, when there is none yet. */
export async function openSecret(directory: string, name: string): Promise<Buffer> {
  const path = join(directory, name)
  const hex = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw new LedgerError(
      'key_unreadable',
      `The key file ${path} cannot be read (${cause.code}); check its owner and mode.`,
      {
        cause,
      },
    )
  })
  if (hex === undefined) {
    const key = randomBytes(KEY_BYTES)
    await writePrivate(directory, name, `${key.toString('hex')}\n`)
    return key
  }
  if (!/^[0-9a-f]{64}\n?$/.test(hex)) {
    throw new LedgerError(
      'key_damaged',
      `The key file ${path} does not hold 64 hexadecimal digits; restore it from your backup.`,
    )
  }
  return Buffer.from(hex.trim(), 'hex')
}

/** Writes a private file so that a crash leaves either the old content or the new: temporary file, rename, fsync of both. */
export async function writePrivate(directory: string, name: string, content: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, name)
  const temporary = `${path}.new`
  await using file = await open(temporary, 'w', 0o600)
  await file.writeFile(content)
  await file.sync()
  await rename(temporary, path)
  await using parent = await open(directory, 'r')
  await parent.sync()
}
