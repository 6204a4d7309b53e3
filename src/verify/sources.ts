// What sources say for themselves (docs/sources.md): a record that a source signed is held against that source's keys, where
// the trust file names them. What speaks against a source, and not against the file, is told and is no verdict.

import { encodeBase64 } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import type { VerifierKey } from '../core/note.ts'
import { isAccess } from '../core/record.ts'
import { checkLink, isSigned, linkText, readSignature, type SignedRecord } from '../core/source-link.ts'
import { Disagreement, NotCheckable } from './report.ts'
import type { Row } from './rows.ts'
import type { Trust } from './trust.ts'

/** Of records whose source has keys in the trust file. Each list has log indices. */
export interface CheckedSources {
  /** Records signed by such a key: how many, and which. */
  readonly signed: number
  readonly held: readonly number[]
  /** Not signed: the ledger alone vouches for them. */
  readonly unsigned: readonly number[]
  /** Two different ones with one number of one key, by the source's own signatures. */
  readonly forked: readonly (readonly [number, number])[]
}

/**
 * @throws Disagreement naming the record whose signature does not hold; NotCheckable naming one that is signed by a key that
 *   the trust file does not name for its source
 */
export function checkSources(
  rows: readonly Row[],
  origin: string,
  sources: NonNullable<Trust['sources']>,
): CheckedSources {
  const names = new Set(sources.map(({ name }) => name))
  const held: number[] = []
  const unsigned: number[] = []
  const forked: [number, number][] = []
  const places = new Map<string, { readonly index: number; readonly text: string }>()
  for (const { index, record } of rows) {
    if (!names.has(record.source)) continue
    if (!isSigned(record)) {
      unsigned.push(index)
      continue
    }
    const key = checkRecord(index, record, origin, sources)
    held.push(index)
    const place = `${sources.indexOf(key)} ${record.seq}`
    const text = linkText(record, origin)
    const other = places.get(place)
    if (other === undefined) places.set(place, { index, text })
    else if (other.text !== text) forked.push([other.index, index])
  }
  return { signed: held.length, held, unsigned, forked }
}

/**
 * A signed line stands for one access, however often a log has it: the leaf that has it first, and each that has it again.
 * Nobody's key is needed to see that two records say the same, their number included.
 */
export function findCopies(rows: readonly Row[], origin: string): readonly (readonly [number, number])[] {
  const copies: [number, number][] = []
  const first = new Map<string, number>()
  for (const { index, record } of rows.toSorted((a, b) => a.index - b.index)) {
    if (!isAccess(record) || !isSigned(record)) continue
    const link = `${encodeBase64(readSignature(record.source, record.signature).id)} ${linkText(record, origin)}`
    const other = first.get(link)
    if (other === undefined) first.set(link, index)
    else copies.push([other, index])
  }
  return copies
}

function checkRecord(
  index: number,
  record: SignedRecord,
  origin: string,
  sources: NonNullable<Trust['sources']>,
): VerifierKey {
  const { source } = record
  let key: VerifierKey | undefined
  try {
    key = checkLink(record, origin, sources)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    throw new Disagreement(
      {
        zh: `第 ${index} 号记录称由来源 ${source} 签名，而签名不成立：来源没有这样说过。`,
        en: `Record ${index} is said to be signed by source ${source}, and the signature does not hold: the source never said so.`,
      },
      index,
    )
  }
  if (key !== undefined) return key
  throw new NotCheckable({
    zh: `第 ${index} 号记录以来源 ${source} 的名义签名，而该密钥不在信任文件中。请向该来源索取其全部公钥（包括以前的），写入信任文件；若来源不认得这一密钥，就是有人以其名义签名。`,
    en: `Record ${index} is signed in the name of source ${source} by a key that the trust file does not name. Ask the source for all its keys, former ones too, and put them into the trust file; if it does not know this one, somebody signed in its name.`,
  })
}
