// How large a signed act may be, and how long it may lie about.

import { LedgerError } from '../core/error.ts'

const DAY_SECONDS = 86_400
/** A signature that was not sent in this time is worthless: nobody keeps one up a sleeve. */
const LONGEST_DEADLINE = 7 * DAY_SECONDS
/** ECDSA has 65 bytes; a contract may want many of them together. */
const MOST_SIGNATURE_BYTES = 8_192
/** Calldata of one act; nodes take transactions of up to 128 KiB. */
const MOST_DATA_BYTES = 98_304

/** Both as 0x and hexadecimal digits. @throws LedgerError `act_too_large` */
export function requireSizes(data: string, signature: string): void {
  requireSize('data', data, MOST_DATA_BYTES)
  requireSize('signature', signature, MOST_SIGNATURE_BYTES)
}

const PARTS = { data: '数据', signature: '签名' } as const

function requireSize(what: keyof typeof PARTS, hex: string, most: number): void {
  const bytes = (hex.length - 2) / 2
  if (bytes <= most) return
  throw new LedgerError('act_too_large', {
    en: `The ${what} of the act has ${bytes} bytes, and no more than ${most} are taken; make several acts.`,
    zh: `操作的${PARTS[what]}有 ${bytes} 字节，超过可接受的 ${most} 字节；请分成几个操作。`,
  })
}

/** @throws LedgerError `deadline_invalid` */
export function requireDeadline(deadline: number, now: number): void {
  if (deadline > now && deadline <= now + LONGEST_DEADLINE) return
  const [given, first, last] = [deadline, now, now + LONGEST_DEADLINE].map(seconds =>
    new Date(Math.min(seconds, 1e11) * 1_000).toISOString(),
  )
  throw new LedgerError('deadline_invalid', {
    en: `The act's deadline is ${given}, and it must lie after ${first} and not after ${last}: 7 days ahead at most. Prepare and sign it anew.`,
    zh: `操作的截止时间为 ${given}，应晚于 ${first} 且不晚于 ${last}，即最多提前 7 天。请重新准备并签名。`,
  })
}

/** Every word of the calldata; whatever is one of the act's digests is among them. */
export function digestsIn(data: string): ReadonlySet<string> {
  return new Set(
    data
      .slice(10)
      .match(/[0-9a-f]{64}/gu)
      ?.map(word => `0x${word}`),
  )
}
