// How many acts may wait for the chain, so that nobody takes all the room: neither one token, nor one actor.

import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import type { OpenAct } from './journal.ts'

export interface QueueLimits {
  /** Acts that wait at once: in all, by one token, of one actor. */
  readonly waiting: number
  readonly byHolder: number
  readonly ofActor: number
}

export const DEFAULT_LIMITS: QueueLimits = { waiting: 1_024, byHolder: 256, ofActor: 64 }

type Party = Pick<OpenAct, 'actor' | 'holder'>

/** @throws LedgerError `acts_waiting` (retryable) when there is no room for one more */
export function requireRoom(acts: readonly Party[], { actor, holder }: Party, limits: QueueLimits): void {
  const why = whyFull(
    { waiting: acts.length, byHolder: count(acts, 'holder', holder), ofActor: count(acts, 'actor', actor) },
    limits,
    actor,
  )
  if (why === undefined) return
  throw new LedgerError(
    'acts_waiting',
    {
      en: `${why.en}; send this again in a moment, or send it to the chain yourself.`,
      zh: `${why.zh}；请稍后重发，或自行发送上链。`,
    },
    {
      retryable: true,
    },
  )
}

function whyFull({ waiting, byHolder, ofActor }: QueueLimits, most: QueueLimits, actor: string): Words | undefined {
  if (waiting >= most.waiting)
    return {
      en: `${waiting} acts wait for the chain, and no more than ${most.waiting} may`,
      zh: `等待上链的操作已有 ${waiting} 个，上限为 ${most.waiting} 个`,
    }
  if (byHolder >= most.byHolder) {
    return {
      en: `${byHolder} acts that came with this token wait for the chain, and no more than ${most.byHolder} may`,
      zh: `本令牌提交的操作有 ${byHolder} 个等待上链，上限为 ${most.byHolder} 个`,
    }
  }
  if (ofActor < most.ofActor) return undefined
  return {
    en: `${ofActor} acts of ${actor} wait for the chain, and no more than ${most.ofActor} may`,
    zh: `${actor} 的操作有 ${ofActor} 个等待上链，上限为 ${most.ofActor} 个`,
  }
}

function count(acts: readonly Party[], key: keyof Party, value: string): number {
  return acts.filter(act => act[key] === value).length
}
