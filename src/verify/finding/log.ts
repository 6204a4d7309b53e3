// Findings that a log's own signed trees prove: two that contradict, a leaf that is no record, an epoch that is none.

import { checkCheckpoint, parseCheckpoint } from '../../core/checkpoint.ts'
import { decodeEpoch } from '../../core/completeness/epoch.ts'
import { checkFork } from '../../core/fork.ts'
import { parseNote } from '../../core/note.ts'
import { anyText, anything, object, oneOf, part } from '../../core/reader.ts'
import { decodeEntry } from '../../core/record.ts'
import type { Words } from '../../core/words.ts'
import type { Trust } from '../trust.ts'
import {
  ENTRY,
  type Judged,
  NO_INDEX_KEY,
  NOTE,
  PROOF,
  proven,
  REPLAY,
  refuted,
  requireEpoch,
  requireIncluded,
  WRONG_EPOCH,
  whatIsWrong,
} from './judged.ts'

const FORK = object({
  of: oneOf(['log', 'index']),
  fork: object({ earlier: NOTE, later: NOTE, root: anyText(64), proof: PROOF }),
})
/** A finding of a fork has it where the log's own signatures show it. */
const HAS_FORK = part({}, { fork: anything })

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
  const { before, ...epoch } = WRONG_EPOCH(evidence, 'evidence')
  const stated = decodeEpoch(requireEpoch(epoch, indexKey))
  if (stated === undefined) return proven({ en: 'The leaf is no epoch.', zh: '该叶不是一期索引。' })
  const wrong = whatIsWrong(() => checkCheckpoint(stated.checkpoint, logKey))
  if (wrong !== undefined) return proven(wrong)
  if (before === undefined) return REPLAY
  const earlier = decodeEpoch(requireEpoch(before, indexKey))
  const sizes = [earlier, stated].map(one => one && parseCheckpoint(parseNote(one.checkpoint).text).size)
  const isAscending = sizes[0] === undefined || sizes[0] < sizes[1]! || before.epoch >= epoch.epoch
  return isAscending ? refuted(ASCENDING) : proven(NOT_ASCENDING)
}

const ASCENDING: Words = {
  en: 'The two epochs are not shown to be out of turn.',
  zh: '没有表明这两期的次序有误。',
}
const NOT_ASCENDING: Words = {
  en: 'The log signed both epochs, and the later one goes no further than the earlier: each must add to the index.',
  zh: '两期均在已签署的索引日志中，而较晚的一期并不比较早的更远：每一期都应使索引增长。',
}

const FORKED: Words = {
  en: 'The log signed both checkpoints, and they cannot both be of one history.',
  zh: '两份检查点均由该日志签署，且不可能属于同一份历史。',
}
const CONSISTENT: Words = {
  en: 'The two checkpoints are not shown to contradict each other.',
  zh: '没有表明两份检查点互相矛盾。',
}
