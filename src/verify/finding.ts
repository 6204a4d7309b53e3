// A monitor's finding, checked without believing the monitor: what the operator signed and cannot be true speaks for itself;
// what rests on what somebody was served, on the chain, or on a replay of the whole log, is said to.

import { LedgerError } from '../core/error.ts'
import { type Finding, findingText, parseFinding } from '../core/finding.ts'
import { checkNote, parseNote, parseVerifierKey } from '../core/note.ts'
import type { Words } from '../core/words.ts'
import { judgeAnchor } from './finding/anchor.ts'
import { judgeFalse, judgeOmitted } from './finding/answer.ts'
import { judgeBehind, judgeReversed } from './finding/clock.ts'
import { judgeDenied, judgeOffChain } from './finding/denied.ts'
import { type Connect, type Judged, REPLAY, unfounded } from './finding/judged.ts'
import { judgeLate } from './finding/late.ts'
import { judgeEntry, judgeEpoch, judgeFork } from './finding/log.ts'
import { judgeForged } from './finding/source.ts'
import { Disagreement } from './report.ts'
import type { Trust } from './trust.ts'

export type { FindingVerdict } from './finding/judged.ts'

export interface CheckedFinding extends Judged {
  /** Absent where the file does not even read. */
  readonly finding?: Finding
}

type Judge = (evidence: unknown, trust: Trust, chain: Connect) => Judged | Promise<Judged>

/** By check; the others rest on what somebody was served. */
const JUDGES: Readonly<Record<string, Judge>> = {
  'log-fork': judgeFork,
  'index-fork': judgeFork,
  'receipt-broken': judgeFork,
  'entry-invalid': judgeEntry,
  'source-forged': judgeForged,
  'epoch-wrong': judgeEpoch,
  'answer-false': judgeFalse,
  'row-omitted': judgeOmitted,
  'record-backdated': judgeLate,
  'clock-reversed': judgeReversed,
  'clock-behind': judgeBehind,
  'answer-denied': judgeDenied,
  'answer-off-chain': judgeOffChain,
  'anchor-foreign': judgeAnchor,
}

/**
 * Any bytes have a verdict.
 * @param chain Asked, and believed, where a finding is about what was anchored and does not show it up to a trusted block
 */
export async function checkFinding(file: Uint8Array, trust: Trust, chain?: Connect): Promise<CheckedFinding> {
  let finding: Finding | undefined
  try {
    finding = parseFinding(file)
    requireSigned(finding)
    const { check, origin, evidence } = finding
    if (origin !== trust.logKey.name) {
      return { verdict: 'unproven', detail: otherLog(origin, trust.logKey.name), finding }
    }
    const judge = Object.hasOwn(JUDGES, check) ? JUDGES[check] : undefined
    return { ...(judge === undefined ? REPLAY : await judge(evidence, trust, chain)), finding }
  } catch (error) {
    if (!(error instanceof LedgerError || error instanceof Disagreement)) throw error
    return { verdict: 'refuted', detail: error.words, ...(finding && { finding }) }
  }
}

/** Who changes a finding makes it another's. */
function requireSigned(finding: Finding): void {
  const note = parseNote(finding.signature)
  const key = parseVerifierKey(finding.monitor)
  if (note.text === findingText(finding) && checkNote(note, [key]).length > 0) return
  throw unfounded({ en: 'its monitor did not sign this text', zh: '其监督方签署的不是这一内容' })
}

function otherLog(origin: string, trusted: string): Words {
  return {
    en: `The finding is about the log ${origin}, and the trust file names ${trusted}.`,
    zh: `该发现针对日志 ${origin}，而信任文件指定的是 ${trusted}。`,
  }
}
