// Until when a signed act may be sent. The Relay judges by the chain's clock, which need not be this machine's, so the
// service proposes the deadline where the signer names none. It is bounded here: a signature that stays good for years is
// one that somebody can keep up a sleeve (docs/acts.md).

import { readMoment } from '../acts/scalars.ts'
import { LedgerError } from '../core/error.ts'
import { anyText, orNull, part, type Read, type Reader, wholeNumber } from '../core/reader.ts'
import type { Language } from '../core/words.ts'
import { NONCE } from './act-ledger.ts'
import type { Client } from './client.ts'
import { tell } from './output.ts'
import { parseOption } from './parse-option.ts'
import { formatBeijing } from './table.ts'

const DEADLINE = part({ deadline: wholeNumber(1) })

/** What is read of a prepared act; all else of it is made on this machine. */
export const PREPARED: Reader<Read<typeof NONCE> & Read<typeof DEADLINE>> = (value, at) => ({
  ...NONCE(value, at),
  ...DEADLINE(value, at),
})

const CLOCKS = part({
  now: anyText(40),
  anchored: orNull(part({ block: part({}, { time: anyText(40) }) })),
})

const DAY_SECONDS = 86_400
/** In the year 5138: a service may write any number, and later ones are no dates. */
const LAST_SECOND = 1e11

/**
 * Checks a deadline that the service proposed, in seconds since 1970: at most 7 days after the newest time that is known,
 * of this machine's clock, the service's, and the newest block it names. A ledger ahead of this machine is told of.
 * @throws LedgerError `deadline_invalid`
 */
export async function checkProposed(client: Client, deadline: number): Promise<void> {
  const own = Math.floor(Date.now() / 1_000)
  const { now, anchored } = await client.get('/v1/status', {}, CLOCKS)
  const told = [now, anchored?.block.time].map(secondsOf).filter(Number.isFinite)
  const newest = Math.min(Math.max(own, ...told), LAST_SECOND)
  if (deadline > newest + 7 * DAY_SECONDS) {
    const [given, known] = [deadline, newest].map(seconds => formatBeijing(Math.min(seconds, LAST_SECOND) * 1_000))
    throw new LedgerError('deadline_invalid', {
      en: `${client.url} proposes that the act may be sent until ${given} (Beijing), more than 7 days after ${known}, the newest time it tells of; nothing was signed. --deadline sets another, if you know the chain's clock.`,
      zh: `${client.url} 建议该操作在 ${given}（北京时间）之前均可发送，比其所述的最新时间 ${known} 晚 7 天以上；没有签名。如果您知道链的时间，可用 --deadline 另行设定。`,
    })
  }
  if (newest - own <= DAY_SECONDS) return
  tell(
    `${client.url} says that it is ${formatBeijing(newest * 1_000)} (Beijing), and this machine ${formatBeijing(own * 1_000)}; what you sign can be sent until the ledger's clock has reached its deadline. --deadline sets another.`,
  )
}

/** What --deadline says, in seconds since 1970. @throws LedgerError `option_invalid` */
export function parseDeadline(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseOption('--deadline', () => Number(readMoment(text)))
}

/** Shows until when the act may be sent, before it is signed. */
export function showDeadline(deadline: number, language: Language): void {
  const moment = formatBeijing(deadline * 1_000)
  tell(language === 'zh' ? `最晚发送：${moment}（北京时间）` : `to be sent before: ${moment} (Beijing)`)
}

function secondsOf(time: string | undefined): number {
  return time === undefined ? Number.NaN : Math.floor(Date.parse(time) / 1_000)
}
