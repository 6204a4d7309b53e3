// Files in a data directory that nothing was compared with: what a crash left half written, what somebody else put there.
// They are no damage; but nobody should think that they were checked.

import { listFiles } from '../backup/folder.ts'
import { isLedgerFile } from '../backup/ledger-files.ts'
import type { Words } from '../core/words.ts'
import { segmentName } from './segment-job.ts'

/** Besides the ledger's own files. */
const CHECKED = /^(log\/[0-9a-f]{6}\/index|(index|postings|chain\/lock|keys\/tokens\.lock|keys\/organisations)\/[^/]+)$/
/** So many are named. */
const NAMED = 20

export async function noteOthers(
  data: string,
  size: number,
  segmentLeaves: number,
  pinned: ReadonlySet<string>,
): Promise<readonly Words[]> {
  const last = segmentName(Math.max(0, Math.ceil(size / segmentLeaves) - 1))
  const isChecked = (file: string): boolean =>
    isLedgerFile(file) ||
    CHECKED.test(file) ||
    pinned.has(file) ||
    (file === `${last}/index.open` && size % segmentLeaves !== 0)
  const others = (await listFiles(data, () => false)).filter(file => !isChecked(file))
  const more = others.length > NAMED ? ` (+ ${others.length - NAMED})` : ''
  return others.length === 0 ? [] : [tell(others.slice(0, NAMED).join(', ') + more)]
}

function tell(files: string): Words {
  return { en: `Not checked, for nothing is known of them: ${files}.`, zh: `未检查（没有可比对的依据）：${files}。` }
}
