// Under whose authority? An access is judged against the grant that its record names, by what the contracts say of that
// grant. Query and verifier use this same function, so an answer's judgement can be recomputed by anybody.

import type { AccessRecord } from './record.ts'

/** What the contracts say of a grant. Times are milliseconds since 1970. */
export interface GrantTerms {
  readonly id: number
  readonly resource: string
  readonly consumer: string
  readonly purpose: string
  readonly from: number
  readonly until: number
  /** When it was granted; absent while it is requested, or when it was refused. */
  readonly grantedAt?: number
  readonly revokedAt?: number
}

export const JUDGEMENTS = {
  within: { zh: '授权内', en: 'within its grant' },
  'no-grant': { zh: '无授权', en: 'names no grant' },
  'unknown-grant': { zh: '授权不存在', en: 'names a grant that does not exist' },
  'not-granted': { zh: '未获批准', en: 'was requested but never granted' },
  'other-resource': { zh: '资源不符', en: 'its grant is for another resource' },
  'other-consumer': { zh: '使用方不符', en: 'its grant is another consumer’s' },
  'other-purpose': { zh: '用途不符', en: 'its grant is for another purpose' },
  'before-grant': { zh: '早于授权', en: 'came before its grant began' },
  'after-expiry': { zh: '授权已过期', en: 'came after its grant ended' },
  'after-revocation': { zh: '授权已撤销', en: 'came after its grant was revoked' },
} as const

export type Judgement = keyof typeof JUDGEMENTS

/** Judges one record by the grant it names, at the time the record states. */
export function judgeAuthority(record: AccessRecord, grant: GrantTerms | undefined): Judgement {
  if (record.grant === undefined) return 'no-grant'
  if (grant === undefined || grant.id !== record.grant) return 'unknown-grant'
  if (grant.grantedAt === undefined) return 'not-granted'
  if (grant.resource !== record.resource) return 'other-resource'
  if (grant.consumer !== record.consumer) return 'other-consumer'
  if (grant.purpose !== record.purpose) return 'other-purpose'
  const time = Date.parse(record.time)
  if (time < Math.max(grant.from, grant.grantedAt)) return 'before-grant'
  if (grant.revokedAt !== undefined && time >= grant.revokedAt) return 'after-revocation'
  return time < grant.until ? 'within' : 'after-expiry'
}
