// Findings that a log's own signed trees prove: two that contradict, a leaf that is no record, an epoch that is none.

import { checkCheckpoint } from '../../core/checkpoint.ts'
import { decodeEpoch } from '../../core/completeness/epoch.ts'
import { LedgerError } from '../../core/error.ts'
import { checkFork } from '../../core/fork.ts'
import { anyText, object, oneOf, part } from '../../core/reader.ts'
import { decodeEntry } from '../../core/record.ts'
import type { Words } from '../../core/words.ts'
import type { Trust } from '../trust.ts'
import {
  ENTRY,
  EPOCH,
  type Judged,
  NO_INDEX_KEY,
  NOTE,
  PROOF,
  proven,
  REPLAY,
  refuted,
  requireIncluded,
} from './judged.ts'

const FORK = object({
  of: oneOf(['log', 'index']),
  fork: object({ earlier: NOTE, later: NOTE, root: anyText(64), proof: PROOF }),
})
/** A finding of a fork has it where the log's own signatures show it. */
const HAS_FORK = part({}, { fork: (value: unknown) => value })

export function judgeFork(evidence: unknown, { logKey, indexKey }: Trust): Judged {
  if (HAS_FORK(evidence, 'evidence').fork === undefined) return REPLAY
  const { of, fork } = FORK(evidence, 'evidence')
  const key = of === 'log' ? logKey : indexKey
  if (key === undefined) return NO_INDEX_KEY
  return checkFork(fork, key) ? proven(FORKED) : refuted(CONSISTENT)
}

export function judgeEntry(evidence: unknown, { logKey }: Trust): Judged {
  const { bytes } = requireIncluded(ENTRY(evidence, 'evidence'), logKey)
  const wrong = whatIsWrong(() => decodeEntry(bytes))
  return wrong === undefined ? refuted({ en: 'The entry is a record.', zh: '该条目是规范的记录。' }) : proven(wrong)
}

export function judgeEpoch(evidence: unknown, { indexKey, logKey }: Trust): Judged {
  if (indexKey === undefined) return NO_INDEX_KEY
  const { checkpoint, epoch, leaf, proof } = EPOCH(evidence, 'evidence')
  const { bytes } = requireIncluded({ checkpoint, index: epoch, entry: leaf, proof }, indexKey)
  const stated = decodeEpoch(bytes)
  if (stated === undefined) return proven({ en: 'The leaf is no epoch.', zh: '该叶不是一期索引。' })
  const wrong = whatIsWrong(() => checkCheckpoint(stated.checkpoint, logKey))
  return wrong === undefined ? REPLAY : proven(wrong)
}

function whatIsWrong(read: () => unknown): Words | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    if (error instanceof LedgerError) return error.words
    throw error
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
