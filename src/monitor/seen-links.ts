// Links of a source as the log has them: the first with a number that came again, and one that the source never made.

import { encodeBase64, equal } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import type { VerifierKey } from '../core/note.ts'
import { encodeEntry, isAccess } from '../core/record.ts'
import { type ChainState, countFaults, earlierLeaves, type SeenLink } from '../core/source-chain.ts'
import { isSigned, linkHash, linkText, readSignature, type SignedRecord } from '../core/source-link.ts'
import { Contradiction } from './checks.ts'
import type { FollowedLog } from './followed-log.ts'
import { readRecords } from './records.ts'

/** Of one key. */
const LOOKED_FOR = 16

/**
 * The same key's first link with the same number; undefined where it cannot be told. What was pruned, or is not served, does not
 * keep the records from being read on: anybody who operates a log can have a link twice, and leave out a bundle.
 */
export async function findEarlier(
  log: FollowedLog,
  chain: ChainState,
  link: SignedRecord,
  key: VerifierKey,
  onFault: (found: Contradiction) => Promise<void>,
  signal: AbortSignal,
): Promise<SeenLink | undefined> {
  if (countFaults(chain) >= LOOKED_FOR) return undefined
  try {
    return await search(log, chain, link, key, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Contradiction) await onFault(error)
    else if (!(error instanceof LedgerError)) throw error
    return undefined
  }
}

async function search(
  log: FollowedLog,
  chain: ChainState,
  { source, seq }: SignedRecord,
  key: VerifierKey,
  signal: AbortSignal,
): Promise<SeenLink | undefined> {
  const { first, below = log.size } = earlierLeaves(chain, seq)
  let index = first
  for await (const record of readRecords(log, first, below, async () => {}, signal)) {
    const isSame = record !== undefined && isAccess(record) && record.source === source && record.seq === seq
    if (isSame && isSigned(record)) {
      const { id } = readSignature(source, record.signature)
      if (equal(id, key.id)) {
        return { hash: linkHash(linkText(record, log.client.key.name)), index }
      }
    }
    index++
  }
  return undefined
}

export async function forged(
  log: FollowedLog,
  index: number,
  record: SignedRecord,
  signal: AbortSignal,
): Promise<Contradiction> {
  const { size, note } = log.head!
  const proof = await log.proveInclusion(index, size, signal)
  const { source } = record
  return new Contradiction(
    'source-forged',
    `leaf ${index}`,
    {
      en: `Leaf ${index} of the log is said to be signed by source ${source}, and the signature does not hold: the source never said so.`,
      zh: `日志第 ${index} 片叶称由来源 ${source} 签名，而签名不成立：来源没有这样说过。`,
    },
    { checkpoint: note, index, entry: encodeBase64(encodeEntry(record)), proof: proof.map(encodeBase64) },
  )
}
