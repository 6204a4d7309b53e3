// Which records an answer should have shown and does not: they fit its own question, are in the tree that it speaks of, and it
// was not cut off before them. Which question was asked of its author is nobody's concern here: the file states the one that
// it answers, and its author signed that.

import { utf8 } from '../core/bytes.ts'
import { decodeQuestion, type Evidence } from '../core/evidence.ts'
import { fits } from '../core/question.ts'
import { decodeEntry, type LogRecord } from '../core/record.ts'

/**
 * Tells of a record of the answer's tree whether the answer leaves it out.
 * @throws LedgerError `invalid_entry`, where the answer itself shows what is no record
 */
export function createOmissionCheck({
  question,
  more,
  log: { indices, entries },
}: Evidence): (index: number, record: LogRecord) => boolean {
  const asked = decodeQuestion(question)
  const shown = new Set(indices)
  // The newest rows were promised of an answer that was cut off, and nothing of what is older in the log than these.
  const oldest = more ? indices.find((_, k) => fits(asked, decodeEntry(utf8(entries[k] ?? '')))) : -1
  return (index, record) => oldest !== undefined && index > oldest && !shown.has(index) && fits(asked, record)
}
