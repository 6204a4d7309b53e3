// C2SP tlog-checkpoint: the signed statement of a log's size and root.

import { decodeBase64, encodeBase64, toHex } from './bytes.ts'
import { LedgerError } from './error.ts'
import { checkNote, type Note, parseNote, TYPE_ED25519, type VerifierKey } from './note.ts'
import { HASH_BYTES, type Hash } from './tree.ts'

/** A root binds no size (RFC 6962): the two always travel together. */
export interface TreeHead {
  readonly size: number
  readonly root: Hash
}

export interface Checkpoint extends TreeHead {
  /** The log's name: what its key is called, what the chain anchors it under. */
  readonly origin: string
}

/** The note text of a checkpoint: three lines, no extensions, since some cosigners do not sign them. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${encodeBase64(root)}\n`
}

export function parseCheckpoint(text: string): Checkpoint {
  const [, origin = '', count, base64 = ''] = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([^\n]*)\n/.exec(text) ?? []
  const [size, root] = [Number(count), decodeBase64(base64)]
  if (!Number.isSafeInteger(size) || root?.length !== HASH_BYTES) {
    throw new LedgerError('checkpoint_malformed', {
      en: 'Not a checkpoint: it needs a line for the origin, the size in decimal and the root in base64.',
      zh: '不是检查点：应有三行，依次为日志名称、十进制的大小和 base64 的根。',
    })
  }
  return { origin, size, root }
}

/** A checkpoint signed by its own log's key; anything else is refused with the reason. */
export function checkCheckpoint(signed: string, logKey: VerifierKey): { checkpoint: Checkpoint; note: Note } {
  const note = parseNote(signed)
  const checkpoint = parseCheckpoint(note.text)
  if (checkpoint.origin !== logKey.name) {
    throw new LedgerError('checkpoint_of_other_log', {
      en: `The checkpoint is of log "${checkpoint.origin}", but the trusted key is of "${logKey.name}".`,
      zh: `检查点属于日志“${checkpoint.origin}”，而所信任的密钥属于“${logKey.name}”；请核对信任文件，或换用该日志的检查点。`,
    })
  }
  if (logKey.type !== TYPE_ED25519 || checkNote(note, [logKey]).length === 0) {
    throw new LedgerError('checkpoint_unsigned', {
      en: `The checkpoint of "${checkpoint.origin}" has no signature by the trusted key ${toHex(logKey.id)}.`,
      zh: `“${checkpoint.origin}”的检查点没有所信任密钥 ${toHex(logKey.id)} 的签名。`,
    })
  }
  return { checkpoint, note }
}
