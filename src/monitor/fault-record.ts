// Faults, put on record once each: a signed finding in the folder, then a line in the state. A crash between the two makes
// the finding again.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FINDING_FORMAT } from '../core/finding.ts'
import { formatTime } from '../core/record.ts'
import { writePrivate } from '../secrets.ts'
import type { Contradiction } from './checks.ts'
import type { MonitorKey } from './identity.ts'
import type { FaultOnRecord, StateFolder } from './state.ts'

const FOLDER = 'findings'
/** Of one check: who is at fault a million times over is not to fill the disk. */
const MOST_OF_ONE = 20

/** @returns true when it was not on record yet */
export async function recordFault(
  { path, state }: Pick<StateFolder, 'path' | 'state'>,
  key: MonitorKey,
  { check, subject, words, evidence }: Contradiction,
  now: number,
): Promise<boolean> {
  const known = state.faults.find(fault => fault.check === check && fault.subject === subject)
  if (known !== undefined) {
    known.last = now
    return false
  }
  if (state.faults.filter(fault => fault.check === check).length >= MOST_OF_ONE) return false
  const { en, zh } = words
  const says = { zh, en }
  const finding = key.signFinding({
    format: FINDING_FORMAT,
    check,
    origin: state.origin,
    subject,
    found: formatTime(now),
    says,
    evidence,
  })
  const name = `${String(state.faults.length + 1).padStart(4, '0')}-${check}.json`
  await mkdir(join(path, FOLDER), { recursive: true, mode: 0o700 })
  await writePrivate(join(path, FOLDER), name, `${JSON.stringify(finding, undefined, 2)}\n`)
  const fault: FaultOnRecord = { check, subject, en, zh, first: now, last: now, file: join(FOLDER, name) }
  state.faults.push(fault)
  return true
}
