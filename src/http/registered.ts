// An organisation named in a question must be registered: of a code with a slip in it every list is empty, and an empty
// list would read as a clean bill of health.

import { LedgerError } from '../core/error.ts'
import type { Directory } from './parts.ts'
import type { Organisation } from './schemas/directory.ts'

/** @throws LedgerError `organisation_not_found` */
export function requireRegistered(directory: Pick<Directory, 'organisation'>, code: string): Organisation {
  const organisation = directory.organisation(code)
  if (organisation !== undefined) return organisation
  throw new LedgerError('organisation_not_found', {
    en: `No organisation is registered under ${JSON.stringify(code)}; GET /v1/organisations lists them.`,
    zh: `没有代码为 ${JSON.stringify(code)} 的机构；GET /v1/organisations 列出全部机构。`,
  })
}
