// What a witness does (C2SP tlog-witness, add-checkpoint): it cosigns each checkpoint of a log that it knows once it has
// been shown that the log's tree only grew since the one it cosigned before. From a request's bytes to an answer;
// carrying both is somebody else's part.

import type { Clock } from '../clock.ts'
import { equal } from '../core/bytes.ts'
import { type Checkpoint, parseCheckpoint, type TreeHead } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import { EMPTY_ROOT } from '../core/hash.ts'
import {
  checkNote,
  cosignedMessage,
  formatSignatures,
  type Note,
  type NoteSignature,
  parseNote,
  type VerifierKey,
} from '../core/note.ts'
import { checkConsistency } from '../core/proof.ts'
import { type AddCheckpoint, formatSize, parseAddCheckpoint, SIZE_TYPE } from '../core/witness.ts'
import type { Words } from '../core/words.ts'

/** What the witness must never forget: for each log, the signed note that it cosigned last. */
export interface WitnessStore {
  get(origin: string): Promise<string | undefined>
  /**
   * Replaces `held` by `next`, durably before it resolves; or, when it does not hold `held` any more, changes nothing and
   * resolves to false. Two that replace the same note cannot both succeed, be they of one process or of two.
   */
  replace(origin: string, held: string | undefined, next: string): Promise<boolean>
}

/** Two notes of one size and two roots, both signed by the log: it shows different histories, and this proves it. */
export interface Fork {
  readonly origin: string
  readonly held: string
  readonly offered: string
}

export interface CosignerParts {
  /** The keys of the logs that are witnessed, by origin. */
  readonly logs: ReadonlyMap<string, VerifierKey>
  /** The witness's own, of type 04. */
  readonly key: VerifierKey
  /** Ed25519 with it. */
  readonly sign: (message: Uint8Array) => Uint8Array
  readonly store: WitnessStore
  readonly clock: Pick<Clock, 'now'>
  /** Told before the answer goes out, and each time that such a note comes again. */
  readonly onFork: (fork: Fork) => void
}

export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422
  readonly contentType: string
  readonly body: string
}

export interface Cosigner {
  /** Any bytes have an answer. @throws what the store throws, after which nothing was signed */
  addCheckpoint(body: Uint8Array): Promise<WitnessAnswer>
}

interface Request extends AddCheckpoint {
  readonly note: Note
  readonly head: Checkpoint
}

export function createCosigner({ logs, key, sign, store, clock, onFork }: CosignerParts): Cosigner {
  const turns = new Map<string, Promise<unknown>>()
  let lastTime = 0

  const judge = async (request: Request, logKey: VerifierKey): Promise<WitnessAnswer> => {
    const { oldSize, head, proof, checkpoint, note } = request
    const { origin } = head
    // Taken before the store is read: at this time no larger tree was cosigned, whatever another process does meanwhile.
    lastTime = Math.max(lastTime, Math.floor(clock.now() / 1000))
    const held = await store.get(origin)
    const known = readHeld(held, logKey)
    // Whatever the request says of the old size, here are two roots of one size.
    if (held !== undefined && known.size === head.size && !equal(known.root, head.root)) {
      onFork({ origin, held, offered: checkpoint })
    }
    if (oldSize !== known.size) return { status: 409, contentType: SIZE_TYPE, body: formatSize(known.size) }
    if (!checkConsistency(known.size, head.size, known.root, head.root, proof)) return INCONSISTENT
    // Stored before it is signed: after a crash between the two, the log is told the size and asks again from there. The
    // same tree again is stored already.
    if ((held === undefined || head.size !== known.size) && !(await store.replace(origin, held, checkpoint))) {
      if ((await store.get(origin)) === held) throw new Error(`the store does not replace what it holds of ${origin}`)
      return judge(request, logKey) // another process was quicker
    }
    const cosignature = makeCosignature(note.text, lastTime)
    return { status: 200, contentType: TEXT_TYPE, body: formatSignatures([cosignature]) }
  }

  const makeCosignature = (text: string, time: number): NoteSignature => {
    const stamp = Buffer.alloc(8)
    stamp.writeBigUInt64BE(BigInt(time))
    return { name: key.name, id: key.id, signature: Buffer.concat([stamp, sign(cosignedMessage(text, time))]) }
  }

  return {
    async addCheckpoint(body) {
      let request: Request
      try {
        request = readRequest(body)
      } catch (error) {
        if (error instanceof LedgerError) return refusal(400, error.words)
        throw error
      }
      const { oldSize, head, note } = request
      const logKey = logs.get(head.origin)
      if (logKey === undefined) return UNKNOWN
      if (!isSigned(note, logKey)) return UNSIGNED
      if (oldSize > head.size) return SHRUNK
      // One after the other for each log, so that the times signed follow the sizes.
      const turn = (turns.get(head.origin) ?? Promise.resolve()).then(() => judge(request, logKey))
      turns.set(
        head.origin,
        turn.catch(() => {}),
      )
      return turn
    },
  }
}

function readRequest(body: Uint8Array): Request {
  const request = parseAddCheckpoint(body)
  const note = parseNote(request.checkpoint)
  const head = parseCheckpoint(note.text)
  if (!note.text.includes('\n\n')) return { ...request, note, head }
  throw new LedgerError('checkpoint_malformed', {
    en: 'The checkpoint has an empty line in its text; extension lines are never empty.',
    zh: '检查点正文含空行；扩展行不得为空。',
  })
}

/** The tree cosigned last; the empty one before the first. What was stored is not believed without its signature. */
function readHeld(held: string | undefined, logKey: VerifierKey): TreeHead {
  if (held === undefined) return { size: 0, root: EMPTY_ROOT }
  const note = parseNote(held)
  if (isSigned(note, logKey)) return parseCheckpoint(note.text)
  throw new LedgerError('witness_store_damaged', {
    en: `The checkpoint of "${logKey.name}" that this witness cosigned last has no valid signature of that log any more; its store was changed, or the log's key exchanged. Restore the store or the key; nothing is signed until then.`,
    zh: `本见证方最近联署的“${logKey.name}”检查点已没有该日志的有效签名：存储被改动，或日志密钥被更换。请恢复存储或密钥；在此之前不签署任何内容。`,
  })
}

/** A line of the key that is not its signature spoils the note, and is none (signed-note). */
function isSigned(note: Note, key: VerifierKey): boolean {
  try {
    return checkNote(note, [key]).length > 0
  } catch (error) {
    if (error instanceof LedgerError) return false
    throw error
  }
}

const TEXT_TYPE = 'text/plain; charset=utf-8'

function refusal(status: WitnessAnswer['status'], { en, zh }: Words): WitnessAnswer {
  return { status, contentType: TEXT_TYPE, body: `${en}\n${zh}\n` }
}

const UNKNOWN = refusal(404, {
  en: 'This witness does not know the log of this origin; ask its operator to enter the log with its key.',
  zh: '本见证方不认识该名称的日志；请其运营者登记该日志及其公钥。',
})
const UNSIGNED = refusal(403, {
  en: 'The checkpoint has no valid signature by the key that this witness knows of the log; compare the keys.',
  zh: '检查点没有本见证方所知的该日志密钥的有效签名；请核对密钥。',
})
const SHRUNK = refusal(400, {
  en: 'The old size is above the size of the checkpoint; send the newest checkpoint.',
  zh: '旧的大小超过检查点的大小；请发送最新的检查点。',
})
const INCONSISTENT = refusal(422, {
  en: 'The proof does not show that the tree cosigned last is a beginning of this one; prove it from that size.',
  zh: '证明未能表明最近联署的树是此树的开头；请从该大小重新给出证明。',
})
