// What a finding comes to, and what the judges of all kinds of it share: bytes that the log signed for.

import type { Chain } from '../../chain/network.ts'
import { decodeBase64, equal } from '../../core/bytes.ts'
import { checkCheckpoint, type TreeHead } from '../../core/checkpoint.ts'
import { LedgerError } from '../../core/error.ts'
import { hashLeaf } from '../../core/hash.ts'
import type { VerifierKey } from '../../core/note.ts'
import { checkConsistency, checkInclusion } from '../../core/proof.ts'
import { anyText, list, object, oneOf, type Read, text, wholeNumber } from '../../core/reader.ts'
import { TIME } from '../../core/record.ts'
import type { Hash } from '../../core/tree.ts'
import type { Words } from '../../core/words.ts'

/** Proven: it follows from what the operator signed. Refuted: it does not hold. Unproven: it may be so, and somebody else has to tell. */
export type FindingVerdict = 'proven' | 'refuted' | 'unproven'

export interface Judged {
  readonly verdict: FindingVerdict
  readonly detail: Words
}

/** Connects to a node that whoever verifies believes. */
export type Connect = (() => Promise<Chain>) | undefined

export const isJudged = (value: object): value is Judged => 'verdict' in value
export const proven = (detail: Words): Judged => ({ verdict: 'proven', detail })
export const refuted = (detail: Words): Judged => ({ verdict: 'refuted', detail })
export const unproven = (detail: Words): Judged => ({ verdict: 'unproven', detail })

export const NOTE = anyText(1_000_000)
export const PROOF = list(anyText(64), 64)
/** A leaf of a signed tree. */
export const ENTRY = object({ checkpoint: NOTE, index: wholeNumber(), entry: anyText(100_000), proof: PROOF })
export const EPOCH_FIELDS = { checkpoint: NOTE, epoch: wholeNumber(), leaf: anyText(1_000_000), proof: PROOF }
/** An epoch, a leaf of the signed index log. */
export const EPOCH = object(EPOCH_FIELDS)
/** With the one before it, where it is wrong by that. */
export const WRONG_EPOCH = object(EPOCH_FIELDS, { before: EPOCH })
/** What a signed tree has at the size of another: that root, and the consistency proof from it. */
export const OURS = object({ checkpoint: NOTE, root: anyText(64), proof: PROOF })

const HASH = text(/^0x[0-9a-f]{64}$/, { en: '0x and 64 hexadecimal digits', zh: '0x 加 64 位十六进制数字' })
/** An anchor, as the chain told of it. */
export const ANCHOR = object({
  of: oneOf(['log', 'index']),
  size: wholeNumber(),
  root: HASH,
  block: wholeNumber(),
  blockHash: HASH,
  transaction: HASH,
  /** Among all events of the block. */
  logIndex: wholeNumber(),
})
export type AnchorClaim = Read<typeof ANCHOR>
/** How many leaves a monitor was shown, and when by its own clock. */
export const LOOK = object({ size: wholeNumber(), time: TIME })

export interface SignedLeaf {
  readonly bytes: Uint8Array
  /** Of the tree. */
  readonly size: number
}

/** A leaf that the log signed for. @throws LedgerError `finding_unfounded`, or as `checkCheckpoint` */
export function requireIncluded({ checkpoint, index, entry, proof }: Read<typeof ENTRY>, key: VerifierKey): SignedLeaf {
  const { size, root } = checkCheckpoint(checkpoint, key).checkpoint
  const bytes = decodeBase64(entry)
  const hashes = decodeAll(proof)
  if (bytes !== undefined && hashes !== undefined && checkInclusion(index, size, hashLeaf(bytes), root, hashes)) {
    return { bytes, size }
  }
  throw unfounded({
    en: `leaf ${index} is not in the tree of the signed checkpoint`,
    zh: `第 ${index} 片叶不在已签署检查点的树中`,
  })
}

export function requireEpoch({ checkpoint, epoch, leaf, proof }: Read<typeof EPOCH>, key: VerifierKey): Uint8Array {
  return requireIncluded({ checkpoint, index: epoch, entry: leaf, proof }, key).bytes
}

/** Does the log, by what it signed, have another tree at that size? @throws LedgerError as `checkCheckpoint` */
export function isForeign(
  { size, root }: TreeHead,
  { checkpoint, root: there, proof }: Read<typeof OURS>,
  key: VerifierKey,
): boolean {
  const signed = checkCheckpoint(checkpoint, key).checkpoint
  const ours = decodeBase64(there)
  const hashes = decodeAll(proof)
  if (ours === undefined || hashes === undefined || size === 0) return false
  return checkConsistency(size, signed.size, ours, signed.root, hashes) && !equal(ours, root)
}

function decodeAll(texts: readonly string[]): Hash[] | undefined {
  const hashes = texts.map(decodeBase64)
  return hashes.includes(undefined) ? undefined : (hashes as Hash[])
}

/** What a reader or checker says against what it was given; undefined where it takes it. */
export function whatIsWrong(read: () => unknown): Words | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    if (error instanceof LedgerError) return error.words
    throw error
  }
}

export function unfounded(why: Words): LedgerError {
  return new LedgerError('finding_unfounded', {
    en: `The finding does not hold: ${why.en}.`,
    zh: `该发现不成立：${why.zh}。`,
  })
}

export const REPLAY = unproven({
  en: 'This cannot be seen from the file alone: follow the log yourself with `suyuan monitor`, which comes to the same if it is so.',
  zh: '仅凭文件无法判定：请自行用 `suyuan monitor` 跟踪该日志，若属实将得出同样的结论。',
})
export const NO_TIME_KEY = unproven({
  en: 'The finding rests on a time that the log signed, and its key for that ("time") is not in the trust file.',
  zh: '该发现依据日志所签署的时间，而信任文件中没有相应的公钥（time）。',
})
/** What was anchored when, nobody signs. */
export const NO_NODE = unproven({
  en: 'The finding rests on when a tree was anchored, which the chain tells: give --rpc with the URL of a node that you trust.',
  zh: '该发现依据某棵树的存证时间，须向链上核对：请用 --rpc 给出您信任的节点地址。',
})
export const OWN_WORD = unproven({
  en: "The finding rests on the monitor's own clock, and on its word for what the log showed it: ask whoever runs it. Another monitor that looked then can confirm it.",
  zh: '该发现依据监督方自己的时钟，以及它所称日志当时的展示内容：请询问其运行者；当时也在监督的另一方可以印证。',
})
export const NO_INDEX_KEY = unproven({
  en: 'The finding is about the index log, whose key ("index") is not in the trust file.',
  zh: '该发现针对索引日志，而信任文件中没有其公钥（index）。',
})
