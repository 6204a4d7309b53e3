// What was found, put on record once each: a signed finding in the folder, then a line in the state. A crash between the two
// makes the finding again.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { FINDING_FORMAT, type Finding } from '../core/finding.ts'
import { formatTime } from '../core/record.ts'
import { writePrivate } from '../secrets.ts'
import { CHECKS, type Found } from './checks.ts'
import type { MonitorKey } from './identity.ts'
import type { StateFolder } from './state.ts'
import type { OnRecord } from './state-shape.ts'

const FOLDER = 'findings'
/** Of one check: who is at fault a million times over is not to fill the disk. */
const MOST_OF_ONE = 20
const LONGEST_PLAIN = 1024 * 1024
const pack = promisify(gzip)

/** @returns true when it was not on record yet */
export async function recordFinding(
  { path, state }: Pick<StateFolder, 'path' | 'state'>,
  key: MonitorKey,
  { check, subject, words, evidence, gather }: Found,
  now: number,
): Promise<boolean> {
  const { faults, notices = [] } = state
  const all = [...faults, ...notices]
  const known = all.find(found => found.check === check && found.subject === subject)
  if (known !== undefined) {
    known.last = now
    return false
  }
  if (all.filter(found => found.check === check).length >= MOST_OF_ONE) return false
  const { en, zh } = words
  const says = { zh, en }
  const finding = key.signFinding({
    format: FINDING_FORMAT,
    check,
    origin: state.origin,
    subject,
    found: formatTime(now),
    says,
    evidence: { ...evidence, ...(await gather?.()) },
  })
  const name = `${String(all.length + 1).padStart(4, '0')}-${check}.json`
  const file = join(FOLDER, await writeFinding(join(path, FOLDER), name, finding))
  const found: OnRecord = { check, subject, en, zh, first: now, last: now, file }
  if (CHECKS[check].kind === 'fault') faults.push(found)
  else state.notices = [...notices, found]
  return true
}

/** A long one is packed: it has a whole answer in it. @returns the name of its file */
async function writeFinding(folder: string, name: string, finding: Finding): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const text = `${JSON.stringify(finding, undefined, 2)}\n`
  if (text.length <= LONGEST_PLAIN) {
    await writePrivate(folder, name, text)
    return name
  }
  await writePrivate(folder, `${name}.gz`, await pack(text))
  return `${name}.gz`
}
