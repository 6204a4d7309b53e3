// Until when a signed act may be sent, and in which place: the deadline and the nonce, which a service proposes where the
// signer names none. Both are bounded here, by this machine's own clock and the signer's own lane, whatever the service
// says: a signature that stays good for years, or in a lane where nothing supersedes it, is one that somebody can keep up
// a sleeve (docs/acts.md).

import { readMoment, readNumber } from '../acts/scalars.ts'
import { LedgerError } from '../core/error.ts'
import { part, type Read, type Reader, wholeNumber } from '../core/reader.ts'
import type { Language } from '../core/words.ts'
import { NONCE } from './act-ledger.ts'
import { tell } from './output.ts'
import { parseOption } from './parse-option.ts'
import { formatBeijing } from './table.ts'

const DEADLINE = part({ deadline: wholeNumber(1) })

/** What is read of a prepared act; all else of it is made on this machine. */
export const PREPARED: Reader<Read<typeof NONCE> & Read<typeof DEADLINE>> = (value, at) => ({
  ...NONCE(value, at),
  ...DEADLINE(value, at),
})

/** When and where an act may be sent, as who signs wants it. */
export interface Frame {
  /** Seconds since 1970; without it the service proposes. */
  readonly deadline?: number
  /** Of the nonce. */
  readonly lane: bigint
}

/** The lane of whoever names none: there one act follows the other, so that of two with one nonce only one is done. */
const USUAL_LANE = 0n
const LANE_BITS = 64n
const LONGEST_SECONDS = 7 * 86_400

/**
 * Checks what the service proposed: a deadline of at most 7 days from now by this machine's clock, unless who signs named
 * one; and a nonce of the lane that was asked for.
 * @throws LedgerError `deadline_invalid`, `service_disagrees`
 */
export function checkProposed(
  url: string,
  { nonce, deadline }: { readonly nonce: bigint; readonly deadline: number },
  wanted: Frame,
): void {
  if (nonce >> LANE_BITS !== wanted.lane) {
    throw new LedgerError('service_disagrees', {
      en: `${url} proposes the nonce ${nonce}, which is of lane ${nonce >> LANE_BITS} and not ${wanted.lane}; nothing was signed. An act in a lane of which you do not know is one that nothing supersedes.`,
      zh: `${url} 建议的序号 ${nonce} 属于通道 ${nonce >> LANE_BITS}，而不是 ${wanted.lane}；没有签名。您不知道的通道中的操作，不会被其他操作取代。`,
    })
  }
  const own = Math.floor(Date.now() / 1_000)
  if (wanted.deadline !== undefined || deadline <= own + LONGEST_SECONDS) return
  const given = formatBeijing(deadline * 1_000)
  throw new LedgerError('deadline_invalid', {
    en: `${url} proposes that the act may be sent until ${given} (Beijing), and by this machine's clock it is ${formatBeijing(own * 1_000)}: more than 7 days; nothing was signed. If you know that the ledger's clock is ahead, say until when with --deadline.`,
    zh: `${url} 建议该操作在 ${given}（北京时间）之前均可发送，而本机时间为 ${formatBeijing(own * 1_000)}，相差超过 7 天；没有签名。如果您知道账本的时间超前，请用 --deadline 说明最晚时间。`,
  })
}

/** What --deadline and --lane say. @throws LedgerError `option_invalid` */
export function parseFrame({ deadline, lane }: { readonly deadline?: string; readonly lane?: string }): Frame {
  return {
    ...(deadline !== undefined && { deadline: parseOption('--deadline', () => Number(readMoment(deadline))) }),
    lane: lane === undefined ? USUAL_LANE : parseOption('--lane', () => readNumber(lane, 192)),
  }
}

/** Shows until when the act may be sent, and its place, before it is signed. */
export function showFrame(
  { nonce, deadline }: { readonly nonce: bigint; readonly deadline: number },
  language: Language,
): void {
  const moment = formatBeijing(deadline * 1_000)
  const [lane, place] = [nonce >> LANE_BITS, BigInt.asUintN(Number(LANE_BITS), nonce)]
  tell(language === 'zh' ? `最晚发送：${moment}（北京时间）` : `to be sent before: ${moment} (Beijing)`)
  tell(language === 'zh' ? `序号：通道 ${lane} 第 ${place}` : `nonce: lane ${lane}, number ${place}`)
}
