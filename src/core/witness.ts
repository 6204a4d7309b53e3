// C2SP tlog-witness: what a log sends to a witness to have a checkpoint cosigned, and what the witness answers. The words
// of the protocol alone, made and read; all that is read here comes from strangers. Sending is in witness/client.ts,
// judging in witness/cosigner.ts.

import { decodeBase64, encodeBase64 } from './bytes.ts'
import { LedgerError } from './error.ts'
import { decodeUtf8 } from './json.ts'
import { isSameKey, MAX_SIGNATURES, type Note, type NoteSignature, parseNote } from './note.ts'
import { HASH_BYTES, type Hash } from './tree.ts'
import type { Words } from './words.ts'

/** What `POST <url>/add-checkpoint` carries. */
export interface AddCheckpoint {
  /** The size that the witness cosigned last, as far as the log knows. */
  readonly oldSize: number
  /** RFC 6962 §2.1.2, from the old size to the checkpoint's. */
  readonly proof: readonly Hash[]
  /** The signed note, unread: whoever judges it parses it. */
  readonly checkpoint: string
}

/** The media type of an answer that tells a size, with status 409. */
export const SIZE_TYPE = 'text/x.tlog.size'
/** A consistency proof in a tree of at most 2^63 leaves has no more hashes. */
export const MAX_PROOF_HASHES = 63
/** The most signatures that a note has, each of the longest type (ML-DSA-44, 3.3 kB), and a proof fit in. */
export const MAX_BODY_BYTES = 262_144

const SIZE = /^(?:0|[1-9]\d{0,15})$/

export function formatAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): string {
  if (proof.length > MAX_PROOF_HASHES) throw new RangeError(`a consistency proof of ${proof.length} hashes`)
  return `old ${oldSize}\n${proof.map(hash => `${encodeBase64(hash)}\n`).join('')}\n${checkpoint}`
}

/** @throws LedgerError `witness_request_malformed` */
export function parseAddCheckpoint(body: Uint8Array): AddCheckpoint {
  const text = decodeText(body, malformedRequest)
  const split = text.indexOf('\n\n') // no line of the head is empty, so the first blank line ends it
  if (split < 0) throw malformedRequest({ en: 'no blank line ends its proof', zh: '证明之后没有空行' })
  const [first = '', ...lines] = text.slice(0, split).split('\n')
  const oldSize = first.startsWith('old ') ? readSize(first.slice(4)) : undefined
  if (oldSize === undefined) {
    throw malformedRequest({
      en: `its first line is "${excerpt(first)}" and not "old" and a size`,
      zh: `第一行为“${excerpt(first)}”，应为 old 和一个大小`,
    })
  }
  if (lines.length > MAX_PROOF_HASHES) {
    throw malformedRequest({
      en: `it has ${lines.length} proof lines, and ${MAX_PROOF_HASHES} are the most`,
      zh: `证明有 ${lines.length} 行，至多 ${MAX_PROOF_HASHES} 行`,
    })
  }
  const proof = lines.map(line => {
    const hash = decodeBase64(line)
    if (hash?.length === HASH_BYTES) return hash
    throw malformedRequest({
      en: `the proof line "${excerpt(line)}" is no hash in base64`,
      zh: `证明行“${excerpt(line)}”不是 base64 的散列值`,
    })
  })
  return { oldSize, proof, checkpoint: text.slice(split + 2) }
}

/** The lines of a witness's answer with status 200. @throws LedgerError `witness_answer_malformed` */
export function parseCosignatures(body: Uint8Array): readonly NoteSignature[] {
  const lines = decodeText(body, malformedAnswer)
  const above = 'cosigned\n' // as the specification proposes: read below a text, as part of a note
  let note: Note
  try {
    note = parseNote(`${above}\n${lines}`)
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause
    throw malformedAnswer(
      { en: `not signature lines (${cause.words.en})`, zh: `不是签名行（${cause.words.zh}）` },
      cause,
    )
  }
  // A blank line in the answer would let its beginning pass for text.
  if (note.text !== above) throw malformedAnswer({ en: 'it has a blank line', zh: '其中有空行' })
  return note.signatures
}

export function formatSize(size: number): string {
  return `${size}\n`
}

/** The size in a witness's answer with status 409. @throws LedgerError `witness_answer_malformed` */
export function parseSize(body: Uint8Array): number {
  const text = decodeText(body, malformedAnswer)
  const size = text.endsWith('\n') ? readSize(text.slice(0, -1)) : undefined
  if (size !== undefined) return size
  throw malformedAnswer({
    en: `"${excerpt(text)}" is not a size and a line's end`,
    zh: `“${excerpt(text)}”不是一个大小加行尾`,
  })
}

/**
 * The note with further cosignatures below the lines it has, its log's own first: none twice, and no more lines than a
 * note may carry. The caller has checked them.
 */
export function mergeCosignatures(note: Note, cosignatures: readonly NoteSignature[]): Note {
  const signatures = [...note.signatures]
  for (const cosignature of cosignatures) {
    if (signatures.length >= MAX_SIGNATURES) break
    if (!signatures.some(line => isSameKey(line, cosignature))) signatures.push(cosignature)
  }
  return { text: note.text, signatures }
}

/** A cosignature of a checkpoint states a time; past 2^53 it could not have been read exactly. */
export function isCosignatureTime(time: number | undefined): time is number {
  return Number.isSafeInteger(time) && time! > 0
}

function readSize(text: string): number | undefined {
  const size = Number(text)
  return SIZE.test(text) && Number.isSafeInteger(size) ? size : undefined
}

type Refuse = (why: Words, cause?: unknown) => LedgerError

function decodeText(body: Uint8Array, refuse: Refuse): string {
  if (body.length > MAX_BODY_BYTES) {
    throw refuse({ en: `it is ${body.length} bytes long`, zh: `长达 ${body.length} 字节` })
  }
  try {
    return decodeUtf8(body)
  } catch (cause) {
    throw refuse({ en: 'it is not UTF-8', zh: '不是 UTF-8 文本' }, cause)
  }
}

const malformedRequest: Refuse = (why, cause) =>
  new LedgerError(
    'witness_request_malformed',
    {
      en: `Not an add-checkpoint request: ${why.en}. Send it as c2sp.org/tlog-witness has it.`,
      zh: `不是 add-checkpoint 请求：${why.zh}。请按 c2sp.org/tlog-witness 的格式发送。`,
    },
    { cause },
  )

const malformedAnswer: Refuse = (why, cause) =>
  new LedgerError(
    'witness_answer_malformed',
    {
      en: `The answer is not that of a witness: ${why.en}. See that its address in the policy is right, and tell its operator.`,
      zh: `应答不是见证方的应答：${why.zh}。请核对策略中的地址，并告知见证方的运营者。`,
    },
    { cause },
  )

/** Of a stranger's text, for a message: short, and without what a terminal could obey. */
export function excerpt(text: string): string {
  return text.slice(0, 80).replaceAll(/\p{C}/gu, '·')
}
