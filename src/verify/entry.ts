// The package's entry, `suyuan/verify`: the verifier of evidence for whoever writes programs, in Node or in a browser. The
// build makes one file of it and of all that it takes, without Node and without any package.

import { utf8 } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import { checkEvidence } from './evidence.ts'
import { kindOf } from './kind.ts'
import { toPlain } from './plain.ts'
import type { FileContent, FileKind, Verify, VerifyResult } from './published.ts'
import { ROW_CHECKS } from './report.ts'
import { parseTrust } from './trust.ts'
import { unpack } from './unpack.ts'

export { JUDGEMENTS } from '../core/authority.ts'
export { kindOf } from './kind.ts'
export { CHECKS, VERDICTS } from './report.ts'
export { STATEMENT_RESULTS } from './statements.ts'

export const verify: Verify = async (evidence, trust, { onCheck } = {}) => {
  const believed = parseTrust(bytesOf(trust))
  let file: Uint8Array
  try {
    file = await unpack(bytesOf(evidence))
  } catch (error) {
    if (error instanceof LedgerError) return notEvidence(error.words)
    throw error
  }
  const other = OTHERS[kindOf(file)]
  if (other !== undefined) return notEvidence(other)
  return toPlain(await checkEvidence(file, believed, onCheck === undefined ? {} : { onCheck }))
}

const bytesOf = (content: FileContent): Uint8Array => (typeof content === 'string' ? utf8(content) : content)

/** Files of this ledger that this verifier does not check, and what does. */
const OTHERS: Readonly<Partial<Record<FileKind, Words>>> = {
  acts: {
    zh: '这是行为证据（suyuan-acts），不是访问记录的证据；请用命令核验：suyuan verify 文件 --trust trust.json。',
    en: 'This is evidence of acts (suyuan-acts), not of accesses; check it with the command: suyuan verify FILE --trust trust.json.',
  },
  finding: {
    zh: '这是监测者的发现（suyuan-finding），不是证据；请用命令核验：suyuan verify 文件 --trust trust.json。',
    en: 'This is a monitor’s finding (suyuan-finding), not evidence; check it with the command: suyuan verify FILE --trust trust.json.',
  },
  receipts: {
    zh: '这是入账回执，不是证据；请用命令核验：suyuan verify 文件 --trust trust.json。',
    en: 'These are receipts of ingest, not evidence; check them with the command: suyuan verify FILE --trust trust.json.',
  },
  trust: {
    zh: '这是信任文件，不是证据：两个文件可能放反了。',
    en: 'This is a trust file, not evidence: the two files may have been exchanged.',
  },
}

function notEvidence(detail: Words): VerifyResult {
  const [first, ...rest] = ROW_CHECKS
  return {
    verdict: 'unchecked',
    checks: [
      { check: first, result: 'unchecked', detail },
      ...rest.map(check => ({ check, result: 'skipped' as const })),
    ],
    failed: { check: first, detail },
  }
}
