// A log asks one witness to cosign a checkpoint (C2SP tlog-witness). The witness is a stranger that may be dead, slow or
// lying: an ask ends in time, takes no more bytes than an answer has, and yields a cosignature only if it is one, by the
// key that the policy names, of this very text. Everything else is an error that says which witness, and what to do.

import type { Clock } from '../clock.ts'
import { parseCheckpoint } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import { checkNote, isSameKey, type NoteSignature, parseNote } from '../core/note.ts'
import type { Hash } from '../core/tree.ts'
import {
  formatAddCheckpoint,
  isCosignatureTime,
  MAX_BODY_BYTES,
  parseCosignatures,
  parseSize,
  SIZE_TYPE,
} from '../core/witness.ts'
import { endIn } from './deadline.ts'
import {
  ahead,
  changesSize,
  malformed,
  type NamedWitness,
  refused,
  refusedProof,
  tooSlow,
  unreachable,
  unsigned,
  wrongTime,
} from './trouble.ts'

export interface WitnessClientParts {
  readonly witness: NamedWitness
  /** The RFC 6962 consistency proof of the log; empty for equal sizes and from 0. */
  readonly prove: (oldSize: number, newSize: number) => Promise<readonly Hash[]>
  readonly clock: Clock
  /** For an ask as a whole, its second request included. */
  readonly timeoutMs: number
}

export interface WitnessClient {
  /** The size that the witness cosigned last, as far as is known. */
  readonly size: number | undefined
  /**
   * Asks for a cosignature of a signed note, which the caller knows to be the log's. One ask at a time.
   * @throws LedgerError of code `witness_…`, naming the witness; what `prove` throws; the signal's reason
   */
  cosign(checkpoint: string, signal: AbortSignal): Promise<NoteSignature>
}

/** How far ahead of ours a witness's clock may be: it says when, and clocks differ. */
const CLOCKS_DIFFER_SECONDS = 300

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: Uint8Array
}

export function createWitnessClient({ witness, prove, clock, timeoutMs }: WitnessClientParts): WitnessClient {
  let size: number | undefined
  const address = `${witness.url}/add-checkpoint`

  const ask = async (checkpoint: string, oldSize: number, newSize: number, signal: AbortSignal): Promise<Answer> => {
    const body = formatAddCheckpoint({ oldSize, proof: await prove(oldSize, newSize), checkpoint })
    try {
      const headers = { 'content-type': 'text/plain; charset=utf-8' }
      const response = await fetch(address, { method: 'POST', headers, body, redirect: 'manual', signal })
      return {
        status: response.status,
        type: response.headers.get('content-type') ?? '',
        body: await readBody(response),
      }
    } catch (cause) {
      throw unreachable(witness, cause) // or it was ended, which is told by who ended it
    }
  }

  /** Read as strictly as it is written; the error says whose answer it is. */
  const read = <T>(parse: () => T, wrong: (witness: NamedWitness, cause: LedgerError) => LedgerError): T => {
    try {
      return parse()
    } catch (cause) {
      throw cause instanceof LedgerError ? wrong(witness, cause) : cause
    }
  }

  /** The size that an answer with status 409 says the proof must begin at. */
  const readConflict = ({ type, body }: Answer, oldSize: number, newSize: number): number => {
    if (type.split(';')[0]!.trim().toLowerCase() !== SIZE_TYPE) throw refused(witness, 409, oldSize)
    const told = read(() => parseSize(body), malformed)
    if (told > newSize) throw ahead(witness, told, newSize)
    // Where it was asked from already: witnesses of an older reading of the text say so of another root.
    if (told === oldSize) throw refusedProof(witness, oldSize)
    return told
  }

  /** The one line that counts; all others are dropped. */
  const readCosignature = (text: string, { body }: Answer): NoteSignature => {
    const { key } = witness
    const line = read(() => parseCosignatures(body), malformed).find(line => isSameKey(line, key))
    if (line === undefined) throw unsigned(witness)
    const time = read(() => checkNote({ text, signatures: [line] }, [key])[0]?.time, unsigned)
    const now = Math.floor(clock.now() / 1000)
    if (!isCosignatureTime(time) || time > now + CLOCKS_DIFFER_SECONDS) throw wrongTime(witness, time, now)
    return line
  }

  const cosign = async (checkpoint: string, signal: AbortSignal): Promise<NoteSignature> => {
    const { text } = parseNote(checkpoint)
    const { size: newSize } = parseCheckpoint(text)
    let oldSize = Math.min(size ?? 0, newSize)
    let answer = await ask(checkpoint, oldSize, newSize, signal)
    if (answer.status === 409) {
      oldSize = size = readConflict(answer, oldSize, newSize)
      answer = await ask(checkpoint, oldSize, newSize, signal)
    }
    if (answer.status === 409) {
      size = readConflict(answer, oldSize, newSize)
      throw changesSize(witness, oldSize, size)
    }
    if (answer.status !== 200) throw refused(witness, answer.status, oldSize)
    const line = readCosignature(text, answer)
    size = newSize
    return line
  }

  return {
    get size() {
      return size
    },
    cosign(checkpoint, signal) {
      const deadline = { clock, signal, late: () => tooSlow(witness, timeoutMs) }
      return endIn(timeoutMs, deadline, signal => cosign(checkpoint, signal))
    },
  }
}

/** Where the status says all, nothing is read; of an answer that is too long, not the rest. */
async function readBody({ status, body }: Response): Promise<Uint8Array> {
  if (body === null) return new Uint8Array(0)
  if (status !== 200 && status !== 409) {
    await body.cancel()
    return new Uint8Array(0)
  }
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length > MAX_BODY_BYTES) break // cancels it; what is a byte too long is refused where it is parsed
  }
  return Buffer.concat(chunks)
}
