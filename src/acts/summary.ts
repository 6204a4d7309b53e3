// What an act says, in words: for people who are about to sign. A convenience of whoever shows it: what is signed is the
// typed data, and a signer looks at that, in a wallet or with `suyuan act`, which makes it anew.

import type { Language } from '../core/words.ts'
import { argumentWords } from './argument-words.ts'
import type { Act } from './list.ts'
import { describeArguments } from './show.ts'
import { ACT_WORDS } from './words.ts'

/** Title, and one line for each argument. */
export function summarise(act: Act, values: readonly unknown[], language: Language): string {
  const { title, says } = ACT_WORDS[act.name]!
  const lines = describeArguments(act, values, language).map(({ at, says }) => {
    return `${labelOf(at, language)}${language === 'zh' ? '：' : ': '}${says}`
  })
  return [`${title[language]} (${act.name})${language === 'zh' ? '：' : ': '}${says[language]}`, ...lines].join('\n')
}

/** `terms.quota.byteCount` → "bytes"; in a list with the position in it. */
export function labelOf(at: string, language: Language): string {
  const label = argumentWords(at.replace(/^.*\./u, '').replace(/\[\d+\]/gu, ''))?.[language] ?? at
  const position = /\[(\d+)\]/u.exec(at)?.[1]
  return position === undefined ? label : `${label} ${Number(position) + 1}`
}
