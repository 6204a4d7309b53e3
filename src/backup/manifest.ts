// The manifest of a backup, `backup.json`: what it holds, as far as which commit, and what every file must hash to
// (docs/backup.md). It is written last, so a folder with a manifest is a whole backup; it carries its own digest, so one
// that was changed is no manifest. That finds accidents: whoever may write the folder can write all of it anew.

import { createHash } from 'node:crypto'
import { LedgerError } from '../core/error.ts'
import { flag, list, object, oneOf, type Read, text, wholeNumber } from '../core/reader.ts'

export const MANIFEST = 'backup.json'
const FORMAT = 'suyuan-backup-1'
const MOST_FILES = 10_000_000

const digest = text(/^[0-9a-f]{64}$/, { en: 'a SHA-256 of 64 hex digits', zh: ' 64 位十六进制的 SHA-256' })
const hash = text(/^[A-Za-z0-9+/]{43}=$/, { en: 'a hash in base64', zh: ' base64 的哈希' })
/** Within the folder, and nowhere else: no `..`, no empty part, not absolute. */
export const FILE_PATH = /^(?!\.)[A-Za-z0-9._-]+(\/(?!\.)[A-Za-z0-9._-]+){0,7}$/
const path = text(FILE_PATH, {
  en: 'the name of a file within the folder',
  zh: '文件夹内的文件名',
})

const readFile = object(
  { path, length: wholeNumber(), sha256: digest },
  { modified: text(/^\d{1,20}$/, { en: 'a time in nanoseconds', zh: '纳秒时间' }) },
)
const readBody = object({
  format: oneOf([FORMAT]),
  made: text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, { en: 'a time', zh: '时间' }),
  size: wholeNumber(),
  root: hash,
  segmentLeaves: wholeNumber(1),
  segments: list(hash, MOST_FILES),
  keys: flag,
  files: list(readFile, MOST_FILES),
})
const readSealedManifest = object({ manifest: readBody, sha256: digest })

/**
 * A file of the ledger: its first `length` bytes have this digest. `modified` is when its source was last written, in
 * nanoseconds since 1970, for files that never change again.
 */
export type BackedUpFile = Read<typeof readFile>
/** `size` and `root`: the last commit's. `segments`: the roots of the full segments, each of its leaves alone. */
export type Manifest = Omit<Read<typeof readBody>, 'format'>

export function encodeManifest(manifest: Manifest): string {
  const body = { format: FORMAT, ...manifest }
  return `${JSON.stringify({ manifest: body, sha256: digestOf(body) })}\n`
}

/** The SHA-256 of a manifest, in hex: whoever keeps it elsewhere can tell a backup from any other. */
export function digestManifest(manifest: Manifest): string {
  return digestOf({ format: FORMAT, ...manifest })
}

/** @throws LedgerError `backup_manifest_damaged` */
export function decodeManifest(json: string, name: string): Manifest {
  try {
    const { manifest, sha256 } = readSealedManifest(JSON.parse(json), '')
    if (digestOf(manifest) !== sha256) throw new Error('its own digest is another')
    if (new Set(manifest.files.map(file => file.path)).size !== manifest.files.length) throw new Error('a file twice')
    const { format: _, ...rest } = manifest
    if (encodeManifest(rest) !== json) throw new Error('it is spelled in another way')
    return rest
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const zh = cause instanceof LedgerError ? cause.words.zh : why
    throw new LedgerError(
      'backup_manifest_damaged',
      {
        en: `${name} is not the manifest that was written (${why}): the backup is cut short or was changed. Use another backup; the files in this one may still be good.`,
        zh: `${name} 不是当初写入的清单（${zh}）：备份不完整或被改动。请使用另一份备份；其中的文件可能仍完好。`,
      },
      { cause },
    )
  }
}

function digestOf(body: object): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('hex')
}
