// The log's two keys (C2SP signed-note, tlog-cosignature). The log key, named like the log, signs checkpoints; the time
// key, named `<origin>/time`, cosigns the same text with the time, which is where receipts get their time from. A log
// has one pair of keys for its whole life: what they are is remembered in the ledger's facts when they are made, so
// that a lost or exchanged key file is noticed and never silently replaced by a new identity.

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto'
import { join } from 'node:path'
import type { TreeHead } from './core/checkpoint.ts'
import { formatCheckpoint } from './core/checkpoint.ts'
import { LedgerError } from './core/error.ts'
import {
  cosignedMessage,
  formatNote,
  formatVerifierKey,
  makeVerifierKey,
  type NoteSignature,
  parseVerifierKey,
  TYPE_COSIGNATURE,
  TYPE_ED25519,
  type VerifierKey,
} from './core/note.ts'
import { recallPublished } from './published.ts'
import { readPrivate, writePrivate } from './secrets.ts'
import type { Facts } from './store/store.ts'

export interface LogKey {
  readonly origin: string
  /** Verifies the log's own line, of type 01. */
  readonly verifierKey: VerifierKey
  /** Verifies the line with the time, of type 04. */
  readonly timeKey: VerifierKey
  /**
   * The checkpoint of `head` as a signed note with both lines. `now` is in seconds since 1970; the time signed never
   * goes back, whatever the clock does. Refuses a second root for the size signed last (`checkpoint_would_fork`).
   * The caller makes sure that the head's leaves are durable.
   */
  readonly sign: (head: TreeHead, now: number) => string
}

export interface LogKeyOptions {
  /** The data directory; the key files live in `<dir>/keys`. */
  readonly dir: string
  /** The log's name: no spaces, no "+", and by custom a name without a scheme, such as `example.org/use`. */
  readonly origin: string
  readonly facts: Facts
  /** The names of its key files; those of the log itself unless told otherwise. */
  readonly files?: KeyFiles
}

export interface KeyFiles {
  readonly log: string
  readonly time: string
}

/** Facts: the two verifier keys, one a line. */
const KEYS_FACT = 'log/keys'
const FILES: KeyFiles = { log: 'log.pem', time: 'time.pem' }
/** The index log has a pair of keys of its own, and its facts under a prefix (completeness/index-log.ts). */
export const INDEX_KEY_FILES: KeyFiles = { log: 'index.pem', time: 'index-time.pem' }
export const INDEX_FACTS = 'index/'
export const INDEX_KEYS_FACT = INDEX_FACTS + KEYS_FACT
export const LOG_KEY_FILES: readonly string[] = [FILES, INDEX_KEY_FILES].flatMap(({ log, time }) => [log, time])

/**
 * Loads the log's keys, or makes them when neither files nor facts know any.
 * @throws LedgerError `log_key_lost`, `log_key_foreign`, `key_readable_by_others`, `key_unreadable`, `key_damaged`
 */
export async function openLogKey({ dir, origin, facts, files = FILES }: LogKeyOptions): Promise<LogKey> {
  const directory = join(dir, 'keys')
  const known = await facts.get(KEYS_FACT)
  const mayCreate = known === undefined
  const logSecret = await openKeyFile(directory, files.log, mayCreate)
  const timeSecret = await openKeyFile(directory, files.time, mayCreate)
  const verifierKey = makeVerifierKey(origin, TYPE_ED25519, publicBytes(logSecret))
  const timeKey = makeVerifierKey(`${origin}/time`, TYPE_COSIGNATURE, publicBytes(timeSecret))
  const keys = `${formatVerifierKey(verifierKey)}\n${formatVerifierKey(timeKey)}`
  if (known === undefined) await facts.put({ [KEYS_FACT]: keys })
  else {
    requireSameName(known, origin)
    requireSameKeys(known, keys, directory)
  }
  const notBefore = (await recallPublished(facts, { verifierKey, timeKey }))?.time ?? 0
  return {
    origin,
    verifierKey,
    timeKey,
    sign: createSigner({ verifierKey, timeKey, logSecret, timeSecret, notBefore }),
  }
}

/** The name that the log was given when its keys were made; undefined before that. */
export async function recallOrigin(facts: Facts): Promise<string | undefined> {
  return (await recallKeys(facts))?.verifierKey.name
}

/** The log's keys as its facts remember them; undefined before they were made. Throws `key_invalid`. */
export async function recallKeys(
  facts: Pick<Facts, 'get'>,
): Promise<Pick<LogKey, 'verifierKey' | 'timeKey'> | undefined> {
  const [logKey, timeKey] = (await facts.get(KEYS_FACT))?.split('\n') ?? []
  if (logKey === undefined || timeKey === undefined) return undefined
  return { verifierKey: parseVerifierKey(logKey), timeKey: parseVerifierKey(timeKey) }
}

/** The files of the keys of a log and of its index log in their key directory, each with the key that it must hold. */
export async function logKeyFiles(facts: Pick<Facts, 'get'>): Promise<readonly (readonly [string, VerifierKey])[]> {
  const index = { get: (key: string) => facts.get(INDEX_FACTS + key) }
  const pairs = [
    [FILES, await recallKeys(facts)],
    [INDEX_KEY_FILES, await recallKeys(index)],
  ] as const
  return pairs.flatMap(([files, keys]) =>
    keys === undefined
      ? []
      : [
          [files.log, keys.verifierKey],
          [files.time, keys.timeKey],
        ],
  )
}

/**
 * Is a key file, byte for byte, what was written when its key was made?
 * @throws LedgerError `log_key_lost`, `log_key_foreign`, `key_readable_by_others`, `key_unreadable`, `key_damaged`
 */
export async function checkKeyFile(directory: string, name: string, { publicKey }: VerifierKey): Promise<void> {
  const path = join(directory, name)
  const key = await openKeyFile(directory, name, false)
  const made = publicBytes(key)
  if (!made.equals(publicKey)) requireSameKeys(hex(publicKey), hex(made), path)
  if ((await readPrivate(path)) !== encodeKey(key)) throw damagedKey(path)
}

interface SignerParts {
  readonly verifierKey: VerifierKey
  readonly timeKey: VerifierKey
  readonly logSecret: KeyObject
  readonly timeSecret: KeyObject
  /** Time of the newest checkpoint published before this process, in seconds: no time signed is earlier. */
  readonly notBefore: number
}

function createSigner({ verifierKey, timeKey, logSecret, timeSecret, notBefore }: SignerParts): LogKey['sign'] {
  let lastTime = notBefore
  let last: TreeHead | undefined
  return ({ size, root }, now) => {
    if (last !== undefined && last.size === size && !Buffer.from(last.root).equals(root)) {
      throw new LedgerError('checkpoint_would_fork', {
        en: `Root ${hex(root)} is to be signed for size ${size}, which has root ${hex(last.root)} in a checkpoint already; the log's files were changed under it. Stop, and check the data directory against a backup.`,
        zh: `要为大小 ${size} 签署根 ${hex(root)}，而已有检查点中该大小的根为 ${hex(last.root)}；日志文件被改动过。请停止服务，并以备份核对数据目录。`,
      })
    }
    last = { size, root: Uint8Array.from(root) }
    lastTime = Math.max(lastTime, Math.floor(now))
    const text = formatCheckpoint({ origin: verifierKey.name, size, root })
    const time = Buffer.alloc(8)
    time.writeBigUInt64BE(BigInt(lastTime))
    const cosignature = signBytes(null, cosignedMessage(text, lastTime, encode), timeSecret)
    const signatures: NoteSignature[] = [
      { name: verifierKey.name, id: verifierKey.id, signature: signBytes(null, encode(text), logSecret) },
      { name: timeKey.name, id: timeKey.id, signature: Buffer.concat([time, cosignature]) },
    ]
    return formatNote({ text, signatures }, toBase64)
  }
}

async function openKeyFile(directory: string, name: string, mayCreate: boolean): Promise<KeyObject> {
  const path = join(directory, name)
  const pem = await readPrivate(path)
  if (pem !== undefined) return parseKey(path, pem)
  if (!mayCreate) {
    throw new LedgerError('log_key_lost', {
      en: `The key file ${path} is missing, and this log has been signed with it; restore it from your backup. A new key would be a new log: nobody who trusts the old one would accept it.`,
      zh: `密钥文件 ${path} 缺失，而本日志曾以它签名；请从备份恢复。换用新密钥就成了新日志：信任旧密钥的人都不会接受。`,
    })
  }
  const { privateKey } = generateKeyPairSync('ed25519')
  await writePrivate(directory, name, encodeKey(privateKey))
  return privateKey
}

function encodeKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function damagedKey(path: string): LedgerError {
  return new LedgerError('key_damaged', {
    en: `The key file ${path} holds no Ed25519 private key in PEM as it was written; restore it from your backup.`,
    zh: `密钥文件 ${path} 中没有写入时的 PEM 格式 Ed25519 私钥；请从备份恢复。`,
  })
}

function parseKey(path: string, pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch {
    throw damagedKey(path) // its cause could quote the file
  }
  throw damagedKey(path)
}

function requireSameName(known: string, origin: string): void {
  const { name } = parseVerifierKey(known.split('\n')[0]!)
  if (name === origin) return
  throw new LedgerError('log_key_foreign', {
    en: `This log is named ${name}, and is now to be ${origin}: a name never changes, since every checkpoint carries it. Start it with SUYUAN_ORIGIN=${name}.`,
    zh: `本日志名为 ${name}，现却要以 ${origin} 启动：名称写在每个检查点中，永不改变。请以 SUYUAN_ORIGIN=${name} 启动。`,
  })
}

function requireSameKeys(known: string, keys: string, directory: string): void {
  if (known === keys) return
  throw new LedgerError('log_key_foreign', {
    en: `The keys in ${directory} make ${keys.replace('\n', ' and ')}, but this log was signed with ${known.replace('\n', ' and ')}; restore its key files from your backup.`,
    zh: `${directory} 中的密钥得出 ${keys.replace('\n', '、')}，而本日志以 ${known.replace('\n', '、')} 签名；请从备份恢复其密钥文件。`,
  })
}

/** The 32 bytes of an Ed25519 public key: the tail of its fixed-length SPKI form (RFC 8410). */
function publicBytes(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32)
}

// Node's own, which are quicker: every group of lines waits for a signature.
const toBase64 = (...parts: Uint8Array[]): string => Buffer.concat(parts).toString('base64')
const encode = (text: string): Buffer => Buffer.from(text)
const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex')
