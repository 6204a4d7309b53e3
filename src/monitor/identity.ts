// The monitor's own key: it signs findings, and under a second name of another type cosigns checkpoints. What is signed for
// the one cannot pass for the other: the texts begin differently, and so do the keys' names in a note.

import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { basename, dirname } from 'node:path'
import { toHex } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import { type Finding, findingText } from '../core/finding.ts'
import { sha256 } from '../core/hash.ts'
import {
  formatNote,
  formatVerifierKey,
  makeVerifierKey,
  TYPE_COSIGNATURE,
  TYPE_ED25519,
  type VerifierKey,
} from '../core/note.ts'
import { readPrivate, writePrivate } from '../secrets.ts'

export interface MonitorKey {
  /** Of the findings. */
  readonly key: VerifierKey
  /** Of the cosignatures. */
  readonly witness: VerifierKey
  sign(message: Uint8Array): Uint8Array
  signFinding(finding: Omit<Finding, 'signature' | 'monitor'>): Finding
}

/** Reads the key in a PEM file, or makes it. @throws LedgerError `key_damaged`, or as `readPrivate` */
export async function openMonitorKey(path: string): Promise<MonitorKey> {
  const kept = await readPrivate(path)
  const secret = kept === undefined ? generateKeyPairSync('ed25519').privateKey : parseKey(path, kept)
  if (kept === undefined) {
    await writePrivate(dirname(path), basename(path), secret.export({ type: 'pkcs8', format: 'pem' }).toString())
  }
  const publicKey = Buffer.from(secret.export({ format: 'jwk' }).x!, 'base64url')
  const name = `suyuan-monitor-${toHex(sha256(publicKey).subarray(0, 6))}`
  const key = makeVerifierKey(name, TYPE_ED25519, publicKey)
  const signBytes = (message: Uint8Array): Uint8Array => sign(null, message, secret)
  return {
    key,
    witness: makeVerifierKey(name, TYPE_COSIGNATURE, publicKey),
    sign: signBytes,
    signFinding(finding) {
      const whole = { ...finding, monitor: formatVerifierKey(key) }
      const text = findingText(whole)
      const signature = signBytes(Buffer.from(text))
      return { ...whole, signature: formatNote({ text, signatures: [{ name, id: key.id, signature }] }) }
    },
  }
}

function parseKey(path: string, pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch {
    // Told below.
  }
  throw new LedgerError('key_damaged', {
    en: `The key file ${path} does not hold an Ed25519 key (PKCS #8, PEM); restore it, or remove it and a new one is made, which nobody knows yet.`,
    zh: `密钥文件 ${path} 不是 Ed25519 密钥（PKCS #8，PEM）；请恢复，或删除后重新生成（新密钥尚无人知晓）。`,
  })
}
