// What the tests of witnesses start from: keys, a log that grows and signs its checkpoints, and cosignatures.

import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { formatCheckpoint, type TreeHead } from '../../src/core/checkpoint.ts'
import { LedgerError } from '../../src/core/error.ts'
import {
  cosignedMessage,
  formatNote,
  makeVerifierKey,
  type NoteSignature,
  parseNote,
  TYPE_COSIGNATURE,
  TYPE_ED25519,
  type VerifierKey,
} from '../../src/core/note.ts'
import type { Hash } from '../../src/core/tree.ts'
import { inBoth } from '../../src/core/words.ts'
import { proveGrowth } from '../../src/published.ts'
import type { WitnessStore } from '../../src/witness/cosigner.ts'
import { GrowingLog } from '../growing-log.ts'

export const ORIGIN = 'example.org/use'
/** In seconds. */
export const NOW = 1_800_000_000

/** What stands before the 32 bytes of an Ed25519 private key (RFC 8410, PKCS #8). */
const ED25519_SECRET = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The key of these 32 bytes. */
export function ed25519KeyOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([ED25519_SECRET, seed]), format: 'der', type: 'pkcs8' })
}

export interface TestKey {
  readonly key: VerifierKey
  readonly sign: (message: Uint8Array) => Uint8Array
}

export function makeKey(
  name: string,
  type = TYPE_COSIGNATURE,
  { privateKey }: { readonly privateKey: KeyObject } = generateKeyPairSync('ed25519'),
): TestKey {
  return {
    key: makeVerifierKey(name, type, rawPublicKey(privateKey)),
    sign: message => sign(null, message, privateKey),
  }
}

function rawPublicKey(privateKey: KeyObject): Buffer {
  return Buffer.from(privateKey.export({ format: 'jwk' }).x!, 'base64url')
}

/** What a witness makes of a note's text, right or with a part that is not. */
export function cosign({ key, sign }: TestKey, text: string, time = NOW): NoteSignature {
  const stamp = Buffer.alloc(8)
  stamp.writeBigUInt64BE(BigInt(time))
  return { name: key.name, id: key.id, signature: Buffer.concat([stamp, sign(cosignedMessage(text, time))]) }
}

/** A log that signs whatever it is asked to, so that it can lie. */
export class TestLogOf {
  readonly tree: GrowingLog
  readonly logKey: TestKey

  constructor(size = 0, { seed = 'leaf', logKey = makeKey(ORIGIN, TYPE_ED25519) } = {}) {
    this.tree = new GrowingLog(undefined, size, seed)
    this.logKey = logKey
  }

  /** The signed note of its first `size` leaves. */
  checkpoint(size = this.tree.head.size): string {
    return this.sign({ size, root: this.tree.rootAt(size) })
  }

  sign(head: TreeHead, origin = ORIGIN): string {
    const { key, sign } = this.logKey
    const text = formatCheckpoint({ origin, ...head })
    return formatNote({
      text,
      signatures: [{ name: key.name, id: key.id, signature: Buffer.from(sign(Buffer.from(text))) }],
    })
  }

  readonly prove = (oldSize: number, newSize: number): Promise<Hash[]> => proveGrowth(this.tree, oldSize, newSize)
}

/** What a witness remembers, in memory; outlives the "process" that uses it. */
export class MemoryStore implements WitnessStore {
  readonly held = new Map<string, string>()
  /** Decides about each write. */
  fail: () => 'lost' | 'persisted' | undefined = () => undefined
  /** Reads take so long that another comes in between. */
  slow = false

  async get(origin: string): Promise<string | undefined> {
    const held = this.held.get(origin)
    if (this.slow) await setImmediate()
    return held
  }

  async replace(origin: string, held: string | undefined, next: string): Promise<boolean> {
    if (this.held.get(origin) !== held) return false
    const failure = this.fail()
    if (failure !== 'lost') this.held.set(origin, next)
    if (failure !== undefined) throw new LedgerError('store_broken', inBoth(`the disk failed (${failure})`))
    return true
  }
}

export const textOf = (checkpoint: string): string => parseNote(checkpoint).text
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What the work throws, which must be an outcome and not a bug. */
export function outcomeOf(work: () => unknown): LedgerError | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof LedgerError) return error
    throw error
  }
}

export async function refusalOf(work: Promise<unknown>): Promise<LedgerError> {
  const error = await work.then(
    value => new Error(`no refusal but ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
  if (error instanceof LedgerError) return error
  throw error
}

/** A text or body with some bytes cut, put in or changed. */
export function mutated(original: Uint8Array): fc.Arbitrary<Uint8Array> {
  const edit = fc.record({
    at: fc.nat(original.length),
    remove: fc.nat(3),
    insert: fc.oneof(fc.uint8Array({ maxLength: 3 }), fc.constantFrom('\n', '\n\n', 'old 0\n', '— ', '=').map(bytes)),
  })
  return fc.array(edit, { minLength: 1, maxLength: 3 }).map(edits => {
    let body = Buffer.from(original)
    for (const { at, remove, insert } of edits) {
      body = Buffer.concat([body.subarray(0, at), insert, body.subarray(at + remove)])
    }
    return Uint8Array.from(body)
  })
}
