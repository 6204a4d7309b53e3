// Tokens for machines: who may write lines, read records, open sealed parts, scrape metrics. A token is shown once, when
// it is made; the file keeps only its SHA-256.
//
// Why plain SHA-256 and not bcrypt: slow hashes protect secrets that people choose, by making each guess dear. A token
// is 256 random bits; no guessing of those ends, however fast the hash, and a slow one would only let strangers keep
// the server busy.

import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { LedgerError } from './core/error.ts'
import type { Words } from './core/words.ts'
import { inBoth } from './core/words.ts'
import { writePrivate } from './secrets.ts'
import { lockTokens } from './token-lock.ts'
import { takeTurns } from './turns.ts'

/** What a token may do: send lines; read records and answers; prepare and send acts; open sealed parts; erase them; read /metrics. */
export const SCOPES = ['write', 'read', 'act', 'sealed', 'erase', 'metrics'] as const
export type Scope = (typeof SCOPES)[number]

/** Whom a token stands for. */
export interface Holder {
  readonly id: string
  /** Chosen by whoever made the token. Idempotency keys belong to the name, so that they outlive a change of token. */
  readonly name: string
  readonly scopes: readonly Scope[]
}

interface TokenInfo extends Holder {
  /** RFC 3339. */
  readonly createdAt: string
  /** Kept in the list after its end, since who could read, and until when, is part of the trail. */
  readonly revokedAt?: string
}

export interface Tokens {
  /** Whom the token stands for; undefined when it is unknown or revoked. Throws `tokens_unreadable`, never lets in. */
  check(token: string): Holder | undefined
  /** Makes a token and returns it: the only time that it is shown. Throws `token_invalid`, `tokens_locked` (retryable). */
  create(scopes: readonly Scope[], name: string): Promise<string>
  list(): readonly TokenInfo[]
  /** Ends a token; false when there is none of that id, or it ended before. Throws `tokens_locked` (retryable). */
  revoke(id: string): Promise<boolean>
}

const FILE = 'tokens.json'
const PREFIX = 'suyuan_'
const TOKEN = /^suyuan_[A-Za-z0-9_-]{43}$/
const NAME = /^[^\p{C}]{1,64}$/u

const Entry = Type.Object(
  {
    id: Type.String({ pattern: '^[0-9a-f]{8}$' }),
    name: Type.String({ minLength: 1, maxLength: 64 }),
    scopes: Type.Array(Type.Enum(SCOPES)),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    createdAt: Type.String(),
    revokedAt: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)
type Entry = Static<typeof Entry>
/** `crc32`, in eight hexadecimal digits, of the tokens as JSON; files of earlier versions have none. */
const FileShape = Compile(
  Type.Object(
    { tokens: Type.Array(Entry), crc32: Type.Optional(Type.String({ pattern: '^[0-9a-f]{8}$' })) },
    { additionalProperties: false },
  ),
)

/**
 * Opens the tokens of a key directory (`<data>/keys`). A token made or revoked by another process — the command line,
 * beside a running service — counts within `lookAgainMs`.
 */
export function openTokens(directory: string, { lookAgainMs = 1_000, now = Date.now } = {}): Tokens {
  const path = join(directory, FILE)
  let entries: readonly Entry[] = []
  let known: readonly { readonly digest: Buffer; readonly holder: Holder | undefined }[] = []
  let version = ''
  let lookedAt = Number.NEGATIVE_INFINITY

  const look = (): void => {
    const found = versionOf(path)
    if (found !== version) {
      entries = found === 'none' ? [] : readEntries(path)
      known = entries.map(({ id, name, scopes, sha256, revokedAt }) => {
        return {
          digest: Buffer.from(sha256, 'hex'),
          holder: revokedAt === undefined ? { id, name, scopes } : undefined,
        }
      })
    }
    version = found
    lookedAt = now()
  }

  // A change is made to the file as it is at that moment, whoever wrote it: the service and the command line, both at
  // work, would otherwise undo each other's changes, a revocation among them. So one change at a time, here by turns and
  // between processes by a lock, which the kernel releases when its holder dies.
  const inTurn = takeTurns()
  const change = <T>(make: (current: readonly Entry[]) => { changed?: readonly Entry[]; result: T }): Promise<T> =>
    inTurn(async () => {
      await using lock = new AsyncDisposableStack()
      lock.adopt(await lockTokens(directory), held => held.release())
      look()
      const { changed, result } = make(entries)
      if (changed === undefined) return result
      await writePrivate(directory, FILE, encodeEntries(changed))
      look()
      return result
    })
  look()

  return {
    check(token) {
      if (!TOKEN.test(token)) return undefined
      if (now() - lookedAt >= lookAgainMs) look()
      const presented = digest(token)
      // Every entry is compared, and each in constant time: how long an answer takes tells nothing.
      let found: Holder | undefined
      for (const { digest, holder } of known) {
        if (timingSafeEqual(presented, digest) && holder !== undefined) found = holder
      }
      return found
    },

    async create(scopes, name) {
      if (scopes.length === 0 || !scopes.every(scope => SCOPES.includes(scope)) || !NAME.test(name)) {
        throw new LedgerError('token_invalid', {
          en: `A token needs a name of 1 to 64 characters and at least one scope of ${SCOPES.join(', ')}; got ${JSON.stringify(name.slice(0, 64))} with ${scopes.join(', ') || 'none'}.`,
          zh: `令牌需要 1 至 64 个字符的名称，以及至少一项权限（${SCOPES.join('、')}）；所给为 ${JSON.stringify(name.slice(0, 64))} 和 ${scopes.join('、') || '无'}。`,
        })
      }
      const token = PREFIX + randomBytes(32).toString('base64url')
      const entry: Entry = {
        id: randomBytes(4).toString('hex'),
        name,
        scopes: [...new Set(scopes)],
        sha256: digest(token).toString('hex'),
        createdAt: new Date(now()).toISOString(),
      }
      return change(current => ({ changed: [...current, entry], result: token }))
    },

    list: () => entries.map(toInfo),

    revoke: id =>
      change(current => {
        if (!current.some(entry => entry.id === id && entry.revokedAt === undefined)) return { result: false }
        const revokedAt = new Date(now()).toISOString()
        const changed = current.map(entry => (entry.id === id ? Object.assign({}, entry, { revokedAt }) : entry))
        return { changed, result: true }
      }),
  }
}

function toInfo({ id, name, scopes, createdAt, revokedAt }: Entry): TokenInfo {
  return { id, name, scopes, createdAt, ...(revokedAt === undefined ? {} : { revokedAt }) }
}

function digest(token: string): Buffer {
  // By way of a text: a buffer that OpenSSL writes is an ArrayBuffer of its own, which costs four times the hash.
  return Buffer.from(hash('sha256', token, 'binary'), 'binary')
}

/** Changes with every write, since each makes a new file. */
function versionOf(path: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true })
    return `${ino} ${size} ${mtimeNs}`
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'none'
    throw unreadable(path, error)
  }
}

function readEntries(path: string): readonly Entry[] {
  try {
    const file: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (FileShape.Check(file) && file.crc32 === (file.crc32 && crcOf(file.tokens))) return file.tokens
  } catch (error) {
    throw unreadable(path, error)
  }
  throw unreadable(path, undefined)
}

function encodeEntries(entries: readonly Entry[]): string {
  return `${JSON.stringify({ tokens: entries, crc32: crcOf(entries) }, undefined, 2)}\n`
}

function crcOf(entries: readonly Entry[]): string {
  return crc32(JSON.stringify(entries)).toString(16).padStart(8, '0')
}

/**
 * Is the file of tokens of a key directory, byte for byte, what was written? True also when there is none.
 * @throws LedgerError `tokens_unreadable`
 */
export function checkTokens(directory: string): boolean {
  const path = join(directory, FILE)
  return versionOf(path) === 'none' || readFileSync(path, 'utf8') === encodeEntries(readEntries(path))
}

/** Whether there is a file of tokens. @throws LedgerError `tokens_unreadable` */
export function hasTokens(directory: string): boolean {
  return versionOf(join(directory, FILE)) !== 'none'
}

function whyUnreadable(cause: unknown): Words {
  if (cause === undefined) {
    return { en: 'it does not have the form that this program writes', zh: '其格式不是本程序所写' }
  }
  const { code } = cause as NodeJS.ErrnoException
  return code === undefined ? { en: 'it is not JSON', zh: '不是 JSON' } : inBoth(code)
}

function unreadable(path: string, cause: unknown): LedgerError {
  const why = whyUnreadable(cause)
  return new LedgerError(
    'tokens_unreadable',
    {
      en: `The token file ${path} cannot be read (${why.en}), so nobody is let in; restore it from your backup, or move it away and start again for a new first token.`,
      zh: `令牌文件 ${path} 无法读取（${why.zh}），因此任何人都不能进入；请从备份恢复，或将其移走后重新启动，以取得新的第一个令牌。`,
    },
    { cause },
  )
}
