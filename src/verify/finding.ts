// A monitor's finding, checked without believing the monitor: what is signed by the log and cannot be true speaks for itself;
// what rests on what somebody was served, or on a replay of the whole log, is said to.

import { decodeBase64 } from '../core/bytes.ts'
import { checkCheckpoint } from '../core/checkpoint.ts'
import { decodeEpoch } from '../core/completeness/epoch.ts'
import { LedgerError } from '../core/error.ts'
import { type Finding, findingText, parseFinding } from '../core/finding.ts'
import { checkFork, type Fork } from '../core/fork.ts'
import { hashLeaf } from '../core/hash.ts'
import { checkNote, parseNote, parseVerifierKey, type VerifierKey } from '../core/note.ts'
import { checkInclusion } from '../core/proof.ts'
import { anyText, list, object, oneOf, part, wholeNumber } from '../core/reader.ts'
import { decodeEntry, isAccess } from '../core/record.ts'
import { checkLink, isSigned } from '../core/source-link.ts'
import type { Hash } from '../core/tree.ts'
import type { Words } from '../core/words.ts'
import type { Trust } from './trust.ts'

/** Proven: it follows from what the log signed. Refuted: it does not hold. Unproven: it may be so, and a replay tells. */
export type FindingVerdict = 'proven' | 'refuted' | 'unproven'

export interface CheckedFinding {
  readonly verdict: FindingVerdict
  readonly detail: Words
  /** Absent where the file does not even read. */
  readonly finding?: Finding
}

const PROOF = list(anyText(64), 64)
const NOTE = anyText(1_000_000)
const FORK = object({
  of: oneOf(['log', 'index']),
  fork: object({ earlier: NOTE, later: NOTE, root: anyText(64), proof: PROOF }),
})
/** A finding of a fork has it where the log's own signatures show it. */
const HAS_FORK = part({}, { fork: (value: unknown) => value })
const ENTRY = object({ checkpoint: NOTE, index: wholeNumber(), entry: anyText(100_000), proof: PROOF })
const EPOCH = object({ checkpoint: NOTE, epoch: wholeNumber(), leaf: anyText(1_000_000), proof: PROOF })
const FORKS: ReadonlySet<string> = new Set(['log-fork', 'index-fork', 'receipt-broken'])

/** Any bytes have a verdict. */
export function checkFinding(file: Uint8Array, trust: Trust): CheckedFinding {
  let finding: Finding | undefined
  try {
    finding = parseFinding(file)
    requireSigned(finding)
    if (finding.origin !== trust.logKey.name) {
      return { verdict: 'unproven', detail: otherLog(finding.origin, trust.logKey.name), finding }
    }
    return { ...judge(finding, trust), finding }
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    return { verdict: 'refuted', detail: error.words, ...(finding && { finding }) }
  }
}

function judge(finding: Finding, trust: Trust): Omit<CheckedFinding, 'finding'> {
  const { check, evidence } = finding
  if (FORKS.has(check) && HAS_FORK(evidence, 'evidence').fork !== undefined) {
    const { of, fork } = FORK(evidence, 'evidence')
    return judgeFork(fork, of === 'log' ? trust.logKey : trust.indexKey)
  }
  if (check === 'entry-invalid') return judgeEntry(ENTRY(evidence, 'evidence'), trust.logKey)
  if (check === 'source-forged') return judgeForged(ENTRY(evidence, 'evidence'), trust)
  if (check === 'epoch-wrong') return judgeEpoch(EPOCH(evidence, 'evidence'), trust)
  return REPLAY
}

function judgeFork(fork: Fork, key: VerifierKey | undefined): Omit<CheckedFinding, 'finding'> {
  if (key === undefined) return NO_INDEX_KEY
  if (checkFork(fork, key)) return { verdict: 'proven', detail: FORKED }
  return { verdict: 'refuted', detail: CONSISTENT }
}

function judgeEntry(
  { checkpoint, index, entry, proof }: ReturnType<typeof ENTRY>,
  key: VerifierKey,
): Omit<CheckedFinding, 'finding'> {
  const bytes = requireIncluded(checkpoint, key, index, entry, proof)
  try {
    decodeEntry(bytes)
  } catch (error) {
    if (error instanceof LedgerError) return { verdict: 'proven', detail: error.words }
    throw error
  }
  return { verdict: 'refuted', detail: { en: 'The entry is a record.', zh: '该条目是规范的记录。' } }
}

/** The log has it, and the source's own key, as the verifier has it from the source, did not sign it. */
function judgeForged(
  { checkpoint, index, entry, proof }: ReturnType<typeof ENTRY>,
  { logKey, sources = [] }: Trust,
): Omit<CheckedFinding, 'finding'> {
  const record = decodeEntry(requireIncluded(checkpoint, logKey, index, entry, proof))
  if (!isAccess(record) || !isSigned(record)) return { verdict: 'refuted', detail: NOT_SIGNED }
  try {
    const key = checkLink(record, logKey.name, sources)
    return key === undefined ? NO_SOURCE_KEY : { verdict: 'refuted', detail: RIGHTLY_SIGNED }
  } catch (error) {
    if (error instanceof LedgerError) return { verdict: 'proven', detail: error.words }
    throw error
  }
}

function judgeEpoch(
  { checkpoint, epoch, leaf, proof }: ReturnType<typeof EPOCH>,
  { indexKey, logKey }: Trust,
): Omit<CheckedFinding, 'finding'> {
  if (indexKey === undefined) return NO_INDEX_KEY
  const stated = decodeEpoch(requireIncluded(checkpoint, indexKey, epoch, leaf, proof))
  if (stated === undefined) {
    return { verdict: 'proven', detail: { en: 'The leaf is no epoch.', zh: '该叶不是一期索引。' } }
  }
  try {
    checkCheckpoint(stated.checkpoint, logKey)
  } catch (error) {
    if (error instanceof LedgerError) return { verdict: 'proven', detail: error.words }
    throw error
  }
  return REPLAY
}

/** The bytes, which the log signed for. @throws LedgerError `finding_unfounded` */
function requireIncluded(
  checkpoint: string,
  key: VerifierKey,
  index: number,
  leaf: string,
  proof: readonly string[],
): Uint8Array {
  const { size, root } = checkCheckpoint(checkpoint, key).checkpoint
  const bytes = decodeBase64(leaf)
  const hashes = proof.map(decodeBase64)
  const isWhole = bytes !== undefined && !hashes.includes(undefined)
  if (isWhole && checkInclusion(index, size, hashLeaf(bytes), root, hashes as Hash[])) return bytes
  throw unfounded({
    en: `leaf ${index} is not in the tree of the signed checkpoint`,
    zh: `第 ${index} 片叶不在已签署检查点的树中`,
  })
}

/** Who changes a finding makes it another's. */
function requireSigned(finding: Finding): void {
  const note = parseNote(finding.signature)
  const key = parseVerifierKey(finding.monitor)
  if (note.text === findingText(finding) && checkNote(note, [key]).length > 0) return
  throw unfounded({ en: 'its monitor did not sign this text', zh: '其监督方签署的不是这一内容' })
}

function unfounded(why: Words): LedgerError {
  return new LedgerError('finding_unfounded', {
    en: `The finding does not hold: ${why.en}.`,
    zh: `该发现不成立：${why.zh}。`,
  })
}

function otherLog(origin: string, trusted: string): Words {
  return {
    en: `The finding is about the log ${origin}, and the trust file names ${trusted}.`,
    zh: `该发现针对日志 ${origin}，而信任文件指定的是 ${trusted}。`,
  }
}

const FORKED: Words = {
  en: 'The log signed both checkpoints, and they cannot both be of one history.',
  zh: '两份检查点均由该日志签署，且不可能属于同一份历史。',
}
const CONSISTENT: Words = {
  en: 'The two checkpoints are not shown to contradict each other.',
  zh: '没有表明两份检查点互相矛盾。',
}
const REPLAY = {
  verdict: 'unproven',
  detail: {
    en: 'This cannot be seen from the file alone: follow the log yourself with `suyuan monitor`, which comes to the same if it is so.',
    zh: '仅凭文件无法判定：请自行用 `suyuan monitor` 跟踪该日志，若属实将得出同样的结论。',
  },
} as const
const NOT_SIGNED: Words = { en: 'The record is not said to be signed.', zh: '该记录并未称有签名。' }
const RIGHTLY_SIGNED: Words = { en: 'The signature of the source holds.', zh: '来源的签名成立。' }
const NO_SOURCE_KEY = {
  verdict: 'unproven',
  detail: {
    en: 'The key by which the source is said to have signed is not in the trust file ("sources").',
    zh: '信任文件（sources）中没有所称来源签名的公钥。',
  },
} as const
const NO_INDEX_KEY = {
  verdict: 'unproven',
  detail: {
    en: 'The finding is about the index log, whose key ("index") is not in the trust file.',
    zh: '该发现针对索引日志，而信任文件中没有其公钥（index）。',
  },
} as const
