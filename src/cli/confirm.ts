// The question before a signature: somebody at a terminal says yes, or nothing is signed.

import { createInterface } from 'node:readline/promises'
import { LedgerError } from '../core/error.ts'
import { languageOf, type Words } from '../core/words.ts'

/**
 * Asks at the terminal whether to sign what was just shown.
 * @param otherwise How somebody without a terminal says that they looked.
 * @throws LedgerError `not_confirmed` unless somebody at a terminal says yes
 */
export async function askToSign(otherwise: Words): Promise<void> {
  if (process.stdin.isTTY) {
    const terminal = createInterface({ input: process.stdin, output: process.stderr })
    const answer = await terminal.question(languageOf(process.env) === 'zh' ? '签名？ [y/N] ' : 'Sign this? [y/N] ')
    terminal.close()
    if (/^(?:y|yes|是)$/iu.test(answer.trim())) return
  }
  throw new LedgerError('not_confirmed', {
    en: `Nothing was signed. Without a terminal to ask at, ${otherwise.en}.`,
    zh: `没有签名。没有可供询问的终端时，${otherwise.zh}。`,
  })
}
