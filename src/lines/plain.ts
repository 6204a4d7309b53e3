// The reader in plain TypeScript, one line after the other: the reference.

import { LedgerError, reasonOf } from '../core/error.ts'
import { type PlainLeaf, packLeaves } from '../core/leaves.ts'
import type { Refusal } from '../store/store.ts'
import { type AcceptedLine, readLine } from './line.ts'
import {
  countSignatures,
  type LineContext,
  type LineReader,
  MAX_LINES,
  MAX_SIGNATURES,
  type SignedLine,
} from './reader.ts'

const NEWLINE = 0x0a
const RETURN = 0x0d

export function createPlainReader(context: LineContext): LineReader {
  return {
    read(block, { most, firstLine }) {
      const now = context.now()
      const signatures = countSignatures(context)
      const accepted: AcceptedLine[] = []
      const refused: Refusal[] = []
      const signed: SignedLine[] = []
      let lines = 0
      let consumed = 0
      const isEnough = (): boolean => lines >= Math.min(most, MAX_LINES) || signatures.count() >= MAX_SIGNATURES
      for (; !isEnough() && consumed < block.length; lines++) {
        const end = block.indexOf(NEWLINE, consumed)
        const line = block.subarray(consumed, block[end - 1] === RETURN && end > consumed ? end - 1 : end)
        consumed = end + 1
        try {
          const read = readLine(line, signatures.context, now)
          if (read.link !== undefined) signed.push({ leaf: accepted.length, line: firstLine + lines, link: read.link })
          accepted.push(read)
        } catch (error) {
          if (!(error instanceof LedgerError)) throw error
          refused.push({ line: firstLine + lines, ...reasonOf(error) })
        }
      }
      return { consumed, lines, leaves: packLeaves(sealAll(accepted, context)), refused, signed, release() {} }
    },
  }
}

function sealAll(accepted: readonly AcceptedLine[], { vault }: LineContext): PlainLeaf[] {
  const sealed = vault.encrypt(accepted.flatMap(({ secret }) => (secret === undefined ? [] : [secret])))
  return accepted.map(({ record, entry, secret }) => {
    return { record, entry, sealed: secret === undefined ? undefined : sealed.shift() }
  })
}
