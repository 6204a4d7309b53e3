// What a question names must be there: of a code or number with a slip in it every list is empty, and an empty list would
// read as a clean bill of health.

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

/** @throws LedgerError `resource_not_found` */
export function requireCatalogued(directory: Pick<Directory, 'resource'>, code: string): void {
  if (directory.resource(code) !== undefined) return
  throw new LedgerError('resource_not_found', {
    en: `The catalogue has no resource ${JSON.stringify(code)}; GET /v1/resources lists what it has.`,
    zh: `目录中没有资源 ${JSON.stringify(code)}；GET /v1/resources 列出全部目录。`,
  })
}

/** @throws LedgerError `agreement_not_found` */
export function requireAgreement(directory: Pick<Directory, 'agreement' | 'block'>, id: number): void {
  if (directory.agreement(id) !== undefined) return
  throw new LedgerError('agreement_not_found', {
    en: `There is no agreement ${id} up to block ${directory.block}; GET /v1/agreements lists them.`,
    zh: `截至区块 ${directory.block} 没有协议 ${id}；GET /v1/agreements 列出全部协议。`,
  })
}
