// The quick reader: WebAssembly (assembly/) reads the lines of the usual form, writes their entries and hashes them;
// whatever is unusual goes through readLine, one line at a time, and comes back as the entry it makes. So there is
// nothing that this reader takes and the plain one does not.

import { LedgerError, reasonOf } from '../core/error.ts'
import { type AccessRecord, EARLIEST_TIME, fitsField, MAX_CLOCK_SKEW, readTime } from '../core/record.ts'
import type { Hasher } from '../hashing/hasher.ts'
import type { Refusal } from '../store/store.ts'
import { readLine, readSealedPart } from './line.ts'
import {
  countSignatures,
  type LineContext,
  type LineReader,
  MAX_LINE_BYTES,
  MAX_LINES,
  MAX_SIGNATURES,
  type ReadLines,
  type ReadOptions,
  type SignedLine,
} from './reader.ts'
import {
  ACTOR,
  giveBack,
  INPUT_BYTES,
  LENGTH,
  OUTCOME,
  PRESENT,
  Scratch,
  SEALED,
  SOURCE,
  START,
  VALUES,
} from './scratch.ts'
import { MOST_ENTRY_BYTES } from './sizes.ts'
import { ODD, OF_CONSUMER, OF_GRANT, OF_RESOURCE, PLAIN, WITH_SEALED } from './wasm.ts'

const ACTOR_BYTES = 32

const NEWLINE = 0x0a
const RETURN = 0x0d
const EARLIEST = readTime(EARLIEST_TIME)

/** With a hasher, leaves are hashed on its thread. */
export function createFastReader(module: WebAssembly.Module, context: LineContext, hasher?: Hasher): LineReader {
  let { books } = context.registry
  let scratch = new Scratch(module)
  return {
    read(block, { most, firstLine }) {
      // Once the chain was unwound, what was learned may never have been.
      if (context.registry.books !== books) {
        books = context.registry.books
        scratch = new Scratch(module)
      }
      return readLines(scratch, wholeLines(block), { most: Math.min(most, MAX_LINES), firstLine }, context, hasher)
    },
  }
}

function readLines(
  scratch: Scratch,
  input: Uint8Array,
  { most, firstLine }: ReadOptions,
  given: LineContext,
  hasher: Hasher | undefined,
): ReadLines {
  const { wasm } = scratch
  const now = given.now()
  const { context, count: countChecked } = countSignatures(given)
  scratch.memory().set(input, scratch.input)
  const end = scratch.input + input.length
  let lines = wasm.scanLines(scratch.input, end, scratch.lines, most, EARLIEST, now + MAX_CLOCK_SKEW)
  const refused: Refusal[] = []
  const signed: SignedLine[] = []
  const sealed: { leaf: number; secret: Uint8Array }[] = []
  const isStrict = context.sources !== undefined && context.sources.strict.size > 0
  let words = scratch.words()
  let count = 0
  let consumed = 0
  for (let k = 0, side = scratch.side; k < lines; k++, side += MOST_ENTRY_BYTES) {
    const place = scratch.lines + k * scratch.lineBytes
    const at = place / 4
    const start = words[at + START]! - scratch.input
    const stop = start + words[at + LENGTH]!
    consumed = stop + 1
    const isOdd = stop - start > MAX_LINE_BYTES || (isStrict && mustSign(scratch, words, at, context))
    const outcome = isOdd ? ODD : words[at + OUTCOME]!
    if (outcome === PLAIN) {
      count++
      continue
    }
    const secret = outcome === WITH_SEALED ? commitLine(scratch, words, at, side, context) : undefined
    if (secret !== undefined) {
      sealed.push({ leaf: count++, secret })
      continue
    }
    words[at + OUTCOME] = ODD
    try {
      const accepted = readLine(input.subarray(start, input[stop - 1] === RETURN ? stop - 1 : stop), context, now)
      scratch.memory().set(accepted.entry, side)
      if (wasm.scanEntry(side, accepted.entry.length, place) === 0) {
        throw new Error(`the entry of line ${firstLine + k} does not scan`)
      }
      if (accepted.secret !== undefined) sealed.push({ leaf: count, secret: accepted.secret })
      if (accepted.link !== undefined) signed.push({ leaf: count, line: firstLine + k, link: accepted.link })
      count++
      learnCodes(scratch, accepted.record, context)
      words = scratch.words()
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      refused.push({ line: firstLine + k, ...reasonOf(error) })
    }
    if (countChecked() >= MAX_SIGNATURES) lines = k + 1
  }
  const encrypted = context.vault.encrypt(sealed.map(({ secret }) => secret))
  const parts = sealed.map(({ leaf }, k) => ({ leaf, bytes: encrypted[k]! }))
  const { leaves: columns, hashed } = scratch.takeLeaves(lines, count, hasher)
  hashed?.catch(() => {}) // thrown where it is awaited, and by nobody where the batch was given up before
  const leaves = { ...columns, sealed: parts }
  return { consumed, lines, leaves, hashed, refused, signed, release: () => giveBack(leaves) }
}

/** Whether its source has to sign, which this line has not: those that are signed are odd already. */
function mustSign({ wasm }: Scratch, words: Uint32Array, at: number, { sources }: LineContext): boolean {
  if (words[at + OUTCOME] === ODD) return false
  const [from, bytes] = [words[at + VALUES + 2 * SOURCE]!, words[at + VALUES + 2 * SOURCE + 1]!]
  return sources!.strict.has(Buffer.from(wasm.memory.buffer, from, bytes).toString('latin1'))
}

/** Fills actor and digest of a line's sealed part in; undefined where something about it needs a closer look. */
function commitLine(
  scratch: Scratch,
  words: Uint32Array,
  at: number,
  side: number,
  context: LineContext,
): Uint8Array | undefined {
  const setText = (field: number, text: string, place: number): void => {
    scratch.write(text, place)
    words[at + VALUES + 2 * field] = place
    words[at + VALUES + 2 * field + 1] = text.length
    words[at + PRESENT] = words[at + PRESENT]! | (1 << field)
  }
  const from = words[at + VALUES + 2 * SEALED]!
  const text = scratch.memory().subarray(from, from + words[at + VALUES + 2 * SEALED + 1]!)
  try {
    const { actor, digest, secret } = readSealedPart(text, context)
    if (actor !== undefined) {
      if ((words[at + PRESENT]! & (1 << ACTOR)) !== 0) return undefined
      setText(ACTOR, actor, side)
    }
    setText(SEALED, digest, side + ACTOR_BYTES)
    words[at + OUTCOME] = PLAIN
    return secret
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}

/** What the registry said of an accepted line's codes is known from now on. */
function learnCodes(scratch: Scratch, record: AccessRecord, { registry }: LineContext): void {
  learn(scratch, OF_RESOURCE, record.resource, record.provider)
  learn(scratch, OF_CONSUMER, record.consumer, '')
  const purpose = record.grant === undefined ? undefined : registry.grant(record.grant)?.purpose
  if (purpose !== undefined && fitsField('purpose', purpose)) learn(scratch, OF_GRANT, String(record.grant), purpose)
}

function learn(scratch: Scratch, kind: number, code: string, value: string): void {
  // A code that JSON spells with an escape is looked up by no line: such lines are unusual, always.
  const { wasm, codes } = scratch
  scratch.write(code + value, codes)
  wasm.learn(kind, codes, code.length, codes + code.length, value.length)
}

/** As much of a block as is scanned in one go; it ends with a line end. */
function wholeLines(block: Uint8Array): Uint8Array {
  return block.length <= INPUT_BYTES ? block : block.subarray(0, block.lastIndexOf(NEWLINE, INPUT_BYTES - 1) + 1)
}
