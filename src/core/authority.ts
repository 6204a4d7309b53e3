// Under whose authority? An access is judged against the grant that its record names, by what the contracts say of that
// grant. Query and verifier use this same function, so an answer's judgement can be recomputed by anybody.

import { isAccess, isErasure, type LogRecord } from './record.ts'

/** While an inspector's veto stood: from `from` on, before `until`; no `until` while it stands. Milliseconds since 1970. */
export interface Suspension {
  readonly from: number
  readonly until?: number
}

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
  /** When the agreement under which it was given, or the one above it, ended before its time or ran out. */
  readonly endedAt?: number
  /** Vetoes on the grant, or on anything that it hangs on. */
  readonly suspensions?: readonly Suspension[]
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
  'after-agreement': { zh: '协议已终止', en: 'came after the agreement that its grant hangs on ended' },
  'while-vetoed': { zh: '否决期间', en: 'came while an inspector’s veto stood on its grant' },
  erasure: { zh: '删除的记录', en: 'is no access: it records an erasure' },
  'source-key': { zh: '来源密钥的记录', en: 'is no access: it records the key of a source' },
} as const

export type Judgement = keyof typeof JUDGEMENTS

/** Is it an access that its grant does not cover? */
export function isOutside(judgement: Judgement): boolean {
  return judgement !== 'within' && judgement !== 'erasure' && judgement !== 'source-key'
}

/** Judges one record by the grant it names, at the time the record states. */
export function judgeAuthority(record: LogRecord, grant: GrantTerms | undefined): Judgement {
  if (!isAccess(record)) return isErasure(record) ? 'erasure' : 'source-key'
  if (record.grant === undefined) return 'no-grant'
  if (grant === undefined || grant.id !== record.grant) return 'unknown-grant'
  return judgeUse(record, Date.parse(record.time), grant, grant)
}

/** What a use names, and a grant is for: as codes, or as numbers that stand for codes. */
export interface Named<T> {
  readonly resource: T
  readonly consumer: T
  readonly purpose?: T
}

/** The same for a use that names this grant, at this time (ms since 1970); `names` is what the grant is for. */
export function judgeUse<T>(use: Named<T>, time: number, grant: GrantTerms, names: Named<T>): Judgement {
  const { grantedAt, from, until, revokedAt = Infinity, endedAt = Infinity, suspensions = [] } = grant
  if (grantedAt === undefined) return 'not-granted'
  if (names.resource !== use.resource) return 'other-resource'
  if (names.consumer !== use.consumer) return 'other-consumer'
  if (names.purpose !== use.purpose) return 'other-purpose'
  if (time < Math.max(from, grantedAt)) return 'before-grant'
  if (time >= revokedAt) return 'after-revocation'
  if (time >= endedAt) return 'after-agreement'
  if (time >= until) return 'after-expiry'
  return suspensions.some(veto => stood(veto, time)) ? 'while-vetoed' : 'within'
}

function stood({ from, until = Infinity }: Suspension, time: number): boolean {
  return time >= from && time < until
}
