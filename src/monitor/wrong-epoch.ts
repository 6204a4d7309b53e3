// What is held against an epoch of the index log.

import { toHex } from '../core/bytes.ts'
import type { Hash } from '../core/tree.ts'
import type { Words } from '../core/words.ts'
import { Contradiction } from './checks.ts'
import type { FollowedLog } from './followed-log.ts'

export function differs(stated: Hash, derived: Hash, size: number): Words {
  const [is, made] = [toHex(stated), toHex(derived)]
  return {
    en: `it states the trie ${is} for ${size} leaves, and the log makes ${made}: the index leaves records out, or has others`,
    zh: `它写明 ${size} 片叶的索引树根为 ${is}，而由日志得出 ${made}：索引有遗漏，或有日志没有的内容`,
  }
}

/** @param isOutOfTurn By the one before it, which is shown then */
export async function wrongEpoch(
  index: FollowedLog,
  number: number,
  why: Words,
  signal: AbortSignal,
  isOutOfTurn = false,
): Promise<Contradiction> {
  return new Contradiction(
    'epoch-wrong',
    `epoch ${number}`,
    { en: `Epoch ${number} of the index log is wrong: ${why.en}.`, zh: `索引日志第 ${number} 期有误：${why.zh}。` },
    {
      ...(await provenEpoch(index, number, signal)),
      ...(isOutOfTurn && { before: await provenEpoch(index, number - 1, signal) }),
    },
  )
}

/** As findings show it. */
export async function provenEpoch(index: FollowedLog, number: number, signal: AbortSignal): Promise<object> {
  const { checkpoint, index: epoch, entry: leaf, proof } = await index.provenEntry(number, signal)
  return { checkpoint, epoch, leaf, proof }
}
