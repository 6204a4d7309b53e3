// Sealed parts against the digests in their entries: each is decrypted and hashed. Only who has the keys can do this.

import { LedgerError } from '../core/error.ts'
import type { LogFile } from '../store/file.ts'
import { ForwardReader } from '../store/log/forward.ts'
import type { Chunk } from '../store/log/replay.ts'
import { isErased, SEALED_HEADER_BYTES } from '../store/log/sealed.ts'
import type { Vault } from '../vault.ts'
import { BACKUP, type Findings } from './finding.ts'

const LENGTH_BYTES = 2
const LABEL = Buffer.from('"sealed":"')
const QUOTE = 0x22

/** Opens the sealed parts of these leaves. Resolves to those that were erased, by index. */
export async function checkSealedParts(
  vault: Vault,
  file: LogFile,
  { first, leaves, places, sealed }: Chunk,
  name: string,
  findings: Findings,
): Promise<number[]> {
  const reader = new ForwardReader(file, sealed[0]!.place, file.size)
  const entries = Buffer.from(leaves.entries.buffer, leaves.entries.byteOffset, leaves.entries.length)
  const erased: number[] = []
  for (const [n, { place }] of sealed.entries()) {
    const k = leaves.sealed[n]!
    const entry = entries.subarray(places[k]! - places[0]! + LENGTH_BYTES, places[k + 1]! - places[0]!)
    const part = await readPart(reader)
    if (part !== undefined && isErased(part)) erased.push(first + k)
    else if (part === undefined || !opens(vault, part, digestOf(entry))) tell(first + k, place)
  }
  return erased

  function tell(leaf: number, place: number): void {
    const found = {
      en: `the sealed part of leaf ${leaf}, at byte ${place}, does not make the digest that its entry holds`,
      zh: `第 ${place} 字节处第 ${leaf} 片叶的密封部分得不出其条目中的摘要`,
    }
    findings.lost('sealed_damaged', name, found, BACKUP)
  }
}

async function readPart(reader: ForwardReader): Promise<Buffer | undefined> {
  if (!(await reader.load(SEALED_HEADER_BYTES))) return undefined
  const length = reader.take(SEALED_HEADER_BYTES).readUInt32BE(6)
  return (await reader.load(length)) ? reader.take(length) : undefined
}

/** A quote within a text has a backslash before it: so the label stands only where the field does. */
function digestOf(entry: Buffer): string {
  const start = entry.indexOf(LABEL) + LABEL.length
  return entry.toString('latin1', start, entry.indexOf(QUOTE, start))
}

function opens(vault: Vault, part: Uint8Array, digest: string): boolean {
  try {
    vault.open(part, digest)
    return true
  } catch (error) {
    if (error instanceof LedgerError) return false
    throw error
  }
}
